import { type CallOptions, Calls } from '../calls.ts';
import { OrderQuestions } from '../order-questions.ts';
import { StoreClient } from '../store-client.ts';
import type { OrderMethod, StoreMethod } from '../transport.ts';
import { type GrpcContract, GrpcTransport } from './grpc-transport.ts';

export interface ServiceAddress {
  /** `grpc://host:port`, or `grpcs://host:port` with TLS. */
  readonly url: string;
  /** Certificates (PEM) of the authority of a `grpcs:` address; absent: those that Node trusts. */
  readonly authority?: Buffer;
}

const STORE: GrpcContract = {
  proto: 'tickmesh/store/v1/store.proto',
  service: 'tickmesh.store.v1.StoreService',
  stream: 'Subscribe',
};
const ORDERS: GrpcContract = {
  proto: 'tickmesh/order/v1/orders.proto',
  service: 'tickmesh.order.v1.OrderService',
};

/**
 * A client of the store at an address. It connects with the first call, and again by itself.
 * @throws Fault ARGUMENT_INVALID
 */
export function connectStore(options: ServiceAddress & CallOptions): StoreClient {
  return new StoreClient(new Calls(new GrpcTransport<StoreMethod>(STORE, options), options));
}

/**
 * What the order plane at an address may be asked, and no order to it. It connects as connectStore.
 * @throws Fault ARGUMENT_INVALID
 */
export function connectOrders(options: ServiceAddress & CallOptions): OrderQuestions {
  return new OrderQuestions(new Calls(new GrpcTransport<OrderMethod>(ORDERS, options), options));
}

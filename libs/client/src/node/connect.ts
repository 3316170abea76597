import { type CallOptions, Calls } from '../calls.ts';
import { StoreClient } from '../store-client.ts';
import { GrpcTransport } from './grpc-transport.ts';

export interface StoreAddress {
  /** `grpc://host:port`, or `grpcs://host:port` with TLS. */
  readonly url: string;
  /** Certificates (PEM) of the authority of a `grpcs:` address; absent: those that Node trusts. */
  readonly authority?: Buffer;
}

/**
 * A client of the store at an address. It connects with the first call, and again by itself.
 * @throws Fault ARGUMENT_INVALID
 */
export function connectStore(options: StoreAddress & CallOptions): StoreClient {
  return new StoreClient(new Calls(new GrpcTransport(options), options));
}

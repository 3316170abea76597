import type { OrderQuestions, PlainStore, StoreClient } from '@tickmesh/client';
import { connectOrders, connectStore } from '@tickmesh/client/node';
import { grpcAddressOf } from './service-address.ts';
import { callerToken } from './signed-in.ts';

/** Asks the store, as the person that the command speaks for. @throws Fault those of the store, SERVICE_UNREACHABLE */
export function withStore<T>(use: (store: PlainStore) => Promise<T>): Promise<T> {
  return closing(connectStore(addressed('store')), ({ plain }) => use(plain));
}

/** The same, and the order plane's books beside it. @throws Fault those of both, SERVICE_UNREACHABLE */
export function withStoreAndOrders<T>(
  use: (store: StoreClient, orders: OrderQuestions) => Promise<T>,
): Promise<T> {
  return closing(connectStore(addressed('store')), (store) =>
    closing(connectOrders(addressed('order-plane')), (orders) => use(store, orders)),
  );
}

const addressed = (service: string) => ({
  url: grpcAddressOf(service),
  token: () => callerToken(),
  attemptsMax: 2,
});

async function closing<Client extends { close(): void }, T>(
  client: Client,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

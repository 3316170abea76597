import type { PlainStore } from '@tickmesh/client';
import { connectStore } from '@tickmesh/client/node';
import { grpcAddressOf } from './service-address.ts';
import { callerToken } from './signed-in.ts';

/** Asks the store, as the person that the command speaks for. @throws Fault those of the store, SERVICE_UNREACHABLE */
export async function withStore<T>(use: (store: PlainStore) => Promise<T>): Promise<T> {
  const client = connectStore({
    url: grpcAddressOf('store'),
    token: () => callerToken(),
    attemptsMax: 2,
  });
  try {
    return await use(client.plain);
  } finally {
    client.close();
  }
}

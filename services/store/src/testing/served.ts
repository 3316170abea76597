/** A store behind its real gRPC edge, and people who call it and follow it. */
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  type ClientReadableStream,
  Metadata,
  type ServiceError,
  credentials,
  loadPackageDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export type Answer = Readonly<Record<string, unknown>>;
export type Stream = ClientReadableStream<Answer>;
type Call = (
  request: object,
  metadata: Metadata,
  answer: (error: ServiceError | null, value: Answer) => void,
) => void;

/** By its place: a small process that follows a stream need not load a framework to find it. */
const PROTO = fileURLToPath(
  new URL('../../../../contracts/proto/tickmesh/store/v1/store.proto', import.meta.url),
);

export interface StoreClient {
  /** @throws ServiceError */
  call(method: string, request: object): Promise<Answer>;
  subscribe(request: object): Stream;
  close(): void;
}

/** @param authorization the header of whoever calls */
export function clientOf(port: number, authorization: string): StoreClient {
  const definition = loadSync(PROTO, {
    keepCase: true,
    enums: String,
    longs: String,
    arrays: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tickmesh: {
      store: {
        v1: {
          StoreService: new (...of: unknown[]) => Readonly<Record<string, Call>> & {
            Subscribe(request: object, metadata: Metadata): Stream;
            close(): void;
          };
        };
      };
    };
  };
  const { StoreService } = loaded.tickmesh.store.v1;
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  const at = `127.0.0.1:${port}`;
  const client = new StoreService(at, credentials.createInsecure());
  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        client[method]?.(request, metadata, (error, value) => {
          if (error === null) resolve(value);
          else reject(error);
        });
      }),
    subscribe: (request) => client.Subscribe(request, metadata),
    close: () => {
      client.close();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits for what must become so; the time only bounds a failure. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_500; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not so within 30 s: ${what}`);
}

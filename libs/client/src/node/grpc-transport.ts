/** The store's calls over gRPC. */
import {
  type CallOptions,
  Client,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
  credentials,
  loadPackageDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Fault } from '@tickmesh/kernel';
import { fileURLToPath } from 'node:url';
import type { StoreMethod, StoreTransport } from '../transport.ts';
import type { StoreAddress } from './connect.ts';
import { faultOfGrpc, unreachable } from './grpc-faults.ts';

const PROTO = fileURLToPath(
  new URL('../../../../contracts/proto/tickmesh/store/v1/store.proto', import.meta.url),
);
/** The store sends no larger message. */
const MESSAGE_BYTES_MAX = 4_194_304;
/** Until a connection stands. */
const CONNECT_MS = 2_000;

type Answer = (error: ServiceError | null, answer?: unknown) => void;
type Unary = (
  request: object,
  metadata: Metadata,
  options: CallOptions,
  answer: Answer,
) => ClientUnaryCall;
type Streaming = (request: object, metadata: Metadata) => ClientReadableStream<unknown>;
type StoreService = Client & Readonly<Record<StoreMethod, Unary> & { Subscribe: Streaming }>;

let serviceClass: (new (...of: ConstructorParameters<typeof Client>) => StoreService) | undefined;

export class GrpcTransport implements StoreTransport {
  readonly #address: string;
  readonly #service: StoreService;

  /** @throws Fault ARGUMENT_INVALID */
  constructor({ url, authority }: StoreAddress) {
    const { host, isSecure } = hostOf(url);
    this.#address = url;
    const channel = isSecure ? credentials.createSsl(authority) : credentials.createInsecure();
    serviceClass ??= loadService();
    this.#service = new serviceClass(host, channel, {
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
      // Its own retries do not know which calls are safe to make again.
      'grpc.enable_retries': 0,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 5_000,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
    });
  }

  async ask(
    method: StoreMethod,
    request: object,
    { token, timeoutMs }: { readonly token: string; readonly timeoutMs: number },
  ): Promise<unknown> {
    const endsAt = Date.now() + timeoutMs;
    await this.#connected(Math.min(timeoutMs, CONNECT_MS));
    return new Promise((resolve, reject) => {
      const options = { deadline: new Date(endsAt) };
      this.#service[method](request, signed(token), options, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(faultOfGrpc(error, this.#address));
      });
    });
  }

  async *follow(
    request: object,
    { token, signal }: { readonly token: string; readonly signal: AbortSignal },
  ): AsyncGenerator<unknown, void> {
    await this.#connected(CONNECT_MS);
    const call = this.#service.Subscribe(request, signed(token));
    const end = (): void => {
      call.cancel();
    };
    // Also what fails after the loop was left has been seen.
    call.on('error', () => undefined);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      for await (const message of call) yield message;
    } catch (thrown) {
      throw faultOfGrpc(thrown, this.#address);
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  close(): void {
    this.#service.close();
  }

  /** So that a call that fails for want of a connection was never sent, and a change waits out a short absence. */
  #connected(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#service.waitForReady(Date.now() + withinMs, (error) => {
        if (error === undefined) resolve();
        else reject(unreachable(this.#address, { reason: 'no connection', within_ms: withinMs }));
      });
    });
  }
}

function hostOf(url: string): { readonly host: string; readonly isSecure: boolean } {
  const [, scheme, host = ''] =
    /^(grpcs?):\/\/((?:\[[0-9a-f:.]+\]|[\w.-]+):\d{1,5})\/?$/i.exec(url) ?? [];
  if (host !== '') return { host, isSecure: scheme?.toLowerCase() === 'grpcs' };
  throw new Fault('ARGUMENT_INVALID', {
    name: 'url',
    rule: 'grpc://host:port, or grpcs://host:port with TLS',
    value: url,
  });
}

function loadService(): NonNullable<typeof serviceClass> {
  const definition = loadSync(PROTO, {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    arrays: true,
    oneofs: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    readonly tickmesh: {
      readonly store: { readonly v1: { readonly StoreService: typeof serviceClass } };
    };
  };
  const { StoreService } = loaded.tickmesh.store.v1;
  if (StoreService !== undefined) return StoreService;
  throw new Fault('INVARIANT', { invariant: 'The contract declares StoreService', proto: PROTO });
}

function signed(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

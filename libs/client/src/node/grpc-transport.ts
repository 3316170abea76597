/** Calls of a service over gRPC. */
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
import type { Transport } from '../transport.ts';
import type { ServiceAddress } from './connect.ts';
import { faultOfGrpc, unreachable } from './grpc-faults.ts';

const PROTOS = new URL('../../../../contracts/proto/', import.meta.url);
/** No service sends a larger message. */
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
type Service = Client & Readonly<Record<string, Unary & Streaming>>;
type ServiceClass = new (...of: ConstructorParameters<typeof Client>) => Service;

/** What a service is called by. */
export interface GrpcContract {
  /** Below contracts/proto. */
  readonly proto: string;
  /** With its package. */
  readonly service: string;
  /** The call whose answers `follow` gives. */
  readonly stream?: string;
}

const loaded = new Map<GrpcContract, ServiceClass>();

export class GrpcTransport<Method extends string> implements Transport<Method> {
  readonly #address: string;
  readonly #contract: GrpcContract;
  readonly #service: Service;

  /** @throws Fault ARGUMENT_INVALID */
  constructor(contract: GrpcContract, { url, authority }: ServiceAddress) {
    const { host, isSecure } = hostOf(url);
    this.#address = url;
    this.#contract = contract;
    const channel = isSecure ? credentials.createSsl(authority) : credentials.createInsecure();
    this.#service = new (serviceOf(contract))(host, channel, {
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
    method: Method,
    request: object,
    { token, timeoutMs }: { readonly token: string; readonly timeoutMs: number },
  ): Promise<unknown> {
    const endsAt = Date.now() + timeoutMs;
    await this.#connected(Math.min(timeoutMs, CONNECT_MS));
    return new Promise((resolve, reject) => {
      const options = { deadline: new Date(endsAt) };
      this.#callOf(method)(request, signed(token), options, (error, answer) => {
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
    const call = this.#callOf(this.#contract.stream ?? '')(request, signed(token));
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

  #callOf(method: string): Unary & Streaming {
    const call = this.#service[method];
    if (call !== undefined) return call.bind<Unary & Streaming>(this.#service);
    const { service } = this.#contract;
    throw new Fault('INVARIANT', { invariant: 'The contract declares the call', service, method });
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

function serviceOf(contract: GrpcContract): ServiceClass {
  const known = loaded.get(contract);
  if (known !== undefined) return known;
  const { proto, service } = contract;
  const definition = loadSync(fileURLToPath(new URL(proto, PROTOS)), {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    arrays: true,
    oneofs: true,
  });
  let found: unknown = loadPackageDefinition(definition);
  for (const name of service.split('.')) {
    found = (found as Readonly<Record<string, unknown>> | undefined)?.[name];
  }
  if (found === undefined) {
    throw new Fault('INVARIANT', { invariant: 'The contract declares the service', ...contract });
  }
  loaded.set(contract, found as ServiceClass);
  return found as ServiceClass;
}

function signed(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

/** An order plane behind its real edges, and people who call it. */
import { type AddressInfo, createServer } from 'node:net';
import { type ServiceError, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { loadConfig, orderPlaneSchema } from '@tickmesh/config';
import type { CallerRole } from '@tickmesh/contracts';
import { type RunningService, bootService, protoPathOf } from '@tickmesh/nest';
import { signedCalls } from '@tickmesh/nest/testing';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { ORDER_CALLS } from '../edge/orders.grpc.ts';
import { ORDER_PAGE, OrderPlaneModule } from '../order-plane.module.ts';
import type { OpenOrderPlane } from '../order-plane-parts.ts';

export interface HttpAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

export type GrpcAnswer = Readonly<Record<string, unknown>>;

/** Somebody who is signed in. */
export interface Person {
  /** GET without a body, POST with one. */
  http<Body>(path: string, body?: object): Promise<HttpAnswer<Body>>;
  /** @throws ServiceError */
  grpc(method: string, request: object): Promise<GrpcAnswer>;
  /** The canonical code that a call ends in; 0 is none. */
  grpcStatus(method: string, request: object): Promise<number>;
}

export interface ServedPlane {
  readonly service: RunningService;
  readonly issuer: TestIssuer;
  person(name: string, roles: readonly CallerRole[]): Promise<Person>;
  close(): Promise<void>;
}

type Call = (
  request: object,
  answer: (error: ServiceError | null, value: GrpcAnswer) => void,
) => unknown;
type Client = Readonly<Record<string, Call>> & { close(): void };

export async function servePlane(parts: OpenOrderPlane): Promise<ServedPlane> {
  const issuer = await TestIssuer.open();
  const config = loadConfig(orderPlaneSchema, { LOG_LEVEL: 'fatal', ...issuer.environment });
  const grpcPort = await freePort();
  const service = await bootService({
    name: 'order-plane',
    config: { ...config, http: { ...config.http, httpPort: 0, grpcPort } },
    grpc: ORDER_CALLS,
    module: () => OrderPlaneModule.serving(parts),
    openApi: ORDER_PAGE,
    writeLog: () => undefined,
  });
  const clients: Client[] = [];
  return {
    service,
    issuer,
    person: async (name, roles) => {
      const headers = await issuer.headersFor({ name, roles });
      const client = clientAt(grpcPort, headers);
      clients.push(client);
      return personWith(service.httpPort, headers, client);
    },
    close: async () => {
      for (const client of clients) client.close();
      await service.stop('the test is over');
      await issuer.close();
    },
  };
}

function personWith(
  httpPort: number,
  headers: { readonly authorization: string },
  client: Client,
): Person {
  const grpc = (method: string, request: object): Promise<GrpcAnswer> =>
    new Promise((resolve, reject) => {
      client[method]?.(request, (error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
  return {
    http: async (path, body) => {
      const response = await fetch(`http://127.0.0.1:${httpPort}/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as never };
    },
    grpc,
    grpcStatus: (method, request) =>
      grpc(method, request).then(
        () => 0,
        (error: unknown) => (error as ServiceError).code,
      ),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function clientAt(port: number, headers: { readonly authorization: string }): Client {
  const definition = loadSync(protoPathOf('tickmesh/order/v1/orders.proto'), {
    keepCase: true,
    enums: String,
    longs: String,
    arrays: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tickmesh: {
      order: {
        v1: { OrderService: new (at: string, by: unknown, options: object) => Client };
      };
    };
  };
  const { OrderService } = loaded.tickmesh.order.v1;
  return new OrderService(`127.0.0.1:${port}`, credentials.createInsecure(), {
    interceptors: [signedCalls(headers)],
  });
}

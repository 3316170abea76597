/** A real service on real ports, asked over real sockets. */
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { credentials, loadPackageDefinition, Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type HttpConfig, dataPlaneSchema, loadConfig } from '@tickmesh/config';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import {
  type BootConfig,
  type RunningService,
  type ServiceDefinition,
  bootService,
} from './index.ts';
import { signedCalls } from './testing/index.ts';
import { ECHO_PROTO, ECHO_RIGHTS, EchoModule } from './testing/echo-service.ts';

const lines: string[] = [];
const opened: RunningService[] = [];
const servers: Server[] = [];
let issuer: TestIssuer;
let headers: { readonly authorization: string };

beforeAll(async () => {
  issuer = await TestIssuer.open();
  headers = await issuer.headersFor({ name: 'alice', roles: ['trader'] });
});

afterAll(() => issuer.close());

afterEach(async () => {
  for (const service of opened.splice(0)) await service.stop('the test is over');
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  lines.length = 0;
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function configOf(http: Partial<HttpConfig> = {}): Promise<BootConfig> {
  const config = loadConfig(dataPlaneSchema, { LOG_LEVEL: 'info', ...issuer.environment });
  const ports = { httpPort: await freePort(), grpcPort: await freePort() };
  return { ...config, http: { ...config.http, ...ports, ...http } };
}

async function boot(definition: Partial<ServiceDefinition> = {}): Promise<RunningService> {
  const service = await bootService({
    name: 'echo',
    rights: ECHO_RIGHTS,
    config: await configOf(),
    module: (context) => EchoModule.with(context.logger),
    writeLog: (line) => lines.push(line),
    ...definition,
  });
  opened.push(service);
  return service;
}

const url = (service: RunningService, path: string): string =>
  `http://127.0.0.1:${service.httpPort}${path}`;

/** A call by somebody who may make it. */
const ask = (service: RunningService, path: string, init: RequestInit = {}): Promise<Response> => {
  const signed = new Headers(init.headers);
  signed.set('authorization', headers.authorization);
  return fetch(url(service, path), { ...init, headers: signed });
};

const events = (): unknown[] => lines.map((line) => (JSON.parse(line) as { event: unknown }).event);

describe('a service that was booted', () => {
  it('answers its calls, and says it lives and is ready', async () => {
    const service = await boot();
    expect(await (await ask(service, '/echo/hello')).json()).toEqual({ text: 'hello' });
    expect((await fetch(url(service, '/health/live'))).status).toBe(200);
    const ready = await fetch(url(service, '/health/ready'));
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { service: 'echo', status: 'ready', dependencies: [] },
    ]);
    // Whoever serves a call that the table of rights lacks is told at the start.
    expect(events()).toEqual([
      'service.starting',
      'call.unlisted',
      'service.ready',
      'request.answered',
    ]);
    expect(lines.join('')).toContain('GET /unlisted');
  });

  it('is not ready while a dependency is down, and says which and why', async () => {
    let isUp = false;
    const service = await boot({
      module: ({ health, logger }) => {
        health.depend('kafka', () => ({ isUp: true }));
        health.depend('database', () => {
          if (!isUp) throw new Error('connection refused');
          return { isUp };
        });
        return EchoModule.with(logger);
      },
    });
    const ready = await fetch(url(service, '/health/ready'));
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'not_ready',
      dependencies: [
        { name: 'kafka', isUp: true },
        { name: 'database', isUp: false, reason: expect.stringContaining('connection refused') },
      ],
    });
    expect(await (await fetch(url(service, '/metrics'))).text()).toContain(
      'dependency_up{dependency="database"} 0',
    );
    isUp = true;
    await eventually(async () => (await fetch(url(service, '/health/ready'))).status === 200);
    expect(events()).toEqual(expect.arrayContaining(['dependency.lost', 'dependency.recovered']));
  });

  it('serves its metrics beside its calls and on the second port', async () => {
    const config = { ...(await configOf()), kafka: { metricsPort: await freePort() } };
    const service = await boot({ config });
    await ask(service, '/echo/a');
    const text = await (await fetch(url(service, '/metrics'))).text();
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/echo/:text",status="200"} 1',
    );
    expect(text).toContain('process_cpu_user_seconds_total');
    const second = await fetch(`http://127.0.0.1:${service.metricsPort}/metrics`);
    expect(second.headers.get('content-type')).toContain('text/plain');
    expect(await second.text()).toContain('log_lines_total{level="info"}');
  });

  it('shows its calls on an OpenAPI page', async () => {
    const service = await boot({ openApi: { title: 'Echo', description: 'Echo.', version: '1' } });
    const document = (await (await fetch(url(service, '/docs/json'))).json()) as {
      paths: Record<string, unknown>;
    };
    expect(Object.keys(document.paths)).toEqual(['/echo/{text}', '/echo', '/who', '/unlisted']);
    const page = await fetch(url(service, '/docs'));
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("script-src 'self'"),
    ]);
  });
});

describe('faults over HTTP', () => {
  it('have the status of their kind, their code and their facts', async () => {
    const service = await boot();
    const answer = await ask(service, '/echo/conflict');
    expect([answer.status, await answer.json()]).toEqual([
      409,
      {
        error: {
          code: 'VERSION_CONFLICT',
          kind: 'conflict',
          message: expect.stringContaining('moved on'),
          details: { expected: '1' },
        },
      },
    ]);
  });

  it('keep what only our bugs know to the log', async () => {
    const service = await boot();
    const answer = await ask(service, '/echo/bug');
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { error: { code: 'UNEXPECTED', kind: 'bug', message: expect.any(String) } },
    ]);
    expect(lines.join('')).toContain('inner secrets of the code');
  });

  it.each([
    ['an unknown route', '/nowhere', {}, 404, 'NOT_FOUND'],
    ['a body that is no JSON', '/echo', json('{"a":'), 400, 'ARGUMENT_INVALID'],
    [
      'a body that poisons prototypes',
      '/echo',
      json('{"__proto__":{"a":1}}'),
      400,
      'ARGUMENT_INVALID',
    ],
    [
      'a body nested too deep',
      '/echo',
      json('['.repeat(40) + ']'.repeat(40)),
      400,
      'ARGUMENT_INVALID',
    ],
    ['a body too large', '/echo', json(`"${'a'.repeat(1_100_000)}"`), 413, 'ARGUMENT_INVALID'],
    [
      'a content type that is not JSON',
      '/echo',
      { method: 'POST', body: 'text' },
      415,
      'ARGUMENT_INVALID',
    ],
    ['a parameter too long', `/echo/${'a'.repeat(300)}`, {}, 414, 'ARGUMENT_INVALID'],
  ])('refuse %s', async (_, path, init, status, code) => {
    const service = await boot();
    const answer = await ask(service, path, init);
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code } }]);
  });

  it('refuse headers beyond their limit and hosts that are not this machine', async () => {
    const service = await boot();
    const large = await fetch(url(service, '/echo/a'), { headers: { x: 'a'.repeat(20_000) } });
    expect(large.status).toBe(431);
    const config = { ...(await configOf()), kafka: { metricsPort: await freePort() } };
    const { httpPort, metricsPort = 0 } = await boot({ config });
    for (const port of [httpPort, metricsPort]) {
      expect(await statusUnder('evil.example', port)).toBe(421);
      expect(await statusUnder('localhost', port)).toBe(200);
    }
  });

  it('come with headers that keep browsers out, as do good answers', async () => {
    const service = await boot();
    for (const path of ['/echo/a', '/nowhere', '/metrics']) {
      const { headers: given } = await ask(service, path);
      expect([
        given.get('x-content-type-options'),
        given.get('content-security-policy'),
        given.get('cache-control'),
        given.get('access-control-allow-origin'),
      ]).toEqual(['nosniff', "default-src 'none'; frame-ancestors 'none'", 'no-store', null]);
    }
  });

  function json(body: string): RequestInit {
    return { method: 'POST', body, headers: { 'content-type': 'application/json' } };
  }
});

interface Client {
  Echo(
    request: object,
    metadata: Metadata,
    answer: (error: ServiceError | null, value: unknown) => void,
  ): void;
  Echo(request: object, answer: (error: ServiceError | null, value: unknown) => void): void;
  Count(request: object): AsyncIterable<unknown>;
  Check(request: object, answer: (error: ServiceError | null, value: unknown) => void): void;
  ServerReflectionInfo(): {
    write(message: object): void;
    end(): void;
    on(event: string, listener: (value: unknown) => void): void;
  };
  close(): void;
}

describe('gRPC', () => {
  const grpc = { packages: ['tickmesh.echo.v1'], protoPaths: [ECHO_PROTO] };

  it('answers, streams, and gives faults their status and code', async () => {
    const config = await configOf();
    const service = await boot({ config, grpc });
    const echo = client(config.http.grpcPort, ECHO_PROTO, 'tickmesh', 'echo', 'v1', 'EchoService');
    try {
      expect(
        await call((answer) => {
          echo.Echo({ text: 'hi' }, answer);
        }),
      ).toEqual({ text: 'hi' });
      const streamed: unknown[] = [];
      for await (const value of echo.Count({ text: 'n' })) streamed.push(value);
      expect(streamed).toEqual([{ text: 'n 1' }, { text: 'n 2' }]);
      const refused = call((answer) => {
        echo.Echo({ text: 'missing' }, answer);
      });
      const error = (await refused.catch((thrown: unknown) => thrown)) as ServiceError;
      expect([error.code, error.metadata instanceof Metadata]).toEqual([5, true]);
      expect(error.metadata.get('tickmesh-fault-code')).toEqual(['NOT_FOUND']);
      expect(error.metadata.get('tickmesh-fault-details-bin').map(String)).toEqual([
        '{"text":"missing"}',
      ]);
      expect(await service.context.metrics.render()).toContain(
        'grpc_request_duration_seconds_count{method="EchoController/echo",status="NOT_FOUND"} 1',
      );
    } finally {
      echo.close();
    }
  });

  it('says by the standard health service whether it serves', async () => {
    let isUp = true;
    const config = await configOf();
    const service = await boot({
      config,
      grpc,
      module: ({ health: dependencies, logger }) => {
        dependencies.depend('kafka', () => ({ isUp }));
        return EchoModule.with(logger);
      },
    });
    const health = client(config.http.grpcPort, healthProtoPath, 'grpc', 'health', 'v1', 'Health');
    try {
      const check = () =>
        call((answer) => {
          health.Check({ service: '' }, answer);
        });
      expect(await check()).toEqual({ status: 'SERVING' });
      isUp = false;
      await eventually(async () => (await fetch(url(service, '/health/ready'))).status === 503);
      expect(await check()).toEqual({ status: 'NOT_SERVING' });
    } finally {
      health.close();
    }
  });
});

describe('traces of calls', () => {
  interface Span {
    readonly name: string;
    readonly traceId: string;
    readonly parentSpanId?: string;
    readonly attributes: readonly { readonly key: string; readonly value: object }[];
  }

  async function receiver(spans: Span[]): Promise<string> {
    const server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as {
          resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
        };
        spans.push(...body.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)));
        response.end('{}');
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('go on from the caller over HTTP and gRPC, and stand in the log', async () => {
    const spans: Span[] = [];
    const base = await configOf();
    const telemetry = { ...base.telemetry, otlpEndpointUrl: await receiver(spans) };
    const grpc = { packages: ['tickmesh.echo.v1'], protoPaths: [ECHO_PROTO] };
    const service = await boot({ config: { ...base, telemetry }, grpc });
    const [traceId, parent] = ['a'.repeat(32), 'b'.repeat(16)];
    const traceparent = `00-${traceId}-${parent}-01`;
    await ask(service, '/echo/conflict', { headers: { traceparent } });
    const echo = client(base.http.grpcPort, ECHO_PROTO, 'tickmesh', 'echo', 'v1', 'EchoService');
    const metadata = new Metadata();
    metadata.set('traceparent', traceparent);
    await call((answer) => {
      echo.Echo({ text: 'hi' }, metadata, answer);
    });
    echo.close();
    await service.context.tracing.flush();
    expect(spans.map(({ name, traceId: of, parentSpanId }) => [name, of, parentSpanId])).toEqual([
      ['http.request', traceId, parent],
      ['grpc.request', traceId, parent],
    ]);
    expect(spans[0]?.attributes).toEqual(
      expect.arrayContaining([
        { key: 'http.route', value: { stringValue: '/echo/:text' } },
        { key: 'error.type', value: { stringValue: 'VERSION_CONFLICT' } },
        { key: 'http.response.status_code', value: { intValue: 409 } },
      ]),
    );
    expect(lines.filter((line) => line.includes(traceId))).toHaveLength(1);
    await service.stop('before its receiver');
  });
});

describe('the end of a service', () => {
  it('goes through the phases in order, the last opened first, whatever fails', async () => {
    const order: string[] = [];
    const service = await boot({
      module: ({ lifecycle, logger }) => {
        const step = (phase: Parameters<typeof lifecycle.onStop>[0], name: string): void => {
          lifecycle.onStop(phase, name, () => {
            order.push(name);
            if (name === 'flush') throw new Error('lost');
          });
        };
        step('pools', 'pool');
        step('producers', 'flush');
        step('consumers', 'drain');
        step('intake', 'feed one');
        step('intake', 'feed two');
        return EchoModule.with(logger);
      },
    });
    const { httpPort } = service;
    const results = await Promise.all([service.stop('test'), service.stop('again')]);
    expect(order).toEqual(['feed two', 'feed one', 'drain', 'flush', 'pool']);
    expect(results.map(({ failed }) => failed)).toEqual([['flush'], ['flush']]);
    expect(events()).toEqual(
      expect.arrayContaining(['service.stopping', 'service.stop_step_failed', 'service.stopped']),
    );
    await expect(connectTo(httpPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('does not wait for ever for a step that hangs', async () => {
    const service = await boot({
      config: await configOf({ shutdownTimeoutMs: 200 }),
      module: ({ lifecycle, logger }) => {
        lifecycle.onStop('consumers', 'hangs', () => new Promise<void>(() => undefined));
        return EchoModule.with(logger);
      },
    });
    expect(await service.stop('test')).toEqual({ failed: ['hangs'] });
  });
});

describe('a start that fails', () => {
  it('closes what was open and passes the fault on', async () => {
    const closed: string[] = [];
    const taken = createServer();
    servers.push(taken);
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const start = boot({
      config: await configOf({ httpPort: port }),
      module: ({ lifecycle, logger }) => {
        lifecycle.onStop('pools', 'pool', () => void closed.push('pool'));
        return EchoModule.with(logger);
      },
    });
    await expect(start).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { port } });
    expect(closed).toEqual(['pool']);
    expect(events()).toEqual(expect.arrayContaining(['service.failed', 'service.stopped']));
  });

  it('starts no consumer when a part cannot be opened', async () => {
    const started: string[] = [];
    const start = boot({
      module: ({ lifecycle }) => {
        lifecycle.onStart('consumer', () => void started.push('consumer'));
        throw new Error('no broker');
      },
    });
    await expect(start).rejects.toThrow('no broker');
    expect(started).toEqual([]);
  });
});

/** Of the metrics, asked for under another name. */
function statusUnder(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`http://127.0.0.1:${port}/metrics`, { headers: { host } });
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}

/** Asks until the answer is yes; the runner ends a test that waits for ever. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

function connectTo(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}

function client(port: number, path: string, ...names: string[]): Client {
  const loaded = loadPackageDefinition(loadSync(path, { keepCase: true, enums: String }));
  const found = names.reduce<unknown>(
    (at, name) => (at as Record<string, unknown>)[name],
    loaded,
  ) as new (address: string, credentials: unknown, options: object) => Client;
  return new found(`127.0.0.1:${port}`, credentials.createInsecure(), {
    interceptors: [signedCalls(headers)],
  });
}

function call(
  run: (answer: (error: ServiceError | null, value: unknown) => void) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    run((error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

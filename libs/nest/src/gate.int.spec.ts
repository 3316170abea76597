/** Who gets in: a real service, a real issuer, real sockets. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Metadata, credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HttpConfig, dataPlaneSchema, loadConfig } from '@tickmesh/config';
import type { CallerRole } from '@tickmesh/contracts';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { type RunningService, bootService } from './index.ts';
import { ECHO_PROTO, ECHO_RIGHTS, EchoModule } from './testing/echo-service.ts';

const lines: string[] = [];
const spans: string[] = [];
let issuer: TestIssuer;
let service: RunningService | undefined;
let receiver: ReturnType<typeof createServer> | undefined;

beforeEach(async () => {
  issuer = await TestIssuer.open();
});

afterEach(async () => {
  await service?.stop('the test is over');
  await issuer.close();
  const traces = receiver;
  if (traces !== undefined) await new Promise((resolve) => traces.close(resolve));
  service = undefined;
  receiver = undefined;
  lines.length = 0;
  spans.length = 0;
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Where traces go, kept as they came. */
async function openReceiver(): Promise<string> {
  receiver = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      spans.push(Buffer.concat(chunks).toString());
      response.end('{}');
    });
  });
  const opened = receiver;
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(opened.address() as AddressInfo).port}`;
}

async function open(changes: Partial<HttpConfig> = {}): Promise<RunningService> {
  const config = loadConfig(dataPlaneSchema, {
    LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: await openReceiver(),
    ...issuer.environment,
  });
  const ports = { httpPort: await freePort(), grpcPort: await freePort() };
  service = await bootService({
    name: 'echo',
    rights: ECHO_RIGHTS,
    config: { ...config, http: { ...config.http, ...ports, ...changes } },
    module: ({ logger }) => EchoModule.with(logger),
    grpc: { packages: ['tickmesh.echo.v1'], protoPaths: [ECHO_PROTO] },
    openApi: { title: 'Echo', description: 'Echo.', version: '1' },
    writeLog: (line) => lines.push(line),
  });
  grpcPort = ports.grpcPort;
  return service;
}
let grpcPort = 0;

const bearer = async (...roles: CallerRole[]): Promise<string> =>
  `Bearer ${await issuer.tokenFor({ name: 'alice', roles })}`;

async function get(path: string, authorization?: string, method = 'GET') {
  const answer = await fetch(`http://127.0.0.1:${service?.httpPort ?? 0}${path}`, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  });
  const text = await answer.text();
  const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
  const { code } = (body['error'] ?? {}) as { code?: string };
  return { status: answer.status, body, code, headers: answer.headers };
}

type Call = (
  request: object,
  metadata: Metadata,
  answer: (error: ServiceError | null, value: { readonly text?: string }) => void,
) => void;

async function rpc(
  method: string,
  authorization?: string,
  [path, ...names]: readonly string[] = [ECHO_PROTO, 'tickmesh', 'echo', 'v1', 'EchoService'],
): Promise<{ readonly text?: string; readonly refused?: number; readonly error?: ServiceError }> {
  const loaded: unknown = loadPackageDefinition(loadSync(path ?? '', { keepCase: true }));
  const Client = names.reduce((at, name) => (at as Record<string, unknown>)[name], loaded) as new (
    address: string,
    security: unknown,
  ) => Record<string, Call> & { close(): void };
  const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  try {
    return await new Promise((resolve) => {
      client[method]?.({ text: 'hi' }, metadata, (error, value) => {
        resolve(error === null ? value : { refused: error.code, error });
      });
    });
  } finally {
    client.close();
  }
}

const UNAUTHENTICATED = 16;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;

describe('over HTTP', () => {
  it('a call is answered to those who may, and its handler knows who they are', async () => {
    await open();
    expect(await get('/who', await bearer('operator', 'viewer'))).toMatchObject({
      status: 200,
      body: { name: 'alice', roles: ['viewer', 'operator'], token: 'no token' },
    });
    expect((await get('/who', await bearer('trader'), 'HEAD')).status).toBe(200);
  });

  it('a call is refused to those who did not sign in, with the reason and what to do', async () => {
    await open();
    const nobody = await get('/who');
    expect([nobody.status, nobody.code]).toEqual([401, 'NOT_SIGNED_IN']);
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="tickmesh"');
    const late = await get('/who', `Bearer ${await issuer.sign({ sub: 'alice', exp: 1_000 })}`);
    expect([late.status, late.code]).toEqual([401, 'TOKEN_REFUSED']);
    expect(late.headers.get('www-authenticate')).toBe(
      'Bearer realm="tickmesh", error="invalid_token", error_description="expired"',
    );
    expect((await get('/who', undefined, 'HEAD')).status).toBe(401);
  });

  it('a call is refused to those without the role, and one in no table to everybody', async () => {
    await open();
    expect(await get('/who', await bearer('viewer'))).toMatchObject({
      status: 403,
      code: 'NOT_ALLOWED',
    });
    const everything = await bearer('viewer', 'trader', 'risk_manager', 'operator');
    expect(await get('/unlisted', everything)).toMatchObject({ status: 403, code: 'NOT_ALLOWED' });
    expect((await get('/nowhere', everything)).status).toBe(404);
    expect((await get('/nowhere')).status).toBe(404);
  });

  it('health, metrics and the page of the calls need no token', async () => {
    await open();
    for (const path of ['/health/live', '/health/ready', '/metrics', '/docs', '/docs/json']) {
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    }
  });

  it('a body is not read of those who may not send one', async () => {
    await open();
    const answer = await fetch(`http://127.0.0.1:${service?.httpPort ?? 0}/echo`, {
      method: 'POST',
      body: 'not even JSON',
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer.status).toBe(401);
  });

  it('a caller who asks too often is told when to come back, and no other pays for it', async () => {
    await open({ callsPerSecondMax: 1 });
    const alice = await bearer('trader');
    const bob = `Bearer ${await issuer.tokenFor({ name: 'bob', roles: ['trader'] })}`;
    const answers = [await get('/echo/a', alice), await get('/echo/a', alice)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const third = await get('/echo/a', alice);
    expect([third.status, third.code]).toEqual([429, 'RATE_EXCEEDED']);
    expect(third.headers.get('retry-after')).toBe('1');
    expect((await get('/echo/a', bob)).status).toBe(200);
    const overGrpc = await rpc('Echo', alice);
    expect(overGrpc.refused).toBe(RESOURCE_EXHAUSTED);
    expect(overGrpc.error?.metadata.get('retry-after')).toEqual(['1']);
  });

  it('nobody gets in while the keys of the provider cannot be had', async () => {
    const token = await bearer('trader');
    issuer.isAway = true;
    await open();
    expect(await get('/who', token)).toMatchObject({ status: 503, code: 'SERVICE_UNREACHABLE' });
    expect((await get('/health/ready')).status).toBe(200);
    issuer.isAway = false;
    expect((await get('/who', token)).status).toBe(200);
  });
});

describe('over gRPC', () => {
  it('a call is answered to those who may, and its handler knows who they are', async () => {
    await open();
    expect(await rpc('Who', await bearer('operator'))).toEqual({ text: 'alice, no token' });
  });

  it('a call is refused with the code of the reason', async () => {
    await open();
    expect((await rpc('Who')).refused).toBe(UNAUTHENTICATED);
    const late = await rpc('Who', `Bearer ${await issuer.sign({ sub: 'alice', exp: 1_000 })}`);
    expect([late.refused, late.error?.details]).toEqual([
      UNAUTHENTICATED,
      expect.stringContaining('expired'),
    ]);
    expect(late.error?.metadata.get('tickmesh-fault-code')).toEqual(['TOKEN_REFUSED']);
    expect((await rpc('Who', await bearer('trader'))).refused).toBe(PERMISSION_DENIED);
    const everything = await bearer('viewer', 'trader', 'risk_manager', 'operator');
    expect((await rpc('Unlisted', everything)).refused).toBe(PERMISSION_DENIED);
  });

  it('health needs no token', async () => {
    await open();
    const health = [healthProtoPath, 'grpc', 'health', 'v1', 'Health'];
    expect(await rpc('Check', undefined, health)).toEqual({ status: 1 });
  });
});

describe('a token', () => {
  it('is in no log line, trace, metric or answer, whether it is taken or refused', async () => {
    const { context } = await open();
    const answers: unknown[] = [];
    const canaries = [
      await bearer('operator'),
      await bearer('viewer'),
      `Bearer ${await issuer.sign({ sub: 'alice', exp: 1_000 })}`,
      'Bearer canary.canary.canary',
      'Basic Y2FuYXJ5OmNhbmFyeQ==',
    ];
    for (const canary of canaries) {
      for (const path of ['/who', '/echo/bug', '/echo/conflict', '/unlisted', '/nowhere']) {
        const { body, headers } = await get(path, canary);
        answers.push(body, [...headers]);
      }
      for (const method of ['Who', 'Echo', 'Unlisted']) {
        const { error, text } = await rpc(method, canary);
        answers.push(text, error?.message, error?.details, error?.metadata.getMap());
      }
    }
    await context.tracing.flush();
    const seen = [...lines, ...spans, JSON.stringify(answers), await context.metrics.render()];
    expect(lines.join('')).toContain('call.refused');
    expect(spans.join('')).toContain('grpc.request');
    for (const canary of canaries) {
      for (const piece of canary.replace(/^\w+ /, '').split('.')) {
        expect(seen.filter((text) => text.includes(piece))).toEqual([]);
      }
    }
  });
});

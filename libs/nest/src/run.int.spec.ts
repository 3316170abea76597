/** A service as a process: what it says, how it ends, and with which code. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestIssuer } from '@tickmesh/sign-in/testing';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const running: ChildProcess[] = [];

beforeAll(() => {
  // Decorated code does not run unbuilt, and what is built may be old.
  const build = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-b', 'libs/nest'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (build.status !== 0) throw new Error(build.stdout);
});

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await TestIssuer.open();
});

afterAll(() => issuer.close());

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function start(
  environment: Record<string, string>,
  ...args: string[]
): Promise<{
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  ready(): Promise<void>;
}> {
  const child = spawn(process.execPath, ['libs/nest/dist/testing/run-echo.js', ...args], {
    cwd: root,
    env: {
      PATH: process.env['PATH'] ?? '',
      ...issuer.environment,
      HTTP_PORT: String(await freePort()),
      GRPC_PORT: String(await freePort()),
      ...environment,
    },
  });
  running.push(child);
  let [out, err] = ['', ''];
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    if (/"service.ready"|waiting/.test(out)) isReady();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      isReady();
      resolve({ code, out, err });
    });
  });
  return { child, ended, ready: () => ready };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a service as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'closes its parts and ends with 0 on %s',
    async (signal) => {
      const { child, ended, ready } = await start({ KAFKA_SASL_PASSWORD_FILE: '' });
      await ready();
      child.kill(signal);
      const { code, out } = await ended;
      expect(code).toBe(0);
      expect(out).toContain('pool closed\n');
      const events = out
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => (JSON.parse(line) as { event: string }).event);
      expect(events).toEqual([
        'service.starting',
        'config.loaded',
        'service.ready',
        'service.stopping',
        'service.stopped',
      ]);
    },
  );

  it('can be stopped while its start waits for something', async () => {
    const { child, ended, ready } = await start({}, 'wait');
    await ready();
    child.kill('SIGTERM');
    const { code, out } = await ended;
    expect([code, out.includes('pool closed'), out.includes('service.ready')]).toEqual([
      0,
      true,
      false,
    ]);
  });

  it('lists every problem of its configuration, starts nothing and ends with 1', async () => {
    const { ended } = await start({ KAFKA_BROKERS: 'nowhere', LOG_LEVEL: 'loud', KAFKA_X: '1' });
    const { code, out, err } = await ended;
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toEqual([
      'KAFKA_X: no such variable',
      'KAFKA_BROKERS: host:port, several separated by commas; found "nowhere"',
      'LOG_LEVEL: one of debug, info, warn, error, fatal; found "loud"',
    ]);
    expect(out).toContain('"config.refused"');
    expect(out).not.toContain('"service.starting"');
  });

  it('ends with 1 and says why when its port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { ended } = await start({ HTTP_PORT: String(port) });
    const { code, out } = await ended;
    await new Promise((resolve) => server.close(resolve));
    expect([code, out.includes('"PORT_TAKEN"'), out.includes('pool closed')]).toEqual([
      1,
      true,
      true,
    ]);
  });

  it('closes its parts and ends with 1 when an error reaches the top', async () => {
    const { ended } = await start({}, 'throw');
    const { code, out } = await ended;
    expect([code, out.includes('nobody caught this'), out.includes('pool closed')]).toEqual([
      1,
      true,
      true,
    ]);
  });
});

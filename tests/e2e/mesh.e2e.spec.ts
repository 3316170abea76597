/** The mesh as a person meets it: started by one command, looked at and used from the command line, stopped. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bus, connectBus } from '@tickmesh/bus';
import { commandLineSchema, loadConfig } from '@tickmesh/config';
import {
  REPOSITORY_ROOT,
  type RunningMesh,
  freePortVariables,
  isPortFree,
  readRunning,
} from '@tickmesh/local';
import { connectOutside, isAlive, listenersOf } from './support/listeners.ts';
import { type Ended, jsonLines, meshCommand, runScript } from './support/run-process.ts';
import { newFolder } from './support/test-mesh.ts';
import { until } from './support/until.ts';

const SERVICES = ['data-plane', 'strategy-plane', 'order-plane', 'store', 'connector'];
const KAFKA_COUNTERS = [
  'kafka_messages_published_total',
  'kafka_delivery_errors_total',
  'kafka_producer_queue_drops_total',
  'kafka_consumer_commits_total',
  'kafka_consumer_errors_total',
  'kafka_dlq_published_total',
];

const folder = newFolder('mesh');
let ports: Record<string, string>;
let environment: Record<string, string>;
let started: Ended;
let running: RunningMesh;
let bus: Bus;

const launcher = (script: string, ...args: string[]): Promise<Ended> =>
  runScript(['tools', 'local', script], ['--dir', folder.path, ...args], ports);
const mesh = (args: readonly string[], input?: string): Promise<Ended> =>
  meshCommand(args, environment, input);

const addressOf = (service: string, name = 'http'): string =>
  running.services.find((one) => one.name === service)?.addresses[name] ?? '';
const pids = (): number[] =>
  running.services.flatMap(({ process: identity }) => (identity ? [identity.pid] : []));

async function tailed(topic: string, max: number): Promise<Record<string, unknown>[]> {
  const options = ['--from', 'beginning', '--max', String(max), '--json'];
  const { stdout, code, stderr } = await mesh(['tail', topic, ...options]);
  if (code !== 0) throw new Error(stderr);
  return jsonLines(stdout);
}

/** Ids of the intents on `topic`, as the messages that it holds now name them. */
async function intentIds(topic: 'order_intents' | 'exec_reports'): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const record of bus.tail(topic, { from: 'beginning' })) {
    if (record.kind === 'unreadable') throw record.fault;
    ids.add(record.delivery.value.intent_id);
  }
  return ids;
}

/** The first lines of a recording, as a capture file of its own. */
function shortCapture(name: string, lines: number): string {
  const source = readFileSync(join(REPOSITORY_ROOT, 'tests', 'data', 'binance', name));
  const text = gunzipSync(source).toString('utf8').split('\n').slice(0, lines).join('\n');
  const file = join(folder.path, name);
  writeFileSync(file, gzipSync(`${text}\n`));
  return file;
}

beforeAll(async () => {
  ports = await freePortVariables();
  started = await launcher('start.mjs', '--detach');
  const found = readRunning(folder.path);
  if (found === undefined) throw new Error(`it does not run:\n${started.stdout}${started.stderr}`);
  running = found;
  environment = { ...ports, ...running.environment };
  bus = connectBus(loadConfig(commandLineSchema, environment));
});

afterAll(async () => {
  await bus.close();
  await launcher('stop.mjs');
  folder.remove();
});

describe('The mesh, started by one command', () => {
  it('says that it is ready, and where each part is', () => {
    expect(started.code).toBe(0);
    expect(started.stdout).toMatch(/Ready in \d+/);
    expect(running.ready).toBe(true);
    for (const service of SERVICES) expect(started.stdout).toContain(addressOf(service));
  });

  it('is up in every part, and says how far behind each group is', async () => {
    const { code, stdout, stderr } = await mesh(['health', '--json']);
    const { parts, lag } = JSON.parse(stdout) as {
      parts: { name: string; isUp: boolean; address: string }[];
      lag: { group: string; records: string }[];
    };
    expect(parts.filter(({ isUp }) => !isUp)).toEqual([]);
    expect(parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['kafka', 'schema registry', 'database', ...SERVICES]),
    );
    for (const { name, address } of parts) {
      if (SERVICES.includes(name)) expect(address).toBe(addressOf(name));
    }
    expect(lag.map(({ group }) => group)).toEqual(
      expect.arrayContaining(['data-plane', 'strategy-OFI_BTC', 'order-plane']),
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('binds every port to loopback alone', async () => {
    const listeners = listenersOf(pids());
    const wanted = Object.values(ports).map(Number);
    if (listeners !== undefined) {
      const outside = listeners.filter(({ address }) => !/^(127\.|::1$)/.test(address));
      expect(outside).toEqual([]);
      const bound = new Set(listeners.map(({ port }) => port));
      const used = running.services.flatMap(({ addresses }) =>
        Object.values(addresses).map((address) => Number(address.split(':').at(-1))),
      );
      expect(used.filter((port) => !bound.has(port))).toEqual([]);
    }
    const open = await Promise.all(wanted.map(async (port) => [port, await connectOutside(port)]));
    expect(open.filter(([, isOpen]) => isOpen)).toEqual([]);
  });

  it('says at a second start what already runs', async () => {
    const second = await launcher('start.mjs', '--detach');
    expect(second.code).toBe(1);
    expect(second.stdout).toContain('already runs from this folder');
    for (const service of SERVICES) expect(second.stdout).toContain(addressOf(service));
  });

  it('counts its messages in every service by the six names', async () => {
    for (const service of SERVICES) {
      const text = await (await fetch(`${addressOf(service)}/metrics`)).text();
      for (const counter of KAFKA_COUNTERS) expect(text).toContain(`# TYPE ${counter} counter`);
    }
    const text = await (await fetch(`${addressOf('data-plane')}/metrics`)).text();
    expect(text).toMatch(/kafka_messages_published_total\{[^}]*topic="market_events"[^}]*\} [1-9]/);
  });

  it('finds every topic as declared', async () => {
    const { code, stdout } = await mesh(['topics', 'verify', '--json']);
    expect([code, stdout.trim()]).toEqual([0, '[]']);
  });

  it('finds nothing that stops this machine from running a mesh on other ports', async () => {
    const other = await freePortVariables();
    const { code, stdout } = await meshCommand(['doctor', '--json'], { ...environment, ...other });
    const findings = JSON.parse(stdout) as { name: string; ok: boolean; found: string }[];
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['configuration', 'ports']),
    );
    expect(code).toBe(0);
  });

  it('knows its instruments, and asks for the exchange of a symbol that trades on two', async () => {
    const listed = await mesh(['instruments', 'list', '--json']);
    const known = JSON.parse(listed.stdout) as { symbol: string; exchange: string }[];
    expect(known.map(({ symbol, exchange }) => `${exchange}|${symbol}`)).toEqual(
      expect.arrayContaining(['BINANCE|BTCUSDT', 'BINANCE_USDM|BTCUSDT', 'SIM|AAPL']),
    );
    const ambiguous = await mesh(['instruments', 'show', 'BTCUSDT']);
    expect(ambiguous.code).toBe(1);
    expect(ambiguous.stderr).toContain('BINANCE_USDM');
    const shown = await mesh(['instruments', 'show', 'BTCUSDT', '--exchange', 'BINANCE', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ symbol: 'BTCUSDT', price_step: 0.01 });
  });

  it('refuses a message with field and rule, and takes it when it is sound', async () => {
    const bar = (low: number): string =>
      JSON.stringify({
        event_type: 'bar_event',
        symbol: 'MSFT',
        exchange: 'SIM',
        timestamp: '2026-01-05T14:30:00Z',
        ...{ open: 400, high: 401, low, close: 400.5, volume: 10 },
        ...{ bar_duration: '1m', is_complete: true },
      });
    const refused = await mesh(['publish', 'market_events', '--json', '-'], bar(402));
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: 'MSG_RULE_BROKEN' });
    expect(refused.stderr).toMatch(/"field":"[a-z.]*(low|high)"/);
    expect(refused.stderr).toContain('"rule":');
    const taken = await mesh(['publish', 'market_events', '--json', '-'], bar(399));
    expect([taken.code, taken.stderr]).toEqual([0, '']);
    expect(JSON.parse(taken.stdout)).toMatchObject({ topic: 'market_events' });
  });

  it('turns the recorded feed into an intent for BTCUSDT within a minute', async () => {
    const [intent] = await tailed('order_intents', 1);
    expect(intent).toMatchObject({
      topic: 'order_intents',
      key: expect.stringMatching(/^BINANCE(_USDM)?\|BTCUSDT$/),
      headers: { mode: 'replay' },
      value: { symbol: 'BTCUSDT', action: 'NEW', order_type: expect.any(String) },
    });
  }, 60_000);

  it('takes market data to an execution report, stage by stage, in a smoke test', async () => {
    const { code, stdout, stderr } = await mesh(['smoke', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const told = JSON.parse(stdout) as { stages: { stage: string; after_ms: number }[] };
    expect(told).toMatchObject({ intent_id: expect.any(String), status: expect.any(String) });
    expect(told.stages.map(({ stage }) => stage)).toEqual([
      'market_raw',
      'market_events',
      'ofi_events',
      'order_intents',
      'exec_reports',
    ]);
    expect(told.stages.filter(({ after_ms }) => !Number.isFinite(after_ms))).toEqual([]);
  });

  it('plays a recording of a symbol at full speed, and none of a symbol that is not in it', async () => {
    const file = shortCapture('usdm-btcusdt.gz', 400);
    const replayed = await mesh([
      'replay',
      file,
      '--speed',
      'max',
      '--symbol',
      'BTCUSDT',
      '--json',
    ]);
    expect([replayed.code, replayed.stderr]).toEqual([0, '']);
    const market = 'BINANCE_USDM|BTCUSDT';
    // Two more than the lines: the connection's begin and end.
    expect(jsonLines(replayed.stdout).at(-1)).toEqual({ market, frames: 402 });
    const none = await mesh(['replay', file, '--symbol', 'ETHUSDT']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('BTCUSDT');
  });

  it('answers every intent with a report', async () => {
    const asked = await intentIds('order_intents');
    expect(asked.size).toBeGreaterThan(1);
    await until('each of these intents has a report', async () => {
      const answered = await intentIds('exec_reports');
      return [...asked].every((id) => answered.has(id));
    });
  });

  it('shows reports decoded, one JSON object a line, with their headers', async () => {
    const reports = await tailed('exec_reports', 2);
    expect(reports).toHaveLength(2);
    for (const { topic, partition, offset, headers, value } of reports) {
      expect([topic, typeof partition, offset]).toEqual([
        'exec_reports',
        'number',
        expect.stringMatching(/^\d+$/),
      ]);
      expect(headers).toMatchObject({ event_id: expect.any(String), run_id: expect.any(String) });
      expect(value).toMatchObject({ event_type: 'execution_report' });
      expect((value as { timestamp: string }).timestamp).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    }
  });

  it('has sent nothing to a dead-letter queue', async () => {
    const { code, stdout } = await mesh(['dlq', 'list', '--json']);
    expect([code, stdout]).toEqual([0, '']);
  });

  it('leaves no process and no port behind when it is stopped', async () => {
    const processes = [running.launcher.pid, ...pids()];
    expect(processes.filter(isAlive)).toEqual(processes);
    await bus.close();
    const stopped = await launcher('stop.mjs');
    expect([stopped.code, stopped.stderr]).toEqual([0, '']);
    expect(processes.filter(isAlive)).toEqual([]);
    const free = await Promise.all(Object.values(ports).map((port) => isPortFree(Number(port))));
    expect(free).not.toContain(false);
    expect(readRunning(folder.path)).toBeUndefined();
    const health = await mesh(['health', '--json']);
    expect(health.code).toBe(1);
    const { parts } = JSON.parse(health.stdout) as { parts: { isUp: boolean; reason: string }[] };
    expect(parts.filter(({ isUp, reason }) => isUp || reason === '')).toEqual([]);
  });
});

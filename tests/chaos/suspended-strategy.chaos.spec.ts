/** A strategy's member sleeps past its session and wakes up: nothing of it counts that its successor did not decide. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OutgoingMessage } from '@tickmesh/bus';
import type { ServiceProcess } from '../e2e/support/service-process.ts';
import { type TestMesh, countOf, drained, openTestMesh } from '../e2e/support/test-mesh.ts';
import { until } from '../e2e/support/until.ts';

const STRATEGIES = `
version: 1
strategies:
  - id: SLEEPER
    kind: ofi_crossover
    account: PAPER-1
    markets:
      - { symbol: BTCUSDT, exchange: BINANCE }
    parameters:
      window: 100ms
      threshold: 1.5
      notional: 10000
      position_notional_max: 1000000000
      cooldown_ms: 0
      warm_up_windows: 5
`;
const GROUP = 'strategy-SLEEPER';
const START_MICROS = 1_767_600_000_000_000;
const WINDOW_MICROS = 100_000;
const MARKET = { symbol: 'BTCUSDT', exchange: 'BINANCE' } as const;

const meshes: TestMesh[] = [];

afterAll(async () => {
  await Promise.all(meshes.map((mesh) => mesh.close()));
});

function headersOf(topic: string, number: number) {
  const place = `market_raw/0/${String(number)}`;
  return {
    event_id: `sleep/${topic}/${place}#0`,
    run_id: 'sleep',
    mode: 'replay' as const,
    source_position: `${place}/0`,
  };
}

function windowAt(number: number): OutgoingMessage<'ofi_events'> {
  const end = START_MICROS + (number + 1) * WINDOW_MICROS;
  const z = 3 * Math.sin(number / 2.7) * Math.cos(number / 11);
  return {
    topic: 'ofi_events',
    value: {
      event_type: 'ofi_event',
      ...MARKET,
      timestamp: end,
      received_at: end,
      ofi_z: z,
      ofi_raw: z,
      ofi_ma: 0,
      ofi_std: 1,
      ofi_per_depth: z,
      window: '100ms',
      window_start: end - WINDOW_MICROS,
      levels: 1,
      event_count: 12,
      z_lookback: 60,
      quality: 'good',
      metadata: null,
    },
    headers: headersOf('ofi_events', number),
  };
}

const QUOTE: OutgoingMessage<'market_events'> = {
  topic: 'market_events',
  value: {
    event_type: 'tick_event',
    ...MARKET,
    timestamp: START_MICROS,
    received_at: START_MICROS,
    tick: {
      bid: 60_000,
      ask: 60_000.01,
      bid_size: 2,
      ask_size: 2,
      last: null,
      last_size: null,
      level2: null,
    },
    bar: null,
    book_status: null,
    data_quality: null,
    metadata: null,
  },
  headers: headersOf('market_events', 0),
};

async function openMesh(name: string): Promise<TestMesh> {
  const mesh = await openTestMesh(name);
  meshes.push(mesh);
  writeFileSync(join(mesh.folder, 'strategies.yaml'), STRATEGIES);
  return mesh;
}

async function startMember(mesh: TestMesh): Promise<ServiceProcess> {
  const file = join(mesh.folder, 'strategies.yaml');
  return (await mesh.start('strategy-plane/main', { STRATEGIES_FILE: file })).ready();
}

async function publish(mesh: TestMesh, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    await mesh.bus.publisher.publish(windowAt(number));
  }
}

/** Intents by id, in the order of their first publication; every copy must be the same, byte for byte. */
async function intentsOf(mesh: TestMesh): Promise<Map<string, string>> {
  const bytes = new Map<string, string>();
  for (const { value, record } of await mesh.messages('order_intents')) {
    const hex = record.value?.toString('hex') ?? '';
    expect(bytes.get(value.intent_id) ?? hex).toBe(hex);
    bytes.set(value.intent_id, hex);
  }
  return bytes;
}

describe('A strategy whose active member is suspended past its session', () => {
  it('is taken over, and what the sleeper does after it wakes up adds and changes nothing', async () => {
    const peace = await openMesh('awake');
    const alone = await startMember(peace);
    await alone.logged('strategy.started');
    await peace.bus.publisher.publish(QUOTE);
    await drained(peace, GROUP, 'market_events');
    await publish(peace, 0, 900);
    await drained(peace, GROUP, 'ofi_events');
    await alone.stop();
    const expected = await intentsOf(peace);
    expect(expected.size).toBeGreaterThan(50);

    const mesh = await openMesh('asleep');
    const sleeper = await startMember(mesh);
    await sleeper.logged('strategy.started');
    const standby = await startMember(mesh);
    await mesh.bus.publisher.publish(QUOTE);
    await drained(mesh, GROUP, 'market_events');
    const publishing = publish(mesh, 0, 300);
    await until('it decides', async () => (await countOf(mesh.bus, 'order_intents')) >= 10);
    process.kill(sleeper.pid, 'SIGSTOP');
    try {
      await publishing;
      await standby.logged('strategy.started');
      await publish(mesh, 300, 600);
    } finally {
      process.kill(sleeper.pid, 'SIGCONT');
    }
    await sleeper.logged('strategy.standing_by');
    await publish(mesh, 600, 900);
    await drained(mesh, GROUP, 'ofi_events');
    expect((await standby.stop()).code).toBe(0);
    expect((await sleeper.stop()).code).toBe(0);
    expect(await intentsOf(mesh)).toEqual(expected);
  });
});

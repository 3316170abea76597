/** The strategy plane is killed while it decides: its standby goes on, and the intents are those of a run in peace. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Delivery, OutgoingMessage } from '@tickmesh/bus';
import type { ServiceProcess } from '../e2e/support/service-process.ts';
import { type TestMesh, countOf, drained, openTestMesh } from '../e2e/support/test-mesh.ts';
import { until } from '../e2e/support/until.ts';
import { seenBy } from './same-messages.ts';

const STRATEGIES = `
version: 1
strategies:
  - id: CRASH
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
const GROUP = 'strategy-CRASH';
const WINDOW_MICROS = 100_000;
/** Few at a time, so that a kill falls between them. */
const CHUNK_WINDOWS = 3;
const START_MICROS = 1_767_600_000_000_000;
const MARKET = { symbol: 'BTCUSDT', exchange: 'BINANCE' } as const;

const meshes: TestMesh[] = [];

afterAll(async () => {
  await Promise.all(meshes.map((mesh) => mesh.close()));
});

async function openMesh(name: string): Promise<TestMesh> {
  const mesh = await openTestMesh(name);
  meshes.push(mesh);
  writeFileSync(join(mesh.folder, 'strategies.yaml'), STRATEGIES);
  return mesh;
}

function startMember(mesh: TestMesh): Promise<ServiceProcess> {
  return mesh.start('strategy-plane/main', {
    STRATEGIES_FILE: join(mesh.folder, 'strategies.yaml'),
  });
}

/** Takes over: from then on it is the one active member. */
const isActive = (member: ServiceProcess): boolean => member.lines('strategy.started').length > 0;

function headersOf(topic: string, number: number) {
  const place = `market_raw/0/${String(number)}`;
  return {
    event_id: `crash/${topic}/${place}#0`,
    run_id: 'crash',
    mode: 'replay' as const,
    source_position: `${place}/0`,
  };
}

/** Closed windows whose z swings beyond the threshold every few windows, either way. */
function windows(from: number, count: number): OutgoingMessage<'ofi_events'>[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const start = START_MICROS + number * WINDOW_MICROS;
    const z = 3 * Math.sin(number / 2.7) * Math.cos(number / 11);
    return {
      topic: 'ofi_events',
      value: {
        event_type: 'ofi_event',
        ...MARKET,
        timestamp: start + WINDOW_MICROS,
        received_at: start + WINDOW_MICROS,
        ofi_z: z,
        ofi_raw: z * 4,
        ofi_ma: 0,
        ofi_std: 1,
        ofi_per_depth: z,
        window: '100ms',
        window_start: start,
        levels: 1,
        event_count: 12,
        z_lookback: 60,
        quality: 'good',
        metadata: null,
      },
      headers: headersOf('ofi_events', number),
    };
  });
}

function quote(number: number, bid: number): OutgoingMessage<'market_events'> {
  const time = START_MICROS + number * WINDOW_MICROS;
  return {
    topic: 'market_events',
    value: {
      event_type: 'tick_event',
      ...MARKET,
      timestamp: time,
      received_at: time,
      tick: {
        bid,
        ask: bid + 0.01,
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
    headers: headersOf('market_events', number),
  };
}

/**
 * A price, then windows: topics have no order among each other, so each price is consumed before the windows that
 * are sized by it. `during` runs while the windows come, a few at a time.
 */
async function phase(
  mesh: TestMesh,
  from: number,
  count: number,
  during: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await mesh.bus.publisher.publish(quote(from, 60_000 + from));
  await drained(mesh, GROUP, 'market_events');
  const disturbing = during();
  const all = windows(from, count);
  for (let at = 0; at < all.length; at += CHUNK_WINDOWS) {
    await mesh.bus.publisher.publishAll(all.slice(at, at + CHUNK_WINDOWS));
  }
  await disturbing;
  await drained(mesh, GROUP, 'ofi_events');
}

/** Intents by id with their bytes; an id that is published twice must say the same twice. */
async function intentsOf(mesh: TestMesh): Promise<{ ids: string[]; messages: readonly string[] }> {
  const deliveries: readonly Delivery<'order_intents'>[] = await mesh.messages('order_intents');
  const bytes = new Map<string, string>();
  for (const { value, record } of deliveries) {
    const hex = record.value?.toString('hex') ?? '';
    expect(bytes.get(value.intent_id) ?? hex).toBe(hex);
    bytes.set(value.intent_id, hex);
  }
  return { ids: [...bytes.keys()], messages: seenBy(deliveries).messages };
}

const PHASE_WINDOWS = 300;

describe('A strategy whose active member is killed', () => {
  it('is taken over by the standby, and its intents are those of a run in peace', async () => {
    const peace = await openMesh('peace');
    const member = await (await startMember(peace)).ready();
    await member.logged('strategy.started');
    for (let index = 0; index < 3; index++)
      await phase(peace, index * PHASE_WINDOWS, PHASE_WINDOWS);
    await member.stop();
    const expected = await intentsOf(peace);
    expect(expected.ids.length).toBeGreaterThan(50);

    const mesh = await openMesh('killed_strategy');
    const first = await (await startMember(mesh)).ready();
    await first.logged('strategy.started');
    const second = await (await startMember(mesh)).ready();
    expect(isActive(second)).toBe(false);
    await phase(mesh, 0, PHASE_WINDOWS, async () => {
      await until('it decides', async () => (await countOf(mesh.bus, 'order_intents')) >= 10);
      await first.kill();
      await second.logged('strategy.started');
    });
    const third = await (await startMember(mesh)).ready();
    expect(isActive(third)).toBe(false);
    await phase(mesh, PHASE_WINDOWS, PHASE_WINDOWS, async () => {
      const before = await countOf(mesh.bus, 'order_intents');
      await until(
        'it decides',
        async () => (await countOf(mesh.bus, 'order_intents')) >= before + 15,
      );
      await second.kill();
      await third.logged('strategy.started');
    });
    await phase(mesh, 2 * PHASE_WINDOWS, PHASE_WINDOWS);
    await third.stop();
    const found = await intentsOf(mesh);
    expect(found.ids).toEqual(expected.ids);
    expect(found.messages).toEqual(expected.messages);
  });

  it('follows its journal behind the last checkpoint before it goes on', async () => {
    const mesh = await openMesh('journal');
    const first = await (await startMember(mesh)).ready();
    await first.logged('strategy.started');
    await phase(mesh, 0, 30);
    // Until what was consumed last is in the journal alone, not yet in a checkpoint.
    let next = 30;
    await until('a window behind the checkpoint', async () => {
      await phase(mesh, next, 1);
      next += 1;
      const [checkpoint] = [...(await mesh.bus.readCompacted('strategy_checkpoints')).values()];
      const behind = START_MICROS + next * WINDOW_MICROS;
      return checkpoint !== undefined && checkpoint.value.taken_at < behind;
    });
    const before = await intentsOf(mesh);
    await first.kill();
    const second = await startMember(mesh);
    const { replayed_records } = await second.logged('strategy.started');
    expect(replayed_records).toBeGreaterThan(0);
    expect(await intentsOf(mesh)).toEqual(before);
    await phase(mesh, next, 60);
    expect((await second.stop()).code).toBe(0);

    const peace = await openMesh('journal_peace');
    const member = await (await startMember(peace)).ready();
    await member.logged('strategy.started');
    await phase(peace, 0, 30);
    for (let number = 30; number < next; number++) await phase(peace, number, 1);
    await phase(peace, next, 60);
    await member.stop();
    expect(await intentsOf(mesh)).toEqual(await intentsOf(peace));
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '@tickmesh/bus';
import { INSTRUMENTS, type OfiEvent, type StrategyControl } from '@tickmesh/contracts';
import { type StrategyDefinition, StrategyRunner } from '@tickmesh/domain-strategies';
import { type Random, seededRandom } from '@tickmesh/kernel';
import fc from 'fast-check';
import { MemoryBus } from '../testing/memory-bus.ts';
import type { StrategyTopic } from './ports.ts';
import { StrategyHost } from './strategy-host.ts';

const SECOND = 1_000_000;
const DEFINITION: StrategyDefinition = {
  id: 'SAMPLE',
  kind: 'ofi_momentum',
  account: 'PAPER-1',
  markets: ['BINANCE|BTCUSDT'],
  parameters: {
    notional: 1000,
    position_notional_max: 1e9,
    cooldown_ms: 0,
    execution: 'market',
    window: '1s',
    threshold: 0.2,
    run_windows: 2,
  },
  intentLifeMs: 5000,
};

/** The member was killed: nothing of it is written from here on. */
class Killed extends Error {}

interface Member {
  readonly host: StrategyHost;
  /** Runs ahead of each write. */
  before: () => Promise<void>;
}

function memberOf(bus: MemoryBus): Member {
  const member: Member = {
    before: () => Promise.resolve(),
    host: new StrategyHost({
      publisher: bus.publisher(() => member.before()),
      log: bus,
      makeRunner: () => new StrategyRunner(DEFINITION, INSTRUMENTS),
      // Nothing comes twice here: the bus has a suite of its own for what drops repetitions.
      makeFilter: () => ({ admits: () => true, state: () => ({}) }),
      member: 'test',
      probe: {
        recovered: () => undefined,
        stoodDown: () => undefined,
        controlled: () => undefined,
        consumed: () => undefined,
        intended: () => undefined,
        startDecision: () => ({ traceparent: undefined, end: () => undefined }),
        checkpointed: () => undefined,
      },
    }),
  };
  return member;
}

function fill(bus: MemoryBus, random: Random, length: number): void {
  let drift = 0;
  for (let at = 1; at <= length; at++) {
    drift = 0.7 * drift + random.normal();
    const headers = { event_id: `run/${at}`, run_id: 'run', mode: 'replay' as const };
    const times = {
      symbol: 'BTCUSDT',
      exchange: 'BINANCE',
      timestamp: at * SECOND,
      received_at: at * SECOND,
    };
    const topic = at % 3 === 0 ? 'market_events' : 'ofi_events';
    const tick = {
      bid: 60_000,
      ask: 60_000 + at,
      bid_size: 1,
      ask_size: 1,
      last: null,
      last_size: null,
      level2: null,
    };
    const market = {
      ...times,
      event_type: 'tick_event',
      tick,
      bar: null,
      book_status: null,
      data_quality: null,
      metadata: null,
    };
    const ofi: OfiEvent = {
      ...times,
      event_type: 'ofi_event',
      ofi_z: drift,
      ofi_raw: drift,
      ofi_ma: null,
      ofi_std: null,
      ofi_per_depth: null,
      window: '1s',
      window_start: (at - 1) * SECOND,
      levels: 1,
      event_count: 1,
      z_lookback: 100,
      quality: 'good',
      metadata: null,
    };
    bus.append(
      topic,
      (topic === 'ofi_events' ? ofi : market) as Delivery<StrategyTopic>['value'],
      headers,
    );
  }
}

/** Consumes from the positions given, batches of random sizes of random topics, until the logs or `batches` end. */
async function consume(
  bus: MemoryBus,
  { host }: Member,
  positions: Map<string, bigint>,
  { random, batches }: { random: Random; batches: number },
): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const left = [...bus.inputs].filter(
      ([topic, log]) => Number(positions.get(topic) ?? 0n) < log.length,
    );
    if (left.length === 0) return;
    const deliveries: Delivery<StrategyTopic>[] = [];
    for (let run = random.integer(1, 3); run > 0; run--) {
      const [topic, log] = left[random.integer(0, left.length - 1)]!;
      const from = Number(positions.get(topic) ?? 0n);
      const taken = log.slice(from, from + random.integer(1, 10));
      positions.set(topic, BigInt(from + taken.length));
      deliveries.push(...taken);
    }
    await host.handle({ deliveries, isOwned: () => true, reject: () => undefined });
  }
}

async function takeOver(member: Member): Promise<Map<string, bigint>> {
  const positions = await member.host.recover();
  return new Map(positions.map(({ topic, offset }) => [topic, offset]));
}

/** What one undisturbed strategy decides on the order of consumption that the journal tells. */
function expected(bus: MemoryBus): Set<string> {
  const runner = new StrategyRunner(DEFINITION, INSTRUMENTS);
  const positions = new Map<string, number>();
  const intents = new Set<string>();
  let epoch = 0;
  for (const entry of bus.journal) {
    if (entry.epoch < epoch) continue;
    epoch = entry.epoch;
    for (const { topic, first_offset: first, last_offset: last } of entry.slices) {
      for (let at = first; at <= last; at++) {
        if (at < (positions.get(topic) ?? 0)) continue;
        positions.set(topic, at + 1);
        const delivery = bus.inputs.get(topic as StrategyTopic)![at]!;
        if (topic === 'strategy_control') {
          runner.isPaused = (delivery.value as StrategyControl).state === 'PAUSED';
          continue;
        }
        const cause = { eventId: delivery.headers.event_id, runId: delivery.headers.run_id };
        const made = runner.apply({ topic, event: delivery.value, cause } as never);
        for (const { intent_id } of made) intents.add(intent_id);
      }
    }
  }
  return intents;
}

const idsOf = (bus: MemoryBus): Set<string> =>
  new Set(
    bus.intents.map(({ bytes }) => Buffer.from(bytes, 'hex').toString('latin1').slice(2, 38)),
  );

/** Every copy of an intent is the same, byte for byte. */
function expectOneContentEach(bus: MemoryBus): void {
  const contents = Map.groupBy(bus.intents, ({ eventId }) => eventId);
  for (const copies of contents.values())
    expect(new Set(copies.map(({ bytes }) => bytes)).size).toBe(1);
}

describe('the laws of a strategy with several members', () => {
  it('killed at any write, again and again, publishes exactly what its journal decides', async () => {
    let intents = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
        async (seed, kills) => {
          const random = seededRandom(seed);
          const bus = new MemoryBus();
          fill(bus, random, 300);
          for (const kill of [...kills, Infinity]) {
            const member = memberOf(bus);
            let writes = 0;
            member.before = () =>
              writes++ >= kill ? Promise.reject(new Killed()) : Promise.resolve();
            try {
              const positions = await takeOver(member);
              await consume(bus, member, positions, {
                random,
                batches: kill === Infinity ? 1e6 : 20,
              });
            } catch (thrown) {
              if (!(thrown instanceof Killed)) throw thrown;
            }
          }
          expectOneContentEach(bus);
          expect(idsOf(bus)).toEqual(expected(bus));
          intents += idsOf(bus).size;
        },
      ),
      { numRuns: 40 },
    );
    expect(intents).toBeGreaterThan(400);
  });

  it('an owner that wakes up at any write after it was replaced publishes nothing that its successor does not', async () => {
    let stops = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 3, max: 30 }), async (seed, stop) => {
        const random = seededRandom(seed);
        const bus = new MemoryBus();
        fill(bus, random, 300);
        const old = memberOf(bus);
        const asleep = Promise.withResolvers<undefined>();
        const wake = Promise.withResolvers<undefined>();
        let writes = 0;
        old.before = async () => {
          if (writes++ !== stop) return;
          asleep.resolve(undefined);
          await wake.promise;
        };
        const working = takeOver(old).then((positions) =>
          consume(bus, old, positions, { random, batches: 100 }),
        );
        await Promise.race([asleep.promise, working]);
        const successor = memberOf(bus);
        const positions = await takeOver(successor);
        await consume(bus, successor, positions, { random, batches: random.integer(0, 5) });
        wake.resolve(undefined);
        await working;
        await old.host.revoke();
        // Whoever goes on finds a state that the journal agrees with, whoever wrote it.
        if (random.integer(0, 1) === 0) {
          await consume(bus, successor, positions, { random, batches: 1e6 });
        }
        const third = memberOf(bus);
        await consume(bus, third, await takeOver(third), { random, batches: 1e6 });
        expectOneContentEach(bus);
        expect(idsOf(bus)).toEqual(expected(bus));
        stops += writes > stop ? 1 : 0;
      }),
      { numRuns: 60 },
    );
    expect(stops).toBeGreaterThan(20);
  });

  it('a paused strategy keeps its state and sends nothing, also after a restart', async () => {
    const bus = new MemoryBus();
    fill(bus, seededRandom(7), 60);
    const control = (state: 'PAUSED' | 'RUNNING', at: number): void => {
      bus.append(
        'strategy_control',
        {
          strategy_id: 'SAMPLE',
          state,
          author: 'ada',
          reason: 'a test',
          requested_at: at,
        },
        { event_id: `control/${at}`, run_id: 'people', mode: 'live' },
      );
    };
    control('PAUSED', 1);
    const first = memberOf(bus);
    const positions = await takeOver(first);
    const controls = bus.inputs.get('strategy_control')!;
    await first.host.handle({ deliveries: controls, isOwned: () => true } as never);
    positions.set('strategy_control', 1n);
    await consume(bus, first, positions, { random: seededRandom(1), batches: 5 });
    const second = memberOf(bus);
    const left = await takeOver(second);
    await consume(bus, second, left, { random: seededRandom(2), batches: 1e6 });
    expect(bus.intents).toEqual([]);
    control('RUNNING', 2);
    await second.host.handle({ deliveries: controls.slice(1), isOwned: () => true } as never);
    fill(bus, seededRandom(8), 600);
    await consume(bus, second, left, { random: seededRandom(3), batches: 1e6 });
    expect(bus.intents.length).toBeGreaterThan(0);
  });
});

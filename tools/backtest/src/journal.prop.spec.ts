import { describe, expect, it } from '@jest/globals';
import { INSTRUMENTS } from '@tickmesh/contracts';
import {
  type StrategyDefinition,
  type StrategyInput,
  StrategyRunner,
} from '@tickmesh/domain-strategies';
import { type Random, seededRandom } from '@tickmesh/kernel';
import { StrategyHost } from '@tickmesh/strategy-plane/host';
import { MemoryBus } from '@tickmesh/strategy-plane/testing';
import fc from 'fast-check';
import { CASES, definitionOf, framesOf, play } from './captures.ts';

/** Inputs of one run: enough for every strategy to decide, few enough for a journal with a kill in it. */
const INPUTS_MAX = 40_000;

/** The process ends between two writes. */
class Killed extends Error {}

describe.each(CASES)('%s over the %s capture, live', (strategy, capture) => {
  const definition = definitionOf(strategy, capture);

  it(`${strategy} on ${capture}: its journal replayed gives the intents of the live run, byte for byte`, async () => {
    const played = play(definition, await framesOf(capture));
    const inputs = played.inputs.slice(0, INPUTS_MAX);
    let intents = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (seed, at) => {
          const live = busOf(inputs);
          await runKilled(definition, live, { random: seededRandom(seed), at });
          const replayed = busOf(inputs);
          replayed.journal.push(...live.journal);
          await hostOf(definition, replayed).recover();
          expect(contentsOf(replayed)).toEqual(contentsOf(live));
          intents += replayed.intents.length;
        },
      ),
      { numRuns: 1 },
    );
    expect(intents).toBeGreaterThan(0);
  });
});

/** The logs that the strategy consumes, as the planes beside it would have written them. */
function busOf(inputs: readonly StrategyInput[]): MemoryBus {
  const bus = new MemoryBus();
  for (const { topic, event, cause } of inputs) {
    const { eventId: event_id, runId: run_id } = cause;
    bus.append(topic, event, { event_id, run_id, mode: 'replay' });
  }
  return bus;
}

/**
 * A live run: topics come in any order against each other, each in its own. The member is killed at a write `at` of the
 * way; another one takes over and goes on to the end.
 */
async function runKilled(
  definition: StrategyDefinition,
  bus: MemoryBus,
  { random, at }: { random: Random; at: number },
): Promise<void> {
  const records = [...bus.inputs.values()].reduce((sum, log) => sum + log.length, 0);
  let consumed = 0;
  const first = hostOf(definition, bus, () =>
    consumed > at * records ? Promise.reject(new Killed()) : Promise.resolve(),
  );
  for (const member of [first, hostOf(definition, bus)]) {
    try {
      const positions = await member.recover();
      const next = new Map<string, number>(
        positions.map(({ topic, offset }) => [topic, Number(offset)]),
      );
      for (const deliveries of batches(bus, next, random)) {
        consumed += deliveries.length;
        await member.handle({ deliveries, isOwned: () => true, reject: () => undefined });
      }
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
    }
  }
}

function* batches(bus: MemoryBus, next: Map<string, number>, random: Random) {
  const left = new Map(bus.inputs);
  for (;;) {
    for (const [topic, log] of left) {
      if ((next.get(topic) ?? 0) >= log.length) left.delete(topic);
    }
    const topics = [...left.keys()];
    const topic = topics[random.integer(0, topics.length - 1)];
    if (topic === undefined) return;
    const from = next.get(topic) ?? 0;
    const to = from + random.integer(1, 500);
    next.set(topic, to);
    yield left.get(topic)!.slice(from, to);
  }
}

function hostOf(
  definition: StrategyDefinition,
  bus: MemoryBus,
  before: () => Promise<void> = () => Promise.resolve(),
): StrategyHost {
  return new StrategyHost({
    publisher: bus.publisher(before),
    log: bus,
    makeRunner: () => new StrategyRunner(definition, INSTRUMENTS),
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
  });
}

/** Each intent once, in order: what is published again after a kill is the same under the same id. */
function contentsOf(bus: MemoryBus): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  for (const { eventId, bytes } of bus.intents) {
    expect(contents.get(eventId) ?? bytes).toBe(bytes);
    contents.set(eventId, bytes);
  }
  return contents;
}

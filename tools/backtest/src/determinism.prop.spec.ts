import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { INSTRUMENTS, codecOf } from '@tickmesh/contracts';
import { openRecordings } from '@tickmesh/data-plane/replay';
import {
  type StrategyDefinition,
  type StrategyInput,
  StrategyRunner,
} from '@tickmesh/domain-strategies';
import { type Random, seededRandom } from '@tickmesh/kernel';
import { type PlayedFrame, mergedFrames } from './recorded-frames.ts';
import { LIMITS, PAPER, STRATEGIES } from './samples.ts';
import { Simulation } from './simulation.ts';

const DATA = join(import.meta.dirname, '../../../tests/data/binance');
const CAPTURES = {
  spot: { markets: ['BINANCE|BTCUSDT'], files: ['spot-btcusdt-1.gz', 'spot-btcusdt-2.gz'] },
  'USD-M': { markets: ['BINANCE_USDM|BTCUSDT'], files: ['usdm-btcusdt.gz'] },
  both: {
    markets: ['BINANCE|BTCUSDT', 'BINANCE_USDM|BTCUSDT'],
    files: ['spot-btcusdt-1.gz', 'spot-btcusdt-2.gz', 'usdm-btcusdt.gz'],
  },
} as const;
/** Each strategy over each capture; over both at once the one that looks at them together. */
const CASES = [
  ...(['spot', 'USD-M'] as const).flatMap((capture) =>
    Object.keys(STRATEGIES).map((strategy) => [strategy, capture] as const),
  ),
  ['factors', 'both'] as const,
];

const frames = new Map<string, Promise<readonly PlayedFrame[]>>();

function framesOf(capture: keyof typeof CAPTURES): Promise<readonly PlayedFrame[]> {
  let read = frames.get(capture);
  if (read === undefined) frames.set(capture, (read = readFrames(capture)));
  return read;
}

async function readFrames(capture: keyof typeof CAPTURES): Promise<readonly PlayedFrame[]> {
  const files = CAPTURES[capture].files.map((file) => join(DATA, file));
  const all: PlayedFrame[] = [];
  for await (const batch of mergedFrames(await openRecordings(files))) all.push(...batch);
  return all;
}

interface Played {
  /** Avro bytes of every intent, in order. */
  readonly intents: readonly string[];
  readonly inputs: readonly StrategyInput[];
}

const intentCodec = codecOf('OrderIntent');

/** Plays a capture; the strategy is put down and up again after each of `cuts` frames. */
function play(
  definition: StrategyDefinition,
  played: readonly PlayedFrame[],
  cuts: ReadonlySet<number> = new Set(),
): Played {
  const intents: string[] = [];
  const inputs: StrategyInput[] = [];
  const simulation = new Simulation({
    definition,
    instruments: INSTRUMENTS,
    runId: 'test',
    limits: LIMITS,
    paper: PAPER,
    fromMicros: 0,
    onFill: () => undefined,
    onDenied: () => undefined,
    probe: {
      consumed: (input) => inputs.push(input),
      intended: (intent) => intents.push(intentCodec.encode(intent).toString('hex')),
    },
  });
  for (const [number, { market, frame, position }] of played.entries()) {
    if (cuts.has(number)) simulation.restartStrategy();
    simulation.onFrame(market, frame, position);
  }
  simulation.finish();
  return { intents, inputs };
}

const definitionOf = (strategy: string, markets: readonly string[]): StrategyDefinition => ({
  ...STRATEGIES[strategy]!,
  markets,
});

describe.each(CASES)('%s over the %s capture', (strategy, capture) => {
  const definition = definitionOf(strategy, CAPTURES[capture].markets);

  it(`${strategy} on ${capture}: the same capture twice gives the same intents, byte for byte`, async () => {
    const all = await framesOf(capture);
    const first = play(definition, all);
    expect(first.intents.length).toBeGreaterThan(3);
    expect(play(definition, all).intents).toEqual(first.intents);
  });

  it(`${strategy} on ${capture}: restarts at random places change no byte`, async () => {
    const all = await framesOf(capture);
    const { intents } = play(definition, all);
    const property = fc.property(
      fc.array(fc.nat(all.length - 1), { minLength: 1, maxLength: 20 }),
      (cuts) => {
        expect(play(definition, all, new Set(cuts)).intents).toEqual(intents);
      },
    );
    fc.assert(property, { numRuns: 2 });
  });

  it(`${strategy} on ${capture}: whatever order the topics were consumed in, following it gives the same`, async () => {
    const { inputs } = play(definition, await framesOf(capture));
    const property = fc.property(fc.integer(), (seed) => {
      const order = interleaved(inputs, seededRandom(seed));
      const journal = order.map(({ topic }) => topic);
      expect(replayed(definition, follow(inputs, journal))).toEqual(replayed(definition, order));
    });
    fc.assert(property, { numRuns: 1 });
  });
});

/** One possible order of consumption of a live run: each topic in its own order, the topics against each other at random. */
function interleaved(inputs: readonly StrategyInput[], random: Random): StrategyInput[] {
  const logs = logsOf(inputs);
  const order: StrategyInput[] = [];
  const taken = new Map([...logs.keys()].map((topic) => [topic, 0]));
  while (taken.size > 0) {
    const topics = [...taken.keys()];
    const topic = topics[random.integer(0, topics.length - 1)]!;
    const log = logs.get(topic)!;
    const from = taken.get(topic)!;
    const to = from + random.integer(1, 500);
    order.push(...log.slice(from, to));
    if (to < log.length) taken.set(topic, to);
    else taken.delete(topic);
  }
  return order;
}

function logsOf(inputs: readonly StrategyInput[]): Map<string, StrategyInput[]> {
  return Map.groupBy(inputs, ({ topic }) => topic);
}

/** Reads the logs in the order that a journal tells. */
function follow(inputs: readonly StrategyInput[], journal: readonly string[]): StrategyInput[] {
  const logs = new Map([...logsOf(inputs)].map(([topic, log]) => [topic, log.values()]));
  return journal.map((topic) => logs.get(topic)!.next().value!);
}

function replayed(definition: StrategyDefinition, inputs: readonly StrategyInput[]): string[] {
  const runner = new StrategyRunner(definition, INSTRUMENTS);
  return inputs.flatMap((input) =>
    runner.apply(input).map((intent) => intentCodec.encode(intent).toString('hex')),
  );
}

/** The captures of the repository, played: what the specs of determinism stand on. */
import { join } from 'node:path';
import { INSTRUMENTS, codecOf } from '@tickmesh/contracts';
import { openRecordings } from '@tickmesh/data-plane/replay';
import type { StrategyDefinition, StrategyInput } from '@tickmesh/domain-strategies';
import { type PlayedFrame, mergedFrames } from './recorded-frames.ts';
import { LIMITS, PAPER, STRATEGIES } from './samples.ts';
import { Simulation } from './simulation.ts';

const DATA = join(import.meta.dirname, '../../../tests/data/binance');
export const CAPTURES = {
  spot: { markets: ['BINANCE|BTCUSDT'], files: ['spot-btcusdt-1.gz', 'spot-btcusdt-2.gz'] },
  'USD-M': { markets: ['BINANCE_USDM|BTCUSDT'], files: ['usdm-btcusdt.gz'] },
  both: {
    markets: ['BINANCE|BTCUSDT', 'BINANCE_USDM|BTCUSDT'],
    files: ['spot-btcusdt-1.gz', 'spot-btcusdt-2.gz', 'usdm-btcusdt.gz'],
  },
} as const;
export type Capture = keyof typeof CAPTURES;

/** Each strategy over each capture; over both at once the one that looks at them together. */
export const CASES = [
  ...(['spot', 'USD-M'] as const).flatMap((capture) =>
    Object.keys(STRATEGIES).map((strategy) => [strategy, capture] as const),
  ),
  ['factors', 'both'] as const,
];

const frames = new Map<string, Promise<readonly PlayedFrame[]>>();

export function framesOf(capture: Capture): Promise<readonly PlayedFrame[]> {
  let read = frames.get(capture);
  if (read === undefined) frames.set(capture, (read = readFrames(capture)));
  return read;
}

async function readFrames(capture: Capture): Promise<readonly PlayedFrame[]> {
  const files = CAPTURES[capture].files.map((file) => join(DATA, file));
  const all: PlayedFrame[] = [];
  for await (const batch of mergedFrames(await openRecordings(files))) all.push(...batch);
  return all;
}

export interface Played {
  /** Avro bytes of every intent, in order. */
  readonly intents: readonly string[];
  readonly inputs: readonly StrategyInput[];
}

export const intentCodec = codecOf('OrderIntent');

/** Plays a capture; the strategy is put down and up again after each of `cuts` frames. */
export function play(
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

export const definitionOf = (strategy: string, capture: Capture) => ({
  ...STRATEGIES[strategy]!,
  markets: CAPTURES[capture].markets,
});

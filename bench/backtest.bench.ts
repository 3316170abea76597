/**
 * A back-test of the recorded captures in one process: raw frames to book, ticks, OFI and bars, strategy, risk checks,
 * paper venue and ledger. The floor beside it parses every frame with JSON.parse and does nothing else. `equal` says that
 * every frame was read and every run traded the same.
 */
import { fileURLToPath } from 'node:url';
import { type PlayedFrame, Simulation, mergedFrames } from '@tickmesh/backtest';
import { INSTRUMENTS } from '@tickmesh/contracts';
import { openRecordings } from '@tickmesh/data-plane/replay';
import { readLimits } from '@tickmesh/domain-risk';
import type { BenchRow } from './row.ts';

const DATA = fileURLToPath(new URL('../../tests/data/binance/', import.meta.url));
const SAMPLES = 5;
const CAPTURES = [
  {
    name: 'spot BTCUSDT',
    market: 'BINANCE|BTCUSDT',
    files: ['spot-btcusdt-1.gz', 'spot-btcusdt-2.gz'],
  },
  { name: 'USD-M BTCUSDT', market: 'BINANCE_USDM|BTCUSDT', files: ['usdm-btcusdt.gz'] },
] as const;

const LIMITS = readLimits({
  versions: [
    {
      version: 1,
      effective_from: '2020-01-01T00:00:00Z',
      changed_by: 'bench',
      reason: 'bench',
      defaults: { signal_age_ms_max: 10_000, rate_orders_max: 20, rate_window_ms: 1000 },
      accounts: { BENCH: { broker: 'paper', cash: { USDT: 1_000_000 }, limits: {} } },
      strategies: { '*': { account: 'BENCH' } },
    },
  ],
});

export async function bench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const capture of CAPTURES) rows.push(await rowOf(capture));
  return rows;
}

async function rowOf(capture: (typeof CAPTURES)[number]): Promise<BenchRow> {
  const frames: PlayedFrame[] = [];
  const recordings = await openRecordings(capture.files.map((file) => `${DATA}${file}`));
  for await (const batch of mergedFrames(recordings)) frames.push(...batch);
  const ours: number[] = [];
  const floor: number[] = [];
  const results = new Set<string>();
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const [seconds, result] = timed(() => play(capture.market, frames));
    const [floorSeconds] = timed(() => parseAll(frames));
    results.add(result);
    if (sample === 0) continue;
    ours.push(seconds);
    floor.push(floorSeconds);
  }
  const perSecond = (seconds: number): number => Math.round(frames.length / seconds);
  const [seconds, floorSeconds] = [median(ours), median(floor)];
  const [result = ''] = results;
  return {
    name: `back-test in one process, ${capture.name}`,
    unit: 'frames/s',
    ours: perSecond(seconds),
    baseline: perSecond(floorSeconds),
    baselineName: 'JSON.parse of every frame',
    ratio: floorSeconds / seconds,
    aim: '250000 frames/s',
    equal: results.size === 1 && result.startsWith(`${frames.length} frames, 0 unreadable`),
  };
}

function play(market: string, frames: readonly PlayedFrame[]): string {
  let fills = 0;
  const simulation = new Simulation({
    definition: {
      id: 'BENCH',
      kind: 'ofi_crossover',
      account: 'BENCH',
      markets: [market],
      parameters: {
        notional: 10_000,
        position_notional_max: 50_000,
        cooldown_ms: 1_000,
        execution: 'market',
        window: '1s',
        threshold: 1.5,
        ema_alpha: 0.1,
        warm_up_windows: 10,
      },
      intentLifeMs: 5_000,
    },
    instruments: INSTRUMENTS,
    runId: 'bench',
    limits: LIMITS,
    paper: {
      seed: 'bench',
      entryLatencyMicros: [1_000, 3_000],
      responseLatencyMicros: [1_000, 3_000],
      makerFeeRate: 200_000n,
      takerFeeRate: 500_000n,
    },
    fromMicros: 0,
    onFill: () => {
      fills++;
    },
    onDenied: () => undefined,
    probe: {},
  });
  for (const { frame, position } of frames) simulation.onFrame(market, frame, position);
  simulation.finish();
  const { frames: read, unreadable } = simulation.counts;
  return `${read} frames, ${unreadable} unreadable, ${fills} fills`;
}

function parseAll(frames: readonly PlayedFrame[]): string {
  let parsed = 0;
  for (const { frame } of frames) {
    if (JSON.parse((frame.payload as Buffer).toString('latin1')) !== null) parsed++;
  }
  return String(parsed);
}

function timed(run: () => string): [seconds: number, result: string] {
  const start = process.hrtime.bigint();
  const result = run();
  return [Number(process.hrtime.bigint() - start) / 1e9, result];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/**
 * The recorded captures through the whole market pipeline in one process: raw bytes to book, tickers,
 * ticks, books of 20 levels, OFI (all windows, level 1 and 10 levels) and bars, all records made. The
 * floor beside it is the least that could pass for the same: JSON.parse of every frame, two unsorted
 * maps for a book, level-1 OFI as one sum. Both start from the same bytes; `equal` says that total OFI
 * and the best levels at the end agree.
 */
import { join } from 'node:path';
import { CAPTURES, readCapture } from '@tickmesh/conformance';
import { BinanceReader, MarketPipeline } from '@tickmesh/domain-market';
import type { DecimalDigits, MarketFrame } from '@tickmesh/domain-market';
import type { BenchRow } from './row.ts';

const SAMPLES = 5;

interface Capture {
  readonly name: string;
  readonly exchange: string;
  readonly files: readonly string[];
  /** As the instrument master's steps give them. */
  readonly digits: DecimalDigits;
}

const SPOT: Capture = {
  name: 'spot BTCUSDT',
  exchange: 'BINANCE',
  files: ['spot-btcusdt-1.gz', 'spot-btcusdt-2.gz'],
  digits: { price: 5, size: 8 },
};
const PERPETUAL: Capture = {
  name: 'USD-M BTCUSDT',
  exchange: 'BINANCE_USDM',
  files: ['usdm-btcusdt.gz'],
  digits: { price: 4, size: 6 },
};

export function bench(): BenchRow[] {
  return [...rowsOf(SPOT), ...rowsOf(PERPETUAL)];
}

function rowsOf(capture: Capture): BenchRow[] {
  const frames = framesOf(capture);
  const perSecond = (seconds: number): number => Math.round(frames.length / seconds);
  const whole = compare(
    () => runPipeline(capture, frames),
    () => runFloor(frames),
  );
  const reading = compare(
    () => readAll(capture, frames),
    () => parseAll(frames),
  );
  return [
    {
      name: `market pipeline, ${capture.name}`,
      unit: 'frames/s',
      ours: perSecond(whole.oursSeconds),
      baseline: perSecond(whole.baselineSeconds),
      baselineName: 'JSON.parse, two Map books, OFI',
      ratio: whole.baselineSeconds / whole.oursSeconds,
      aim: '300000 frames/s',
      equal: whole.equal,
    },
    {
      name: `venue frames read, ${capture.name}`,
      unit: 'frames/s',
      ours: perSecond(reading.oursSeconds),
      baseline: perSecond(reading.baselineSeconds),
      baselineName: 'JSON.parse',
      ratio: reading.baselineSeconds / reading.oursSeconds,
      aim: 'faster than JSON.parse',
      equal: reading.equal,
    },
  ];
}

function framesOf({ files }: Capture): MarketFrame[] {
  return files
    .flatMap((file) => readCapture(join(CAPTURES, file)))
    .map((line) => ({
      kind: 'FRAME',
      connection_id: 'bench',
      received_at: Number(line.receivedNanos / 1000n),
      time_shift_micros: 0,
      payload: line.payload,
    }));
}

/** Runs both in turn, once to warm up, and takes the median times. */
function compare(
  ours: () => string,
  baseline: () => string,
): { oursSeconds: number; baselineSeconds: number; equal: boolean } {
  const oursTimes: number[] = [];
  const baselineTimes: number[] = [];
  let equal = true;
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const [oursSeconds, oursResult] = timed(ours);
    const [baselineSeconds, baselineResult] = timed(baseline);
    equal &&= oursResult === baselineResult;
    if (sample === 0) continue;
    oursTimes.push(oursSeconds);
    baselineTimes.push(baselineSeconds);
  }
  return { oursSeconds: median(oursTimes), baselineSeconds: median(baselineTimes), equal };
}

function timed(run: () => string): [seconds: number, result: string] {
  const start = process.hrtime.bigint();
  const result = run();
  return [Number(process.hrtime.bigint() - start) / 1e9, result];
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;

function runPipeline(capture: Capture, frames: readonly MarketFrame[]): string {
  const pipeline = new MarketPipeline(
    {
      symbol: 'BTCUSDT',
      exchange: capture.exchange,
      digits: capture.digits,
      assetClass: 'crypto',
      currency: 'USDT',
    },
    { source: 'replay' },
  );
  let total = 0;
  const take = (frame: MarketFrame): void => {
    for (const output of pipeline.onFrame(frame)) {
      if (output.kind !== 'ofi_event' || output.record.window !== '10s') continue;
      if (output.record.levels === 1) total += output.record.ofi_raw ?? NaN;
    }
  };
  for (const frame of frames) take(frame);
  const { bids, asks } = pipeline.book;
  const best = [bids.priceAt(0), asks.priceAt(0)].map(
    (units) => units / 10 ** capture.digits.price,
  );
  const last = frames.at(-1);
  if (last === undefined) throw new Error('the capture is empty');
  take({ ...last, kind: 'HEARTBEAT', received_at: last.received_at + 60_000_000 });
  return `${total.toFixed(4)} ${best.join(' ')}`;
}

interface WireFrame {
  readonly stream?: string;
  readonly data?: WireFrame;
  readonly lastUpdateId?: number;
  readonly u: number;
  readonly b: string & readonly (readonly [string, string])[];
  readonly a: string & readonly (readonly [string, string])[];
  readonly B: string;
  readonly A: string;
  readonly bids?: readonly (readonly [string, string])[];
  readonly asks?: readonly (readonly [string, string])[];
}

const textOf = (payload: Uint8Array): string => (payload as Buffer).toString('latin1');

function runFloor(frames: readonly MarketFrame[]): string {
  const bids = new Map<string, number>();
  const asks = new Map<string, number>();
  const set = (side: Map<string, number>, levels: readonly (readonly [string, string])[]): void => {
    for (const [price, size] of levels) {
      const value = Number(size);
      if (value === 0) side.delete(price);
      else side.set(price, value);
    }
  };
  const apply = (update: WireFrame): void => {
    set(bids, update.b);
    set(asks, update.a);
  };
  let early: WireFrame[] | undefined = [];
  let [total, bid, bidSize, ask, askSize] = [0, NaN, 0, NaN, 0];
  for (const { payload } of frames) {
    const { stream, data, ...bare } = JSON.parse(textOf(payload)) as WireFrame;
    if (data === undefined || stream === undefined) {
      set(bids, bare.bids ?? []);
      set(asks, bare.asks ?? []);
      for (const update of early ?? []) if (update.u > (bare.lastUpdateId ?? NaN)) apply(update);
      early = undefined;
    } else if (stream.includes('@depth')) {
      if (early === undefined) apply(data);
      else early.push(data);
    } else if (stream.endsWith('@bookTicker')) {
      const [newBid, newBidSize, newAsk, newAskSize] = [+data.b, +data.B, +data.a, +data.A];
      if (newBid >= bid) total += newBidSize;
      if (newBid <= bid) total -= bidSize;
      if (newAsk <= ask) total -= newAskSize;
      if (newAsk >= ask) total += askSize;
      [bid, bidSize, ask, askSize] = [newBid, newBidSize, newAsk, newAskSize];
    }
  }
  const prices = (side: Map<string, number>): number[] => [...side.keys()].map(Number);
  const best = [Math.max(...prices(bids)), Math.min(...prices(asks))];
  return `${total.toFixed(4)} ${best.join(' ')}`;
}

function readAll(capture: Capture, frames: readonly MarketFrame[]): string {
  const reader = new BinanceReader(capture.digits);
  let count = 0;
  for (const { payload } of frames) if (reader.read(payload).kind !== 'control') count += 1;
  return String(count);
}

function parseAll(frames: readonly MarketFrame[]): string {
  let count = 0;
  for (const { payload } of frames) if (JSON.parse(textOf(payload)) !== null) count += 1;
  return String(count);
}

import { MarketPipeline, textOfUnits } from '@tickmesh/domain-market';
import type { Bar } from '@tickmesh/contracts';
import type { DecimalDigits, MarketFrame, MarketOutput } from '@tickmesh/domain-market';
import type { CaptureLine } from './capture.ts';

/** A bar as decimal texts. */
export interface BarText {
  readonly o: string;
  readonly h: string;
  readonly l: string;
  readonly c: string;
  readonly v: string;
  readonly n: number;
  readonly first_id: number;
  readonly last_id: number;
}

/** What a capture gave, in the terms of the golden file. */
export interface Played {
  readonly counts: Readonly<Record<string, number>>;
  readonly book: Readonly<Record<string, unknown>>;
  readonly flowEvents: number;
  readonly flowTotal: string;
  /** Sums by start of the second, in order. */
  readonly flowWindows: ReadonlyMap<string, string>;
  /** Bars of one minute by start in milliseconds. */
  readonly bars: ReadonlyMap<string, BarText>;
}

const EXCHANGES = { spot: 'BINANCE', usdm: 'BINANCE_USDM', coinm: 'BINANCE_COINM' } as const;
/** Enough silence after the last frame to close every window and bar. */
const SILENCE_MICROS = 180_000_000;

/** Plays a capture through the pipeline and reads the results from the records it publishes. */
export function play(market: keyof typeof EXCHANGES, lines: readonly CaptureLine[]): Played {
  const survey = surveyOf(lines);
  const { digits } = survey;
  const pipeline = new MarketPipeline(
    {
      symbol: survey.symbol,
      exchange: EXCHANGES[market],
      digits,
      assetClass: market === 'spot' ? 'crypto' : 'future',
      currency: 'USD',
    },
    { source: 'replay' },
  );
  const records = new Records(digits);
  let buffered = 0;
  let receivedMicros = 0;
  for (const [index, line] of lines.entries()) {
    receivedMicros = Number(line.receivedNanos / 1000n);
    if (index === survey.snapshotLine) buffered = pipeline.counts.depthBuffered;
    records.take(pipeline.onFrame(frameOf('FRAME', receivedMicros, line.payload)));
  }
  const book = bookFacts(pipeline, digits);
  records.take(
    pipeline.onFrame(frameOf('HEARTBEAT', receivedMicros + SILENCE_MICROS, new Uint8Array(0))),
  );
  return {
    counts: survey.counts,
    book: {
      ...book,
      snapshot_lastUpdateId: survey.snapshotId,
      buffered_before_snapshot: buffered,
    },
    flowEvents: records.flowEvents,
    flowTotal: textOfUnits(records.flowTotal, digits.size),
    flowWindows: records.flowWindows,
    bars: records.bars,
  };
}

function frameOf(
  kind: MarketFrame['kind'],
  receivedMicros: number,
  payload: Uint8Array,
): MarketFrame {
  return {
    kind,
    connection_id: 'capture',
    received_at: receivedMicros,
    time_shift_micros: 0,
    payload,
  };
}

function bookFacts(pipeline: MarketPipeline, digits: DecimalDigits): Record<string, unknown> {
  const { bids, asks, lastId } = pipeline.book;
  const { counts } = pipeline;
  return {
    dropped: counts.depthDropped,
    applied: counts.depthApplied,
    bookTicker_same_u_checks: counts.quoteChecks,
    bookTicker_same_u_equal: counts.quoteChecks - counts.quoteMismatches,
    final_update_id: lastId,
    final_best_bid: [
      textOfUnits(bids.priceAt(0), digits.price),
      textOfUnits(bids.sizeAt(0), digits.size),
    ],
    final_best_ask: [
      textOfUnits(asks.priceAt(0), digits.price),
      textOfUnits(asks.sizeAt(0), digits.size),
    ],
    final_levels: [bids.count, asks.count],
  };
}

/** Gathers what is compared from the published records alone. */
class Records {
  flowEvents = 0;
  flowTotal = 0n;
  readonly flowWindows = new Map<string, string>();
  readonly bars = new Map<string, BarText>();
  readonly #digits: DecimalDigits;

  constructor(digits: DecimalDigits) {
    this.#digits = digits;
  }

  take(outputs: readonly MarketOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'ofi_event') {
        const { window, levels, ofi_raw, event_count, window_start } = output.record;
        if (window !== '1s' || levels !== 1) continue;
        const units = unitsOf(ofi_raw ?? NaN, this.#digits.size);
        this.flowEvents += event_count ?? 0;
        this.flowTotal += BigInt(units);
        const second = String((window_start ?? NaN) / 1_000_000);
        this.flowWindows.set(second, textOfUnits(units, this.#digits.size));
      } else if (output.kind === 'market_event' && output.record.bar?.bar_duration === '1m') {
        this.#takeBar(output.record.timestamp, output.record.bar);
      }
    }
  }

  #takeBar(endMicros: number, bar: Bar): void {
    const { price, size } = this.#digits;
    const start = String((endMicros - 60_000_000) / 1000);
    this.bars.set(start, {
      o: textOfUnits(unitsOf(bar.open, price), price),
      h: textOfUnits(unitsOf(bar.high, price), price),
      l: textOfUnits(unitsOf(bar.low, price), price),
      c: textOfUnits(unitsOf(bar.close, price), price),
      v: textOfUnits(unitsOf(bar.volume, size), size),
      n: bar.trade_count ?? NaN,
      first_id: bar.first_trade_id ?? NaN,
      last_id: bar.last_trade_id ?? NaN,
    });
  }
}

/** The whole units that a published double stands for: exact while they are below 2^53. */
const unitsOf = (value: number, digits: number): number => Math.round(value * 10 ** digits);

interface Survey {
  readonly symbol: string;
  readonly digits: DecimalDigits;
  readonly counts: Record<string, number>;
  readonly snapshotId: number;
  /** Line of the first REST snapshot, -1 without one. */
  readonly snapshotLine: number;
}

/**
 * Looks through a capture with JSON.parse, apart from the product's own reader: how many frames of
 * each kind there are, the symbol, and how many digits its numbers need. An instrument master would
 * tell the digits of a live market.
 */
function surveyOf(lines: readonly CaptureLine[]): Survey {
  const digits = { price: 0, size: 0 };
  const counts = { depth: 0, bookTicker: 0, trade: 0, snapshot: 0 };
  let symbol = '';
  let snapshotId = 0;
  let snapshotLine = -1;
  const note = (kind: 'price' | 'size', value: unknown): void => {
    digits[kind] = Math.max(digits[kind], significantDigits(String(value)));
  };
  for (const [index, line] of lines.entries()) {
    const frame = JSON.parse(new TextDecoder().decode(line.payload)) as WireFrame;
    const data = frame.data ?? frame;
    for (const side of [data.b, data.a, data.bids, data.asks]) {
      if (typeof side === 'string') {
        note('price', side);
        continue;
      }
      for (const [price, size] of side ?? []) {
        note('price', price);
        note('size', size);
      }
    }
    for (const size of [data.B, data.A, data.q]) if (size !== undefined) note('size', size);
    if (data.p !== undefined) note('price', data.p);
    symbol ||= data.s ?? '';
    if (data.lastUpdateId !== undefined) {
      counts.snapshot += 1;
      snapshotId ||= data.lastUpdateId;
      if (snapshotLine < 0) snapshotLine = index;
    } else if (data.e === 'depthUpdate') counts.depth += 1;
    else if (data.e === 'trade') counts.trade += 1;
    else if (data.B !== undefined) counts.bookTicker += 1;
  }
  return { symbol, digits, counts, snapshotId, snapshotLine };
}

type Levels = readonly (readonly [string, string])[];

interface WireFrame {
  readonly data?: WireFrame;
  readonly e?: string;
  readonly s?: string;
  readonly b?: string | Levels;
  readonly a?: string | Levels;
  readonly bids?: Levels;
  readonly asks?: Levels;
  readonly B?: string;
  readonly A?: string;
  readonly p?: string;
  readonly q?: string;
  readonly lastUpdateId?: number;
}

const significantDigits = (text: string): number =>
  (text.split('.')[1] ?? '').replace(/0+$/, '').length;

import { Fault } from '@tickmesh/kernel';
import { BinanceReader } from './binance-reader.ts';
import { BOOK_SYNC_DEFAULTS, type BookSyncOptions } from './book-sync.ts';
import { digitsOfStep } from './decimal-units.ts';
import type { AssetClass, DataSource, Instrument } from '@tickmesh/contracts';
import type { SequenceRuleName } from './sequence-rules.ts';
import { SimReader } from './sim-reader.ts';
import type { TradeBarsOptions } from './trade-bars.ts';
import type { DecimalDigits, FrameReader } from './venue-frames.ts';

/** How the frames of an exchange are read and its books are kept. */
export interface Venue {
  readonly reader: (digits: DecimalDigits) => FrameReader;
  /** Undefined for a venue without book updates: its quotes are all there is. */
  readonly sequenceRule: SequenceRuleName | undefined;
}

const binance = (digits: DecimalDigits): FrameReader => new BinanceReader(digits);

/** Every exchange whose frames can be read. */
export const VENUES: Readonly<Record<string, Venue>> = {
  BINANCE: { reader: binance, sequenceRule: 'binance_spot' },
  BINANCE_USDM: { reader: binance, sequenceRule: 'binance_futures' },
  BINANCE_COINM: { reader: binance, sequenceRule: 'binance_futures' },
  SIM: { reader: (digits) => new SimReader(digits), sequenceRule: undefined },
};

/** One market, by the instrument master. */
export interface MarketSpec {
  readonly symbol: string;
  readonly exchange: string;
  readonly digits: DecimalDigits;
  readonly assetClass: AssetClass;
  /** Quote currency. */
  readonly currency: string;
}

/** No venue here sends more digits after the point. */
const WIRE_DIGITS_MAX = 8;
/** Orders from before a step was made coarser still rest in the recorded books, off today's grid. */
const OLD_STEP_DIGITS = 3;

const wireDigits = (step: bigint): number => {
  const digits = digitsOfStep(step);
  return Math.max(digits, Math.min(WIRE_DIGITS_MAX, digits + OLD_STEP_DIGITS));
};

/**
 * A market of the instrument master. Its steps decide how many digits are kept, with room for the
 * finer steps of the past: a level off the grid is real, and must not make its frame unreadable.
 * @throws Fault ARGUMENT_INVALID for a step that is not positive
 */
export function marketSpecOf(
  instrument: Pick<
    Instrument,
    'symbol' | 'exchange' | 'asset_class' | 'quote_currency' | 'price_step' | 'quantity_step'
  >,
): MarketSpec {
  return {
    symbol: instrument.symbol,
    exchange: instrument.exchange,
    digits: {
      price: wireDigits(instrument.price_step),
      size: wireDigits(instrument.quantity_step),
    },
    assetClass: instrument.asset_class === 'option' ? 'unknown' : instrument.asset_class,
    currency: instrument.quote_currency,
  };
}

/** @throws Fault INSTRUMENT_UNKNOWN for an exchange whose frames nobody can read */
export function venueOf(exchange: string): Venue {
  const venue = VENUES[exchange];
  if (venue === undefined) {
    throw new Fault('INSTRUMENT_UNKNOWN', { expected: Object.keys(VENUES), exchange });
  }
  return venue;
}

export interface PipelineOptions {
  /** What is told of the data, and whether the freshness limit applies (not to `replay`). */
  readonly source: DataSource;
  /** Where tickers, ticks and level-1 OFI come from: the quote stream, or the book. Never both. */
  readonly quoteSource: 'quotes' | 'book';
  /** Which prints make bars; the other kind is the same trades again. */
  readonly trades: 'trade' | 'aggTrade';
  /** Levels a side of a published book. */
  readonly bookDepth: number;
  /** Least receive time between two published books. */
  readonly bookIntervalMicros: number;
  /** Windows of OFI: time windows by the receive clock, event windows as `50e`. */
  readonly ofiWindows: readonly string[];
  /** Levels that the book's OFI sums, beside level 1. */
  readonly ofiLevels: number;
  /** Past windows that z is taken against, at the most. */
  readonly ofiLookback: number;
  readonly bars: TradeBarsOptions;
  /** Without a venue time for so long, venue time passes by the receive clock, so far behind. */
  readonly silenceMicros: number;
  readonly sync: Omit<BookSyncOptions, 'sequenceRule'>;
  readonly gates: GateLimits;
}

export interface GateLimits {
  /** Least share of the venue's trade ids that came. */
  readonly completenessMin: number;
  readonly completenessPeriod: number;
  /** The 95th percentile of age must be below it. */
  readonly freshnessMicros: number;
  readonly freshnessWindow: number;
  readonly skewMicros: number;
  readonly skewPeriod: number;
  /** A venue time further ahead of our clock is not believed. */
  readonly futureMicros: number;
}

/** Lateness covers what the recorded captures show: event times step back by up to 31 ms. */
export const PIPELINE_DEFAULTS: PipelineOptions = {
  source: 'venue_realtime',
  quoteSource: 'quotes',
  trades: 'trade',
  bookDepth: 20,
  bookIntervalMicros: 100_000,
  ofiWindows: ['100ms', '1s', '10s', '60s', '50e'],
  ofiLevels: 10,
  ofiLookback: 100,
  bars: { durations: ['1s', '1m'], latenessMicros: 500_000, revisableMax: 120 },
  silenceMicros: 2_000_000,
  sync: BOOK_SYNC_DEFAULTS,
  gates: {
    completenessMin: 0.95,
    completenessPeriod: 1_000,
    freshnessMicros: 250_000,
    freshnessWindow: 1_000,
    skewMicros: 1_000_000,
    skewPeriod: 1_000,
    futureMicros: 60_000_000,
  },
};

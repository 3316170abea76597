import type { BookTransition } from './book-sync.ts';
import type { Book } from './book.ts';
import { numberOfUnits } from './decimal-units.ts';
import type { MarketSpec } from './market-spec.ts';
import type { ClosedWindow } from './ofi-windows.ts';
import type {
  AggressorSide,
  DataQuality,
  DataSource,
  MarketEvent,
  OfiEvent,
  OrderBook,
  Ticker,
} from '@tickmesh/contracts';
import type { ClosedBar } from './trade-bars.ts';

/** The best quote and last trade of a market, as doubles; NaN where there is none. */
export interface MarketTop {
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
  readonly last: number;
  readonly lastSize: number;
  readonly lastSide: AggressorSide;
}

/** Turns what the pipeline knows into the records of the contracts, for one market. */
export class RecordMaker {
  readonly #market: MarketSpec;
  readonly #source: DataSource;

  constructor(market: MarketSpec, source: DataSource) {
    this.#market = market;
    this.#source = source;
  }

  ticker(top: MarketTop, times: RecordTimes, tradeId: number, updateId: number): Ticker {
    const hasBid = top.bidSize > 0;
    const hasAsk = top.askSize > 0;
    const hasLast = top.last > 0;
    return {
      symbol: this.#market.symbol,
      exchange: this.#market.exchange,
      timestamp: times.venueMicros,
      received_at: times.receivedMicros,
      bid: hasBid ? top.bid : null,
      bid_size: hasBid ? top.bidSize : null,
      ask: hasAsk ? top.ask : null,
      ask_size: hasAsk ? top.askSize : null,
      last: hasLast ? top.last : null,
      last_size: hasLast ? top.lastSize : null,
      last_side: hasLast ? top.lastSide : null,
      trade_id: tradeId < 0 ? null : tradeId,
      update_id: updateId < 0 ? null : updateId,
    };
  }

  tick(top: MarketTop, times: RecordTimes, completeness: number): MarketEvent {
    const hasLast = top.last > 0;
    return {
      event_type: 'tick_event',
      symbol: this.#market.symbol,
      exchange: this.#market.exchange,
      timestamp: times.venueMicros,
      received_at: times.receivedMicros,
      tick: {
        bid: top.bid,
        ask: top.ask,
        bid_size: top.bidSize,
        ask_size: top.askSize,
        last: hasLast ? top.last : null,
        last_size: hasLast ? top.lastSize : null,
        level2: null,
      },
      bar: null,
      book_status: null,
      data_quality: this.#quality(times, completeness),
      metadata: null,
    };
  }

  bar(bar: ClosedBar, times: RecordTimes, completeness: number): MarketEvent {
    const { price, size } = this.#market.digits;
    return {
      event_type: 'bar_event',
      symbol: this.#market.symbol,
      exchange: this.#market.exchange,
      timestamp: bar.endMicros,
      received_at: times.receivedMicros,
      tick: null,
      bar: {
        open: numberOfUnits(bar.open, price),
        high: numberOfUnits(bar.high, price),
        low: numberOfUnits(bar.low, price),
        close: numberOfUnits(bar.close, price),
        volume: numberOfUnits(bar.volume, size),
        bar_duration: bar.duration,
        asset_class: this.#market.assetClass,
        currency: this.#market.currency,
        final: true,
        revision: bar.revision,
        synthetic: false,
        trade_count: bar.tradeCount,
        first_trade_id: bar.firstTradeId,
        last_trade_id: bar.lastTradeId,
      },
      book_status: null,
      data_quality: this.#quality(times, completeness),
      metadata: null,
    };
  }

  bookStatus(transition: BookTransition, times: RecordTimes): MarketEvent {
    return {
      event_type: 'book_status',
      symbol: this.#market.symbol,
      exchange: this.#market.exchange,
      timestamp: times.venueMicros,
      received_at: times.receivedMicros,
      tick: null,
      bar: null,
      book_status: {
        state: transition.state,
        previous_state: transition.previous,
        reason: transition.reason,
        last_good_id: transition.lastGoodId < 0 ? null : transition.lastGoodId,
      },
      data_quality: null,
      metadata: null,
    };
  }

  orderBook(book: Book, depth: number, times: RecordTimes): OrderBook {
    const { digits } = this.#market;
    return {
      symbol: this.#market.symbol,
      exchange: this.#market.exchange,
      timestamp: times.venueMicros,
      received_at: times.receivedMicros,
      update_id: book.lastId,
      depth,
      bids: book.best(book.bids, depth, digits),
      asks: book.best(book.asks, depth, digits),
      bid_levels: book.bids.count,
      ask_levels: book.asks.count,
    };
  }

  ofi(window: ClosedWindow, levels: number, lookback: number, times: RecordTimes): OfiEvent {
    const { size } = this.#market.digits;
    const raw = numberOfUnits(window.sumUnits, size);
    const depth = numberOfUnits(window.meanDepthUnits, size);
    return {
      event_type: 'ofi_event',
      symbol: this.#market.symbol,
      exchange: this.#market.exchange,
      timestamp: times.venueMicros,
      received_at: times.receivedMicros,
      ofi_z: window.zScore,
      ofi_raw: raw,
      ofi_ma: window.pastMean === null ? null : numberOfUnits(window.pastMean, size),
      ofi_std: window.pastDeviation === null ? null : numberOfUnits(window.pastDeviation, size),
      ofi_per_depth: depth > 0 ? raw / depth : null,
      window: window.window,
      window_start: window.startMicros,
      levels,
      event_count: window.eventCount,
      z_lookback: lookback,
      quality: window.good ? 'good' : 'degraded',
      metadata: null,
    };
  }

  #quality(times: RecordTimes, completeness: number): DataQuality {
    return {
      completeness_score: completeness,
      freshness_ms: Math.round(times.ageMicros / 1000),
      source: this.#source,
    };
  }
}

/** The times of a record, microseconds. */
export interface RecordTimes {
  readonly venueMicros: number;
  readonly receivedMicros: number;
  /**
   * How much longer than the fastest recent frame this one took: age without clock skew. Of a frame
   * that tells no time, the age of the latest one that did.
   */
  readonly ageMicros: number;
}

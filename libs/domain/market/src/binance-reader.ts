import { readCarefully } from './binance-careful-reader.ts';
import { BinanceScanner, FIELD } from './binance-scanner.ts';
import type {
  ControlFrame,
  DecimalDigits,
  DepthFrame,
  FrameReader,
  LevelList,
  QuoteFrame,
  SnapshotFrame,
  TradeFrame,
  VenueFrame,
} from './venue-frames.ts';

const bits = (...fields: number[]): number => fields.reduce((sum, field) => sum | (1 << field), 0);

const DEPTH = bits(
  FIELD.eventMillis,
  FIELD.symbol,
  FIELD.firstId,
  FIELD.lastId,
  FIELD.bids,
  FIELD.asks,
);
const QUOTE = bits(
  FIELD.symbol,
  FIELD.lastId,
  FIELD.bidPrice,
  FIELD.bidSize,
  FIELD.askPrice,
  FIELD.askSize,
);
const PRINT = bits(
  FIELD.eventMillis,
  FIELD.tradeMillis,
  FIELD.symbol,
  FIELD.price,
  FIELD.size,
  FIELD.buyerIsMaker,
);
const TRADE = PRINT | bits(FIELD.tradeId);
const AGGREGATE = PRINT | bits(FIELD.aggregateId);
const SNAPSHOT = bits(FIELD.snapshotId, FIELD.snapshotBids, FIELD.snapshotAsks);
/** 2^53 / 1000: milliseconds above it have no exact microseconds. */
const MILLIS_MAX = 9_007_199_254_740;

/**
 * Reads the frames of Binance spot, USD-M and COIN-M: the streams depth, bookTicker, trade and
 * aggTrade, bare or in the wrapper `{stream, data}`, REST depth snapshots, `serverShutdown` and the
 * answers to subscriptions. Usual frames take the scanner, all others JSON.parse.
 *
 * A partial-depth stream looks like a snapshot inside a wrapper: it is refused, since a book made of
 * it would hold 20 levels and pass for whole.
 */
export class BinanceReader implements FrameReader {
  readonly #digits: DecimalDigits;
  readonly #scanner: BinanceScanner;
  readonly #depth: Writable<DepthFrame>;
  readonly #quote: Writable<QuoteFrame>;
  readonly #trade: Writable<TradeFrame>;
  #timeShiftMicros = 0;

  /** @param digits digits after the point of the market's prices and sizes; a lost digit is a fault */
  constructor(digits: DecimalDigits) {
    this.#digits = digits;
    this.#scanner = new BinanceScanner(digits.price, digits.size);
    this.#depth = emptyDepth(this.#scanner.bids, this.#scanner.asks);
    this.#quote = emptyQuote();
    this.#trade = emptyTrade();
  }

  read(payload: Uint8Array, timeShiftMicros = 0): VenueFrame {
    this.#timeShiftMicros = timeShiftMicros;
    if (this.#scanner.scan(payload)) {
      const frame = this.#scanned();
      if (frame !== undefined) return frame;
    }
    return readCarefully(payload, this.#digits, timeShiftMicros);
  }

  #scanned(): VenueFrame | undefined {
    const { event, seen, values } = this.#scanner;
    if (has(seen, 1 << FIELD.eventMillis) && values[FIELD.eventMillis]! > MILLIS_MAX)
      return undefined;
    switch (event) {
      case 'bookTicker':
        return has(seen, QUOTE) ? this.#asQuote() : undefined;
      case 'depthUpdate':
        return has(seen, DEPTH) ? this.#asDepth() : undefined;
      case 'trade':
        return has(seen, TRADE) ? this.#asTrade(FIELD.tradeId) : undefined;
      case 'aggTrade':
        return has(seen, AGGREGATE) ? this.#asTrade(FIELD.aggregateId) : undefined;
      case '':
        if (has(seen, 1 << FIELD.snapshotId)) {
          return has(seen, SNAPSHOT) && !has(seen, 1 << FIELD.data)
            ? this.#asSnapshot()
            : undefined;
        }
        return has(seen, QUOTE) ? this.#asQuote() : undefined;
    }
  }

  #asDepth(): DepthFrame | undefined {
    const { seen, symbol, values } = this.#scanner;
    if (values[FIELD.firstId]! > values[FIELD.lastId]!) return undefined;
    const frame = this.#depth;
    frame.symbol = symbol;
    frame.venueMicros = this.#micros(FIELD.eventMillis);
    frame.firstId = values[FIELD.firstId]!;
    frame.lastId = values[FIELD.lastId]!;
    frame.previousId = has(seen, 1 << FIELD.previousId) ? values[FIELD.previousId]! : -1;
    return frame;
  }

  #asQuote(): QuoteFrame {
    const { seen, symbol, values } = this.#scanner;
    const frame = this.#quote;
    frame.symbol = symbol;
    frame.venueMicros = has(seen, 1 << FIELD.eventMillis) ? this.#micros(FIELD.eventMillis) : -1;
    frame.updateId = values[FIELD.lastId]!;
    frame.bidPrice = values[FIELD.bidPrice]!;
    frame.bidSize = values[FIELD.bidSize]!;
    frame.askPrice = values[FIELD.askPrice]!;
    frame.askSize = values[FIELD.askSize]!;
    return frame;
  }

  #asTrade(idField: number): TradeFrame | undefined {
    const { symbol, values, buyerIsMaker, event, market } = this.#scanner;
    if (values[FIELD.price] === 0 || values[FIELD.tradeMillis]! > MILLIS_MAX) return undefined;
    const frame = this.#trade;
    frame.symbol = symbol;
    frame.venueMicros = this.#micros(FIELD.eventMillis);
    frame.tradeMicros = this.#micros(FIELD.tradeMillis);
    frame.tradeId = values[idField]!;
    frame.aggregate = event === 'aggTrade';
    frame.price = values[FIELD.price]!;
    frame.size = values[FIELD.size]!;
    frame.aggressor = buyerIsMaker ? 'SELL' : 'BUY';
    frame.market = market;
    return frame;
  }

  #asSnapshot(): SnapshotFrame {
    const { seen, symbol, values, bids, asks } = this.#scanner;
    return {
      kind: 'snapshot',
      symbol: has(seen, 1 << FIELD.snapshotSymbol) ? symbol : '',
      venueMicros: has(seen, 1 << FIELD.eventMillis) ? this.#micros(FIELD.eventMillis) : -1,
      lastId: values[FIELD.snapshotId]!,
      bids,
      asks,
    };
  }

  #micros(field: number): number {
    return this.#scanner.values[field]! * 1000 + this.#timeShiftMicros;
  }
}

type Writable<Frame> = { -readonly [Field in keyof Frame]: Frame[Field] };

const has = (seen: number, wanted: number): boolean => (seen & wanted) === wanted;

function emptyDepth(bids: LevelList, asks: LevelList): Writable<DepthFrame> {
  return {
    kind: 'depth',
    symbol: '',
    venueMicros: 0,
    firstId: 0,
    lastId: 0,
    previousId: -1,
    bids,
    asks,
  };
}

function emptyQuote(): Writable<QuoteFrame> {
  return {
    kind: 'quote',
    symbol: '',
    venueMicros: 0,
    updateId: 0,
    bidPrice: 0,
    bidSize: 0,
    askPrice: 0,
    askSize: 0,
  };
}

function emptyTrade(): Writable<TradeFrame> {
  return {
    kind: 'trade',
    symbol: '',
    venueMicros: 0,
    tradeMicros: 0,
    tradeId: 0,
    aggregate: false,
    price: 0,
    size: 0,
    aggressor: 'BUY',
    market: true,
  };
}

/** Whether the venue says goodbye: the connector then opens its next connection first. */
export function isShutdown(frame: VenueFrame): frame is ControlFrame {
  return frame.kind === 'control' && frame.event === 'server_shutdown';
}

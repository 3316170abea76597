import { AGGRESSOR_SIDE, ASSET_CLASS, BOOK_STATE, DATA_SOURCE } from '../gen/types.ts';
import { MARKET_EVENT_TYPE, type MarketEventInput, type PriceLevel } from '../gen/types.ts';
import {
  atLeast,
  each,
  flag,
  notNegative,
  optional,
  positive,
  ruleTable,
  symbolOf,
  time,
  whole,
  wholeFrom,
  within,
} from './rule.ts';
import { barDuration, currency, exchangeName, marketSymbol, name } from './words.ts';

/** The least price of a bar. */
const BAR_PRICE_LEAST = 0.000001;
const barPrice = atLeast(BAR_PRICE_LEAST);

export const DATA_QUALITY_RULES = ruleTable('DataQuality', {
  completeness_score: within(0, 1),
  freshness_ms: wholeFrom(0),
  source: symbolOf(DATA_SOURCE),
});

export const EVENT_METADATA_RULES = ruleTable('EventMetadata', {
  producer_id: optional(name),
  sequence_number: optional(wholeFrom(0)),
  kafka_topic: optional(name),
});

export const PRICE_LEVEL_RULES = ruleTable('PriceLevel', { price: positive, size: notNegative });

export const LEVEL2_RULES = ruleTable(
  'Level2',
  { bids: each(PRICE_LEVEL_RULES), asks: each(PRICE_LEVEL_RULES) },
  [
    { field: 'bids', rule: 'best first: prices fall', holds: ({ bids }) => falls(bids) },
    { field: 'asks', rule: 'best first: prices rise', holds: ({ asks }) => rises(asks) },
    { field: 'asks', rule: 'best ask >= best bid', holds: notCrossed },
  ],
);

export const TICK_RULES = ruleTable(
  'Tick',
  {
    bid: positive,
    ask: positive,
    bid_size: notNegative,
    ask_size: notNegative,
    last: optional(positive),
    last_size: optional(notNegative),
    level2: optional(LEVEL2_RULES),
  },
  [{ field: 'ask', rule: 'ask >= bid', holds: ({ ask, bid }) => ask >= bid }],
);

export const BAR_RULES = ruleTable(
  'Bar',
  {
    open: barPrice,
    high: barPrice,
    low: barPrice,
    close: barPrice,
    volume: notNegative,
    bar_duration: optional(barDuration),
    asset_class: optional(symbolOf(ASSET_CLASS)),
    currency: optional(currency),
    final: optional(flag),
    revision: optional(wholeFrom(0)),
    synthetic: optional(flag),
    trade_count: optional(wholeFrom(0)),
    first_trade_id: optional(whole),
    last_trade_id: optional(whole),
  },
  [
    { field: 'high', rule: 'high >= low', holds: ({ high, low }) => high >= low },
    { field: 'high', rule: 'high >= open', holds: ({ high, open }) => high >= open },
    { field: 'high', rule: 'high >= close', holds: ({ high, close }) => high >= close },
    { field: 'low', rule: 'low <= open', holds: ({ low, open }) => low <= open },
    { field: 'low', rule: 'low <= close', holds: ({ low, close }) => low <= close },
  ],
);

export const BOOK_STATUS_RULES = ruleTable('BookStatus', {
  state: symbolOf(BOOK_STATE),
  previous_state: symbolOf(BOOK_STATE),
  reason: name,
  last_good_id: optional(whole),
});

export const MARKET_EVENT_RULES = ruleTable(
  'MarketEvent',
  {
    event_type: symbolOf(MARKET_EVENT_TYPE),
    symbol: marketSymbol,
    exchange: exchangeName,
    timestamp: time,
    received_at: time,
    tick: optional(TICK_RULES),
    bar: optional(BAR_RULES),
    book_status: optional(BOOK_STATUS_RULES),
    data_quality: optional(DATA_QUALITY_RULES),
    metadata: optional(EVENT_METADATA_RULES),
  },
  [
    {
      field: 'event_type',
      rule: 'the body that event_type names is set, and no other',
      holds: hasItsBody,
    },
  ],
);

export const TICKER_RULES = ruleTable('Ticker', {
  symbol: marketSymbol,
  exchange: exchangeName,
  timestamp: time,
  received_at: time,
  bid: optional(positive),
  bid_size: optional(notNegative),
  ask: optional(positive),
  ask_size: optional(notNegative),
  last: optional(positive),
  last_size: optional(notNegative),
  last_side: optional(symbolOf(AGGRESSOR_SIDE)),
  trade_id: optional(whole),
  update_id: optional(whole),
});

export const ORDER_BOOK_RULES = ruleTable(
  'OrderBook',
  {
    symbol: marketSymbol,
    exchange: exchangeName,
    timestamp: time,
    received_at: time,
    update_id: whole,
    depth: wholeFrom(1),
    bids: each(PRICE_LEVEL_RULES),
    asks: each(PRICE_LEVEL_RULES),
    bid_levels: wholeFrom(0),
    ask_levels: wholeFrom(0),
  },
  [
    { field: 'bids', rule: 'best first: prices fall', holds: ({ bids }) => falls(bids) },
    { field: 'asks', rule: 'best first: prices rise', holds: ({ asks }) => rises(asks) },
    { field: 'asks', rule: 'best ask >= best bid', holds: notCrossed },
    { field: 'bids', rule: 'at most depth levels', holds: (b) => b.bids.length <= b.depth },
    { field: 'asks', rule: 'at most depth levels', holds: (b) => b.asks.length <= b.depth },
  ],
);

function hasItsBody(event: MarketEventInput): boolean {
  const tick = present(event.tick);
  const bar = present(event.bar);
  const bookStatus = present(event.book_status);
  switch (event.event_type) {
    case 'tick_event':
      return tick && !bar && !bookStatus;
    case 'bar_event':
      return bar && !tick && !bookStatus;
    case 'book_status':
      return bookStatus && !tick && !bar;
    case 'unknown':
      return false;
  }
}

function present(value: unknown): boolean {
  return value !== null && value !== undefined;
}

interface Sides {
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
}

function notCrossed({ bids, asks }: Sides): boolean {
  const [bid, ask] = [bids[0], asks[0]];
  return bid === undefined || ask === undefined || ask.price >= bid.price;
}

function falls(levels: readonly PriceLevel[]): boolean {
  return levels.every((level, i) => i === 0 || level.price < (levels[i - 1] as PriceLevel).price);
}

function rises(levels: readonly PriceLevel[]): boolean {
  return levels.every((level, i) => i === 0 || level.price > (levels[i - 1] as PriceLevel).price);
}

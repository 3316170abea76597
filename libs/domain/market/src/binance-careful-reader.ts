import { unitsOfText } from './decimal-units.ts';
import { LevelColumns, parseJson, unreadable } from './venue-frames.ts';
import type {
  ControlFrame,
  DecimalDigits,
  DepthFrame,
  QuoteFrame,
  SnapshotFrame,
  TradeFrame,
  VenueFrame,
} from './venue-frames.ts';

type Fields = Readonly<Record<string, unknown>>;

const SYMBOL = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Reads a Binance frame by JSON.parse: any order of keys, any white space, unknown keys. Slower than
 * the scanner and the one judge of what is unreadable.
 * @throws Fault FRAME_UNREADABLE naming what was expected and what was found
 */
export function readCarefully(
  payload: Uint8Array,
  digits: DecimalDigits,
  timeShiftMicros: number,
): VenueFrame {
  const frame = unshifted(payload, digits);
  if (frame.venueMicros < 0 || timeShiftMicros === 0) return frame;
  const venueMicros = frame.venueMicros + timeShiftMicros;
  return frame.kind === 'trade'
    ? { ...frame, venueMicros, tradeMicros: frame.tradeMicros + timeShiftMicros }
    : { ...frame, venueMicros };
}

function unshifted(payload: Uint8Array, digits: DecimalDigits): VenueFrame {
  const whole = objectOf(parseJson(payload), 'a JSON object');
  const wrapped = 'data' in whole;
  const fields = wrapped ? objectOf(whole['data'], 'an object in data') : whole;
  switch (fields['e']) {
    case 'depthUpdate':
      return depthOf(fields, digits);
    case 'bookTicker':
      return quoteOf(fields, digits);
    case 'trade':
      return tradeOf(fields, digits, 't');
    case 'aggTrade':
      return tradeOf(fields, digits, 'a');
    case 'serverShutdown':
      return { ...CONTROL, event: 'server_shutdown', venueMicros: timeOf(fields, 'E') };
    case undefined:
      return unnamedOf(fields, digits, wrapped);
    default:
      throw unreadable(
        'e of depthUpdate, bookTicker, trade, aggTrade, serverShutdown',
        fields['e'],
      );
  }
}

const CONTROL: ControlFrame = {
  kind: 'control',
  event: 'subscription_answer',
  venueMicros: -1,
  text: '',
};

/** Frames without `e`: spot quotes, REST snapshots, answers to subscriptions. */
function unnamedOf(fields: Fields, digits: DecimalDigits, wrapped: boolean): VenueFrame {
  if ('lastUpdateId' in fields) {
    if (wrapped)
      throw unreadable('a REST snapshot, not a partial-depth stream', fields['lastUpdateId']);
    return snapshotOf(fields, digits);
  }
  if ('u' in fields && 'B' in fields) return quoteOf(fields, digits);
  if ('error' in fields || 'code' in fields) {
    return { ...CONTROL, event: 'subscription_refused', text: JSON.stringify(fields) };
  }
  if ('result' in fields && 'id' in fields) return { ...CONTROL, text: JSON.stringify(fields) };
  throw unreadable('e, lastUpdateId, u with B, result with id, or error', fields);
}

function depthOf(fields: Fields, digits: DecimalDigits): DepthFrame {
  const firstId = integerOf(fields, 'U');
  const lastId = integerOf(fields, 'u');
  if (firstId > lastId) throw unreadable('U not above u', `U ${firstId}, u ${lastId}`);
  return {
    kind: 'depth',
    symbol: symbolOf(fields, 's'),
    venueMicros: timeOf(fields, 'E'),
    firstId,
    lastId,
    previousId: 'pu' in fields ? integerOf(fields, 'pu') : -1,
    bids: levelsOf(fields, 'b', digits),
    asks: levelsOf(fields, 'a', digits),
  };
}

function quoteOf(fields: Fields, digits: DecimalDigits): QuoteFrame {
  return {
    kind: 'quote',
    symbol: symbolOf(fields, 's'),
    venueMicros: 'E' in fields ? timeOf(fields, 'E') : -1,
    updateId: integerOf(fields, 'u'),
    bidPrice: decimalOf(fields['b'], 'b', digits.price),
    bidSize: decimalOf(fields['B'], 'B', digits.size),
    askPrice: decimalOf(fields['a'], 'a', digits.price),
    askSize: decimalOf(fields['A'], 'A', digits.size),
  };
}

function tradeOf(fields: Fields, digits: DecimalDigits, idKey: 't' | 'a'): TradeFrame {
  const buyerIsMaker = fields['m'];
  if (typeof buyerIsMaker !== 'boolean') throw unreadable('m, true or false', buyerIsMaker);
  const execution = fields['X'] ?? 'MARKET';
  if (typeof execution !== 'string') throw unreadable('X, a text', execution);
  const price = decimalOf(fields['p'], 'p', digits.price);
  if (price === 0) throw unreadable('p above 0', fields['p']);
  return {
    kind: 'trade',
    symbol: symbolOf(fields, 's'),
    venueMicros: timeOf(fields, 'E'),
    tradeMicros: timeOf(fields, 'T'),
    tradeId: integerOf(fields, idKey),
    aggregate: idKey === 'a',
    price,
    size: decimalOf(fields['q'], 'q', digits.size),
    aggressor: buyerIsMaker ? 'SELL' : 'BUY',
    market: execution === 'MARKET',
  };
}

function snapshotOf(fields: Fields, digits: DecimalDigits): SnapshotFrame {
  return {
    kind: 'snapshot',
    symbol: 'symbol' in fields ? symbolOf(fields, 'symbol') : '',
    venueMicros: 'E' in fields ? timeOf(fields, 'E') : -1,
    lastId: integerOf(fields, 'lastUpdateId'),
    bids: levelsOf(fields, 'bids', digits),
    asks: levelsOf(fields, 'asks', digits),
  };
}

function levelsOf(fields: Fields, key: string, digits: DecimalDigits): LevelColumns {
  const rows = fields[key];
  if (!Array.isArray(rows)) throw unreadable(`${key}, a list of [price, size]`, rows);
  const levels = new LevelColumns();
  for (const row of rows as readonly unknown[]) {
    if (!Array.isArray(row) || row.length !== 2)
      throw unreadable(`${key}, a list of [price, size]`, row);
    const price = decimalOf(row[0], `${key} price`, digits.price);
    if (price === 0) throw unreadable(`${key} price above 0`, row);
    levels.push(price, decimalOf(row[1], `${key} size`, digits.size));
  }
  return levels;
}

function decimalOf(value: unknown, key: string, digits: number): number {
  const units = typeof value === 'string' ? unitsOfText(value, digits) : undefined;
  if (units === undefined) {
    throw unreadable(`${key}, a decimal text of at most ${digits} digits after the point`, value);
  }
  return units;
}

function integerOf(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw unreadable(`${key}, a whole number from 0 to 2^53 - 1`, value);
  }
  return value;
}

/** Microseconds of a field in milliseconds. */
function timeOf(fields: Fields, key: string): number {
  const micros = integerOf(fields, key) * 1000;
  if (!Number.isSafeInteger(micros)) throw unreadable(`${key}, milliseconds`, fields[key]);
  return micros;
}

function symbolOf(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || !SYMBOL.test(value)) throw unreadable(`${key}, a symbol`, value);
  return value;
}

function objectOf(value: unknown, expected: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(expected, value);
  }
  return value as Fields;
}

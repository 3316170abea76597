import { unitsOfText } from './decimal-units.ts';
import { parseJson, unreadable } from './venue-frames.ts';
import type { DecimalDigits, FrameReader, QuoteFrame, TradeFrame } from './venue-frames.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the simulated exchange: one JSON object a frame, times in microseconds, decimals as texts.
 *
 *   {"type":"quote","symbol":"AAPL","time":1,"sequence":1,"bid":"227.99","bid_size":"300","ask":"228.01","ask_size":"200"}
 *   {"type":"trade","symbol":"AAPL","time":1,"id":1,"price":"228.01","size":"100","side":"BUY"}
 */
export class SimReader implements FrameReader {
  readonly #digits: DecimalDigits;

  constructor(digits: DecimalDigits) {
    this.#digits = digits;
  }

  read(payload: Uint8Array, timeShiftMicros = 0): QuoteFrame | TradeFrame {
    const fields = parse(payload);
    switch (fields['type']) {
      case 'quote':
        return this.#quote(fields, timeShiftMicros);
      case 'trade':
        return this.#trade(fields, timeShiftMicros);
      default:
        throw unreadable('type quote or trade', fields['type']);
    }
  }

  #quote(fields: Fields, timeShiftMicros: number): QuoteFrame {
    return {
      kind: 'quote',
      symbol: textOf(fields, 'symbol'),
      venueMicros: integerOf(fields, 'time') + timeShiftMicros,
      updateId: integerOf(fields, 'sequence'),
      bidPrice: decimalOf(fields, 'bid', this.#digits.price),
      bidSize: decimalOf(fields, 'bid_size', this.#digits.size),
      askPrice: decimalOf(fields, 'ask', this.#digits.price),
      askSize: decimalOf(fields, 'ask_size', this.#digits.size),
    };
  }

  #trade(fields: Fields, timeShiftMicros: number): TradeFrame {
    const aggressor = fields['side'];
    if (aggressor !== 'BUY' && aggressor !== 'SELL')
      throw unreadable('side BUY or SELL', aggressor);
    const price = decimalOf(fields, 'price', this.#digits.price);
    if (price === 0) throw unreadable('price above 0', fields['price']);
    const micros = integerOf(fields, 'time') + timeShiftMicros;
    return {
      kind: 'trade',
      symbol: textOf(fields, 'symbol'),
      venueMicros: micros,
      tradeMicros: micros,
      tradeId: integerOf(fields, 'id'),
      aggregate: false,
      price,
      size: decimalOf(fields, 'size', this.#digits.size),
      aggressor,
      market: true,
    };
  }
}

function parse(payload: Uint8Array): Fields {
  const value = parseJson(payload);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable('a JSON object', value);
  }
  return value as Fields;
}

function decimalOf(fields: Fields, key: string, digits: number): number {
  const value = fields[key];
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

function textOf(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value === '') throw unreadable(`${key}, a text`, value);
  return value;
}

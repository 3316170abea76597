import { POWERS_OF_TEN } from './decimal-units.ts';
import { LevelColumns } from './venue-frames.ts';

/**
 * One pass over the bytes of a Binance frame in its usual, compact form: no white space, no escapes,
 * ASCII, each key once, plain decimals. It either understands every byte or says no; the careful
 * reader then decides (and names the fault), so that speed never costs a wrong number. Both agree on
 * every frame that this one understands (binance-reader.prop.spec.ts).
 */

/** Places of the fields in `values`, and their bits in `seen`. */
export const FIELD = {
  event: 0,
  eventMillis: 1,
  tradeMillis: 2,
  symbol: 3,
  firstId: 4,
  lastId: 5,
  previousId: 6,
  bids: 7,
  asks: 8,
  bidPrice: 9,
  bidSize: 10,
  askPrice: 11,
  askSize: 12,
  tradeId: 13,
  aggregateId: 14,
  price: 15,
  size: 16,
  buyerIsMaker: 17,
  execution: 18,
  snapshotId: 19,
  data: 20,
  /** `bids`, `asks` and `symbol` are of snapshots, `b`, `a` and `s` of streams. */
  snapshotBids: 21,
  snapshotAsks: 22,
  snapshotSymbol: 23,
  /** `b` and `a` mean prices or levels; each may come once, whatever it means. */
  keyB: 24,
  keyA: 25,
} as const;

export type EventName = '' | 'depthUpdate' | 'bookTicker' | 'trade' | 'aggTrade';

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const EVENT_NAMES = (['depthUpdate', 'bookTicker', 'trade', 'aggTrade'] as const).map((name) => ({
  name,
  bytes: bytesOf(name),
}));
const DATA = bytesOf('data');
const SYMBOL = bytesOf('symbol');
const SNAPSHOT_ID = bytesOf('lastUpdateId');
const BIDS = bytesOf('bids');
const ASKS = bytesOf('asks');
const MARKET = bytesOf('MARKET');
const TRUE = bytesOf('true');
const FALSE = bytesOf('false');

/** Digits that a double adds up without loss, whatever they are. */
const SAFE_DIGITS = 15;

export class BinanceScanner {
  /** Bit 1 << FIELD.x: the frame had the field. */
  seen = 0;
  event: EventName = '';
  symbol = '';
  buyerIsMaker = false;
  /** Whether `X` is MARKET; true where there is no `X`. */
  market = true;
  /** Numbers by FIELD: units of 10^-digits, ids, milliseconds. */
  readonly values = new Float64Array(26);
  readonly bids = new LevelColumns();
  readonly asks = new LevelColumns();

  readonly #priceDigits: number;
  readonly #sizeDigits: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** `seen` at the end of a wrapper's data, -1 without a wrapper: fields beside data do not count. */
  #seenInData = -1;
  /** Bytes of `symbol`: one market has one, so its text is made once. */
  #symbolBytes: Uint8Array = new Uint8Array(0);

  constructor(priceDigits: number, sizeDigits: number) {
    this.#priceDigits = priceDigits;
    this.#sizeDigits = sizeDigits;
  }

  /** Whether every byte was understood; the fields that `seen` tells then hold the frame. */
  scan(bytes: Uint8Array): boolean {
    this.#bytes = bytes;
    this.#at = 0;
    this.seen = 0;
    this.event = '';
    this.market = true;
    this.#seenInData = -1;
    if (!this.#object() || this.#at !== bytes.length) return false;
    return this.#seenInData === -1 || this.#seenInData === this.seen;
  }

  #object(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== OPEN_OBJECT) return false;
    do {
      this.#at += 1;
      if (!this.#member()) return false;
    } while (bytes[this.#at] === COMMA);
    if (bytes[this.#at] !== CLOSE_OBJECT) return false;
    this.#at += 1;
    return true;
  }

  /** Key, colon and value. */
  #member(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) return false;
    const start = this.#at + 1;
    if (bytes[start + 1] === QUOTE && bytes[start + 2] === COLON) {
      this.#at = start + 3;
      return this.#shortMember(bytes[start]!);
    }
    const end = this.#endOfText(start);
    if (end < 0 || bytes[end + 1] !== COLON) return false;
    this.#at = end + 2;
    return this.#longMember(start, end);
  }

  #shortMember(key: number): boolean {
    switch (key) {
      case 0x62: // b
        if (!this.#once(FIELD.keyB)) return false;
        if (this.#bytes[this.#at] === OPEN_LIST) return this.#levels(FIELD.bids, this.bids);
        return this.#decimal(FIELD.bidPrice, this.#priceDigits);
      case 0x61: // a
        if (!this.#once(FIELD.keyA)) return false;
        if (this.#bytes[this.#at] === OPEN_LIST) return this.#levels(FIELD.asks, this.asks);
        if (this.#bytes[this.#at] === QUOTE)
          return this.#decimal(FIELD.askPrice, this.#priceDigits);
        return this.#integer(FIELD.aggregateId);
      case 0x42: // B
        return this.#decimal(FIELD.bidSize, this.#sizeDigits);
      case 0x41: // A
        return this.#decimal(FIELD.askSize, this.#sizeDigits);
      case 0x70: // p
        return this.#decimal(FIELD.price, this.#priceDigits);
      case 0x71: // q
        return this.#decimal(FIELD.size, this.#sizeDigits);
      case 0x75: // u
        return this.#integer(FIELD.lastId);
      case 0x55: // U
        return this.#integer(FIELD.firstId);
      case 0x45: // E
        return this.#integer(FIELD.eventMillis);
      case 0x54: // T
        return this.#integer(FIELD.tradeMillis);
      case 0x74: // t
        return this.#integer(FIELD.tradeId);
      case 0x73: // s
        return this.#symbol(FIELD.symbol);
      case 0x65: // e
        return this.#eventName();
      case 0x6d: // m
        return this.#boolean();
      case 0x58: // X
        return this.#execution();
      default:
        return isPlain(key) && this.#scalar();
    }
  }

  #longMember(start: number, end: number): boolean {
    if (this.#is(start, end, DATA)) return this.#data();
    if (end - start === 2 && this.#bytes[start] === 0x70 && this.#bytes[start + 1] === 0x75) {
      return this.#integer(FIELD.previousId);
    }
    if (this.#is(start, end, SNAPSHOT_ID)) return this.#integer(FIELD.snapshotId);
    if (this.#is(start, end, BIDS)) return this.#levels(FIELD.snapshotBids, this.bids);
    if (this.#is(start, end, ASKS)) return this.#levels(FIELD.snapshotAsks, this.asks);
    if (this.#is(start, end, SYMBOL)) return this.#symbol(FIELD.snapshotSymbol);
    return this.#scalar();
  }

  /** The inner object of a wrapper. */
  #data(): boolean {
    if (this.seen !== 0 || !this.#once(FIELD.data) || !this.#object()) return false;
    this.#seenInData = this.seen;
    return true;
  }

  /** Marks the field; false when the frame had it before: which one counts is not decided here. */
  #once(field: number): boolean {
    const bit = 1 << field;
    if ((this.seen & bit) !== 0) return false;
    this.seen |= bit;
    return true;
  }

  /** A JSON integer without sign, up to 15 digits, as Binance's ids and times are. */
  #integer(field: number): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let value = 0;
    let digit = bytes[at]! - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at += 1;
      digit = bytes[at]! - ZERO;
    }
    const length = at - start;
    if (length === 0 || length > SAFE_DIGITS) return false;
    if (length > 1 && bytes[start] === ZERO) return false;
    this.#at = at;
    this.values[field] = value;
    return this.#once(field);
  }

  #decimal(field: number, digits: number): boolean {
    const units = this.#quotedUnits(digits);
    this.values[field] = units;
    return units >= 0 && this.#once(field);
  }

  /** A decimal in quotes as units of 10^-digits; -1 when it is anything else. */
  #quotedUnits(digits: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] !== QUOTE) return -1;
    const start = (at += 1);
    let units = 0;
    let digit = bytes[at]! - ZERO;
    while (digit >= 0 && digit <= 9) {
      units = units * 10 + digit;
      at += 1;
      digit = bytes[at]! - ZERO;
    }
    let length = at - start;
    if (length === 0) return -1;
    let missing = digits;
    if (bytes[at] === DOT) {
      const point = at;
      at += 1;
      digit = bytes[at]! - ZERO;
      while (missing > 0 && digit >= 0 && digit <= 9) {
        units = units * 10 + digit;
        missing -= 1;
        at += 1;
        digit = bytes[at]! - ZERO;
      }
      while (digit === 0) digit = bytes[++at]! - ZERO;
      if (at === point + 1) return -1;
    }
    length += digits;
    if (bytes[at] !== QUOTE || length > SAFE_DIGITS) return -1;
    this.#at = at + 1;
    return missing === 0 ? units : units * POWERS_OF_TEN[missing]!;
  }

  /** `[["price","size"],...]` */
  #levels(field: number, levels: LevelColumns): boolean {
    const bytes = this.#bytes;
    if (!this.#once(field) || bytes[this.#at] !== OPEN_LIST) return false;
    levels.count = 0;
    if (bytes[this.#at + 1] === CLOSE_LIST) {
      this.#at += 2;
      return true;
    }
    do {
      this.#at += 1;
      if (bytes[this.#at] !== OPEN_LIST) return false;
      this.#at += 1;
      const price = this.#quotedUnits(this.#priceDigits);
      if (price <= 0 || bytes[this.#at] !== COMMA) return false;
      this.#at += 1;
      const size = this.#quotedUnits(this.#sizeDigits);
      if (size < 0 || bytes[this.#at] !== CLOSE_LIST) return false;
      this.#at += 1;
      levels.push(price, size);
    } while (bytes[this.#at] === COMMA);
    if (bytes[this.#at] !== CLOSE_LIST) return false;
    this.#at += 1;
    return true;
  }

  #symbol(field: number): boolean {
    const start = this.#at + 1;
    const known = start + this.#symbolBytes.length;
    if (this.#bytes[known] === QUOTE && this.#is(start, known, this.#symbolBytes)) {
      if (this.#bytes[start - 1] !== QUOTE || known === start) return false;
      this.#at = known + 1;
      return this.#once(field);
    }
    const end = this.#quotedEnd();
    if (end <= start) return false;
    this.#symbolBytes = this.#bytes.slice(start, end);
    this.symbol = String.fromCharCode(...this.#symbolBytes);
    return this.#once(field);
  }

  #eventName(): boolean {
    const start = this.#at + 1;
    const end = this.#quotedEnd();
    if (end < 0) return false;
    for (const { name, bytes } of EVENT_NAMES) {
      if (this.#is(start, end, bytes)) {
        this.event = name;
        return this.#once(FIELD.event);
      }
    }
    return false;
  }

  #execution(): boolean {
    const start = this.#at + 1;
    const end = this.#quotedEnd();
    if (end < 0) return false;
    this.market = this.#is(start, end, MARKET);
    return this.#once(FIELD.execution);
  }

  #boolean(): boolean {
    const value = this.#bytes[this.#at] === 0x74;
    if (!this.#skipWord(value ? TRUE : FALSE)) return false;
    this.buyerIsMaker = value;
    return this.#once(FIELD.buyerIsMaker);
  }

  /** A value of a key that nobody asks for. Lists, objects and odd numbers are left to the careful reader. */
  #scalar(): boolean {
    const bytes = this.#bytes;
    switch (bytes[this.#at]) {
      case QUOTE:
        return this.#quotedEnd() >= 0;
      case 0x74:
        return this.#skipWord(TRUE);
      case 0x66:
        return this.#skipWord(FALSE);
      default:
        return this.#skipInteger();
    }
  }

  #skipInteger(): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    while (bytes[at]! >= ZERO && bytes[at]! <= 0x39) at += 1;
    if (at === start || (at > start + 1 && bytes[start] === ZERO)) return false;
    this.#at = at;
    return true;
  }

  #skipWord(word: Uint8Array): boolean {
    const end = this.#at + word.length;
    if (!this.#is(this.#at, end, word)) return false;
    this.#at = end;
    return true;
  }

  /** Moves behind the closing quote of a text and returns where the text ends; -1 for no plain text. */
  #quotedEnd(): number {
    if (this.#bytes[this.#at] !== QUOTE) return -1;
    const end = this.#endOfText(this.#at + 1);
    if (end >= 0) this.#at = end + 1;
    return end;
  }

  /** The place of the closing quote; -1 when an escape, a control or a non-ASCII byte comes first. */
  #endOfText(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      const byte = bytes[at]!;
      if (byte === QUOTE) return at;
      if (!isPlain(byte)) return -1;
      at += 1;
    }
  }

  #is(start: number, end: number, word: Uint8Array): boolean {
    if (end - start !== word.length) return false;
    for (let i = 0; i < word.length; i++) if (this.#bytes[start + i] !== word[i]) return false;
    return true;
  }
}

/** A byte that stands for itself inside a JSON text; undefined, beyond the end, is none. */
const isPlain = (byte: number): boolean =>
  byte >= 0x20 && byte <= 0x7e && byte !== QUOTE && byte !== BACKSLASH;

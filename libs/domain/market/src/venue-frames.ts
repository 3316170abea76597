import { Fault } from '@tickmesh/kernel';

/**
 * What a venue said, typed. Prices and sizes are whole units of 10^-digits of the market
 * (`DecimalDigits`), so that nothing is rounded between the wire and the sums; ids and times are
 * safe integers. Frames belong to their reader and hold until its next `read`: copy what is kept.
 */
export type VenueFrame = DepthFrame | SnapshotFrame | QuoteFrame | TradeFrame | ControlFrame;

/** Digits kept after the point of a market's prices and sizes. */
export interface DecimalDigits {
  readonly price: number;
  readonly size: number;
}

/** Price levels as two columns; entries from `count` on are left over from earlier frames. */
export interface LevelList {
  readonly count: number;
  readonly prices: Float64Array;
  /** Absolute sizes; in an update 0 deletes the level. */
  readonly sizes: Float64Array;
}

/** A difference of the book. */
export interface DepthFrame {
  readonly kind: 'depth';
  readonly symbol: string;
  /** Event time, microseconds. */
  readonly venueMicros: number;
  readonly firstId: number;
  readonly lastId: number;
  /** `u` of the update before (futures only), else -1. */
  readonly previousId: number;
  readonly bids: LevelList;
  readonly asks: LevelList;
}

/** A whole book as REST answers it. */
export interface SnapshotFrame {
  readonly kind: 'snapshot';
  /** The venue's symbol, or '' where the answer does not name it (spot, USD-M). */
  readonly symbol: string;
  /** Event time, microseconds; -1 where the venue gives none (spot). */
  readonly venueMicros: number;
  readonly lastId: number;
  readonly bids: LevelList;
  readonly asks: LevelList;
}

/** The best bid and ask. An empty side has price 0 and size 0. */
export interface QuoteFrame {
  readonly kind: 'quote';
  readonly symbol: string;
  /** Event time, microseconds; -1 where the venue gives none (spot). */
  readonly venueMicros: number;
  /** Id of the book update that made it; -1 where the venue gives none. */
  readonly updateId: number;
  readonly bidPrice: number;
  readonly bidSize: number;
  readonly askPrice: number;
  readonly askSize: number;
}

export interface TradeFrame {
  readonly kind: 'trade';
  readonly symbol: string;
  /** Event time, microseconds. */
  readonly venueMicros: number;
  /** Time of the trade itself, microseconds. */
  readonly tradeMicros: number;
  readonly tradeId: number;
  /** True for an aggregate of fills (`aggTrade`), whose ids count aggregates. */
  readonly aggregate: boolean;
  readonly price: number;
  readonly size: number;
  readonly aggressor: 'BUY' | 'SELL';
  /** False for a print that is no market trade (futures `X` other than MARKET): no bar takes it. */
  readonly market: boolean;
}

/** What the venue says about the connection rather than the market. */
export interface ControlFrame {
  readonly kind: 'control';
  readonly event: 'server_shutdown' | 'subscription_answer' | 'subscription_refused';
  /** Event time, microseconds; -1 where there is none. */
  readonly venueMicros: number;
  /** For people. */
  readonly text: string;
}

/** Reads the frames of one venue for one market. */
export interface FrameReader {
  /**
   * @param payload the bytes as received
   * @param timeShiftMicros added to every venue time: 0 live, the shift of its run in a replay
   * @throws Fault FRAME_UNREADABLE naming what was expected
   */
  read(payload: Uint8Array, timeShiftMicros: number): VenueFrame;
}

/** Columns that grow by doubling and are filled again for every frame. */
export class LevelColumns implements LevelList {
  count = 0;
  prices = new Float64Array(256);
  sizes = new Float64Array(256);

  push(price: number, size: number): void {
    if (this.count === this.prices.length) this.#grow();
    this.prices[this.count] = price;
    this.sizes[this.count] = size;
    this.count += 1;
  }

  #grow(): void {
    const prices = new Float64Array(this.prices.length * 2);
    const sizes = new Float64Array(this.prices.length * 2);
    prices.set(this.prices);
    sizes.set(this.sizes);
    this.prices = prices;
    this.sizes = sizes;
  }
}

/** An own copy of the levels, no longer than they are. */
export function copyLevels(levels: LevelList): LevelList {
  return {
    count: levels.count,
    prices: levels.prices.slice(0, levels.count),
    sizes: levels.sizes.slice(0, levels.count),
  };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const SHOWN_BYTES = 16;

/** @throws Fault FRAME_UNREADABLE for bytes that are no UTF-8, and for a text that is no JSON */
export function parseJson(payload: Uint8Array): unknown {
  let text: string;
  try {
    text = UTF_8.decode(payload);
  } catch {
    const bytes = Array.from(payload.subarray(0, SHOWN_BYTES), (byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    const rest = payload.length > SHOWN_BYTES ? ` and ${payload.length - SHOWN_BYTES} more` : '';
    throw unreadable('UTF-8', `bytes ${bytes.join(' ')}${rest}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable('JSON', text);
  }
}

export function unreadable(expected: string, found: unknown): Fault {
  return new Fault('FRAME_UNREADABLE', { expected, found: excerpt(found) });
}

function excerpt(found: unknown): string {
  if (found === undefined) return 'nothing';
  const text = typeof found === 'string' ? found : JSON.stringify(found);
  return text.length <= 80 ? text : `${text.slice(0, 80)}...`;
}

import { divideHalfEven } from '@tickmesh/kernel';

/**
 * What a position is marked at. `side`: where it could be closed, a long at the bid, a short at the ask;
 * `mid`: halfway; `last`: the last trade.
 */
export type MarkRule = 'side' | 'mid' | 'last';

/** ORDER_SCALE; undefined where the market shows nothing. */
export interface Quote {
  readonly bid: bigint | undefined;
  readonly ask: bigint | undefined;
  readonly last: bigint | undefined;
  readonly atMicros: number;
}

export interface Mark {
  readonly price: bigint;
  /** The rule that gave it: `last` stands in when a side is empty. */
  readonly source: 'bid' | 'ask' | 'mid' | 'last';
  readonly atMicros: number;
}

/** The mark of a position; undefined when the market shows nothing to mark at: unpriceable, never a guess. */
export function markOf(rule: MarkRule, quote: Quote, signedQuantity: bigint): Mark | undefined {
  const { bid, ask, last, atMicros } = quote;
  if (rule === 'side' && signedQuantity > 0n && bid !== undefined) {
    return { price: bid, source: 'bid', atMicros };
  }
  if (rule === 'side' && signedQuantity < 0n && ask !== undefined) {
    return { price: ask, source: 'ask', atMicros };
  }
  const middle = rule === 'last' ? undefined : midOf(quote);
  if (middle !== undefined && (rule === 'mid' || signedQuantity === 0n)) {
    return { price: middle, source: 'mid', atMicros };
  }
  return last === undefined ? undefined : { price: last, source: 'last', atMicros };
}

/** (bid + ask) / 2, ties to even; undefined when a side is empty. */
export function midOf(quote: Pick<Quote, 'bid' | 'ask'>): bigint | undefined {
  if (quote.bid === undefined || quote.ask === undefined) return undefined;
  return divideHalfEven(quote.bid + quote.ask, 2n);
}

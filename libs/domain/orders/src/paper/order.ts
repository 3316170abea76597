import type { Lifetime, OrderFact, OrderKind, OrderTerms, Side } from '../fact.ts';

/** An order as the paper venue takes it. */
export interface PaperOrder {
  readonly clientOrderId: string;
  /** `exchange|symbol`. */
  readonly market: string;
  readonly side: Side;
  readonly orderKind: OrderKind;
  readonly lifetime: Lifetime;
  readonly terms: OrderTerms;
  /** Refused when it would take as it arrives. */
  readonly postOnly?: boolean;
  /** End of the session of a DAY order. */
  readonly expiresAtMicros?: number | undefined;
}

/** What the venue knows of a market. Decimals of ORDER_SCALE. */
export interface PaperInstrument {
  readonly market: string;
  readonly priceStep: bigint;
  readonly quantityStep: bigint;
  readonly multiplier: bigint;
  readonly inverse: boolean;
  /** Fees are taken in it. */
  readonly settlementCurrency: string;
}

/** The market as a tick shows it: doubles, rounded to the instrument's steps where they meet an order. */
export interface PaperQuote {
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
  readonly last: number | null;
  readonly lastSize: number | null;
  /** Best first, the best included; absent: only the best is known. */
  readonly bids?: readonly PaperLevel[] | undefined;
  readonly asks?: readonly PaperLevel[] | undefined;
}

export interface PaperLevel {
  readonly price: number;
  readonly size: number;
}

export interface PaperSettings {
  readonly seed: string;
  /** From our sending until the venue has it, drawn evenly. */
  readonly entryLatencyMicros: readonly [min: number, max: number];
  /** From the venue's word until we hear it. */
  readonly responseLatencyMicros: readonly [min: number, max: number];
  /** Share of the notional, ORDER_SCALE: 0.001 is ten basis points. */
  readonly makerFeeRate: bigint;
  readonly takerFeeRate: bigint;
}

/** What the venue says, and when it is heard. */
export interface PaperEvent {
  readonly clientOrderId: string;
  readonly fact: OrderFact;
  readonly deliverAtMicros: number;
  /** Whether the order can no longer be filled. */
  readonly ended: boolean;
}

/** An order on the venue: what a restart must know of it. */
export interface PaperOrderState {
  readonly order: PaperOrder;
  readonly terms: OrderTerms;
  readonly filledQuantity: bigint;
  /** Fills so far: the next execution id counts on. */
  readonly executions: number;
  readonly triggered: boolean;
}

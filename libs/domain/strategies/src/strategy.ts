import type {
  Bar,
  ExecutionReport,
  Instrument,
  MarketRegime,
  OfiEvent,
  OrderIntent,
  Tick,
} from '@tickmesh/contracts';

/** What state may hold, so that it can be written to a checkpoint and read back the same. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** `exchange|symbol`: the identity of a market, and the key of its records. */
export type MarketKey = string;

export const marketKey = (market: { exchange: string; symbol: string }): MarketKey =>
  `${market.exchange}|${market.symbol}`;

/** A tick with the market that it belongs to. Times in microseconds since the epoch, UTC. */
export interface MarketTick {
  readonly market: MarketKey;
  readonly timestamp: number;
  readonly receivedAt: number;
  readonly tick: Tick;
}

/** A bar with the market that it belongs to. */
export interface MarketBar {
  readonly market: MarketKey;
  readonly timestamp: number;
  readonly receivedAt: number;
  readonly bar: Bar;
}

/** The best quote of a market. Prices in quote currency, sizes in base units or contracts. */
export interface Quote {
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
}

/** An order of the strategy that may still fill. Quantities and prices are of scale 9. */
export interface WorkingOrder {
  readonly intentId: string;
  readonly direction: 'BUY' | 'SELL';
  readonly quantity: bigint;
  readonly filled: bigint;
  readonly orderType: OrderIntent['order_type'];
  readonly limitPrice: bigint | null;
  readonly stopPrice: bigint | null;
  /** When it was wanted, and when its terms were last asked to change. Microseconds. */
  readonly sentAtMicros: number;
  readonly changedAtMicros: number;
  /** Whether a cancel or replace of it is open: another one would only meet the first. */
  readonly hasOpenRequest: boolean;
}

/** One market as the strategy knows it: the market's rules and price, and the strategy's own part in it. */
export interface MarketView {
  readonly market: MarketKey;
  /** Rules of the market, from the instrument master. */
  readonly instrument: Instrument;
  /** Last known price of the market: last trade, else the middle of the quote; null before the first. */
  readonly lastPrice: number | null;
  readonly quote: Quote | null;
  /** Signed sum of the strategy's own fills in the market, scale 9. */
  readonly position: bigint;
  /** Signed quantity of its orders that may still fill, scale 9. */
  readonly working: bigint;
  /** Its orders that may still fill, in the order in which they were sent. */
  readonly orders: readonly WorkingOrder[];
}

/**
 * What a strategy may know beside the event and its own state. Nothing here reads a clock. It is a view, not a
 * copy: valid while the event is handled.
 */
export interface StrategyContext extends MarketView {
  /** Receive time of the event being handled, microseconds: the only time there is. */
  readonly nowMicros: number;
  /** Every market of the strategy, in the order of its configuration; the event's own among them. */
  readonly markets: readonly MarketView[];
}

/** A new order. */
export interface NewDraft {
  readonly action: 'NEW';
  /** Another market of the strategy than the event's. */
  readonly market?: MarketKey;
  readonly direction: 'BUY' | 'SELL';
  /** Base units or contracts, scale 9, above 0. */
  readonly quantity: bigint;
  readonly orderType: OrderIntent['order_type'];
  readonly timeInForce?: OrderIntent['time_in_force'];
  readonly urgency?: OrderIntent['urgency'];
  /** Scale 9. */
  readonly limitPrice?: bigint;
  /** Scale 9. */
  readonly stopPrice?: bigint;
  /** 0 to 1. */
  readonly signalStrength?: number;
  /** Share of capital that the strategy aims at and that it holds, -1 to 1. */
  readonly targetWeight?: number;
  readonly currentWeight?: number;
  readonly regime?: MarketRegime;
  /** For people. */
  readonly reason: string;
}

/** The end of an order of its own. One that no longer works by then makes no intent. */
export interface CancelDraft {
  readonly action: 'CANCEL';
  readonly targetIntentId: string;
  readonly reason: string;
}

/** Other terms for an order of its own; what is absent stays as it is. */
export interface ReplaceDraft {
  readonly action: 'REPLACE';
  readonly targetIntentId: string;
  /** The whole order, what is filled included; scale 9. */
  readonly quantity?: bigint;
  readonly limitPrice?: bigint;
  readonly stopPrice?: bigint;
  readonly reason: string;
}

/** What a strategy decides; the runner adds identity, time, account and cause. */
export type IntentDraft = NewDraft | CancelDraft | ReplaceDraft;

/**
 * A strategy: a pure function of (event, state, context). It may change its state and nothing else, reads
 * no clock and no randomness, and answers with drafts of intents.
 */
export interface Strategy<State extends Json = Json> {
  /** One state for all markets together; else each market has its own. */
  readonly sharesState?: boolean;
  initialState(): State;
  onTick?(event: MarketTick, state: State, context: StrategyContext): readonly IntentDraft[];
  onBar?(event: MarketBar, state: State, context: StrategyContext): readonly IntentDraft[];
  onOfi?(event: OfiEvent, state: State, context: StrategyContext): readonly IntentDraft[];
  onReport?(event: ExecutionReport, state: State, context: StrategyContext): readonly IntentDraft[];
}

export const NO_INTENTS: readonly IntentDraft[] = [];

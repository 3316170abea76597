import type {
  Bar,
  ExecutionReport,
  Instrument,
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

/** What a strategy may know beside the event and its own state. Nothing here reads a clock. */
export interface StrategyContext {
  /** Receive time of the event being handled, microseconds: the only time there is. */
  readonly nowMicros: number;
  /** Rules of the market, from the instrument master. */
  readonly instrument: Instrument;
  /** Last known price of the market: last trade, else the middle of the quote; null before the first. */
  readonly lastPrice: number | null;
  /** Signed sum of the strategy's own fills in the market, scale 9. */
  readonly position: bigint;
  /** Signed quantity of its orders that may still fill, scale 9. */
  readonly working: bigint;
}

/** What a strategy decides; the runner adds identity, time, account and cause. */
export interface IntentDraft {
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
  /** For people. */
  readonly reason: string;
}

/**
 * A strategy: a pure function of (event, state, context). It may change its state and nothing else, reads
 * no clock and no randomness, and answers with drafts of intents. State is per market.
 */
export interface Strategy<State extends Json = Json> {
  initialState(): State;
  onTick?(event: MarketTick, state: State, context: StrategyContext): readonly IntentDraft[];
  onBar?(event: MarketBar, state: State, context: StrategyContext): readonly IntentDraft[];
  onOfi?(event: OfiEvent, state: State, context: StrategyContext): readonly IntentDraft[];
  onReport?(event: ExecutionReport, state: State, context: StrategyContext): readonly IntentDraft[];
}

export const NO_INTENTS: readonly IntentDraft[] = [];

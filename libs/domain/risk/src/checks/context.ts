/**
 * What a pre-trade decision looks at. Quantities and prices are scaled integers of ORDER_SCALE, money is of
 * MONEY_SCALE (quantity x price), times are microseconds.
 */
import { ORDER_SCALE } from '@tickmesh/kernel';
import type { EffectiveLimits } from './limits.ts';

/** Digits of quantity x price; amounts in a settlement currency. */
export const MONEY_SCALE = 2 * ORDER_SCALE;

/** The new order, or the terms that a replace asks for. */
export interface OrderRequest {
  readonly intentId: string;
  readonly strategyId: string;
  readonly account: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly side: 'BUY' | 'SELL';
  readonly orderKind: 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT';
  readonly quantity: bigint;
  readonly limitPrice?: bigint | undefined;
  readonly stopPrice?: bigint | undefined;
  /** It rests or is refused, and never takes. */
  readonly postOnly?: boolean | undefined;
  /** Of a replace: the intent of the order whose terms it changes. */
  readonly replaces?: string | undefined;
  /** Event time of the cause. */
  readonly timestampMicros: number;
  readonly deadlineMicros?: number | undefined;
  /** What the contract accepts and the plane cannot honour, by field. */
  readonly unsupported: readonly string[];
  /** The strategy's own checks that failed, by name. */
  readonly failedOwnChecks: readonly string[];
}

/** What the checks need of the instrument master. */
export interface InstrumentRules {
  readonly status: 'TRADING' | 'HALTED' | 'CLOSED';
  readonly sessionOpen: boolean;
  readonly priceStep: bigint;
  readonly quantityStep: bigint;
  readonly quantityMin: bigint;
  readonly quantityMax?: bigint | undefined;
  readonly notionalMin?: bigint | undefined;
  readonly multiplier: bigint;
  readonly inverse: boolean;
  readonly settlementCurrency: string;
}

/** The market as last seen. */
export interface ReferencePrice {
  readonly bid: bigint | undefined;
  readonly ask: bigint | undefined;
  readonly last: bigint | undefined;
  /** Receive time of the event that it comes from. */
  readonly atMicros: number;
  /** Whether the book that it comes from was in step with the venue. */
  readonly bookLive: boolean;
}

/** An order of the account that can still be filled. */
export interface OpenOrder {
  readonly intentId: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly side: 'BUY' | 'SELL';
  readonly leavesQuantity: bigint;
  readonly limitPrice?: bigint | undefined;
  /** Whether the broker may have it without our knowing. */
  readonly unresolved: boolean;
}

/** What the account holds in one market, valued by the caller. MONEY_SCALE, in the settlement currency. */
export interface MarketExposure {
  readonly symbol: string;
  readonly exchange: string;
  readonly currency: string;
  /** Signed value of the position. */
  readonly net: bigint;
  /** The larger of what it would be if all open buys, or all open sells, were filled. */
  readonly worstGross: bigint;
}

/** A recent order of the account, for rates and repetitions. */
export interface RecentOrder {
  readonly intentId: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: bigint;
  readonly limitPrice?: bigint | undefined;
  readonly atMicros: number;
}

/** A recent cancel or replace of the account. */
export interface RecentChange {
  readonly requestId: string;
  readonly strategyId: string;
  readonly atMicros: number;
}

/** MONEY_SCALE, in one settlement currency. Undefined where a position cannot be marked. */
export interface AccountEquity {
  readonly equity: bigint | undefined;
  readonly dayStartEquity: bigint;
  readonly peakEquity: bigint;
}

export type KillLevel = 'strategy' | 'instrument' | 'account' | 'firm';

export interface KillSwitch {
  readonly level: KillLevel;
  /** Strategy id, `exchange|symbol`, account; `*` for the firm. */
  readonly scope: string;
  readonly by: string;
  readonly reason: string;
  /** True: orders that lower the position pass. */
  readonly reducingOnly: boolean;
}

export interface RiskContext {
  readonly nowMicros: number;
  /** Undefined: the master knows no such market. */
  readonly instrument: InstrumentRules | undefined;
  readonly reference: ReferencePrice | undefined;
  /** Undefined: the document permits the strategy no such account. */
  readonly limits: EffectiveLimits | undefined;
  /** Signed, of the account in this market. */
  readonly position: bigint;
  /** Of the account, in all markets; without the order that a replace would change. */
  readonly openOrders: readonly OpenOrder[];
  /** Of the other markets of the account. */
  readonly otherExposures: readonly MarketExposure[];
  readonly recentOrders: readonly RecentOrder[];
  /** Cancels and replaces; looked at for replaces alone. */
  readonly recentChanges?: readonly RecentChange[] | undefined;
  /** In the instrument's settlement currency. */
  readonly equity: AccountEquity | undefined;
  readonly killSwitches: readonly KillSwitch[];
}

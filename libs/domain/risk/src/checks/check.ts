import { ORDER_SCALE, formatDecimal } from '@tickmesh/kernel';
import { MONEY_SCALE, type OrderRequest, type RiskContext } from './context.ts';

/** Codes of the pre-trade checks, as reports and people read them. */
export const CHECK_CODES = [
  'INVALID_ORDER',
  'NOT_SUPPORTED',
  'NOT_PERMITTED',
  'STRATEGY_CHECKS',
  'EXPIRED_INTENT',
  'STALE_SIGNAL',
  'DUPLICATE_PATTERN',
  'UNKNOWN_INSTRUMENT',
  'INSTRUMENT_HALTED',
  'SESSION_CLOSED',
  'PRICE_OFF_TICK',
  'QTY_OFF_STEP',
  'QTY_BELOW_MIN',
  'QTY_ABOVE_MAX',
  'NOTIONAL_BELOW_MIN',
  'REFERENCE_STALE',
  'PRICE_COLLAR',
  'POST_ONLY_WOULD_CROSS',
  'MAX_ORDER_QTY',
  'MAX_ORDER_NOTIONAL',
  'MAX_POSITION',
  'MAX_GROSS',
  'MAX_NET',
  'MAX_CONCENTRATION',
  'MAX_OPEN_ORDERS',
  'INSUFFICIENT_FUNDS',
  'RATE_ORDERS',
  'RATE_CANCELS',
  'SELF_TRADE',
  'UNRESOLVED_ORDER',
  'DAILY_LOSS',
  'DRAWDOWN',
  'REDUCING_ONLY',
  'KILL_SWITCH',
] as const;
export type CheckCode = (typeof CHECK_CODES)[number];

/** What a check saw: decimals as texts, so that the record can be read and run again. */
export type CheckNumbers = Readonly<Record<string, string | number | boolean>>;

export interface CheckResult {
  readonly code: CheckCode;
  readonly passed: boolean;
  readonly numbers: CheckNumbers;
}

/** Pure. Undefined when the check does not apply: no such limit, or nothing to compare. */
export type Check = (request: OrderRequest, context: RiskContext) => CheckResult | undefined;

export const result = (
  code: CheckCode,
  passed: boolean,
  numbers: CheckNumbers = {},
): CheckResult => ({
  code,
  passed,
  numbers,
});

export const units = (amount: bigint): string => formatDecimal(amount, ORDER_SCALE);
export const money = (amount: bigint): string => formatDecimal(amount, MONEY_SCALE);
export const millis = (micros: number): number => Math.floor(micros / 1_000);

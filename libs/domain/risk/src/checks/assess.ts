import {
  dailyLoss,
  drawdown,
  insufficientFunds,
  killSwitch,
  maxConcentration,
  maxGross,
  maxNet,
  maxOpenOrders,
  maxOrderNotional,
  maxOrderQuantity,
  maxPosition,
  reducingOnly,
  selfTrade,
  unresolvedOrder,
} from './account-checks.ts';
import type { Check, CheckCode, CheckResult } from './check.ts';
import type { OrderRequest, RiskContext } from './context.ts';
import {
  instrumentHalted,
  notionalBelowMin,
  postOnlyWouldCross,
  priceCollar,
  priceOffTick,
  quantityAboveMax,
  quantityBelowMin,
  quantityOffStep,
  referenceStale,
  sessionClosed,
  unknownInstrument,
} from './instrument-checks.ts';
import {
  duplicatePattern,
  expiredIntent,
  invalidOrder,
  notPermitted,
  notSupported,
  rateCancels,
  rateOrders,
  staleSignal,
  strategyChecks,
} from './intent-checks.ts';

/** Every check, in the order in which a report names them. The switches come first. */
export const CHECKS: readonly Check[] = [
  killSwitch,
  reducingOnly,
  notPermitted,
  expiredIntent,
  staleSignal,
  invalidOrder,
  notSupported,
  strategyChecks,
  duplicatePattern,
  unknownInstrument,
  instrumentHalted,
  sessionClosed,
  priceOffTick,
  quantityOffStep,
  quantityBelowMin,
  quantityAboveMax,
  notionalBelowMin,
  referenceStale,
  priceCollar,
  postOnlyWouldCross,
  maxOrderQuantity,
  maxOrderNotional,
  maxPosition,
  maxGross,
  maxNet,
  maxConcentration,
  maxOpenOrders,
  insufficientFunds,
  rateOrders,
  rateCancels,
  selfTrade,
  unresolvedOrder,
  dailyLoss,
  drawdown,
];

export interface Assessment {
  readonly approved: boolean;
  /** The deadline had passed: the order has lapsed, whatever else stands against it. */
  readonly expired: boolean;
  /** Every check that applied, with its numbers. */
  readonly checks: readonly CheckResult[];
  readonly failed: readonly CheckCode[];
  readonly limitsVersion: number | undefined;
}

/** Runs every check and reports every failure, not only the first. */
export function assessOrder(request: OrderRequest, context: RiskContext): Assessment {
  const checks: CheckResult[] = [];
  for (const check of CHECKS) {
    const found = check(request, context);
    if (found !== undefined) checks.push(found);
  }
  const failed = checks.filter((check) => !check.passed).map((check) => check.code);
  return {
    approved: failed.length === 0,
    expired: failed.includes('EXPIRED_INTENT'),
    checks,
    failed,
    limitsVersion: context.limits?.version,
  };
}

/** `CODE (name value, ...); CODE ...`: the reason that a report gives. */
export function describeFailures(assessment: Assessment): string {
  return assessment.checks
    .filter((check) => !check.passed)
    .map(({ code, numbers }) => {
      const facts = Object.entries(numbers).map(([name, value]) => `${name} ${String(value)}`);
      return facts.length === 0 ? code : `${code} (${facts.join(', ')})`;
    })
    .join('; ');
}

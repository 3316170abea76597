export { impliedVolatility } from './pricing/implied-volatility.ts';
export {
  type InputProblem,
  type OptionMarket,
  inputProblems,
  parityPrice,
  valueOption,
} from './pricing/option.ts';
export {
  type OptionPosition,
  type PositionGreeks,
  positionGreeks,
  sumPositionGreeks,
} from './pricing/position.ts';
export {
  DESK_UNITS,
  type GreekUnits,
  MODEL_UNITS,
  type OptionGreeks,
  convertGreeks,
} from './pricing/units.ts';
export { type Assessment, CHECKS, assessOrder, describeFailures } from './checks/assess.ts';
export { isSwitchFor } from './checks/account-checks.ts';
export {
  CHECK_CODES,
  type Check,
  type CheckCode,
  type CheckNumbers,
  type CheckResult,
} from './checks/check.ts';
export {
  type AccountEquity,
  type InstrumentRules,
  type KillLevel,
  type KillSwitch,
  MONEY_SCALE,
  type MarketExposure,
  type OpenOrder,
  type OrderRequest,
  type RecentChange,
  type RecentOrder,
  type ReferencePrice,
  type RiskContext,
} from './checks/context.ts';
export { isReducing, notionalOf, referenceMid, valuationPrice } from './checks/exposure.ts';
export { limitText, limitsToPlain, raisesOf } from './checks/limits-change.ts';
export {
  type AccountEntry,
  type EffectiveLimits,
  LIMITS,
  type LimitName,
  type LimitValues,
  type LimitsDocument,
  type LimitsVersion,
  type StrategyEntry,
  accountOf,
  effectiveLimits,
  limitsAt,
  readLimits,
  recentWindowMs,
} from './checks/limits.ts';

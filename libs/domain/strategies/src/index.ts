export { BookOfOrders, type OrderLines, type OwnOrder } from './book-of-orders.ts';
export {
  type ParameterDeclaration,
  type Parameters,
  STRATEGY_KINDS,
  type StrategyKind,
} from './catalogue.ts';
export {
  type DocumentProblem,
  type StrategiesCheck,
  type StrategyDefinition,
  checkStrategies,
} from './document.ts';
export {
  type PerformanceLimits,
  type SharpeFacts,
  compounded,
  maxDrawdown,
  probabilisticSharpe,
  sharpeFacts,
  switchesOf,
} from './performance.ts';
export {
  type Cause,
  type SavedRunner,
  type StrategyInput,
  StrategyRunner,
  readSaved,
} from './runner.ts';
export {
  type CancelDraft,
  type IntentDraft,
  type Json,
  type MarketBar,
  type MarketKey,
  type MarketTick,
  type MarketView,
  type NewDraft,
  type Quote,
  type ReplaceDraft,
  type Strategy,
  type StrategyContext,
  type WorkingOrder,
  marketKey,
} from './strategy.ts';
export type { LastIntent } from './wanted-order.ts';
export {
  FACTORS,
  type Factor,
  type FactorState,
  type FactorValues,
  initialFactors,
  pushReturn,
} from './factor-signals.ts';
export { type FactorHistory, factorWeights, orthogonalised } from './factor-worth.ts';
export { IMPACT_TERMS, type ImpactTerms, impactOf, learntImpact } from './market-impact.ts';
export { type PortfolioLimits, targetWeights } from './portfolio.ts';
export { type Fold, purgedFolds } from './purged-folds.ts';
export { REGIME_TERMS, type Regime, regimeOf } from './regime.ts';
export { covarianceDrift, covarianceOf } from './covariance.ts';
export type { Panel } from './statistics.ts';

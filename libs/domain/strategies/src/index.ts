export { BookOfOrders, type OrderLines } from './book-of-orders.ts';
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
export { type Cause, type StrategyInput, StrategyRunner } from './runner.ts';
export {
  type IntentDraft,
  type Json,
  type MarketBar,
  type MarketKey,
  type MarketTick,
  type Strategy,
  type StrategyContext,
  marketKey,
} from './strategy.ts';

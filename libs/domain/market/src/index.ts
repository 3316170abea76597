export { BinanceReader, isShutdown } from './binance-reader.ts';
export { Book, BookSide } from './book.ts';
export {
  BOOK_SYNC_DEFAULTS,
  BookSync,
  type BookFact,
  type BookSyncOptions,
  type BookTransition,
  type DepthOutcome,
  type SnapshotWanted,
} from './book-sync.ts';
export { digitsOfStep, numberOfUnits, textOfUnits, unitsOfText } from './decimal-units.ts';
export { type MarketFrame, MarketPipeline } from './market-pipeline.ts';
export {
  backoffMicros,
  type DueRequests,
  type EndpointRate,
  type PacedRequest,
  Pacer,
  type PacingCounts,
} from './pacing.ts';
export type { PipelineCounts } from './pipeline-counts.ts';
export {
  type GateLimits,
  type MarketSpec,
  marketSpecOf,
  PIPELINE_DEFAULTS,
  type PipelineOptions,
  type Venue,
  venueOf,
  VENUES,
} from './market-spec.ts';
export { type ClosedWindow, OfiWindows, windowSpecOf, type WindowSpec } from './ofi-windows.ts';
export { askFlow, bidFlow, OrderFlow } from './order-flow.ts';
export {
  ClockSkewGate,
  CompletenessGate,
  type FrameTimes,
  FreshnessGate,
  FutureTimeGate,
  type GateName,
  type QualityGate,
  type Verdict,
} from './quality-gates.ts';
export type { MarketOutput } from './outbox.ts';
export { SEQUENCE_RULES, type SequenceRule, type SequenceRuleName } from './sequence-rules.ts';
export {
  SIM_DEFAULTS,
  SIM_SHARES,
  type SimFrame,
  SimMarket,
  type SimMarketOptions,
  type SimShare,
} from './sim-market.ts';
export { SimReader } from './sim-reader.ts';
export { type ClosedBar, TradeBars, type TradeBarsOptions } from './trade-bars.ts';
export { TradeIds } from './trade-ids.ts';
export type {
  ControlFrame,
  DecimalDigits,
  DepthFrame,
  FrameReader,
  LevelList,
  QuoteFrame,
  SnapshotFrame,
  TradeFrame,
  VenueFrame,
} from './venue-frames.ts';

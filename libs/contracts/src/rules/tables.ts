import type { RecordInputs } from '../gen/types.ts';
import {
  EXECUTION_COSTS_RULES,
  EXECUTION_REPORT_RULES,
  FILL_RULES,
  LATENCY_METRICS_RULES,
  REPORT_METADATA_RULES,
} from './execution-report.ts';
import { INSTRUMENT_RULES, TRADING_SESSION_RULES } from './instrument.ts';
import {
  BAR_RULES,
  BOOK_STATUS_RULES,
  DATA_QUALITY_RULES,
  EVENT_METADATA_RULES,
  LEVEL2_RULES,
  MARKET_EVENT_RULES,
  ORDER_BOOK_RULES,
  PRICE_LEVEL_RULES,
  TICKER_RULES,
  TICK_RULES,
} from './market.ts';
import { OFI_EVENT_RULES } from './ofi-event.ts';
import {
  EXECUTION_PARAMS_RULES,
  INTENT_METADATA_RULES,
  ORDER_INTENT_RULES,
  RISK_CHECKS_RULES,
} from './order-intent.ts';
import {
  DATA_PLANE_CHECKPOINT_RULES,
  JOURNAL_SLICE_RULES,
  MARKET_STATE_RULES,
  SOURCE_POSITION_RULES,
  STORE_EVENT_RULES,
  STRATEGY_CHECKPOINT_RULES,
  STRATEGY_CONTROL_RULES,
  STRATEGY_JOURNAL_RULES,
  TOPIC_POSITION_RULES,
  VIEW_STATE_RULES,
} from './positions.ts';
import { RAW_FRAME_RULES } from './raw-frame.ts';
import type { RecordRule } from './rule.ts';

/** The one table of rules of every record, inner ones too. The compiler asks for each. */
export const RULES: { readonly [Name in keyof RecordInputs]: RecordRule<Name> } = {
  Bar: BAR_RULES,
  BookStatus: BOOK_STATUS_RULES,
  DataPlaneCheckpoint: DATA_PLANE_CHECKPOINT_RULES,
  DataQuality: DATA_QUALITY_RULES,
  EventMetadata: EVENT_METADATA_RULES,
  ExecutionCosts: EXECUTION_COSTS_RULES,
  ExecutionParams: EXECUTION_PARAMS_RULES,
  ExecutionReport: EXECUTION_REPORT_RULES,
  Fill: FILL_RULES,
  Instrument: INSTRUMENT_RULES,
  IntentMetadata: INTENT_METADATA_RULES,
  JournalSlice: JOURNAL_SLICE_RULES,
  LatencyMetrics: LATENCY_METRICS_RULES,
  Level2: LEVEL2_RULES,
  MarketEvent: MARKET_EVENT_RULES,
  MarketState: MARKET_STATE_RULES,
  OfiEvent: OFI_EVENT_RULES,
  OrderBook: ORDER_BOOK_RULES,
  OrderIntent: ORDER_INTENT_RULES,
  PriceLevel: PRICE_LEVEL_RULES,
  RawFrame: RAW_FRAME_RULES,
  ReportMetadata: REPORT_METADATA_RULES,
  RiskChecks: RISK_CHECKS_RULES,
  SourcePosition: SOURCE_POSITION_RULES,
  StoreEvent: STORE_EVENT_RULES,
  StrategyCheckpoint: STRATEGY_CHECKPOINT_RULES,
  StrategyControl: STRATEGY_CONTROL_RULES,
  StrategyJournal: STRATEGY_JOURNAL_RULES,
  Tick: TICK_RULES,
  Ticker: TICKER_RULES,
  TopicPosition: TOPIC_POSITION_RULES,
  TradingSession: TRADING_SESSION_RULES,
  ViewState: VIEW_STATE_RULES,
};

// Generated from contracts/avro by `npm run generate`; do not edit.

import type { AvroReader } from '../codec/reader.ts';
import { type AvroWriter, notASymbol, requireArray, requireRecord } from '../codec/writer.ts';
import type { RecordInputs, RecordName, RecordTypes } from './types.ts';
import {
  EXECUTION_REPORT_TYPE,
  EXECUTION_STATUS,
  DIRECTION,
  LIQUIDITY,
  INSTRUMENT_CLASS,
  INSTRUMENT_STATUS,
  OPTION_TYPE,
  MARKET_EVENT_TYPE,
  ASSET_CLASS,
  BOOK_STATE,
  DATA_SOURCE,
  OFI_EVENT_TYPE,
  OFI_QUALITY,
  ORDER_INTENT_TYPE,
  INTENT_ACTION,
  ORDER_TYPE,
  TIME_IN_FORCE,
  URGENCY,
  MARKET_REGIME,
  RAW_FRAME_KIND,
  STORE_EVENT_TYPE,
  STRATEGY_STATE,
  AGGRESSOR_SIDE,
} from './types.ts';
import type {
  ExecutionReportType,
  ExecutionStatus,
  Direction,
  Liquidity,
  InstrumentClass,
  InstrumentStatus,
  OptionType,
  MarketEventType,
  AssetClass,
  BookState,
  DataSource,
  OfiEventType,
  OfiQuality,
  OrderIntentType,
  IntentAction,
  OrderType,
  TimeInForce,
  Urgency,
  MarketRegime,
  RawFrameKind,
  StoreEventType,
  StrategyState,
  AggressorSide,
  MarketState,
  MarketStateInput,
  DataPlaneCheckpoint,
  DataPlaneCheckpointInput,
  ExecutionCosts,
  ExecutionCostsInput,
  Fill,
  FillInput,
  LatencyMetrics,
  LatencyMetricsInput,
  ReportMetadata,
  ReportMetadataInput,
  ExecutionReport,
  ExecutionReportInput,
  TradingSession,
  TradingSessionInput,
  Instrument,
  InstrumentInput,
  PriceLevel,
  PriceLevelInput,
  Level2,
  Level2Input,
  Tick,
  TickInput,
  Bar,
  BarInput,
  BookStatus,
  BookStatusInput,
  DataQuality,
  DataQualityInput,
  EventMetadata,
  EventMetadataInput,
  MarketEvent,
  MarketEventInput,
  OfiEvent,
  OfiEventInput,
  OrderBook,
  OrderBookInput,
  RiskChecks,
  RiskChecksInput,
  ExecutionParams,
  ExecutionParamsInput,
  IntentMetadata,
  IntentMetadataInput,
  OrderIntent,
  OrderIntentInput,
  RawFrame,
  RawFrameInput,
  StoreEvent,
  StoreEventInput,
  TopicPosition,
  TopicPositionInput,
  SourcePosition,
  SourcePositionInput,
  StrategyCheckpoint,
  StrategyCheckpointInput,
  StrategyControl,
  StrategyControlInput,
  JournalSlice,
  JournalSliceInput,
  StrategyJournal,
  StrategyJournalInput,
  Ticker,
  TickerInput,
  ViewState,
  ViewStateInput,
} from './types.ts';

function writeExecutionReportType(writer: AvroWriter, value: ExecutionReportType, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'execution_report':
      writer.index(1);
      return;
    default:
      throw notASymbol(EXECUTION_REPORT_TYPE, value, field);
  }
}

function writeExecutionStatus(writer: AvroWriter, value: ExecutionStatus, field: string): void {
  switch (value) {
    case 'UNSPECIFIED':
      writer.index(0);
      return;
    case 'SUBMITTED':
      writer.index(1);
      return;
    case 'ACKNOWLEDGED':
      writer.index(2);
      return;
    case 'PARTIAL_FILL':
      writer.index(3);
      return;
    case 'FILLED':
      writer.index(4);
      return;
    case 'CANCELED':
      writer.index(5);
      return;
    case 'REJECTED':
      writer.index(6);
      return;
    case 'EXPIRED':
      writer.index(7);
      return;
    case 'UNKNOWN':
      writer.index(8);
      return;
    case 'TIMEOUT':
      writer.index(9);
      return;
    case 'ERROR':
      writer.index(10);
      return;
    default:
      throw notASymbol(EXECUTION_STATUS, value, field);
  }
}

function writeDirection(writer: AvroWriter, value: Direction, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'BUY':
      writer.index(1);
      return;
    case 'SELL':
      writer.index(2);
      return;
    default:
      throw notASymbol(DIRECTION, value, field);
  }
}

function writeLiquidity(writer: AvroWriter, value: Liquidity, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'MAKER':
      writer.index(1);
      return;
    case 'TAKER':
      writer.index(2);
      return;
    default:
      throw notASymbol(LIQUIDITY, value, field);
  }
}

function writeInstrumentClass(writer: AvroWriter, value: InstrumentClass, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'equity':
      writer.index(1);
      return;
    case 'future':
      writer.index(2);
      return;
    case 'forex':
      writer.index(3);
      return;
    case 'crypto':
      writer.index(4);
      return;
    case 'bond':
      writer.index(5);
      return;
    case 'option':
      writer.index(6);
      return;
    default:
      throw notASymbol(INSTRUMENT_CLASS, value, field);
  }
}

function writeInstrumentStatus(writer: AvroWriter, value: InstrumentStatus, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'TRADING':
      writer.index(1);
      return;
    case 'HALTED':
      writer.index(2);
      return;
    case 'CLOSED':
      writer.index(3);
      return;
    default:
      throw notASymbol(INSTRUMENT_STATUS, value, field);
  }
}

function writeOptionType(writer: AvroWriter, value: OptionType, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'CALL':
      writer.index(1);
      return;
    case 'PUT':
      writer.index(2);
      return;
    default:
      throw notASymbol(OPTION_TYPE, value, field);
  }
}

function writeMarketEventType(writer: AvroWriter, value: MarketEventType, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'tick_event':
      writer.index(1);
      return;
    case 'bar_event':
      writer.index(2);
      return;
    case 'book_status':
      writer.index(3);
      return;
    default:
      throw notASymbol(MARKET_EVENT_TYPE, value, field);
  }
}

function writeAssetClass(writer: AvroWriter, value: AssetClass, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'equity':
      writer.index(1);
      return;
    case 'future':
      writer.index(2);
      return;
    case 'forex':
      writer.index(3);
      return;
    case 'crypto':
      writer.index(4);
      return;
    case 'bond':
      writer.index(5);
      return;
    default:
      throw notASymbol(ASSET_CLASS, value, field);
  }
}

function writeBookState(writer: AvroWriter, value: BookState, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'INIT':
      writer.index(1);
      return;
    case 'BUFFERING':
      writer.index(2);
      return;
    case 'SNAPSHOT_PENDING':
      writer.index(3);
      return;
    case 'LIVE':
      writer.index(4);
      return;
    case 'GAP':
      writer.index(5);
      return;
    case 'STALE':
      writer.index(6);
      return;
    case 'HALTED':
      writer.index(7);
      return;
    default:
      throw notASymbol(BOOK_STATE, value, field);
  }
}

function writeDataSource(writer: AvroWriter, value: DataSource, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'ibkr_realtime':
      writer.index(1);
      return;
    case 'ibkr_historical':
      writer.index(2);
      return;
    case 'cache':
      writer.index(3);
      return;
    case 'synthetic':
      writer.index(4);
      return;
    case 'venue_realtime':
      writer.index(5);
      return;
    case 'replay':
      writer.index(6);
      return;
    default:
      throw notASymbol(DATA_SOURCE, value, field);
  }
}

function writeOfiEventType(writer: AvroWriter, value: OfiEventType, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'ofi_event':
      writer.index(1);
      return;
    default:
      throw notASymbol(OFI_EVENT_TYPE, value, field);
  }
}

function writeOfiQuality(writer: AvroWriter, value: OfiQuality, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'good':
      writer.index(1);
      return;
    case 'degraded':
      writer.index(2);
      return;
    default:
      throw notASymbol(OFI_QUALITY, value, field);
  }
}

function writeOrderIntentType(writer: AvroWriter, value: OrderIntentType, field: string): void {
  switch (value) {
    case 'unknown':
      writer.index(0);
      return;
    case 'order_intent':
      writer.index(1);
      return;
    default:
      throw notASymbol(ORDER_INTENT_TYPE, value, field);
  }
}

function writeIntentAction(writer: AvroWriter, value: IntentAction, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'NEW':
      writer.index(1);
      return;
    case 'CANCEL':
      writer.index(2);
      return;
    case 'REPLACE':
      writer.index(3);
      return;
    default:
      throw notASymbol(INTENT_ACTION, value, field);
  }
}

function writeOrderType(writer: AvroWriter, value: OrderType, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'MARKET':
      writer.index(1);
      return;
    case 'LIMIT':
      writer.index(2);
      return;
    case 'STOP':
      writer.index(3);
      return;
    case 'STOP_LIMIT':
      writer.index(4);
      return;
    case 'ADAPTIVE':
      writer.index(5);
      return;
    default:
      throw notASymbol(ORDER_TYPE, value, field);
  }
}

function writeTimeInForce(writer: AvroWriter, value: TimeInForce, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'DAY':
      writer.index(1);
      return;
    case 'GTC':
      writer.index(2);
      return;
    case 'IOC':
      writer.index(3);
      return;
    case 'FOK':
      writer.index(4);
      return;
    default:
      throw notASymbol(TIME_IN_FORCE, value, field);
  }
}

function writeUrgency(writer: AvroWriter, value: Urgency, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'LOW':
      writer.index(1);
      return;
    case 'NORMAL':
      writer.index(2);
      return;
    case 'HIGH':
      writer.index(3);
      return;
    case 'URGENT':
      writer.index(4);
      return;
    default:
      throw notASymbol(URGENCY, value, field);
  }
}

function writeMarketRegime(writer: AvroWriter, value: MarketRegime, field: string): void {
  switch (value) {
    case 'Unknown':
      writer.index(0);
      return;
    case 'Calm':
      writer.index(1);
      return;
    case 'Normal':
      writer.index(2);
      return;
    case 'Storm':
      writer.index(3);
      return;
    default:
      throw notASymbol(MARKET_REGIME, value, field);
  }
}

function writeRawFrameKind(writer: AvroWriter, value: RawFrameKind, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'FRAME':
      writer.index(1);
      return;
    case 'SNAPSHOT':
      writer.index(2);
      return;
    case 'HEARTBEAT':
      writer.index(3);
      return;
    case 'CONNECTED':
      writer.index(4);
      return;
    case 'DISCONNECTED':
      writer.index(5);
      return;
    default:
      throw notASymbol(RAW_FRAME_KIND, value, field);
  }
}

function writeStoreEventType(writer: AvroWriter, value: StoreEventType, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'CREATED':
      writer.index(1);
      return;
    case 'UPDATED':
      writer.index(2);
      return;
    case 'DELETED':
      writer.index(3);
      return;
    case 'STATE_CHANGE':
      writer.index(4);
      return;
    case 'CORRECTED':
      writer.index(5);
      return;
    default:
      throw notASymbol(STORE_EVENT_TYPE, value, field);
  }
}

function writeStrategyState(writer: AvroWriter, value: StrategyState, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'RUNNING':
      writer.index(1);
      return;
    case 'PAUSED':
      writer.index(2);
      return;
    default:
      throw notASymbol(STRATEGY_STATE, value, field);
  }
}

function writeAggressorSide(writer: AvroWriter, value: AggressorSide, field: string): void {
  switch (value) {
    case 'UNKNOWN':
      writer.index(0);
      return;
    case 'BUY':
      writer.index(1);
      return;
    case 'SELL':
      writer.index(2);
      return;
    default:
      throw notASymbol(AGGRESSOR_SIDE, value, field);
  }
}

function writeMarketState(writer: AvroWriter, value: MarketStateInput, field: string = 'MarketState'): void {
  requireRecord(value, field);
  writer.string(value.symbol, 'MarketState.symbol');
  writer.string(value.exchange, 'MarketState.exchange');
  writer.string(value.run_id, 'MarketState.run_id');
  writer.boolean(value.historical, 'MarketState.historical');
  writer.bytes(value.state, 'MarketState.state');
}

function readMarketState(reader: AvroReader): MarketState {
  return {
    symbol: reader.string(),
    exchange: reader.string(),
    run_id: reader.string(),
    historical: reader.boolean(),
    state: reader.bytes(),
  };
}

function writeDataPlaneCheckpoint(writer: AvroWriter, value: DataPlaneCheckpointInput, field: string = 'DataPlaneCheckpoint'): void {
  requireRecord(value, field);
  writer.int(value.partition, 'DataPlaneCheckpoint.partition');
  writer.long(value.position, 'DataPlaneCheckpoint.position');
  requireArray(value.markets, 'DataPlaneCheckpoint.markets');
  if (value.markets.length > 0) {
    writer.long(value.markets.length, 'DataPlaneCheckpoint.markets');
    for (const item of value.markets) {
      writeMarketState(writer, item, 'DataPlaneCheckpoint.markets');
    }
  }
  writer.index(0);
  writer.long(value.taken_at, 'DataPlaneCheckpoint.taken_at');
}

function readDataPlaneCheckpoint_markets(reader: AvroReader): DataPlaneCheckpoint['markets'] {
  const items: DataPlaneCheckpoint['markets'][number][] = [];
  for (let count = reader.blockCount(5); count > 0; count = reader.blockCount(5)) {
    for (let i = 0; i < count; i += 1) items.push(readMarketState(reader));
  }
  return items;
}
function readDataPlaneCheckpoint(reader: AvroReader): DataPlaneCheckpoint {
  return {
    partition: reader.int(),
    position: reader.long(),
    markets: readDataPlaneCheckpoint_markets(reader),
    taken_at: reader.long(),
  };
}

function writeExecutionCosts(writer: AvroWriter, value: ExecutionCostsInput, field: string = 'ExecutionCosts'): void {
  requireRecord(value, field);
  writer.decimal(value.commission, 'ExecutionCosts.commission');
  const slippage = value.slippage;
  if (slippage === null || slippage === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(slippage, 'ExecutionCosts.slippage');
  }
  const market_impact = value.market_impact;
  if (market_impact === null || market_impact === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(market_impact, 'ExecutionCosts.market_impact');
  }
  const total_cost_bps = value.total_cost_bps;
  if (total_cost_bps === null || total_cost_bps === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(total_cost_bps, 'ExecutionCosts.total_cost_bps');
  }
}

function readExecutionCosts(reader: AvroReader): ExecutionCosts {
  return {
    commission: reader.decimal(),
    slippage: reader.present() ? reader.double() : null,
    market_impact: reader.present() ? reader.double() : null,
    total_cost_bps: reader.present() ? reader.double() : null,
  };
}

function writeFill(writer: AvroWriter, value: FillInput, field: string = 'Fill'): void {
  requireRecord(value, field);
  writer.string(value.fill_id, 'Fill.fill_id');
  writer.decimal(value.quantity, 'Fill.quantity');
  writer.decimal(value.price, 'Fill.price');
  writer.long(value.timestamp, 'Fill.timestamp');
  const commission = value.commission === undefined ? 0n : value.commission;
  writer.decimal(commission, 'Fill.commission');
  const rebate = value.rebate;
  if (rebate === null || rebate === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(rebate, 'Fill.rebate');
  }
  const liquidity = value.liquidity;
  if (liquidity === null || liquidity === undefined) writer.index(0);
  else {
    writer.index(1);
    writeLiquidity(writer, liquidity, 'Fill.liquidity');
  }
}

function readFill(reader: AvroReader): Fill {
  return {
    fill_id: reader.string(),
    quantity: reader.decimal(),
    price: reader.decimal(),
    timestamp: reader.long(),
    commission: reader.decimal(),
    rebate: reader.present() ? reader.decimal() : null,
    liquidity: reader.present() ? LIQUIDITY[reader.index(3)] as Liquidity : null,
  };
}

function writeLatencyMetrics(writer: AvroWriter, value: LatencyMetricsInput, field: string = 'LatencyMetrics'): void {
  requireRecord(value, field);
  const intent_to_submit_ms = value.intent_to_submit_ms;
  if (intent_to_submit_ms === null || intent_to_submit_ms === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(intent_to_submit_ms, 'LatencyMetrics.intent_to_submit_ms');
  }
  const submit_to_ack_ms = value.submit_to_ack_ms;
  if (submit_to_ack_ms === null || submit_to_ack_ms === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(submit_to_ack_ms, 'LatencyMetrics.submit_to_ack_ms');
  }
  const ack_to_fill_ms = value.ack_to_fill_ms;
  if (ack_to_fill_ms === null || ack_to_fill_ms === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(ack_to_fill_ms, 'LatencyMetrics.ack_to_fill_ms');
  }
  const total_latency_ms = value.total_latency_ms;
  if (total_latency_ms === null || total_latency_ms === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(total_latency_ms, 'LatencyMetrics.total_latency_ms');
  }
}

function readLatencyMetrics(reader: AvroReader): LatencyMetrics {
  return {
    intent_to_submit_ms: reader.present() ? reader.long() : null,
    submit_to_ack_ms: reader.present() ? reader.long() : null,
    ack_to_fill_ms: reader.present() ? reader.long() : null,
    total_latency_ms: reader.present() ? reader.long() : null,
  };
}

function writeReportMetadata(writer: AvroWriter, value: ReportMetadataInput, field: string = 'ReportMetadata'): void {
  requireRecord(value, field);
  const broker = value.broker;
  if (broker === null || broker === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(broker, 'ReportMetadata.broker');
  }
  const account_id = value.account_id;
  if (account_id === null || account_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(account_id, 'ReportMetadata.account_id');
  }
  const kafka_topic = value.kafka_topic;
  if (kafka_topic === null || kafka_topic === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(kafka_topic, 'ReportMetadata.kafka_topic');
  }
}

function readReportMetadata(reader: AvroReader): ReportMetadata {
  return {
    broker: reader.present() ? reader.string() : null,
    account_id: reader.present() ? reader.string() : null,
    kafka_topic: reader.present() ? reader.string() : null,
  };
}

function writeExecutionReport(writer: AvroWriter, value: ExecutionReportInput, field: string = 'ExecutionReport'): void {
  requireRecord(value, field);
  const event_type = value.event_type === undefined ? "execution_report" : value.event_type;
  writeExecutionReportType(writer, event_type, 'ExecutionReport.event_type');
  writer.string(value.report_id, 'ExecutionReport.report_id');
  writer.string(value.intent_id, 'ExecutionReport.intent_id');
  writer.string(value.order_id, 'ExecutionReport.order_id');
  writer.string(value.symbol, 'ExecutionReport.symbol');
  writer.string(value.exchange, 'ExecutionReport.exchange');
  writeExecutionStatus(writer, value.status, 'ExecutionReport.status');
  writer.long(value.timestamp, 'ExecutionReport.timestamp');
  const strategy_id = value.strategy_id;
  if (strategy_id === null || strategy_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(strategy_id, 'ExecutionReport.strategy_id');
  }
  const account = value.account;
  if (account === null || account === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(account, 'ExecutionReport.account');
  }
  const direction = value.direction;
  if (direction === null || direction === undefined) writer.index(0);
  else {
    writer.index(1);
    writeDirection(writer, direction, 'ExecutionReport.direction');
  }
  const submitted_timestamp = value.submitted_timestamp;
  if (submitted_timestamp === null || submitted_timestamp === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(submitted_timestamp, 'ExecutionReport.submitted_timestamp');
  }
  const acknowledged_timestamp = value.acknowledged_timestamp;
  if (acknowledged_timestamp === null || acknowledged_timestamp === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(acknowledged_timestamp, 'ExecutionReport.acknowledged_timestamp');
  }
  const filled_timestamp = value.filled_timestamp;
  if (filled_timestamp === null || filled_timestamp === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(filled_timestamp, 'ExecutionReport.filled_timestamp');
  }
  const requested_quantity = value.requested_quantity;
  if (requested_quantity === null || requested_quantity === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(requested_quantity, 'ExecutionReport.requested_quantity');
  }
  const filled_quantity = value.filled_quantity === undefined ? 0n : value.filled_quantity;
  writer.decimal(filled_quantity, 'ExecutionReport.filled_quantity');
  const remaining_quantity = value.remaining_quantity;
  if (remaining_quantity === null || remaining_quantity === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(remaining_quantity, 'ExecutionReport.remaining_quantity');
  }
  const average_fill_price = value.average_fill_price;
  if (average_fill_price === null || average_fill_price === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(average_fill_price, 'ExecutionReport.average_fill_price');
  }
  const limit_price = value.limit_price;
  if (limit_price === null || limit_price === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(limit_price, 'ExecutionReport.limit_price');
  }
  const commission = value.commission === undefined ? 0n : value.commission;
  writer.decimal(commission, 'ExecutionReport.commission');
  const commission_currency = value.commission_currency;
  if (commission_currency === null || commission_currency === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(commission_currency, 'ExecutionReport.commission_currency');
  }
  const rebate = value.rebate;
  if (rebate === null || rebate === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(rebate, 'ExecutionReport.rebate');
  }
  const slippage_bps = value.slippage_bps;
  if (slippage_bps === null || slippage_bps === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(slippage_bps, 'ExecutionReport.slippage_bps');
  }
  const execution_costs = value.execution_costs;
  if (execution_costs === null || execution_costs === undefined) writer.index(0);
  else {
    writer.index(1);
    writeExecutionCosts(writer, execution_costs, 'ExecutionReport.execution_costs');
  }
  const reject_reason = value.reject_reason;
  if (reject_reason === null || reject_reason === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(reject_reason, 'ExecutionReport.reject_reason');
  }
  const error_message = value.error_message;
  if (error_message === null || error_message === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(error_message, 'ExecutionReport.error_message');
  }
  const fills = value.fills === undefined ? [] : value.fills;
  requireArray(fills, 'ExecutionReport.fills');
  if (fills.length > 0) {
    writer.long(fills.length, 'ExecutionReport.fills');
    for (const item of fills) {
      writeFill(writer, item, 'ExecutionReport.fills');
    }
  }
  writer.index(0);
  const overfill = value.overfill === undefined ? false : value.overfill;
  writer.boolean(overfill, 'ExecutionReport.overfill');
  const latency_metrics = value.latency_metrics;
  if (latency_metrics === null || latency_metrics === undefined) writer.index(0);
  else {
    writer.index(1);
    writeLatencyMetrics(writer, latency_metrics, 'ExecutionReport.latency_metrics');
  }
  const metadata = value.metadata;
  if (metadata === null || metadata === undefined) writer.index(0);
  else {
    writer.index(1);
    writeReportMetadata(writer, metadata, 'ExecutionReport.metadata');
  }
}

function readExecutionReport_fills(reader: AvroReader): ExecutionReport['fills'] {
  const items: ExecutionReport['fills'][number][] = [];
  for (let count = reader.blockCount(10); count > 0; count = reader.blockCount(10)) {
    for (let i = 0; i < count; i += 1) items.push(readFill(reader));
  }
  return items;
}
function readExecutionReport(reader: AvroReader): ExecutionReport {
  return {
    event_type: EXECUTION_REPORT_TYPE[reader.index(2)] as ExecutionReportType,
    report_id: reader.string(),
    intent_id: reader.string(),
    order_id: reader.string(),
    symbol: reader.string(),
    exchange: reader.string(),
    status: EXECUTION_STATUS[reader.index(11)] as ExecutionStatus,
    timestamp: reader.long(),
    strategy_id: reader.present() ? reader.string() : null,
    account: reader.present() ? reader.string() : null,
    direction: reader.present() ? DIRECTION[reader.index(3)] as Direction : null,
    submitted_timestamp: reader.present() ? reader.long() : null,
    acknowledged_timestamp: reader.present() ? reader.long() : null,
    filled_timestamp: reader.present() ? reader.long() : null,
    requested_quantity: reader.present() ? reader.decimal() : null,
    filled_quantity: reader.decimal(),
    remaining_quantity: reader.present() ? reader.decimal() : null,
    average_fill_price: reader.present() ? reader.decimal() : null,
    limit_price: reader.present() ? reader.decimal() : null,
    commission: reader.decimal(),
    commission_currency: reader.present() ? reader.string() : null,
    rebate: reader.present() ? reader.decimal() : null,
    slippage_bps: reader.present() ? reader.double() : null,
    execution_costs: reader.present() ? readExecutionCosts(reader) : null,
    reject_reason: reader.present() ? reader.string() : null,
    error_message: reader.present() ? reader.string() : null,
    fills: readExecutionReport_fills(reader),
    overfill: reader.boolean(),
    latency_metrics: reader.present() ? readLatencyMetrics(reader) : null,
    metadata: reader.present() ? readReportMetadata(reader) : null,
  };
}

function writeTradingSession(writer: AvroWriter, value: TradingSessionInput, field: string = 'TradingSession'): void {
  requireRecord(value, field);
  requireArray(value.days, 'TradingSession.days');
  if (value.days.length > 0) {
    writer.long(value.days.length, 'TradingSession.days');
    for (const item of value.days) {
      writer.int(item, 'TradingSession.days');
    }
  }
  writer.index(0);
  writer.string(value.open, 'TradingSession.open');
  writer.string(value.close, 'TradingSession.close');
}

function readTradingSession_days(reader: AvroReader): TradingSession['days'] {
  const items: TradingSession['days'][number][] = [];
  for (let count = reader.blockCount(1); count > 0; count = reader.blockCount(1)) {
    for (let i = 0; i < count; i += 1) items.push(reader.int());
  }
  return items;
}
function readTradingSession(reader: AvroReader): TradingSession {
  return {
    days: readTradingSession_days(reader),
    open: reader.string(),
    close: reader.string(),
  };
}

function writeInstrument(writer: AvroWriter, value: InstrumentInput, field: string = 'Instrument'): void {
  requireRecord(value, field);
  writer.string(value.symbol, 'Instrument.symbol');
  writer.string(value.exchange, 'Instrument.exchange');
  writer.string(value.name, 'Instrument.name');
  writeInstrumentClass(writer, value.asset_class, 'Instrument.asset_class');
  writer.string(value.base_currency, 'Instrument.base_currency');
  writer.string(value.quote_currency, 'Instrument.quote_currency');
  writer.string(value.settlement_currency, 'Instrument.settlement_currency');
  writer.decimal(value.price_step, 'Instrument.price_step');
  writer.decimal(value.quantity_step, 'Instrument.quantity_step');
  writer.decimal(value.quantity_min, 'Instrument.quantity_min');
  const quantity_max = value.quantity_max;
  if (quantity_max === null || quantity_max === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(quantity_max, 'Instrument.quantity_max');
  }
  const notional_min = value.notional_min;
  if (notional_min === null || notional_min === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(notional_min, 'Instrument.notional_min');
  }
  writer.decimal(value.multiplier, 'Instrument.multiplier');
  writer.boolean(value.inverse, 'Instrument.inverse');
  writeInstrumentStatus(writer, value.status, 'Instrument.status');
  writer.string(value.time_zone, 'Instrument.time_zone');
  requireArray(value.sessions, 'Instrument.sessions');
  if (value.sessions.length > 0) {
    writer.long(value.sessions.length, 'Instrument.sessions');
    for (const item of value.sessions) {
      writeTradingSession(writer, item, 'Instrument.sessions');
    }
  }
  writer.index(0);
  requireArray(value.holidays, 'Instrument.holidays');
  if (value.holidays.length > 0) {
    writer.long(value.holidays.length, 'Instrument.holidays');
    for (const item of value.holidays) {
      writer.string(item, 'Instrument.holidays');
    }
  }
  writer.index(0);
  const expiry = value.expiry;
  if (expiry === null || expiry === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(expiry, 'Instrument.expiry');
  }
  const strike = value.strike;
  if (strike === null || strike === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(strike, 'Instrument.strike');
  }
  const option_type = value.option_type;
  if (option_type === null || option_type === undefined) writer.index(0);
  else {
    writer.index(1);
    writeOptionType(writer, option_type, 'Instrument.option_type');
  }
  const underlying = value.underlying;
  if (underlying === null || underlying === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(underlying, 'Instrument.underlying');
  }
  writer.long(value.valid_from, 'Instrument.valid_from');
}

function readInstrument_sessions(reader: AvroReader): Instrument['sessions'] {
  const items: Instrument['sessions'][number][] = [];
  for (let count = reader.blockCount(3); count > 0; count = reader.blockCount(3)) {
    for (let i = 0; i < count; i += 1) items.push(readTradingSession(reader));
  }
  return items;
}

function readInstrument_holidays(reader: AvroReader): Instrument['holidays'] {
  const items: Instrument['holidays'][number][] = [];
  for (let count = reader.blockCount(1); count > 0; count = reader.blockCount(1)) {
    for (let i = 0; i < count; i += 1) items.push(reader.string());
  }
  return items;
}
function readInstrument(reader: AvroReader): Instrument {
  return {
    symbol: reader.string(),
    exchange: reader.string(),
    name: reader.string(),
    asset_class: INSTRUMENT_CLASS[reader.index(7)] as InstrumentClass,
    base_currency: reader.string(),
    quote_currency: reader.string(),
    settlement_currency: reader.string(),
    price_step: reader.decimal(),
    quantity_step: reader.decimal(),
    quantity_min: reader.decimal(),
    quantity_max: reader.present() ? reader.decimal() : null,
    notional_min: reader.present() ? reader.decimal() : null,
    multiplier: reader.decimal(),
    inverse: reader.boolean(),
    status: INSTRUMENT_STATUS[reader.index(4)] as InstrumentStatus,
    time_zone: reader.string(),
    sessions: readInstrument_sessions(reader),
    holidays: readInstrument_holidays(reader),
    expiry: reader.present() ? reader.long() : null,
    strike: reader.present() ? reader.decimal() : null,
    option_type: reader.present() ? OPTION_TYPE[reader.index(3)] as OptionType : null,
    underlying: reader.present() ? reader.string() : null,
    valid_from: reader.long(),
  };
}

function writePriceLevel(writer: AvroWriter, value: PriceLevelInput, field: string = 'PriceLevel'): void {
  requireRecord(value, field);
  writer.double(value.price, 'PriceLevel.price');
  writer.double(value.size, 'PriceLevel.size');
}

function readPriceLevel(reader: AvroReader): PriceLevel {
  return {
    price: reader.double(),
    size: reader.double(),
  };
}

function writeLevel2(writer: AvroWriter, value: Level2Input, field: string = 'Level2'): void {
  requireRecord(value, field);
  requireArray(value.bids, 'Level2.bids');
  if (value.bids.length > 0) {
    writer.long(value.bids.length, 'Level2.bids');
    for (const item of value.bids) {
      writePriceLevel(writer, item, 'Level2.bids');
    }
  }
  writer.index(0);
  requireArray(value.asks, 'Level2.asks');
  if (value.asks.length > 0) {
    writer.long(value.asks.length, 'Level2.asks');
    for (const item of value.asks) {
      writePriceLevel(writer, item, 'Level2.asks');
    }
  }
  writer.index(0);
}

function readLevel2_bids(reader: AvroReader): Level2['bids'] {
  const items: Level2['bids'][number][] = [];
  for (let count = reader.blockCount(16); count > 0; count = reader.blockCount(16)) {
    for (let i = 0; i < count; i += 1) items.push(readPriceLevel(reader));
  }
  return items;
}

function readLevel2_asks(reader: AvroReader): Level2['asks'] {
  const items: Level2['asks'][number][] = [];
  for (let count = reader.blockCount(16); count > 0; count = reader.blockCount(16)) {
    for (let i = 0; i < count; i += 1) items.push(readPriceLevel(reader));
  }
  return items;
}
function readLevel2(reader: AvroReader): Level2 {
  return {
    bids: readLevel2_bids(reader),
    asks: readLevel2_asks(reader),
  };
}

function writeTick(writer: AvroWriter, value: TickInput, field: string = 'Tick'): void {
  requireRecord(value, field);
  writer.double(value.bid, 'Tick.bid');
  writer.double(value.ask, 'Tick.ask');
  writer.double(value.bid_size, 'Tick.bid_size');
  writer.double(value.ask_size, 'Tick.ask_size');
  const last = value.last;
  if (last === null || last === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(last, 'Tick.last');
  }
  const last_size = value.last_size;
  if (last_size === null || last_size === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(last_size, 'Tick.last_size');
  }
  const level2 = value.level2;
  if (level2 === null || level2 === undefined) writer.index(0);
  else {
    writer.index(1);
    writeLevel2(writer, level2, 'Tick.level2');
  }
}

function readTick(reader: AvroReader): Tick {
  return {
    bid: reader.double(),
    ask: reader.double(),
    bid_size: reader.double(),
    ask_size: reader.double(),
    last: reader.present() ? reader.double() : null,
    last_size: reader.present() ? reader.double() : null,
    level2: reader.present() ? readLevel2(reader) : null,
  };
}

function writeBar(writer: AvroWriter, value: BarInput, field: string = 'Bar'): void {
  requireRecord(value, field);
  writer.double(value.open, 'Bar.open');
  writer.double(value.high, 'Bar.high');
  writer.double(value.low, 'Bar.low');
  writer.double(value.close, 'Bar.close');
  writer.double(value.volume, 'Bar.volume');
  const bar_duration = value.bar_duration === undefined ? "1d" : value.bar_duration;
  writer.string(bar_duration, 'Bar.bar_duration');
  const asset_class = value.asset_class === undefined ? "equity" : value.asset_class;
  writeAssetClass(writer, asset_class, 'Bar.asset_class');
  const currency = value.currency === undefined ? "USD" : value.currency;
  writer.string(currency, 'Bar.currency');
  const final = value.final === undefined ? true : value.final;
  writer.boolean(final, 'Bar.final');
  const revision = value.revision === undefined ? 0 : value.revision;
  writer.int(revision, 'Bar.revision');
  const synthetic = value.synthetic === undefined ? false : value.synthetic;
  writer.boolean(synthetic, 'Bar.synthetic');
  const trade_count = value.trade_count;
  if (trade_count === null || trade_count === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(trade_count, 'Bar.trade_count');
  }
  const first_trade_id = value.first_trade_id;
  if (first_trade_id === null || first_trade_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(first_trade_id, 'Bar.first_trade_id');
  }
  const last_trade_id = value.last_trade_id;
  if (last_trade_id === null || last_trade_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(last_trade_id, 'Bar.last_trade_id');
  }
}

function readBar(reader: AvroReader): Bar {
  return {
    open: reader.double(),
    high: reader.double(),
    low: reader.double(),
    close: reader.double(),
    volume: reader.double(),
    bar_duration: reader.string(),
    asset_class: ASSET_CLASS[reader.index(6)] as AssetClass,
    currency: reader.string(),
    final: reader.boolean(),
    revision: reader.int(),
    synthetic: reader.boolean(),
    trade_count: reader.present() ? reader.long() : null,
    first_trade_id: reader.present() ? reader.long() : null,
    last_trade_id: reader.present() ? reader.long() : null,
  };
}

function writeBookStatus(writer: AvroWriter, value: BookStatusInput, field: string = 'BookStatus'): void {
  requireRecord(value, field);
  writeBookState(writer, value.state, 'BookStatus.state');
  writeBookState(writer, value.previous_state, 'BookStatus.previous_state');
  writer.string(value.reason, 'BookStatus.reason');
  const last_good_id = value.last_good_id;
  if (last_good_id === null || last_good_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(last_good_id, 'BookStatus.last_good_id');
  }
}

function readBookStatus(reader: AvroReader): BookStatus {
  return {
    state: BOOK_STATE[reader.index(8)] as BookState,
    previous_state: BOOK_STATE[reader.index(8)] as BookState,
    reason: reader.string(),
    last_good_id: reader.present() ? reader.long() : null,
  };
}

function writeDataQuality(writer: AvroWriter, value: DataQualityInput, field: string = 'DataQuality'): void {
  requireRecord(value, field);
  writer.double(value.completeness_score, 'DataQuality.completeness_score');
  writer.long(value.freshness_ms, 'DataQuality.freshness_ms');
  writeDataSource(writer, value.source, 'DataQuality.source');
}

function readDataQuality(reader: AvroReader): DataQuality {
  return {
    completeness_score: reader.double(),
    freshness_ms: reader.long(),
    source: DATA_SOURCE[reader.index(7)] as DataSource,
  };
}

function writeEventMetadata(writer: AvroWriter, value: EventMetadataInput, field: string = 'EventMetadata'): void {
  requireRecord(value, field);
  const producer_id = value.producer_id;
  if (producer_id === null || producer_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(producer_id, 'EventMetadata.producer_id');
  }
  const sequence_number = value.sequence_number;
  if (sequence_number === null || sequence_number === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(sequence_number, 'EventMetadata.sequence_number');
  }
  const kafka_topic = value.kafka_topic;
  if (kafka_topic === null || kafka_topic === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(kafka_topic, 'EventMetadata.kafka_topic');
  }
}

function readEventMetadata(reader: AvroReader): EventMetadata {
  return {
    producer_id: reader.present() ? reader.string() : null,
    sequence_number: reader.present() ? reader.long() : null,
    kafka_topic: reader.present() ? reader.string() : null,
  };
}

function writeMarketEvent(writer: AvroWriter, value: MarketEventInput, field: string = 'MarketEvent'): void {
  requireRecord(value, field);
  writeMarketEventType(writer, value.event_type, 'MarketEvent.event_type');
  writer.string(value.symbol, 'MarketEvent.symbol');
  writer.string(value.exchange, 'MarketEvent.exchange');
  writer.long(value.timestamp, 'MarketEvent.timestamp');
  writer.long(value.received_at, 'MarketEvent.received_at');
  const tick = value.tick;
  if (tick === null || tick === undefined) writer.index(0);
  else {
    writer.index(1);
    writeTick(writer, tick, 'MarketEvent.tick');
  }
  const bar = value.bar;
  if (bar === null || bar === undefined) writer.index(0);
  else {
    writer.index(1);
    writeBar(writer, bar, 'MarketEvent.bar');
  }
  const book_status = value.book_status;
  if (book_status === null || book_status === undefined) writer.index(0);
  else {
    writer.index(1);
    writeBookStatus(writer, book_status, 'MarketEvent.book_status');
  }
  const data_quality = value.data_quality;
  if (data_quality === null || data_quality === undefined) writer.index(0);
  else {
    writer.index(1);
    writeDataQuality(writer, data_quality, 'MarketEvent.data_quality');
  }
  const metadata = value.metadata;
  if (metadata === null || metadata === undefined) writer.index(0);
  else {
    writer.index(1);
    writeEventMetadata(writer, metadata, 'MarketEvent.metadata');
  }
}

function readMarketEvent(reader: AvroReader): MarketEvent {
  return {
    event_type: MARKET_EVENT_TYPE[reader.index(4)] as MarketEventType,
    symbol: reader.string(),
    exchange: reader.string(),
    timestamp: reader.long(),
    received_at: reader.long(),
    tick: reader.present() ? readTick(reader) : null,
    bar: reader.present() ? readBar(reader) : null,
    book_status: reader.present() ? readBookStatus(reader) : null,
    data_quality: reader.present() ? readDataQuality(reader) : null,
    metadata: reader.present() ? readEventMetadata(reader) : null,
  };
}

function writeOfiEvent(writer: AvroWriter, value: OfiEventInput, field: string = 'OfiEvent'): void {
  requireRecord(value, field);
  const event_type = value.event_type === undefined ? "ofi_event" : value.event_type;
  writeOfiEventType(writer, event_type, 'OfiEvent.event_type');
  writer.string(value.symbol, 'OfiEvent.symbol');
  writer.string(value.exchange, 'OfiEvent.exchange');
  writer.long(value.timestamp, 'OfiEvent.timestamp');
  writer.long(value.received_at, 'OfiEvent.received_at');
  writer.double(value.ofi_z, 'OfiEvent.ofi_z');
  const ofi_raw = value.ofi_raw;
  if (ofi_raw === null || ofi_raw === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(ofi_raw, 'OfiEvent.ofi_raw');
  }
  const ofi_ma = value.ofi_ma;
  if (ofi_ma === null || ofi_ma === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(ofi_ma, 'OfiEvent.ofi_ma');
  }
  const ofi_std = value.ofi_std;
  if (ofi_std === null || ofi_std === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(ofi_std, 'OfiEvent.ofi_std');
  }
  const ofi_per_depth = value.ofi_per_depth;
  if (ofi_per_depth === null || ofi_per_depth === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(ofi_per_depth, 'OfiEvent.ofi_per_depth');
  }
  const window = value.window;
  if (window === null || window === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(window, 'OfiEvent.window');
  }
  const window_start = value.window_start;
  if (window_start === null || window_start === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(window_start, 'OfiEvent.window_start');
  }
  const levels = value.levels;
  if (levels === null || levels === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.int(levels, 'OfiEvent.levels');
  }
  const event_count = value.event_count;
  if (event_count === null || event_count === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(event_count, 'OfiEvent.event_count');
  }
  const z_lookback = value.z_lookback;
  if (z_lookback === null || z_lookback === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.int(z_lookback, 'OfiEvent.z_lookback');
  }
  const quality = value.quality;
  if (quality === null || quality === undefined) writer.index(0);
  else {
    writer.index(1);
    writeOfiQuality(writer, quality, 'OfiEvent.quality');
  }
  const metadata = value.metadata;
  if (metadata === null || metadata === undefined) writer.index(0);
  else {
    writer.index(1);
    writeEventMetadata(writer, metadata, 'OfiEvent.metadata');
  }
}

function readOfiEvent(reader: AvroReader): OfiEvent {
  return {
    event_type: OFI_EVENT_TYPE[reader.index(2)] as OfiEventType,
    symbol: reader.string(),
    exchange: reader.string(),
    timestamp: reader.long(),
    received_at: reader.long(),
    ofi_z: reader.double(),
    ofi_raw: reader.present() ? reader.double() : null,
    ofi_ma: reader.present() ? reader.double() : null,
    ofi_std: reader.present() ? reader.double() : null,
    ofi_per_depth: reader.present() ? reader.double() : null,
    window: reader.present() ? reader.string() : null,
    window_start: reader.present() ? reader.long() : null,
    levels: reader.present() ? reader.int() : null,
    event_count: reader.present() ? reader.long() : null,
    z_lookback: reader.present() ? reader.int() : null,
    quality: reader.present() ? OFI_QUALITY[reader.index(3)] as OfiQuality : null,
    metadata: reader.present() ? readEventMetadata(reader) : null,
  };
}

function writeOrderBook(writer: AvroWriter, value: OrderBookInput, field: string = 'OrderBook'): void {
  requireRecord(value, field);
  writer.string(value.symbol, 'OrderBook.symbol');
  writer.string(value.exchange, 'OrderBook.exchange');
  writer.long(value.timestamp, 'OrderBook.timestamp');
  writer.long(value.received_at, 'OrderBook.received_at');
  writer.long(value.update_id, 'OrderBook.update_id');
  writer.int(value.depth, 'OrderBook.depth');
  requireArray(value.bids, 'OrderBook.bids');
  if (value.bids.length > 0) {
    writer.long(value.bids.length, 'OrderBook.bids');
    for (const item of value.bids) {
      writePriceLevel(writer, item, 'OrderBook.bids');
    }
  }
  writer.index(0);
  requireArray(value.asks, 'OrderBook.asks');
  if (value.asks.length > 0) {
    writer.long(value.asks.length, 'OrderBook.asks');
    for (const item of value.asks) {
      writePriceLevel(writer, item, 'OrderBook.asks');
    }
  }
  writer.index(0);
  writer.int(value.bid_levels, 'OrderBook.bid_levels');
  writer.int(value.ask_levels, 'OrderBook.ask_levels');
}

function readOrderBook_bids(reader: AvroReader): OrderBook['bids'] {
  const items: OrderBook['bids'][number][] = [];
  for (let count = reader.blockCount(16); count > 0; count = reader.blockCount(16)) {
    for (let i = 0; i < count; i += 1) items.push(readPriceLevel(reader));
  }
  return items;
}

function readOrderBook_asks(reader: AvroReader): OrderBook['asks'] {
  const items: OrderBook['asks'][number][] = [];
  for (let count = reader.blockCount(16); count > 0; count = reader.blockCount(16)) {
    for (let i = 0; i < count; i += 1) items.push(readPriceLevel(reader));
  }
  return items;
}
function readOrderBook(reader: AvroReader): OrderBook {
  return {
    symbol: reader.string(),
    exchange: reader.string(),
    timestamp: reader.long(),
    received_at: reader.long(),
    update_id: reader.long(),
    depth: reader.int(),
    bids: readOrderBook_bids(reader),
    asks: readOrderBook_asks(reader),
    bid_levels: reader.int(),
    ask_levels: reader.int(),
  };
}

function writeRiskChecks(writer: AvroWriter, value: RiskChecksInput, field: string = 'RiskChecks'): void {
  requireRecord(value, field);
  writer.boolean(value.within_box_limit, 'RiskChecks.within_box_limit');
  writer.boolean(value.within_gross_limit, 'RiskChecks.within_gross_limit');
  writer.boolean(value.within_net_limit, 'RiskChecks.within_net_limit');
  writer.boolean(value.pnl_kill_switch, 'RiskChecks.pnl_kill_switch');
  writer.boolean(value.drawdown_kill_switch, 'RiskChecks.drawdown_kill_switch');
}

function readRiskChecks(reader: AvroReader): RiskChecks {
  return {
    within_box_limit: reader.boolean(),
    within_gross_limit: reader.boolean(),
    within_net_limit: reader.boolean(),
    pnl_kill_switch: reader.boolean(),
    drawdown_kill_switch: reader.boolean(),
  };
}

function writeExecutionParams(writer: AvroWriter, value: ExecutionParamsInput, field: string = 'ExecutionParams'): void {
  requireRecord(value, field);
  const pov_cap = value.pov_cap;
  if (pov_cap === null || pov_cap === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(pov_cap, 'ExecutionParams.pov_cap');
  }
  const adv_cap = value.adv_cap;
  if (adv_cap === null || adv_cap === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(adv_cap, 'ExecutionParams.adv_cap');
  }
  const max_slippage_bps = value.max_slippage_bps;
  if (max_slippage_bps === null || max_slippage_bps === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(max_slippage_bps, 'ExecutionParams.max_slippage_bps');
  }
  const post_only = value.post_only;
  if (post_only === null || post_only === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.boolean(post_only, 'ExecutionParams.post_only');
  }
}

function readExecutionParams(reader: AvroReader): ExecutionParams {
  return {
    pov_cap: reader.present() ? reader.double() : null,
    adv_cap: reader.present() ? reader.double() : null,
    max_slippage_bps: reader.present() ? reader.double() : null,
    post_only: reader.present() ? reader.boolean() : null,
  };
}

function writeIntentMetadata(writer: AvroWriter, value: IntentMetadataInput, field: string = 'IntentMetadata'): void {
  requireRecord(value, field);
  const portfolio_id = value.portfolio_id;
  if (portfolio_id === null || portfolio_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(portfolio_id, 'IntentMetadata.portfolio_id');
  }
  const regime = value.regime;
  if (regime === null || regime === undefined) writer.index(0);
  else {
    writer.index(1);
    writeMarketRegime(writer, regime, 'IntentMetadata.regime');
  }
  const kafka_topic = value.kafka_topic;
  if (kafka_topic === null || kafka_topic === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(kafka_topic, 'IntentMetadata.kafka_topic');
  }
}

function readIntentMetadata(reader: AvroReader): IntentMetadata {
  return {
    portfolio_id: reader.present() ? reader.string() : null,
    regime: reader.present() ? MARKET_REGIME[reader.index(4)] as MarketRegime : null,
    kafka_topic: reader.present() ? reader.string() : null,
  };
}

function writeOrderIntent(writer: AvroWriter, value: OrderIntentInput, field: string = 'OrderIntent'): void {
  requireRecord(value, field);
  const event_type = value.event_type === undefined ? "order_intent" : value.event_type;
  writeOrderIntentType(writer, event_type, 'OrderIntent.event_type');
  writer.string(value.intent_id, 'OrderIntent.intent_id');
  writer.string(value.symbol, 'OrderIntent.symbol');
  writer.string(value.exchange, 'OrderIntent.exchange');
  const action = value.action === undefined ? "NEW" : value.action;
  writeIntentAction(writer, action, 'OrderIntent.action');
  writeDirection(writer, value.direction, 'OrderIntent.direction');
  writer.decimal(value.quantity, 'OrderIntent.quantity');
  writeOrderType(writer, value.order_type, 'OrderIntent.order_type');
  writer.long(value.timestamp, 'OrderIntent.timestamp');
  writer.string(value.strategy_id, 'OrderIntent.strategy_id');
  const account = value.account;
  if (account === null || account === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(account, 'OrderIntent.account');
  }
  const target_intent_id = value.target_intent_id;
  if (target_intent_id === null || target_intent_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(target_intent_id, 'OrderIntent.target_intent_id');
  }
  const limit_price = value.limit_price;
  if (limit_price === null || limit_price === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(limit_price, 'OrderIntent.limit_price');
  }
  const stop_price = value.stop_price;
  if (stop_price === null || stop_price === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.decimal(stop_price, 'OrderIntent.stop_price');
  }
  const time_in_force = value.time_in_force === undefined ? "DAY" : value.time_in_force;
  writeTimeInForce(writer, time_in_force, 'OrderIntent.time_in_force');
  const urgency = value.urgency === undefined ? "NORMAL" : value.urgency;
  writeUrgency(writer, urgency, 'OrderIntent.urgency');
  const deadline = value.deadline;
  if (deadline === null || deadline === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(deadline, 'OrderIntent.deadline');
  }
  const causation_id = value.causation_id;
  if (causation_id === null || causation_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(causation_id, 'OrderIntent.causation_id');
  }
  const reason = value.reason;
  if (reason === null || reason === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(reason, 'OrderIntent.reason');
  }
  const target_weight = value.target_weight;
  if (target_weight === null || target_weight === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(target_weight, 'OrderIntent.target_weight');
  }
  const current_weight = value.current_weight;
  if (current_weight === null || current_weight === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(current_weight, 'OrderIntent.current_weight');
  }
  const signal_strength = value.signal_strength;
  if (signal_strength === null || signal_strength === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(signal_strength, 'OrderIntent.signal_strength');
  }
  const risk_checks = value.risk_checks;
  if (risk_checks === null || risk_checks === undefined) writer.index(0);
  else {
    writer.index(1);
    writeRiskChecks(writer, risk_checks, 'OrderIntent.risk_checks');
  }
  const execution_params = value.execution_params;
  if (execution_params === null || execution_params === undefined) writer.index(0);
  else {
    writer.index(1);
    writeExecutionParams(writer, execution_params, 'OrderIntent.execution_params');
  }
  const metadata = value.metadata;
  if (metadata === null || metadata === undefined) writer.index(0);
  else {
    writer.index(1);
    writeIntentMetadata(writer, metadata, 'OrderIntent.metadata');
  }
}

function readOrderIntent(reader: AvroReader): OrderIntent {
  return {
    event_type: ORDER_INTENT_TYPE[reader.index(2)] as OrderIntentType,
    intent_id: reader.string(),
    symbol: reader.string(),
    exchange: reader.string(),
    action: INTENT_ACTION[reader.index(4)] as IntentAction,
    direction: DIRECTION[reader.index(3)] as Direction,
    quantity: reader.decimal(),
    order_type: ORDER_TYPE[reader.index(6)] as OrderType,
    timestamp: reader.long(),
    strategy_id: reader.string(),
    account: reader.present() ? reader.string() : null,
    target_intent_id: reader.present() ? reader.string() : null,
    limit_price: reader.present() ? reader.decimal() : null,
    stop_price: reader.present() ? reader.decimal() : null,
    time_in_force: TIME_IN_FORCE[reader.index(5)] as TimeInForce,
    urgency: URGENCY[reader.index(5)] as Urgency,
    deadline: reader.present() ? reader.long() : null,
    causation_id: reader.present() ? reader.string() : null,
    reason: reader.present() ? reader.string() : null,
    target_weight: reader.present() ? reader.double() : null,
    current_weight: reader.present() ? reader.double() : null,
    signal_strength: reader.present() ? reader.double() : null,
    risk_checks: reader.present() ? readRiskChecks(reader) : null,
    execution_params: reader.present() ? readExecutionParams(reader) : null,
    metadata: reader.present() ? readIntentMetadata(reader) : null,
  };
}

function writeRawFrame(writer: AvroWriter, value: RawFrameInput, field: string = 'RawFrame'): void {
  requireRecord(value, field);
  writer.string(value.exchange, 'RawFrame.exchange');
  writer.string(value.symbol, 'RawFrame.symbol');
  writer.string(value.connection_id, 'RawFrame.connection_id');
  writer.long(value.connection_sequence, 'RawFrame.connection_sequence');
  writeRawFrameKind(writer, value.kind, 'RawFrame.kind');
  const stream = value.stream;
  if (stream === null || stream === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.string(stream, 'RawFrame.stream');
  }
  writer.long(value.received_at, 'RawFrame.received_at');
  writer.bigLong(value.received_at_ns, 'RawFrame.received_at_ns');
  const venue_time = value.venue_time;
  if (venue_time === null || venue_time === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(venue_time, 'RawFrame.venue_time');
  }
  const venue_sequence = value.venue_sequence;
  if (venue_sequence === null || venue_sequence === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(venue_sequence, 'RawFrame.venue_sequence');
  }
  const time_shift_micros = value.time_shift_micros === undefined ? 0 : value.time_shift_micros;
  writer.long(time_shift_micros, 'RawFrame.time_shift_micros');
  const historical = value.historical === undefined ? false : value.historical;
  writer.boolean(historical, 'RawFrame.historical');
  writer.bytes(value.payload, 'RawFrame.payload');
}

function readRawFrame(reader: AvroReader): RawFrame {
  return {
    exchange: reader.string(),
    symbol: reader.string(),
    connection_id: reader.string(),
    connection_sequence: reader.long(),
    kind: RAW_FRAME_KIND[reader.index(6)] as RawFrameKind,
    stream: reader.present() ? reader.string() : null,
    received_at: reader.long(),
    received_at_ns: reader.bigLong(),
    venue_time: reader.present() ? reader.long() : null,
    venue_sequence: reader.present() ? reader.long() : null,
    time_shift_micros: reader.long(),
    historical: reader.boolean(),
    payload: reader.bytes(),
  };
}

function writeStoreEvent(writer: AvroWriter, value: StoreEventInput, field: string = 'StoreEvent'): void {
  requireRecord(value, field);
  writer.string(value.entity_id, 'StoreEvent.entity_id');
  writer.string(value.entity_type, 'StoreEvent.entity_type');
  writer.long(value.version, 'StoreEvent.version');
  writeStoreEventType(writer, value.event_type, 'StoreEvent.event_type');
  writer.long(value.position, 'StoreEvent.position');
  writer.long(value.tx_time, 'StoreEvent.tx_time');
}

function readStoreEvent(reader: AvroReader): StoreEvent {
  return {
    entity_id: reader.string(),
    entity_type: reader.string(),
    version: reader.long(),
    event_type: STORE_EVENT_TYPE[reader.index(6)] as StoreEventType,
    position: reader.long(),
    tx_time: reader.long(),
  };
}

function writeTopicPosition(writer: AvroWriter, value: TopicPositionInput, field: string = 'TopicPosition'): void {
  requireRecord(value, field);
  writer.string(value.topic, 'TopicPosition.topic');
  writer.int(value.partition, 'TopicPosition.partition');
  writer.long(value.offset, 'TopicPosition.offset');
}

function readTopicPosition(reader: AvroReader): TopicPosition {
  return {
    topic: reader.string(),
    partition: reader.int(),
    offset: reader.long(),
  };
}

function writeSourcePosition(writer: AvroWriter, value: SourcePositionInput, field: string = 'SourcePosition'): void {
  requireRecord(value, field);
  writer.string(value.topic, 'SourcePosition.topic');
  writer.int(value.partition, 'SourcePosition.partition');
  writer.string(value.source, 'SourcePosition.source');
  writer.string(value.position, 'SourcePosition.position');
}

function readSourcePosition(reader: AvroReader): SourcePosition {
  return {
    topic: reader.string(),
    partition: reader.int(),
    source: reader.string(),
    position: reader.string(),
  };
}

function writeStrategyCheckpoint(writer: AvroWriter, value: StrategyCheckpointInput, field: string = 'StrategyCheckpoint'): void {
  requireRecord(value, field);
  writer.string(value.strategy_id, 'StrategyCheckpoint.strategy_id');
  writer.string(value.run_id, 'StrategyCheckpoint.run_id');
  writer.long(value.epoch, 'StrategyCheckpoint.epoch');
  requireArray(value.positions, 'StrategyCheckpoint.positions');
  if (value.positions.length > 0) {
    writer.long(value.positions.length, 'StrategyCheckpoint.positions');
    for (const item of value.positions) {
      writeTopicPosition(writer, item, 'StrategyCheckpoint.positions');
    }
  }
  writer.index(0);
  writer.long(value.journal_offset, 'StrategyCheckpoint.journal_offset');
  requireArray(value.source_positions, 'StrategyCheckpoint.source_positions');
  if (value.source_positions.length > 0) {
    writer.long(value.source_positions.length, 'StrategyCheckpoint.source_positions');
    for (const item of value.source_positions) {
      writeSourcePosition(writer, item, 'StrategyCheckpoint.source_positions');
    }
  }
  writer.index(0);
  writer.bytes(value.state, 'StrategyCheckpoint.state');
  writer.long(value.taken_at, 'StrategyCheckpoint.taken_at');
}

function readStrategyCheckpoint_positions(reader: AvroReader): StrategyCheckpoint['positions'] {
  const items: StrategyCheckpoint['positions'][number][] = [];
  for (let count = reader.blockCount(3); count > 0; count = reader.blockCount(3)) {
    for (let i = 0; i < count; i += 1) items.push(readTopicPosition(reader));
  }
  return items;
}

function readStrategyCheckpoint_source_positions(reader: AvroReader): StrategyCheckpoint['source_positions'] {
  const items: StrategyCheckpoint['source_positions'][number][] = [];
  for (let count = reader.blockCount(4); count > 0; count = reader.blockCount(4)) {
    for (let i = 0; i < count; i += 1) items.push(readSourcePosition(reader));
  }
  return items;
}
function readStrategyCheckpoint(reader: AvroReader): StrategyCheckpoint {
  return {
    strategy_id: reader.string(),
    run_id: reader.string(),
    epoch: reader.long(),
    positions: readStrategyCheckpoint_positions(reader),
    journal_offset: reader.long(),
    source_positions: readStrategyCheckpoint_source_positions(reader),
    state: reader.bytes(),
    taken_at: reader.long(),
  };
}

function writeStrategyControl(writer: AvroWriter, value: StrategyControlInput, field: string = 'StrategyControl'): void {
  requireRecord(value, field);
  writer.string(value.strategy_id, 'StrategyControl.strategy_id');
  writeStrategyState(writer, value.state, 'StrategyControl.state');
  writer.string(value.author, 'StrategyControl.author');
  writer.string(value.reason, 'StrategyControl.reason');
  writer.long(value.requested_at, 'StrategyControl.requested_at');
}

function readStrategyControl(reader: AvroReader): StrategyControl {
  return {
    strategy_id: reader.string(),
    state: STRATEGY_STATE[reader.index(3)] as StrategyState,
    author: reader.string(),
    reason: reader.string(),
    requested_at: reader.long(),
  };
}

function writeJournalSlice(writer: AvroWriter, value: JournalSliceInput, field: string = 'JournalSlice'): void {
  requireRecord(value, field);
  writer.string(value.topic, 'JournalSlice.topic');
  writer.int(value.partition, 'JournalSlice.partition');
  writer.long(value.first_offset, 'JournalSlice.first_offset');
  writer.long(value.last_offset, 'JournalSlice.last_offset');
}

function readJournalSlice(reader: AvroReader): JournalSlice {
  return {
    topic: reader.string(),
    partition: reader.int(),
    first_offset: reader.long(),
    last_offset: reader.long(),
  };
}

function writeStrategyJournal(writer: AvroWriter, value: StrategyJournalInput, field: string = 'StrategyJournal'): void {
  requireRecord(value, field);
  writer.string(value.strategy_id, 'StrategyJournal.strategy_id');
  writer.string(value.run_id, 'StrategyJournal.run_id');
  writer.long(value.epoch, 'StrategyJournal.epoch');
  requireArray(value.slices, 'StrategyJournal.slices');
  if (value.slices.length > 0) {
    writer.long(value.slices.length, 'StrategyJournal.slices');
    for (const item of value.slices) {
      writeJournalSlice(writer, item, 'StrategyJournal.slices');
    }
  }
  writer.index(0);
}

function readStrategyJournal_slices(reader: AvroReader): StrategyJournal['slices'] {
  const items: StrategyJournal['slices'][number][] = [];
  for (let count = reader.blockCount(4); count > 0; count = reader.blockCount(4)) {
    for (let i = 0; i < count; i += 1) items.push(readJournalSlice(reader));
  }
  return items;
}
function readStrategyJournal(reader: AvroReader): StrategyJournal {
  return {
    strategy_id: reader.string(),
    run_id: reader.string(),
    epoch: reader.long(),
    slices: readStrategyJournal_slices(reader),
  };
}

function writeTicker(writer: AvroWriter, value: TickerInput, field: string = 'Ticker'): void {
  requireRecord(value, field);
  writer.string(value.symbol, 'Ticker.symbol');
  writer.string(value.exchange, 'Ticker.exchange');
  writer.long(value.timestamp, 'Ticker.timestamp');
  writer.long(value.received_at, 'Ticker.received_at');
  const bid = value.bid;
  if (bid === null || bid === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(bid, 'Ticker.bid');
  }
  const bid_size = value.bid_size;
  if (bid_size === null || bid_size === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(bid_size, 'Ticker.bid_size');
  }
  const ask = value.ask;
  if (ask === null || ask === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(ask, 'Ticker.ask');
  }
  const ask_size = value.ask_size;
  if (ask_size === null || ask_size === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(ask_size, 'Ticker.ask_size');
  }
  const last = value.last;
  if (last === null || last === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(last, 'Ticker.last');
  }
  const last_size = value.last_size;
  if (last_size === null || last_size === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.double(last_size, 'Ticker.last_size');
  }
  const last_side = value.last_side;
  if (last_side === null || last_side === undefined) writer.index(0);
  else {
    writer.index(1);
    writeAggressorSide(writer, last_side, 'Ticker.last_side');
  }
  const trade_id = value.trade_id;
  if (trade_id === null || trade_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(trade_id, 'Ticker.trade_id');
  }
  const update_id = value.update_id;
  if (update_id === null || update_id === undefined) writer.index(0);
  else {
    writer.index(1);
    writer.long(update_id, 'Ticker.update_id');
  }
}

function readTicker(reader: AvroReader): Ticker {
  return {
    symbol: reader.string(),
    exchange: reader.string(),
    timestamp: reader.long(),
    received_at: reader.long(),
    bid: reader.present() ? reader.double() : null,
    bid_size: reader.present() ? reader.double() : null,
    ask: reader.present() ? reader.double() : null,
    ask_size: reader.present() ? reader.double() : null,
    last: reader.present() ? reader.double() : null,
    last_size: reader.present() ? reader.double() : null,
    last_side: reader.present() ? AGGRESSOR_SIDE[reader.index(3)] as AggressorSide : null,
    trade_id: reader.present() ? reader.long() : null,
    update_id: reader.present() ? reader.long() : null,
  };
}

function writeViewState(writer: AvroWriter, value: ViewStateInput, field: string = 'ViewState'): void {
  requireRecord(value, field);
  writer.string(value.view_group, 'ViewState.view_group');
  writer.long(value.generation, 'ViewState.generation');
  writer.string(value.author, 'ViewState.author');
  writer.long(value.requested_at, 'ViewState.requested_at');
  writer.string(value.definition, 'ViewState.definition');
}

function readViewState(reader: AvroReader): ViewState {
  return {
    view_group: reader.string(),
    generation: reader.long(),
    author: reader.string(),
    requested_at: reader.long(),
    definition: reader.string(),
  };
}

/** The two directions of every record with a schema of its own. */
export const STRAIGHT_LINE: {
  readonly [Name in RecordName]: {
    readonly write: (writer: AvroWriter, value: RecordInputs[Name]) => void;
    readonly read: (reader: AvroReader) => RecordTypes[Name];
  };
} = {
  DataPlaneCheckpoint: { write: writeDataPlaneCheckpoint, read: readDataPlaneCheckpoint },
  ExecutionReport: { write: writeExecutionReport, read: readExecutionReport },
  Instrument: { write: writeInstrument, read: readInstrument },
  MarketEvent: { write: writeMarketEvent, read: readMarketEvent },
  OfiEvent: { write: writeOfiEvent, read: readOfiEvent },
  OrderBook: { write: writeOrderBook, read: readOrderBook },
  OrderIntent: { write: writeOrderIntent, read: readOrderIntent },
  RawFrame: { write: writeRawFrame, read: readRawFrame },
  StoreEvent: { write: writeStoreEvent, read: readStoreEvent },
  StrategyCheckpoint: { write: writeStrategyCheckpoint, read: readStrategyCheckpoint },
  StrategyControl: { write: writeStrategyControl, read: readStrategyControl },
  StrategyJournal: { write: writeStrategyJournal, read: readStrategyJournal },
  Ticker: { write: writeTicker, read: readTicker },
  ViewState: { write: writeViewState, read: readViewState },
};

// Generated from contracts/avro by `npm run generate`; do not edit.

/** Constant. */
export const EXECUTION_REPORT_TYPE = ['unknown', 'execution_report'] as const;
export type ExecutionReportType = (typeof EXECUTION_REPORT_TYPE)[number];

/** State of the order. UNKNOWN: sent, and the broker has not said what became of it. TIMEOUT and ERROR are read, never written. */
export const EXECUTION_STATUS = ['UNSPECIFIED', 'SUBMITTED', 'ACKNOWLEDGED', 'PARTIAL_FILL', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'UNKNOWN', 'TIMEOUT', 'ERROR'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUS)[number];

/** Side of an order. */
export const DIRECTION = ['UNKNOWN', 'BUY', 'SELL'] as const;
export type Direction = (typeof DIRECTION)[number];

/** Whether it rested or crossed. */
export const LIQUIDITY = ['UNKNOWN', 'MAKER', 'TAKER'] as const;
export type Liquidity = (typeof LIQUIDITY)[number];

/** Kind of instrument. */
export const INSTRUMENT_CLASS = ['unknown', 'equity', 'future', 'forex', 'crypto', 'bond', 'option'] as const;
export type InstrumentClass = (typeof INSTRUMENT_CLASS)[number];

/** Whether it trades. */
export const INSTRUMENT_STATUS = ['UNKNOWN', 'TRADING', 'HALTED', 'CLOSED'] as const;
export type InstrumentStatus = (typeof INSTRUMENT_STATUS)[number];

/** Right. */
export const OPTION_TYPE = ['UNKNOWN', 'CALL', 'PUT'] as const;
export type OptionType = (typeof OPTION_TYPE)[number];

/** Tells which body is set. */
export const MARKET_EVENT_TYPE = ['unknown', 'tick_event', 'bar_event', 'book_status'] as const;
export type MarketEventType = (typeof MARKET_EVENT_TYPE)[number];

/** Kind of instrument. */
export const ASSET_CLASS = ['unknown', 'equity', 'future', 'forex', 'crypto', 'bond'] as const;
export type AssetClass = (typeof ASSET_CLASS)[number];

/** State of a book. */
export const BOOK_STATE = ['UNKNOWN', 'INIT', 'BUFFERING', 'SNAPSHOT_PENDING', 'LIVE', 'GAP', 'STALE', 'HALTED'] as const;
export type BookState = (typeof BOOK_STATE)[number];

/** Where the data comes from. */
export const DATA_SOURCE = ['unknown', 'ibkr_realtime', 'ibkr_historical', 'cache', 'synthetic', 'venue_realtime', 'replay'] as const;
export type DataSource = (typeof DATA_SOURCE)[number];

/** Constant. */
export const OFI_EVENT_TYPE = ['unknown', 'ofi_event'] as const;
export type OfiEventType = (typeof OFI_EVENT_TYPE)[number];

/** Whether the book was in step all through the window. */
export const OFI_QUALITY = ['unknown', 'good', 'degraded'] as const;
export type OfiQuality = (typeof OFI_QUALITY)[number];

/** Constant. */
export const ORDER_INTENT_TYPE = ['unknown', 'order_intent'] as const;
export type OrderIntentType = (typeof ORDER_INTENT_TYPE)[number];

/** What is wanted. */
export const INTENT_ACTION = ['UNKNOWN', 'NEW', 'CANCEL', 'REPLACE'] as const;
export type IntentAction = (typeof INTENT_ACTION)[number];

/** How the order finds its price. */
export const ORDER_TYPE = ['UNKNOWN', 'MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'ADAPTIVE'] as const;
export type OrderType = (typeof ORDER_TYPE)[number];

/** How long the order lives. */
export const TIME_IN_FORCE = ['UNKNOWN', 'DAY', 'GTC', 'IOC', 'FOK'] as const;
export type TimeInForce = (typeof TIME_IN_FORCE)[number];

/** How much the strategy minds waiting. */
export const URGENCY = ['UNKNOWN', 'LOW', 'NORMAL', 'HIGH', 'URGENT'] as const;
export type Urgency = (typeof URGENCY)[number];

/** Regime of the market. */
export const MARKET_REGIME = ['Unknown', 'Calm', 'Normal', 'Storm'] as const;
export type MarketRegime = (typeof MARKET_REGIME)[number];

/** What the record holds: a frame, an answer to a snapshot request, or a fact of the connection itself. */
export const RAW_FRAME_KIND = ['UNKNOWN', 'FRAME', 'SNAPSHOT', 'HEARTBEAT', 'CONNECTED', 'DISCONNECTED'] as const;
export type RawFrameKind = (typeof RAW_FRAME_KIND)[number];

/** What was done. */
export const STORE_EVENT_TYPE = ['UNKNOWN', 'CREATED', 'UPDATED', 'DELETED', 'STATE_CHANGE', 'CORRECTED'] as const;
export type StoreEventType = (typeof STORE_EVENT_TYPE)[number];

/** Whether a strategy may send intents. */
export const STRATEGY_STATE = ['UNKNOWN', 'RUNNING', 'PAUSED'] as const;
export type StrategyState = (typeof STRATEGY_STATE)[number];

/** Who crossed the spread. */
export const AGGRESSOR_SIDE = ['UNKNOWN', 'BUY', 'SELL'] as const;
export type AggressorSide = (typeof AGGRESSOR_SIDE)[number];

/** State of one market. */
export interface MarketState {
  /** Symbol. */
  readonly symbol: string;
  /** Exchange. */
  readonly exchange: string;
  /** Run that the frames belong to. */
  readonly run_id: string;
  /** A recording: each round is a run of its own. */
  readonly historical: boolean;
  /** As libs/domain/market writes it. */
  readonly state: Uint8Array;
}

/** A MarketState as producers pass it: fields with a default may be left out. */
export interface MarketStateInput {
  readonly symbol: string;
  readonly exchange: string;
  readonly run_id: string;
  readonly historical: boolean;
  readonly state: Uint8Array;
}

/** State of the books, windows and open bars of one partition of market_raw, with the position it holds for. */
export interface DataPlaneCheckpoint {
  /** Partition of market_raw. */
  readonly partition: number;
  /** Next offset of market_raw to apply. */
  readonly position: number;
  /** One entry a market. */
  readonly markets: readonly MarketState[];
  /** Receive time of the last frame applied. Microseconds since the epoch. */
  readonly taken_at: number;
}

/** A DataPlaneCheckpoint as producers pass it: fields with a default may be left out. */
export interface DataPlaneCheckpointInput {
  readonly partition: number;
  readonly position: number;
  readonly markets: readonly MarketStateInput[];
  readonly taken_at: number;
}

/** Where the cost comes from. */
export interface ExecutionCosts {
  /** Fees, not below 0. Units of 1e-9. */
  readonly commission: bigint;
  /** Quote currency. */
  readonly slippage: number | null;
  /** Quote currency. */
  readonly market_impact: number | null;
  /** Basis points. */
  readonly total_cost_bps: number | null;
}

/** A ExecutionCosts as producers pass it: fields with a default may be left out. */
export interface ExecutionCostsInput {
  readonly commission: bigint;
  readonly slippage?: number | null | undefined;
  readonly market_impact?: number | null | undefined;
  readonly total_cost_bps?: number | null | undefined;
}

/** One execution. */
export interface Fill {
  /** The broker's execution id. */
  readonly fill_id: string;
  /** Above 0. Units of 1e-9. */
  readonly quantity: bigint;
  /** Above 0. Units of 1e-9. */
  readonly price: bigint;
  /** Execution time. Microseconds since the epoch. */
  readonly timestamp: number;
  /** Fee, not below 0. Units of 1e-9. */
  readonly commission: bigint;
  /** What the venue paid for the fill instead of taking a fee: the commission is 0 then. Units of 1e-9. */
  readonly rebate: bigint | null;
  /** Whether it rested or crossed. */
  readonly liquidity: Liquidity | null;
}

/** A Fill as producers pass it: fields with a default may be left out. */
export interface FillInput {
  readonly fill_id: string;
  readonly quantity: bigint;
  readonly price: bigint;
  readonly timestamp: number;
  readonly commission?: bigint | undefined;
  readonly rebate?: bigint | null | undefined;
  readonly liquidity?: Liquidity | null | undefined;
}

/** Whole milliseconds between the stages. */
export interface LatencyMetrics {
  /** Not below 0. */
  readonly intent_to_submit_ms: number | null;
  /** Not below 0. */
  readonly submit_to_ack_ms: number | null;
  /** Not below 0. */
  readonly ack_to_fill_ms: number | null;
  /** Not below 0. */
  readonly total_latency_ms: number | null;
}

/** A LatencyMetrics as producers pass it: fields with a default may be left out. */
export interface LatencyMetricsInput {
  readonly intent_to_submit_ms?: number | null | undefined;
  readonly submit_to_ack_ms?: number | null | undefined;
  readonly ack_to_fill_ms?: number | null | undefined;
  readonly total_latency_ms?: number | null | undefined;
}

/** Facts of the broker, for people. */
export interface ReportMetadata {
  /** paper or ibkr. */
  readonly broker: string | null;
  /** Account. */
  readonly account_id: string | null;
  /** The topic that the report was made for. */
  readonly kafka_topic: string | null;
}

/** A ReportMetadata as producers pass it: fields with a default may be left out. */
export interface ReportMetadataInput {
  readonly broker?: string | null | undefined;
  readonly account_id?: string | null | undefined;
  readonly kafka_topic?: string | null | undefined;
}

/** What became of an intent, each time that changes. */
export interface ExecutionReport {
  /** execution_report. */
  readonly event_type: ExecutionReportType;
  /** UUID in lower case; the same report always has the same. */
  readonly report_id: string;
  /** UUID of the intent. */
  readonly intent_id: string;
  /** Order id at the broker, at most 64 printable characters (ours: at most 32 of [A-Z0-9-]); empty when nothing was sent. */
  readonly order_id: string;
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** State of the order. */
  readonly status: ExecutionStatus;
  /** When it became so, UTC. Microseconds since the epoch. */
  readonly timestamp: number;
  /** The strategy that wanted it. */
  readonly strategy_id: string | null;
  /** The account traded for. */
  readonly account: string | null;
  /** BUY or SELL. */
  readonly direction: Direction | null;
  /** Handed to the broker. Microseconds since the epoch. */
  readonly submitted_timestamp: number | null;
  /** Accepted by the broker. Microseconds since the epoch. */
  readonly acknowledged_timestamp: number | null;
  /** Last fill. Microseconds since the epoch. */
  readonly filled_timestamp: number | null;
  /** Above 0. Units of 1e-9. */
  readonly requested_quantity: bigint | null;
  /** Sum of the fills, not below 0. Units of 1e-9. */
  readonly filled_quantity: bigint;
  /** requested - filled while live; what was left when the order ended. Units of 1e-9. */
  readonly remaining_quantity: bigint | null;
  /** Quantity-weighted mean of the fills, rounded half to even. Units of 1e-9. */
  readonly average_fill_price: bigint | null;
  /** Limit of the order. Units of 1e-9. */
  readonly limit_price: bigint | null;
  /** Sum of the fees; negative is a rebate and is refused on input. Units of 1e-9. */
  readonly commission: bigint;
  /** Currency of the fees and rebates. */
  readonly commission_currency: string | null;
  /** What the venue paid instead of taking a fee, where rebates prevail: the commission is 0 then. Units of 1e-9. */
  readonly rebate: bigint | null;
  /** Signed, against the mid at arrival, basis points; above 0 is worse. */
  readonly slippage_bps: number | null;
  /** Where the cost comes from. */
  readonly execution_costs: ExecutionCosts | null;
  /** Every failed check by code; REJECTED needs it. */
  readonly reject_reason: string | null;
  /** ERROR needs it. */
  readonly error_message: string | null;
  /** All fills so far. */
  readonly fills: readonly Fill[];
  /** More was filled than requested; lifts filled <= requested. */
  readonly overfill: boolean;
  /** Whole milliseconds between the stages. */
  readonly latency_metrics: LatencyMetrics | null;
  /** Facts of the broker. */
  readonly metadata: ReportMetadata | null;
}

/** A ExecutionReport as producers pass it: fields with a default may be left out. */
export interface ExecutionReportInput {
  readonly event_type?: ExecutionReportType | undefined;
  readonly report_id: string;
  readonly intent_id: string;
  readonly order_id: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly status: ExecutionStatus;
  readonly timestamp: number;
  readonly strategy_id?: string | null | undefined;
  readonly account?: string | null | undefined;
  readonly direction?: Direction | null | undefined;
  readonly submitted_timestamp?: number | null | undefined;
  readonly acknowledged_timestamp?: number | null | undefined;
  readonly filled_timestamp?: number | null | undefined;
  readonly requested_quantity?: bigint | null | undefined;
  readonly filled_quantity?: bigint | undefined;
  readonly remaining_quantity?: bigint | null | undefined;
  readonly average_fill_price?: bigint | null | undefined;
  readonly limit_price?: bigint | null | undefined;
  readonly commission?: bigint | undefined;
  readonly commission_currency?: string | null | undefined;
  readonly rebate?: bigint | null | undefined;
  readonly slippage_bps?: number | null | undefined;
  readonly execution_costs?: ExecutionCostsInput | null | undefined;
  readonly reject_reason?: string | null | undefined;
  readonly error_message?: string | null | undefined;
  readonly fills?: readonly FillInput[] | undefined;
  readonly overfill?: boolean | undefined;
  readonly latency_metrics?: LatencyMetricsInput | null | undefined;
  readonly metadata?: ReportMetadataInput | null | undefined;
}

/** Hours on some days of the week, in the zone; an end before its start is on the next day. */
export interface TradingSession {
  /** ISO days, 1 is Monday. */
  readonly days: readonly number[];
  /** HH:MM. */
  readonly open: string;
  /** HH:MM; 24:00 is midnight. */
  readonly close: string;
}

/** A TradingSession as producers pass it: fields with a default may be left out. */
export interface TradingSessionInput {
  readonly days: readonly number[];
  readonly open: string;
  readonly close: string;
}

/** What one market trades, and by which rules. Steps, sessions, P&L and Greeks take it from here. */
export interface Instrument {
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** For people. */
  readonly name: string;
  /** Kind of instrument. */
  readonly asset_class: InstrumentClass;
  /** What a unit is of; for shares the symbol. */
  readonly base_currency: string;
  /** What the price is in, ^[A-Z]{3,5}$. */
  readonly quote_currency: string;
  /** What profit is paid in. */
  readonly settlement_currency: string;
  /** Tick size, above 0. Units of 1e-9. */
  readonly price_step: bigint;
  /** Lot size, above 0. Units of 1e-9. */
  readonly quantity_step: bigint;
  /** Smallest order. Units of 1e-9. */
  readonly quantity_min: bigint;
  /** Largest order. Units of 1e-9. */
  readonly quantity_max: bigint | null;
  /** Smallest order value in the quote currency. Units of 1e-9. */
  readonly notional_min: bigint | null;
  /** Units of the underlying a contract. Units of 1e-9. */
  readonly multiplier: bigint;
  /** Settled in the base currency: value is quantity x multiplier / price. */
  readonly inverse: boolean;
  /** Whether it trades. */
  readonly status: InstrumentStatus;
  /** IANA zone of the sessions. */
  readonly time_zone: string;
  /** Empty: always open. */
  readonly sessions: readonly TradingSession[];
  /** Closed days, YYYY-MM-DD in the zone. */
  readonly holidays: readonly string[];
  /** Last trading time of futures and options. Microseconds since the epoch. */
  readonly expiry: number | null;
  /** Strike of an option. Units of 1e-9. */
  readonly strike: bigint | null;
  /** Right of an option. */
  readonly option_type: OptionType | null;
  /** exchange|symbol of the underlying. */
  readonly underlying: string | null;
  /** These rules hold from then on. Microseconds since the epoch. */
  readonly valid_from: number;
}

/** A Instrument as producers pass it: fields with a default may be left out. */
export interface InstrumentInput {
  readonly symbol: string;
  readonly exchange: string;
  readonly name: string;
  readonly asset_class: InstrumentClass;
  readonly base_currency: string;
  readonly quote_currency: string;
  readonly settlement_currency: string;
  readonly price_step: bigint;
  readonly quantity_step: bigint;
  readonly quantity_min: bigint;
  readonly quantity_max?: bigint | null | undefined;
  readonly notional_min?: bigint | null | undefined;
  readonly multiplier: bigint;
  readonly inverse: boolean;
  readonly status: InstrumentStatus;
  readonly time_zone: string;
  readonly sessions: readonly TradingSessionInput[];
  readonly holidays: readonly string[];
  readonly expiry?: number | null | undefined;
  readonly strike?: bigint | null | undefined;
  readonly option_type?: OptionType | null | undefined;
  readonly underlying?: string | null | undefined;
  readonly valid_from: number;
}

/** One price of a book with the size that rests there. */
export interface PriceLevel {
  /** Price in the quote currency. */
  readonly price: number;
  /** Resting size in base units or contracts. */
  readonly size: number;
}

/** A PriceLevel as producers pass it: fields with a default may be left out. */
export interface PriceLevelInput {
  readonly price: number;
  readonly size: number;
}

/** The best levels of the book; in JSON {bids, asks} of [price, size]. */
export interface Level2 {
  /** Best first. */
  readonly bids: readonly PriceLevel[];
  /** Best first. */
  readonly asks: readonly PriceLevel[];
}

/** A Level2 as producers pass it: fields with a default may be left out. */
export interface Level2Input {
  readonly bids: readonly PriceLevelInput[];
  readonly asks: readonly PriceLevelInput[];
}

/** A quote, with the last trade where known. */
export interface Tick {
  /** Best bid price, above 0. */
  readonly bid: number;
  /** Best ask price, not below the bid. */
  readonly ask: number;
  /** Size at the best bid, not below 0. */
  readonly bid_size: number;
  /** Size at the best ask, not below 0. */
  readonly ask_size: number;
  /** Price of the last trade, above 0. */
  readonly last: number | null;
  /** Size of the last trade, not below 0. */
  readonly last_size: number | null;
  /** The best levels of the book. */
  readonly level2: Level2 | null;
}

/** A Tick as producers pass it: fields with a default may be left out. */
export interface TickInput {
  readonly bid: number;
  readonly ask: number;
  readonly bid_size: number;
  readonly ask_size: number;
  readonly last?: number | null | undefined;
  readonly last_size?: number | null | undefined;
  readonly level2?: Level2Input | null | undefined;
}

/** Prices and volume of the trades of one interval, by trade time, left closed. */
export interface Bar {
  /** First trade price, above 0. */
  readonly open: number;
  /** Highest trade price. */
  readonly high: number;
  /** Lowest trade price. */
  readonly low: number;
  /** Last trade price. */
  readonly close: number;
  /** Sum of trade sizes, not below 0. */
  readonly volume: number;
  /** 1s 10s 1m 5m 15m 30m 1h 4h or 1d. */
  readonly bar_duration: string;
  /** Kind of instrument. */
  readonly asset_class: AssetClass;
  /** Quote currency, ^[A-Z]{3,5}$. */
  readonly currency: string;
  /** Whether the watermark has passed the end of the interval. */
  readonly final: boolean;
  /** 0, and one more for each correction by a late trade. */
  readonly revision: number;
  /** True for a flat bar of an interval without trades. */
  readonly synthetic: boolean;
  /** Number of trades. */
  readonly trade_count: number | null;
  /** The venue's id of the first trade. */
  readonly first_trade_id: number | null;
  /** The venue's id of the last trade. */
  readonly last_trade_id: number | null;
}

/** A Bar as producers pass it: fields with a default may be left out. */
export interface BarInput {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly bar_duration?: string | undefined;
  readonly asset_class?: AssetClass | undefined;
  readonly currency?: string | undefined;
  readonly final?: boolean | undefined;
  readonly revision?: number | undefined;
  readonly synthetic?: boolean | undefined;
  readonly trade_count?: number | null | undefined;
  readonly first_trade_id?: number | null | undefined;
  readonly last_trade_id?: number | null | undefined;
}

/** A change of the state of a book. */
export interface BookStatus {
  /** The state now. */
  readonly state: BookState;
  /** The state before. */
  readonly previous_state: BookState;
  /** Why, in a word or two that programs may compare. */
  readonly reason: string;
  /** The venue's id of the last update that fitted. */
  readonly last_good_id: number | null;
}

/** A BookStatus as producers pass it: fields with a default may be left out. */
export interface BookStatusInput {
  readonly state: BookState;
  readonly previous_state: BookState;
  readonly reason: string;
  readonly last_good_id?: number | null | undefined;
}

/** What the quality gates said of the source. */
export interface DataQuality {
  /** Share of expected values that were there, 0 to 1. */
  readonly completeness_score: number;
  /** Age of the data when we received it, in milliseconds, not below 0. */
  readonly freshness_ms: number;
  /** Where the data comes from. */
  readonly source: DataSource;
}

/** A DataQuality as producers pass it: fields with a default may be left out. */
export interface DataQualityInput {
  readonly completeness_score: number;
  readonly freshness_ms: number;
  readonly source: DataSource;
}

/** Facts of the producer, for people. */
export interface EventMetadata {
  /** The instance that made the event. */
  readonly producer_id: string | null;
  /** The producer's own count, not below 0. */
  readonly sequence_number: number | null;
  /** The topic that the event was made for. */
  readonly kafka_topic: string | null;
}

/** A EventMetadata as producers pass it: fields with a default may be left out. */
export interface EventMetadataInput {
  readonly producer_id?: string | null | undefined;
  readonly sequence_number?: number | null | undefined;
  readonly kafka_topic?: string | null | undefined;
}

/** What happened in a market: a tick, a bar or a change of the book's state. Exactly one of them is set. */
export interface MarketEvent {
  /** Tells which body is set. */
  readonly event_type: MarketEventType;
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** Event time at the venue; of a bar the end of its interval, UTC. Microseconds since the epoch. */
  readonly timestamp: number;
  /** When we received the frame that it comes from (receive clock), UTC. Microseconds since the epoch. */
  readonly received_at: number;
  /** Set when event_type is tick_event. */
  readonly tick: Tick | null;
  /** Set when event_type is bar_event. */
  readonly bar: Bar | null;
  /** Set when event_type is book_status. */
  readonly book_status: BookStatus | null;
  /** What the quality gates said. */
  readonly data_quality: DataQuality | null;
  /** Facts of the producer. */
  readonly metadata: EventMetadata | null;
}

/** A MarketEvent as producers pass it: fields with a default may be left out. */
export interface MarketEventInput {
  readonly event_type: MarketEventType;
  readonly symbol: string;
  readonly exchange: string;
  readonly timestamp: number;
  readonly received_at: number;
  readonly tick?: TickInput | null | undefined;
  readonly bar?: BarInput | null | undefined;
  readonly book_status?: BookStatusInput | null | undefined;
  readonly data_quality?: DataQualityInput | null | undefined;
  readonly metadata?: EventMetadataInput | null | undefined;
}

/** Order-flow imbalance of one window (Cont, Kukanov and Stoikov 2014; multi-level: Xu, Gould and Howison 2019). */
export interface OfiEvent {
  /** ofi_event. */
  readonly event_type: OfiEventType;
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** Event time at the venue when the window closed, UTC. Microseconds since the epoch. */
  readonly timestamp: number;
  /** When we received the frame that it comes from (receive clock), UTC. Microseconds since the epoch. */
  readonly received_at: number;
  /** z-score against the past windows without this one; 0 until there are two. */
  readonly ofi_z: number;
  /** Sum of the contributions in base units or contracts. */
  readonly ofi_raw: number | null;
  /** Mean of the past windows that z is taken against. */
  readonly ofi_ma: number | null;
  /** Population standard deviation of those windows, not below 0. */
  readonly ofi_std: number | null;
  /** ofi_raw over the mean depth of the window. */
  readonly ofi_per_depth: number | null;
  /** 100ms, 1s, 10s, 60s by the receive clock, or 50e by events. */
  readonly window: string | null;
  /** Start of the window by the receive clock. Microseconds since the epoch. */
  readonly window_start: number | null;
  /** Book levels summed: 1 is the best only. */
  readonly levels: number | null;
  /** Changes of the levels inside the window. */
  readonly event_count: number | null;
  /** Past windows that z is taken against, at the most. */
  readonly z_lookback: number | null;
  /** Whether the book was in step all through the window. */
  readonly quality: OfiQuality | null;
  /** Facts of the producer. */
  readonly metadata: EventMetadata | null;
}

/** A OfiEvent as producers pass it: fields with a default may be left out. */
export interface OfiEventInput {
  readonly event_type?: OfiEventType | undefined;
  readonly symbol: string;
  readonly exchange: string;
  readonly timestamp: number;
  readonly received_at: number;
  readonly ofi_z: number;
  readonly ofi_raw?: number | null | undefined;
  readonly ofi_ma?: number | null | undefined;
  readonly ofi_std?: number | null | undefined;
  readonly ofi_per_depth?: number | null | undefined;
  readonly window?: string | null | undefined;
  readonly window_start?: number | null | undefined;
  readonly levels?: number | null | undefined;
  readonly event_count?: number | null | undefined;
  readonly z_lookback?: number | null | undefined;
  readonly quality?: OfiQuality | null | undefined;
  readonly metadata?: EventMetadataInput | null | undefined;
}

/** The best levels of a book that is in step with its venue. */
export interface OrderBook {
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** When it was so at the venue (event time), UTC. Microseconds since the epoch. */
  readonly timestamp: number;
  /** When we received the frame that it comes from (receive clock), UTC. Microseconds since the epoch. */
  readonly received_at: number;
  /** The venue's id of the last update applied. */
  readonly update_id: number;
  /** Levels a side at the most. */
  readonly depth: number;
  /** Best first: prices fall. */
  readonly bids: readonly PriceLevel[];
  /** Best first: prices rise. */
  readonly asks: readonly PriceLevel[];
  /** Levels that the whole bid side holds. */
  readonly bid_levels: number;
  /** Levels that the whole ask side holds. */
  readonly ask_levels: number;
}

/** A OrderBook as producers pass it: fields with a default may be left out. */
export interface OrderBookInput {
  readonly symbol: string;
  readonly exchange: string;
  readonly timestamp: number;
  readonly received_at: number;
  readonly update_id: number;
  readonly depth: number;
  readonly bids: readonly PriceLevelInput[];
  readonly asks: readonly PriceLevelInput[];
  readonly bid_levels: number;
  readonly ask_levels: number;
}

/** The strategy's own checks: true is healthy for every one, also for the kill switches (true: not triggered). */
export interface RiskChecks {
  /** Inside the limit of one instrument. */
  readonly within_box_limit: boolean;
  /** Inside the gross limit. */
  readonly within_gross_limit: boolean;
  /** Inside the net limit. */
  readonly within_net_limit: boolean;
  /** True: the loss switch is not triggered. */
  readonly pnl_kill_switch: boolean;
  /** True: the drawdown switch is not triggered. */
  readonly drawdown_kill_switch: boolean;
}

/** A RiskChecks as producers pass it: fields with a default may be left out. */
export interface RiskChecksInput {
  readonly within_box_limit: boolean;
  readonly within_gross_limit: boolean;
  readonly within_net_limit: boolean;
  readonly pnl_kill_switch: boolean;
  readonly drawdown_kill_switch: boolean;
}

/** How the order may be worked. */
export interface ExecutionParams {
  /** Highest share of volume, 0 to 1. */
  readonly pov_cap: number | null;
  /** Highest share of average daily volume, 0 to 1. */
  readonly adv_cap: number | null;
  /** Highest slippage in basis points, not below 0. */
  readonly max_slippage_bps: number | null;
  /** True: it rests or is refused, and never takes; LIMIT with DAY or GTC only. */
  readonly post_only: boolean | null;
}

/** A ExecutionParams as producers pass it: fields with a default may be left out. */
export interface ExecutionParamsInput {
  readonly pov_cap?: number | null | undefined;
  readonly adv_cap?: number | null | undefined;
  readonly max_slippage_bps?: number | null | undefined;
  readonly post_only?: boolean | null | undefined;
}

/** Facts of the strategy, for people. */
export interface IntentMetadata {
  /** Portfolio. */
  readonly portfolio_id: string | null;
  /** Regime of the market. */
  readonly regime: MarketRegime | null;
  /** The topic that the intent was made for. */
  readonly kafka_topic: string | null;
}

/** A IntentMetadata as producers pass it: fields with a default may be left out. */
export interface IntentMetadataInput {
  readonly portfolio_id?: string | null | undefined;
  readonly regime?: MarketRegime | null | undefined;
  readonly kafka_topic?: string | null | undefined;
}

/** What a strategy wants done: a new order, or the cancelling or replacing of one. */
export interface OrderIntent {
  /** order_intent. */
  readonly event_type: OrderIntentType;
  /** UUID in lower case; the key of idempotency. */
  readonly intent_id: string;
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** What is wanted. */
  readonly action: IntentAction;
  /** BUY or SELL. */
  readonly direction: Direction;
  /** Base units or contracts, above 0. Units of 1e-9. */
  readonly quantity: bigint;
  /** How the order finds its price. */
  readonly order_type: OrderType;
  /** Event time of the cause, UTC. Microseconds since the epoch. */
  readonly timestamp: number;
  /** ^[A-Z][A-Z0-9_]{0,31}$; which exist is configuration. */
  readonly strategy_id: string;
  /** Account to trade for; absent: the one that the limits give the strategy. */
  readonly account: string | null;
  /** The intent of the order to cancel or replace. */
  readonly target_intent_id: string | null;
  /** Limit, above 0; LIMIT and STOP_LIMIT need it, MARKET must not have it. Units of 1e-9. */
  readonly limit_price: bigint | null;
  /** Stop, above 0; STOP and STOP_LIMIT need it. Units of 1e-9. */
  readonly stop_price: bigint | null;
  /** How long the order lives. */
  readonly time_in_force: TimeInForce;
  /** How much the strategy minds waiting. */
  readonly urgency: Urgency;
  /** Not to be sent after this time. Microseconds since the epoch. */
  readonly deadline: number | null;
  /** event_id of the event that caused the intent. */
  readonly causation_id: string | null;
  /** Why, for people. */
  readonly reason: string | null;
  /** -1 to 1. */
  readonly target_weight: number | null;
  /** -1 to 1. */
  readonly current_weight: number | null;
  /** Size of the signal, 0 to 1. */
  readonly signal_strength: number | null;
  /** The strategy's own checks. */
  readonly risk_checks: RiskChecks | null;
  /** How the order may be worked. */
  readonly execution_params: ExecutionParams | null;
  /** Facts of the strategy. */
  readonly metadata: IntentMetadata | null;
}

/** A OrderIntent as producers pass it: fields with a default may be left out. */
export interface OrderIntentInput {
  readonly event_type?: OrderIntentType | undefined;
  readonly intent_id: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly action?: IntentAction | undefined;
  readonly direction: Direction;
  readonly quantity: bigint;
  readonly order_type: OrderType;
  readonly timestamp: number;
  readonly strategy_id: string;
  readonly account?: string | null | undefined;
  readonly target_intent_id?: string | null | undefined;
  readonly limit_price?: bigint | null | undefined;
  readonly stop_price?: bigint | null | undefined;
  readonly time_in_force?: TimeInForce | undefined;
  readonly urgency?: Urgency | undefined;
  readonly deadline?: number | null | undefined;
  readonly causation_id?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly target_weight?: number | null | undefined;
  readonly current_weight?: number | null | undefined;
  readonly signal_strength?: number | null | undefined;
  readonly risk_checks?: RiskChecksInput | null | undefined;
  readonly execution_params?: ExecutionParamsInput | null | undefined;
  readonly metadata?: IntentMetadataInput | null | undefined;
}

/** A message of a venue exactly as received, before anything is read from it. */
export interface RawFrame {
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** Names one connection of one connector; a reconnect has a new one. */
  readonly connection_id: string;
  /** Counts the records of the connection from 0, so that a gap of ours shows. */
  readonly connection_sequence: number;
  /** What the record holds. */
  readonly kind: RawFrameKind;
  /** The stream or endpoint that it came from, as the venue names it. */
  readonly stream: string | null;
  /** Receive clock, UTC. Microseconds since the epoch. */
  readonly received_at: number;
  /** Receive clock in nanoseconds since the epoch. */
  readonly received_at_ns: bigint;
  /** The venue's event time where a light look at the bytes finds it. Microseconds since the epoch. */
  readonly venue_time: number | null;
  /** The venue's sequence or update id where a light look at the bytes finds it. */
  readonly venue_sequence: number | null;
  /** Added to every venue time read from the payload: 0 live; a replay moves its recording to the time of its run and leaves the bytes alone. */
  readonly time_shift_micros: number;
  /** A recording: exempt from the freshness gate. */
  readonly historical: boolean;
  /** The bytes as received; empty for facts of the connection. */
  readonly payload: Uint8Array;
}

/** A RawFrame as producers pass it: fields with a default may be left out. */
export interface RawFrameInput {
  readonly exchange: string;
  readonly symbol: string;
  readonly connection_id: string;
  readonly connection_sequence: number;
  readonly kind: RawFrameKind;
  readonly stream?: string | null | undefined;
  readonly received_at: number;
  readonly received_at_ns: bigint;
  readonly venue_time?: number | null | undefined;
  readonly venue_sequence?: number | null | undefined;
  readonly time_shift_micros?: number | undefined;
  readonly historical?: boolean | undefined;
  readonly payload: Uint8Array;
}

/** Tells that an entity changed; never the row, whose rights only the store can check. */
export interface StoreEvent {
  /** Entity. */
  readonly entity_id: string;
  /** Type of the entity. */
  readonly entity_type: string;
  /** Version that was written, from 1. */
  readonly version: number;
  /** What was done. */
  readonly event_type: StoreEventType;
  /** Place in the log, without gaps. */
  readonly position: number;
  /** When the log recorded it. Microseconds since the epoch. */
  readonly tx_time: number;
}

/** A StoreEvent as producers pass it: fields with a default may be left out. */
export interface StoreEventInput {
  readonly entity_id: string;
  readonly entity_type: string;
  readonly version: number;
  readonly event_type: StoreEventType;
  readonly position: number;
  readonly tx_time: number;
}

/** Next offset to consume. */
export interface TopicPosition {
  /** Topic. */
  readonly topic: string;
  /** Partition. */
  readonly partition: number;
  /** Next offset to consume. */
  readonly offset: number;
}

/** A TopicPosition as producers pass it: fields with a default may be left out. */
export interface TopicPositionInput {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Highest source position applied of one source partition. */
export interface SourcePosition {
  /** Topic. */
  readonly topic: string;
  /** Partition. */
  readonly partition: number;
  /** Source partition, topic/partition. */
  readonly source: string;
  /** offset/index. */
  readonly position: string;
}

/** A SourcePosition as producers pass it: fields with a default may be left out. */
export interface SourcePositionInput {
  readonly topic: string;
  readonly partition: number;
  readonly source: string;
  readonly position: string;
}

/** State of a strategy and the positions it has consumed, in one record, so that they cannot disagree. */
export interface StrategyCheckpoint {
  /** Strategy. */
  readonly strategy_id: string;
  /** Run that the state belongs to. */
  readonly run_id: string;
  /** Ownership count: a record of a lower epoch than one before it is ignored. */
  readonly epoch: number;
  /** Positions consumed. */
  readonly positions: readonly TopicPosition[];
  /** Next offset of the journal: entries before it are in the state. */
  readonly journal_offset: number;
  /** What the de-duplication has seen. */
  readonly source_positions: readonly SourcePosition[];
  /** State as the strategy writes it, JSON in UTF-8. */
  readonly state: Uint8Array;
  /** Receive time of the last event consumed. Microseconds since the epoch. */
  readonly taken_at: number;
}

/** A StrategyCheckpoint as producers pass it: fields with a default may be left out. */
export interface StrategyCheckpointInput {
  readonly strategy_id: string;
  readonly run_id: string;
  readonly epoch: number;
  readonly positions: readonly TopicPositionInput[];
  readonly journal_offset: number;
  readonly source_positions: readonly SourcePositionInput[];
  readonly state: Uint8Array;
  readonly taken_at: number;
}

/** What people want of a strategy: the last record of a strategy holds, across restarts. */
export interface StrategyControl {
  /** Strategy. */
  readonly strategy_id: string;
  /** PAUSED: it goes on consuming and keeps its state, and sends no intents. */
  readonly state: StrategyState;
  /** Who wants it. */
  readonly author: string;
  /** Why. */
  readonly reason: string;
  /** When it was asked for. Microseconds since the epoch. */
  readonly requested_at: number;
}

/** A StrategyControl as producers pass it: fields with a default may be left out. */
export interface StrategyControlInput {
  readonly strategy_id: string;
  readonly state: StrategyState;
  readonly author: string;
  readonly reason: string;
  readonly requested_at: number;
}

/** Records consumed one after the other. */
export interface JournalSlice {
  /** Topic. */
  readonly topic: string;
  /** Partition. */
  readonly partition: number;
  /** First record. */
  readonly first_offset: number;
  /** Last record. */
  readonly last_offset: number;
}

/** A JournalSlice as producers pass it: fields with a default may be left out. */
export interface JournalSliceInput {
  readonly topic: string;
  readonly partition: number;
  readonly first_offset: number;
  readonly last_offset: number;
}

/** The order in which a strategy consumed its topics: a replay that follows it gives the same intents. */
export interface StrategyJournal {
  /** Strategy. */
  readonly strategy_id: string;
  /** Run. */
  readonly run_id: string;
  /** Ownership count of the writer; entries of a lower epoch after a higher one are void. */
  readonly epoch: number;
  /** In the order of consumption; empty for the entry that opens an epoch. */
  readonly slices: readonly JournalSlice[];
}

/** A StrategyJournal as producers pass it: fields with a default may be left out. */
export interface StrategyJournalInput {
  readonly strategy_id: string;
  readonly run_id: string;
  readonly epoch: number;
  readonly slices: readonly JournalSliceInput[];
}

/** Best bid and ask and the last trade of a market, at every change. */
export interface Ticker {
  /** The venue's or listing's symbol, ^[A-Z0-9][A-Z0-9./_-]{0,19}$. */
  readonly symbol: string;
  /** The exchange that, with the symbol, names the market: BINANCE is spot, BINANCE_USDM the perpetual. */
  readonly exchange: string;
  /** When it was so at the venue (event time), UTC. Microseconds since the epoch. */
  readonly timestamp: number;
  /** When we received the frame that it comes from (receive clock), UTC. Microseconds since the epoch. */
  readonly received_at: number;
  /** Best bid price. */
  readonly bid: number | null;
  /** Size at the best bid. */
  readonly bid_size: number | null;
  /** Best ask price. */
  readonly ask: number | null;
  /** Size at the best ask. */
  readonly ask_size: number | null;
  /** Price of the last trade. */
  readonly last: number | null;
  /** Size of the last trade. */
  readonly last_size: number | null;
  /** Aggressor of the last trade. */
  readonly last_side: AggressorSide | null;
  /** The venue's id of the last trade, set on the record of that trade only. */
  readonly trade_id: number | null;
  /** The venue's book update id of the quote, set on the record of that quote only. */
  readonly update_id: number | null;
}

/** A Ticker as producers pass it: fields with a default may be left out. */
export interface TickerInput {
  readonly symbol: string;
  readonly exchange: string;
  readonly timestamp: number;
  readonly received_at: number;
  readonly bid?: number | null | undefined;
  readonly bid_size?: number | null | undefined;
  readonly ask?: number | null | undefined;
  readonly ask_size?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly last_size?: number | null | undefined;
  readonly last_side?: AggressorSide | null | undefined;
  readonly trade_id?: number | null | undefined;
  readonly update_id?: number | null | undefined;
}

/** The generation of a view group that is wanted. */
export interface ViewState {
  /** View group. */
  readonly view_group: string;
  /** Counts up from 1. */
  readonly generation: number;
  /** Who wanted it. */
  readonly author: string;
  /** When. Microseconds since the epoch. */
  readonly requested_at: number;
  /** The wanted definition, JSON. */
  readonly definition: string;
}

/** A ViewState as producers pass it: fields with a default may be left out. */
export interface ViewStateInput {
  readonly view_group: string;
  readonly generation: number;
  readonly author: string;
  readonly requested_at: number;
  readonly definition: string;
}

/** Records with a schema and a codec of their own. */
export type RecordName =
  | 'DataPlaneCheckpoint'
  | 'ExecutionReport'
  | 'Instrument'
  | 'MarketEvent'
  | 'OfiEvent'
  | 'OrderBook'
  | 'OrderIntent'
  | 'RawFrame'
  | 'StoreEvent'
  | 'StrategyCheckpoint'
  | 'StrategyControl'
  | 'StrategyJournal'
  | 'Ticker'
  | 'ViewState';

/** What decoding gives, by record. */
export interface RecordTypes {
  MarketState: MarketState;
  DataPlaneCheckpoint: DataPlaneCheckpoint;
  ExecutionCosts: ExecutionCosts;
  Fill: Fill;
  LatencyMetrics: LatencyMetrics;
  ReportMetadata: ReportMetadata;
  ExecutionReport: ExecutionReport;
  TradingSession: TradingSession;
  Instrument: Instrument;
  PriceLevel: PriceLevel;
  Level2: Level2;
  Tick: Tick;
  Bar: Bar;
  BookStatus: BookStatus;
  DataQuality: DataQuality;
  EventMetadata: EventMetadata;
  MarketEvent: MarketEvent;
  OfiEvent: OfiEvent;
  OrderBook: OrderBook;
  RiskChecks: RiskChecks;
  ExecutionParams: ExecutionParams;
  IntentMetadata: IntentMetadata;
  OrderIntent: OrderIntent;
  RawFrame: RawFrame;
  StoreEvent: StoreEvent;
  TopicPosition: TopicPosition;
  SourcePosition: SourcePosition;
  StrategyCheckpoint: StrategyCheckpoint;
  StrategyControl: StrategyControl;
  JournalSlice: JournalSlice;
  StrategyJournal: StrategyJournal;
  Ticker: Ticker;
  ViewState: ViewState;
}

/** What encoding takes, by record: fields with a default may be left out. */
export interface RecordInputs {
  MarketState: MarketStateInput;
  DataPlaneCheckpoint: DataPlaneCheckpointInput;
  ExecutionCosts: ExecutionCostsInput;
  Fill: FillInput;
  LatencyMetrics: LatencyMetricsInput;
  ReportMetadata: ReportMetadataInput;
  ExecutionReport: ExecutionReportInput;
  TradingSession: TradingSessionInput;
  Instrument: InstrumentInput;
  PriceLevel: PriceLevelInput;
  Level2: Level2Input;
  Tick: TickInput;
  Bar: BarInput;
  BookStatus: BookStatusInput;
  DataQuality: DataQualityInput;
  EventMetadata: EventMetadataInput;
  MarketEvent: MarketEventInput;
  OfiEvent: OfiEventInput;
  OrderBook: OrderBookInput;
  RiskChecks: RiskChecksInput;
  ExecutionParams: ExecutionParamsInput;
  IntentMetadata: IntentMetadataInput;
  OrderIntent: OrderIntentInput;
  RawFrame: RawFrameInput;
  StoreEvent: StoreEventInput;
  TopicPosition: TopicPositionInput;
  SourcePosition: SourcePositionInput;
  StrategyCheckpoint: StrategyCheckpointInput;
  StrategyControl: StrategyControlInput;
  JournalSlice: JournalSliceInput;
  StrategyJournal: StrategyJournalInput;
  Ticker: TickerInput;
  ViewState: ViewStateInput;
}

/** Symbols by enum. The first is for readers of newer schemas, and no message may carry it. */
export const ENUMS = {
  ExecutionReportType: EXECUTION_REPORT_TYPE,
  ExecutionStatus: EXECUTION_STATUS,
  Direction: DIRECTION,
  Liquidity: LIQUIDITY,
  InstrumentClass: INSTRUMENT_CLASS,
  InstrumentStatus: INSTRUMENT_STATUS,
  OptionType: OPTION_TYPE,
  MarketEventType: MARKET_EVENT_TYPE,
  AssetClass: ASSET_CLASS,
  BookState: BOOK_STATE,
  DataSource: DATA_SOURCE,
  OfiEventType: OFI_EVENT_TYPE,
  OfiQuality: OFI_QUALITY,
  OrderIntentType: ORDER_INTENT_TYPE,
  IntentAction: INTENT_ACTION,
  OrderType: ORDER_TYPE,
  TimeInForce: TIME_IN_FORCE,
  Urgency: URGENCY,
  MarketRegime: MARKET_REGIME,
  RawFrameKind: RAW_FRAME_KIND,
  StoreEventType: STORE_EVENT_TYPE,
  StrategyState: STRATEGY_STATE,
  AggressorSide: AGGRESSOR_SIDE,
} as const;

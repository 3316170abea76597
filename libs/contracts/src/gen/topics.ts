// Generated from contracts/topics.yaml by `npm run generate`; do not edit.
import type { KeyOf, PrincipalDeclaration, TopicDeclaration } from '../topics.ts';
import type {
  DataPlaneCheckpoint,
  ExecutionReport,
  Instrument,
  MarketEvent,
  OfiEvent,
  OrderBook,
  OrderIntent,
  RawFrame,
  StoreEvent,
  StrategyCheckpoint,
  StrategyControl,
  StrategyJournal,
  Ticker,
  ViewState,
} from './types.ts';

export type TopicName =
  | 'market_raw'
  | 'ticks.v1.raw'
  | 'orderbook.v1.raw'
  | 'market_events'
  | 'ofi_events'
  | 'order_intents'
  | 'exec_reports'
  | 'store_events'
  | 'view_control'
  | 'view_state'
  | 'instruments'
  | 'strategy_checkpoints'
  | 'strategy_journal'
  | 'strategy_control'
  | 'data_checkpoints'
  | 'dlq_market_raw'
  | 'events.v1.dlq'
  | 'dlq_market_events'
  | 'dlq_ofi_events'
  | 'dlq_order_intents'
  | 'dlq_exec_reports'
  | 'dlq_store_events'
  | 'dlq_view_control';

/** The value of each topic's records. Dead letters are bytes that nobody has read. */
export interface TopicPayload {
  'market_raw': RawFrame;
  'ticks.v1.raw': Ticker;
  'orderbook.v1.raw': OrderBook;
  'market_events': MarketEvent;
  'ofi_events': OfiEvent;
  'order_intents': OrderIntent;
  'exec_reports': ExecutionReport;
  'store_events': StoreEvent;
  'view_control': unknown;
  'view_state': ViewState;
  'instruments': Instrument;
  'strategy_checkpoints': StrategyCheckpoint;
  'strategy_journal': StrategyJournal;
  'strategy_control': StrategyControl;
  'data_checkpoints': DataPlaneCheckpoint;
  'dlq_market_raw': Uint8Array;
  'events.v1.dlq': Uint8Array;
  'dlq_market_events': Uint8Array;
  'dlq_ofi_events': Uint8Array;
  'dlq_order_intents': Uint8Array;
  'dlq_exec_reports': Uint8Array;
  'dlq_store_events': Uint8Array;
  'dlq_view_control': Uint8Array;
}

/** How production overlays differ. */
export const PRODUCTION_REPLICATION = 3;
export const PRODUCTION_MIN_INSYNC_REPLICAS = 2;

export const TOPICS: { readonly [Name in TopicName]: TopicDeclaration & { readonly name: Name } } = {
  'market_raw': {
    name: "market_raw",
    doc: "Frames of the venues as received.",
    schema: "RawFrame",
    key: ["exchange","symbol"],
    partitions: 6,
    replication: 1,
    retentionMs: 28800000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["connector"],
    consumers: ["data-plane"],
    dlq: "dlq_market_raw",
    alarmDepth: null,
  },
  'ticks.v1.raw': {
    name: "ticks.v1.raw",
    doc: "Best quote and last trade at every change.",
    schema: "Ticker",
    key: ["exchange","symbol"],
    partitions: 6,
    replication: 1,
    retentionMs: 86400000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["data-plane"],
    consumers: ["people"],
    dlq: "events.v1.dlq",
    alarmDepth: null,
  },
  'orderbook.v1.raw': {
    name: "orderbook.v1.raw",
    doc: "The best levels of each book.",
    schema: "OrderBook",
    key: ["exchange","symbol"],
    partitions: 6,
    replication: 1,
    retentionMs: 86400000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["data-plane"],
    consumers: ["people"],
    dlq: "events.v1.dlq",
    alarmDepth: null,
  },
  'market_events': {
    name: "market_events",
    doc: "Ticks, bars and changes of the books' states.",
    schema: "MarketEvent",
    key: ["exchange","symbol"],
    partitions: 6,
    replication: 1,
    retentionMs: 86400000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["data-plane"],
    consumers: ["strategy-plane","order-plane","view"],
    dlq: "dlq_market_events",
    alarmDepth: null,
  },
  'ofi_events': {
    name: "ofi_events",
    doc: "Order-flow imbalance, window by window.",
    schema: "OfiEvent",
    key: ["exchange","symbol"],
    partitions: 6,
    replication: 1,
    retentionMs: 86400000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["data-plane"],
    consumers: ["strategy-plane","view"],
    dlq: "dlq_ofi_events",
    alarmDepth: null,
  },
  'order_intents': {
    name: "order_intents",
    doc: "What strategies and people want done.",
    schema: "OrderIntent",
    key: ["exchange","symbol"],
    partitions: 6,
    replication: 1,
    retentionMs: 21600000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["strategy-plane","order-plane"],
    consumers: ["order-plane","store"],
    dlq: "dlq_order_intents",
    alarmDepth: null,
  },
  'exec_reports': {
    name: "exec_reports",
    doc: "What became of each intent.",
    schema: "ExecutionReport",
    key: ["exchange","symbol"],
    partitions: 6,
    replication: 1,
    retentionMs: 604800000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["order-plane"],
    consumers: ["strategy-plane","store","view"],
    dlq: "dlq_exec_reports",
    alarmDepth: null,
  },
  'store_events': {
    name: "store_events",
    doc: "Which entity changed in the store; never the row.",
    schema: "StoreEvent",
    key: ["entity_id"],
    partitions: 6,
    replication: 1,
    retentionMs: 604800000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["store"],
    consumers: ["people"],
    dlq: "dlq_store_events",
    alarmDepth: null,
  },
  'view_control': {
    name: "view_control",
    doc: "What people want of the live tables.",
    schema: "json",
    key: [],
    partitions: 6,
    replication: 1,
    retentionMs: 604800000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["people"],
    consumers: ["view"],
    dlq: "dlq_view_control",
    alarmDepth: null,
  },
  'view_state': {
    name: "view_state",
    doc: "The wanted generation of each view group.",
    schema: "ViewState",
    key: ["view_group"],
    partitions: 1,
    replication: 1,
    retentionMs: null,
    cleanup: "compact",
    maxMessageBytes: 4194304,
    producers: ["view"],
    consumers: ["view"],
    dlq: null,
    alarmDepth: null,
  },
  'instruments': {
    name: "instruments",
    doc: "The instrument master.",
    schema: "Instrument",
    key: ["exchange","symbol"],
    partitions: 1,
    replication: 1,
    retentionMs: null,
    cleanup: "compact",
    maxMessageBytes: 4194304,
    producers: ["setup","people"],
    consumers: ["setup","connector","data-plane","strategy-plane","order-plane","view"],
    dlq: null,
    alarmDepth: null,
  },
  'strategy_checkpoints': {
    name: "strategy_checkpoints",
    doc: "State and positions of each strategy.",
    schema: "StrategyCheckpoint",
    key: ["strategy_id"],
    partitions: 6,
    replication: 1,
    retentionMs: null,
    cleanup: "compact",
    maxMessageBytes: 4194304,
    producers: ["strategy-plane"],
    consumers: ["strategy-plane"],
    dlq: null,
    alarmDepth: null,
  },
  'strategy_journal': {
    name: "strategy_journal",
    doc: "The order in which each strategy consumed its topics.",
    schema: "StrategyJournal",
    key: ["strategy_id"],
    partitions: 6,
    replication: 1,
    retentionMs: 604800000,
    cleanup: "delete",
    maxMessageBytes: 4194304,
    producers: ["strategy-plane"],
    consumers: ["strategy-plane"],
    dlq: null,
    alarmDepth: null,
  },
  'strategy_control': {
    name: "strategy_control",
    doc: "Which strategies people have paused.",
    schema: "StrategyControl",
    key: ["strategy_id"],
    partitions: 1,
    replication: 1,
    retentionMs: null,
    cleanup: "compact",
    maxMessageBytes: 4194304,
    producers: ["people"],
    consumers: ["strategy-plane"],
    dlq: null,
    alarmDepth: null,
  },
  'data_checkpoints': {
    name: "data_checkpoints",
    doc: "State and position of each partition of market_raw.",
    schema: "DataPlaneCheckpoint",
    key: ["partition"],
    partitions: 1,
    replication: 1,
    retentionMs: null,
    cleanup: "compact",
    maxMessageBytes: 4194304,
    producers: ["data-plane"],
    consumers: ["data-plane"],
    dlq: null,
    alarmDepth: null,
  },
  'dlq_market_raw': {
    name: "dlq_market_raw",
    doc: "Dead letters of market_raw.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
  'events.v1.dlq': {
    name: "events.v1.dlq",
    doc: "Dead letters of ticks.v1.raw, orderbook.v1.raw.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
  'dlq_market_events': {
    name: "dlq_market_events",
    doc: "Dead letters of market_events.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
  'dlq_ofi_events': {
    name: "dlq_ofi_events",
    doc: "Dead letters of ofi_events.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
  'dlq_order_intents': {
    name: "dlq_order_intents",
    doc: "Dead letters of order_intents.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
  'dlq_exec_reports': {
    name: "dlq_exec_reports",
    doc: "Dead letters of exec_reports.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
  'dlq_store_events': {
    name: "dlq_store_events",
    doc: "Dead letters of store_events.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
  'dlq_view_control': {
    name: "dlq_view_control",
    doc: "Dead letters of view_control.",
    schema: "any",
    key: [],
    partitions: 1,
    replication: 1,
    retentionMs: 2592000000,
    cleanup: "delete",
    maxMessageBytes: 5242880,
    producers: [],
    consumers: [],
    dlq: null,
    alarmDepth: 1,
  },
};

export type PrincipalName =
  | 'connector'
  | 'data-plane'
  | 'strategy-plane'
  | 'order-plane'
  | 'store'
  | 'view'
  | 'setup'
  | 'people';

/** Who signs in at the broker. */
export const PRINCIPALS: {
  readonly [Name in PrincipalName]: PrincipalDeclaration & { readonly name: Name };
} = {
  'connector': {
    name: "connector",
    doc: "The feeds of the venues.",
    groups: ["connector-*"],
    readsAll: false,
    replays: false,
    managesTopics: false,
    managesRights: false,
  },
  'data-plane': {
    name: "data-plane",
    doc: "Frames to market events.",
    groups: ["data-plane"],
    readsAll: false,
    replays: false,
    managesTopics: false,
    managesRights: false,
  },
  'strategy-plane': {
    name: "strategy-plane",
    doc: "Market events to order intents.",
    groups: ["strategy-*"],
    readsAll: false,
    replays: false,
    managesTopics: false,
    managesRights: false,
  },
  'order-plane': {
    name: "order-plane",
    doc: "Order intents to the broker and its reports.",
    groups: ["order-plane"],
    readsAll: false,
    replays: false,
    managesTopics: false,
    managesRights: false,
  },
  'store': {
    name: "store",
    doc: "The log of reports and intents.",
    groups: ["store"],
    readsAll: false,
    replays: false,
    managesTopics: false,
    managesRights: false,
  },
  'view': {
    name: "view",
    doc: "Live tables; it reads by offsets of its own, without a group.",
    groups: [],
    readsAll: false,
    replays: false,
    managesTopics: false,
    managesRights: false,
  },
  'setup': {
    name: "setup",
    doc: "Makes topics and their rights, registers schemas, publishes the instrument master, and ends.",
    groups: [],
    readsAll: false,
    replays: false,
    managesTopics: true,
    managesRights: true,
  },
  'people': {
    name: "people",
    doc: "The command line and the console.",
    groups: [],
    readsAll: true,
    replays: true,
    managesTopics: false,
    managesRights: false,
  },
};

/** The parts of each topic's partition key. */
export const KEY_OF: { readonly [Name in TopicName]: KeyOf<TopicPayload[Name]> } = {
  'market_raw': (value) => `${value.exchange}|${value.symbol}`,
  'ticks.v1.raw': (value) => `${value.exchange}|${value.symbol}`,
  'orderbook.v1.raw': (value) => `${value.exchange}|${value.symbol}`,
  'market_events': (value) => `${value.exchange}|${value.symbol}`,
  'ofi_events': (value) => `${value.exchange}|${value.symbol}`,
  'order_intents': (value) => `${value.exchange}|${value.symbol}`,
  'exec_reports': (value) => `${value.exchange}|${value.symbol}`,
  'store_events': (value) => value.entity_id,
  'view_control': () => '',
  'view_state': (value) => value.view_group,
  'instruments': (value) => `${value.exchange}|${value.symbol}`,
  'strategy_checkpoints': (value) => value.strategy_id,
  'strategy_journal': (value) => value.strategy_id,
  'strategy_control': (value) => value.strategy_id,
  'data_checkpoints': (value) => `${value.partition}`,
  'dlq_market_raw': () => '',
  'events.v1.dlq': () => '',
  'dlq_market_events': () => '',
  'dlq_ofi_events': () => '',
  'dlq_order_intents': () => '',
  'dlq_exec_reports': () => '',
  'dlq_store_events': () => '',
  'dlq_view_control': () => '',
};

import { STORE_EVENT_TYPE, STRATEGY_STATE } from '../gen/types.ts';
import { bytes, each, flag, ruleTable, symbolOf, text, time, wholeFrom } from './rule.ts';
import { exchangeName, marketSymbol, name, strategyId } from './words.ts';

/** A definition of live tables is a document, not a line. */
const document = text(2, 1024 * 1024);

export const STORE_EVENT_RULES = ruleTable('StoreEvent', {
  entity_id: name,
  entity_type: name,
  version: wholeFrom(1),
  event_type: symbolOf(STORE_EVENT_TYPE),
  position: wholeFrom(0),
  tx_time: time,
});

export const VIEW_STATE_RULES = ruleTable('ViewState', {
  view_group: name,
  generation: wholeFrom(1),
  author: name,
  requested_at: time,
  definition: document,
});

export const TOPIC_POSITION_RULES = ruleTable('TopicPosition', {
  topic: name,
  partition: wholeFrom(0),
  offset: wholeFrom(0),
});

export const SOURCE_POSITION_RULES = ruleTable('SourcePosition', {
  topic: name,
  partition: wholeFrom(0),
  source: name,
  position: name,
});

export const JOURNAL_SLICE_RULES = ruleTable(
  'JournalSlice',
  {
    topic: name,
    partition: wholeFrom(0),
    first_offset: wholeFrom(0),
    last_offset: wholeFrom(0),
  },
  [
    {
      field: 'last_offset',
      rule: 'last_offset >= first_offset',
      holds: ({ first_offset, last_offset }) => last_offset >= first_offset,
    },
  ],
);

export const STRATEGY_JOURNAL_RULES = ruleTable('StrategyJournal', {
  strategy_id: strategyId,
  run_id: name,
  epoch: wholeFrom(0),
  slices: each(JOURNAL_SLICE_RULES),
});

export const STRATEGY_CONTROL_RULES = ruleTable('StrategyControl', {
  strategy_id: strategyId,
  state: symbolOf(STRATEGY_STATE),
  author: name,
  reason: text(1, 4096),
  requested_at: time,
});

export const STRATEGY_CHECKPOINT_RULES = ruleTable('StrategyCheckpoint', {
  strategy_id: strategyId,
  run_id: name,
  epoch: wholeFrom(0),
  positions: each(TOPIC_POSITION_RULES),
  journal_offset: wholeFrom(0),
  source_positions: each(SOURCE_POSITION_RULES),
  state: bytes,
  taken_at: time,
});

export const MARKET_STATE_RULES = ruleTable('MarketState', {
  symbol: marketSymbol,
  exchange: exchangeName,
  run_id: name,
  historical: flag,
  state: bytes,
});

export const DATA_PLANE_CHECKPOINT_RULES = ruleTable('DataPlaneCheckpoint', {
  partition: wholeFrom(0),
  position: wholeFrom(0),
  markets: each(MARKET_STATE_RULES),
  taken_at: time,
});

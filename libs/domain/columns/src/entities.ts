/**
 * What people keep in the store, made of registered columns; services and clients share these declarations.
 * The state of a machine is the only notion of status that an entity has.
 */
import { column, nullable } from './column.ts';
import { type Entity, defineEntity } from './entity.ts';

/** A deal that was made. */
export const TRADE = defineEntity('Trade', {
  symbol: column.symbol,
  quantity: column.quantity,
  price: column.price,
  side: column.side,
  timestamp: column.timestamp,
});

/** An order as people keep it; what the order plane sends is in its own tables. */
export const ORDER = defineEntity('Order', {
  symbol: column.symbol,
  quantity: column.quantity,
  price: column.price,
  side: column.side,
  order_type: column.order_type,
  timestamp: column.timestamp,
});

/** What a model says of an instrument. */
export const SIGNAL = defineEntity('Signal', {
  symbol: column.symbol,
  direction: column.direction,
  strength: column.strength,
  model_name: column.model_name,
  notes: column.notes,
  timestamp: column.timestamp,
});

/**
 * An order as the mesh saw it: what its intent wanted and what the last report said. Kept by the store from the topics; the
 * order plane's own tables are the book of record.
 */
export const ORDER_RECORD = defineEntity('OrderRecord', {
  intent_id: column.intent_id,
  action: nullable(column.action),
  target_intent_id: column.target_intent_id,
  account: column.account,
  strategy_id: column.strategy_id,
  symbol: column.symbol,
  exchange: column.exchange,
  side: nullable(column.side),
  order_type: nullable(column.order_type),
  time_in_force: nullable(column.time_in_force),
  deadline: column.deadline,
  status: column.status,
  order_id: column.order_id,
  requested_quantity: column.requested_quantity,
  limit_price: column.limit_price,
  stop_price: column.stop_price,
  filled_quantity: column.filled_quantity,
  remaining_quantity: column.remaining_quantity,
  average_fill_price: column.average_fill_price,
  commission: column.commission,
  commission_currency: column.commission_currency,
  reject_reason: column.reject_reason,
  overfill: column.overfill,
  submitted_timestamp: column.submitted_timestamp,
  acknowledged_timestamp: column.acknowledged_timestamp,
  filled_timestamp: column.filled_timestamp,
  timestamp: column.timestamp,
});

/** One execution, as the mesh saw it. */
export const TRADE_RECORD = defineEntity('TradeRecord', {
  fill_id: column.fill_id,
  intent_id: column.intent_id,
  account: column.account,
  strategy_id: column.strategy_id,
  symbol: column.symbol,
  exchange: column.exchange,
  side: column.side,
  fill_quantity: column.fill_quantity,
  fill_price: column.fill_price,
  commission: column.commission,
  rebate: column.rebate,
  commission_currency: column.commission_currency,
  liquidity: column.liquidity,
  timestamp: column.timestamp,
});

/** What an account holds in a market, by the executions that the mesh saw. */
export const POSITION_RECORD = defineEntity('PositionRecord', {
  account: column.account,
  symbol: column.symbol,
  exchange: column.exchange,
  position_quantity: column.position_quantity,
  position_cost: column.position_cost,
  realized_profit: column.realized_profit,
  cash_flow: column.cash_flow,
  fill_id: nullable(column.fill_id),
  timestamp: column.timestamp,
});

/** Every one of them, by no order that matters. */
export const ENTITIES: readonly Entity[] = [
  TRADE,
  ORDER,
  SIGNAL,
  ORDER_RECORD,
  TRADE_RECORD,
  POSITION_RECORD,
];

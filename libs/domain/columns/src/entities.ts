/**
 * What people keep in the store, made of registered columns; services and clients share these declarations.
 * The state of a machine is the only notion of status that an entity has.
 */
import { column } from './column.ts';
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

/** Every one of them, by no order that matters. */
export const ENTITIES: readonly Entity[] = [TRADE, ORDER, SIGNAL];

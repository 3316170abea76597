/** Orders, trades and positions as intents and reports tell them. Pure: what was kept and what is told, to what is kept. */
import type { ExecutionReport, Fill, OrderIntent } from '@tickmesh/contracts';
import {
  type EntityValue,
  type ORDER_RECORD,
  type POSITION_RECORD,
  type TRADE_RECORD,
} from '@tickmesh/domain-columns';
import {
  type ContractTerms,
  FLAT,
  type LedgerFill,
  applyFill,
  compareFills,
  inventoryFee,
  positionOf,
} from '@tickmesh/domain-ledger';

export type OrderRecord = EntityValue<typeof ORDER_RECORD>;
export type TradeRecord = EntityValue<typeof TRADE_RECORD>;
export type PositionRecord = EntityValue<typeof POSITION_RECORD>;

/** The enumerations of the contracts have a symbol for what a newer version may say. */
const known = <Symbol extends string>(symbol: Symbol | null): Exclude<Symbol, 'UNKNOWN'> | null =>
  symbol === null || symbol === 'UNKNOWN' ? null : (symbol as Exclude<Symbol, 'UNKNOWN'>);

/** An intent and a report of it come by different topics: each may be the first. */
export function orderOfIntent(before: OrderRecord | undefined, intent: OrderIntent): OrderRecord {
  const wanted = {
    action: known(intent.action),
    target_intent_id: intent.target_intent_id,
    order_type: known(intent.order_type),
    time_in_force: known(intent.time_in_force),
    deadline: intent.deadline,
    stop_price: intent.stop_price,
  };
  if (before !== undefined) return { ...before, ...wanted };
  return {
    ...wanted,
    intent_id: intent.intent_id,
    account: intent.account,
    strategy_id: intent.strategy_id,
    symbol: intent.symbol,
    exchange: intent.exchange,
    side: known(intent.direction),
    status: 'RECEIVED',
    order_id: '',
    requested_quantity: intent.quantity,
    limit_price: intent.limit_price,
    filled_quantity: 0n,
    remaining_quantity: intent.quantity,
    average_fill_price: null,
    commission: 0n,
    commission_currency: null,
    reject_reason: null,
    overfill: false,
    submitted_timestamp: null,
    acknowledged_timestamp: null,
    filled_timestamp: null,
    timestamp: intent.timestamp,
  };
}

/** A report says the order as it stands. */
export function orderOfReport(
  before: OrderRecord | undefined,
  report: ExecutionReport,
): OrderRecord {
  return {
    action: before?.action ?? null,
    target_intent_id: before?.target_intent_id ?? null,
    order_type: before?.order_type ?? null,
    time_in_force: before?.time_in_force ?? null,
    deadline: before?.deadline ?? null,
    stop_price: before?.stop_price ?? null,
    intent_id: report.intent_id,
    account: report.account ?? before?.account ?? null,
    strategy_id: report.strategy_id ?? before?.strategy_id ?? null,
    symbol: report.symbol,
    exchange: report.exchange,
    side: known(report.direction) ?? before?.side ?? null,
    status: report.status,
    order_id: report.order_id,
    requested_quantity: report.requested_quantity ?? before?.requested_quantity ?? null,
    limit_price: report.limit_price ?? before?.limit_price ?? null,
    filled_quantity: report.filled_quantity,
    remaining_quantity: report.remaining_quantity,
    average_fill_price: report.average_fill_price,
    commission: report.commission,
    commission_currency: report.commission_currency,
    reject_reason: report.reject_reason,
    overfill: report.overfill,
    submitted_timestamp: report.submitted_timestamp,
    acknowledged_timestamp: report.acknowledged_timestamp,
    filled_timestamp: report.filled_timestamp,
    timestamp: report.timestamp,
  };
}

/** Undefined for a report that does not say the side: no execution of it can be booked. */
export function tradeOf(report: ExecutionReport, fill: Fill): TradeRecord | undefined {
  const side = known(report.direction);
  if (side === null) return undefined;
  return {
    fill_id: fill.fill_id,
    intent_id: report.intent_id,
    account: report.account,
    strategy_id: report.strategy_id,
    symbol: report.symbol,
    exchange: report.exchange,
    side,
    fill_quantity: fill.quantity,
    fill_price: fill.price,
    commission: fill.commission,
    rebate: fill.rebate,
    commission_currency: report.commission_currency,
    liquidity: known(fill.liquidity),
    timestamp: fill.timestamp,
  };
}

export interface Market extends ContractTerms {
  readonly base_currency: string;
  readonly settlement_currency: string;
}

/** The execution as the ledger books it, and what a fee in the base currency takes out of the inventory. */
export function ledgerFillsOf(trade: TradeRecord, market: Market): LedgerFill[] {
  const fill: LedgerFill = {
    executionId: trade.fill_id,
    orderId: trade.intent_id,
    signedQuantity: trade.side === 'BUY' ? trade.fill_quantity : -trade.fill_quantity,
    price: trade.fill_price,
    fee: trade.commission - (trade.rebate ?? 0n),
    feeCurrency: trade.commission_currency ?? undefined,
    atMicros: trade.timestamp ?? 0,
  };
  const isSpot = market.base_currency !== market.settlement_currency && !market.inverse;
  const taken = isSpot ? inventoryFee(fill, market.base_currency) : undefined;
  return taken === undefined ? [fill] : [fill, taken];
}

export type PositionIdentity = Pick<PositionRecord, 'account' | 'exchange' | 'symbol'>;

/**
 * The position after more executions: on top of what was kept where all of them are later, else undefined, and it is
 * to be booked anew from all there are.
 */
export function positionOnTop(
  before: PositionRecord | undefined,
  identity: PositionIdentity,
  { added, market }: { readonly added: readonly LedgerFill[]; readonly market: Market },
): PositionRecord | undefined {
  const fills = added.toSorted(compareFills);
  const [first] = fills;
  if (before !== undefined && first !== undefined && !isAfter(first, before)) return undefined;
  let position = {
    ...FLAT,
    quantity: before?.position_quantity ?? 0n,
    cost: before?.position_cost ?? 0n,
    realized: before?.realized_profit ?? 0n,
    cashFlow: before?.cash_flow ?? 0n,
  };
  for (const fill of fills) position = { ...applyFill(position, fill, market), lots: [] };
  const last = fills.at(-1);
  return {
    ...recordOf(identity, position),
    fill_id: last?.executionId ?? before?.fill_id ?? null,
    timestamp: last?.atMicros ?? before?.timestamp ?? null,
  };
}

/** The position of all executions of a market. */
export function positionAnew(
  identity: PositionIdentity,
  { fills, market }: { readonly fills: readonly LedgerFill[]; readonly market: Market },
): PositionRecord {
  const sorted = fills.toSorted(compareFills);
  const last = sorted.at(-1);
  return {
    ...recordOf(identity, positionOf(sorted, market)),
    fill_id: last?.executionId ?? null,
    timestamp: last?.atMicros ?? null,
  };
}

function recordOf(
  { account, exchange, symbol }: PositionIdentity,
  position: Pick<typeof FLAT, 'quantity' | 'cost' | 'realized' | 'cashFlow'>,
): Omit<PositionRecord, 'fill_id' | 'timestamp'> {
  return {
    account,
    exchange,
    symbol,
    position_quantity: position.quantity,
    position_cost: position.cost,
    realized_profit: position.realized,
    cash_flow: position.cashFlow,
  };
}

function isAfter(fill: LedgerFill, { fill_id: lastId, timestamp }: PositionRecord): boolean {
  if (lastId === null || timestamp === null) return true;
  if (fill.atMicros !== timestamp) return fill.atMicros > timestamp;
  return fill.executionId > lastId;
}

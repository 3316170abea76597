/**
 * The last hop before the socket: what an approved order meets in the transaction that marks it as being sent. A switch
 * that was thrown since stops it, and a deadline that has passed ends it.
 */
import type { Queryable, Transaction } from '@tickmesh/database';
import { type KillSwitch, type OpenOrder, isReducing, isSwitchFor } from '@tickmesh/domain-risk';
import { formatRfc3339 } from '@tickmesh/kernel';
import type { HeldPosition } from './account-book.ts';
import type { LoggedOrder, OrderLog } from './order-log.ts';
import type { BrokerOrder } from './ports.ts';
import { readOpenOrders, readPositions, writeDecisions } from './tables.ts';

/** An order that is marked as being sent. */
export type SentOrder = BrokerOrder & { readonly intentId: string; readonly attempt: number };

/** What tells whether an order only reduces: read where a switch lets none but such pass. */
export interface Holdings {
  readonly positions: readonly HeldPosition[];
  readonly openOrders: readonly OpenOrder[];
}

/** Read where a switch lets only reducing orders pass. */
export async function readHoldings(db: Queryable, account: string): Promise<Holdings> {
  const [positions, openOrders] = await Promise.all([
    readPositions(db, account),
    readOpenOrders(db, account),
  ]);
  return { positions, openOrders };
}

/** The switch that stops an order now, if any does. */
function stopping(
  order: LoggedOrder,
  switches: readonly KillSwitch[],
  holdings: Holdings | undefined,
): KillSwitch | undefined {
  const meant = switches.filter((held) => isSwitchFor(held, order));
  const halted = meant.find((held) => !held.reducingOnly);
  if (halted !== undefined || holdings === undefined || meant.length === 0) return halted;
  const { symbol, exchange, intentId, fold } = order;
  const held = holdings.positions.find(
    (other) => other.symbol === symbol && other.exchange === exchange,
  );
  const wanted = {
    symbol,
    exchange,
    side: fold.intent.side,
    quantity: fold.state().leavesQuantity,
  };
  const reduces = isReducing(wanted, {
    position: held?.position.quantity ?? 0n,
    openOrders: holdings.openOrders.filter((other) => other.intentId !== intentId),
  });
  return reduces ? undefined : meant[0];
}

/** Each order is stopped by a switch, lapses by its deadline, or is marked as being sent. */
export function lastHop(
  db: Transaction,
  log: OrderLog,
  batch: {
    readonly nowMicros: number;
    readonly intentIds: readonly string[];
    readonly switches: readonly KillSwitch[];
    readonly holdings: Holdings | undefined;
  },
): SentOrder[] {
  const { nowMicros, intentIds, switches, holdings } = batch;
  const outgoing: SentOrder[] = [];
  for (const intentId of intentIds) {
    const order = log.find(intentId);
    if (order === undefined) continue;
    const thrown = stopping(order, switches, holdings);
    if (thrown !== undefined) {
      stopAtWire(db, log, { order, thrown, nowMicros });
      continue;
    }
    if (order.deadlineMicros !== undefined && nowMicros > order.deadlineMicros) {
      log.record(order, [{ kind: 'expired', reason: 'EXPIRED_INTENT', atMicros: nowMicros }]);
      continue;
    }
    outgoing.push(markSending(log, order, nowMicros));
  }
  return outgoing;
}

/** The lease must be checked in the same transaction. */
export function markSending(log: OrderLog, order: LoggedOrder, nowMicros: number): SentOrder {
  const attempt = order.fold.state().attempts + 1;
  const { clientOrderId, intentId } = order;
  log.record(order, [{ kind: 'sending', attempt, clientOrderId, atMicros: nowMicros }]);
  return { ...brokerOrderOf(order), intentId, attempt };
}

function stopAtWire(
  db: Transaction,
  log: OrderLog,
  stop: { order: LoggedOrder; thrown: KillSwitch; nowMicros: number },
): void {
  const { order, thrown, nowMicros } = stop;
  const { level, scope, by, reason, reducingOnly } = thrown;
  const code = reducingOnly ? 'REDUCING_ONLY' : 'KILL_SWITCH';
  const numbers = { [level]: `${scope}: ${reason} (${by})` };
  writeDecisions(db, [
    {
      intent_id: order.intentId,
      stage: 'wire',
      approved: false,
      limits_version: null,
      checks: [{ code, passed: false, numbers }],
      decided_at: formatRfc3339(nowMicros),
    },
  ]);
  log.record(order, [
    {
      kind: 'decision',
      stage: 'wire',
      approved: false,
      reason: `${code} (${level} ${scope}: ${reason} (${by}))`,
      atMicros: nowMicros,
    },
  ]);
}

function brokerOrderOf(order: LoggedOrder): BrokerOrder {
  const { side, orderKind, lifetime, terms, postOnly } = order.fold.intent;
  const { clientOrderId, symbol, exchange, headers } = order;
  const { mode, traceparent } = headers;
  const wanted = { clientOrderId, symbol, exchange, side, orderKind, lifetime, terms, mode };
  return {
    ...wanted,
    ...(postOnly === true ? { postOnly } : {}),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

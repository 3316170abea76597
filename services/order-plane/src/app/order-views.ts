/** Orders with everything that is known of them, folded from their facts: what is asked for over gRPC. */
import type { Queryable } from '@tickmesh/database';
import {
  type IntentFact,
  type OrderFact,
  OrderFold,
  type OrderState,
  type OrderStatus,
  decodeFact,
  decodeIntent,
} from '@tickmesh/domain-orders';
import type { CheckResult } from '@tickmesh/domain-risk';
import { Fault, formatRfc3339, parseRfc3339 } from '@tickmesh/kernel';
import { statement } from './statement.ts';

export interface OrderView {
  /** Rises with every order of the book: the place in a list. */
  readonly sequence: bigint;
  readonly account: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly clientOrderId: string;
  /** Why, as the intent says it. */
  readonly reason: string;
  readonly deadlineMicros: number | undefined;
  readonly receivedAtMicros: number;
  readonly updatedAtMicros: number;
  readonly intent: IntentFact;
  readonly state: OrderState;
  /** In the order in which they were recorded. */
  readonly facts: readonly { readonly fact: OrderFact; readonly recordedAtMicros: number }[];
}

export interface ViewFilter {
  readonly intentId?: string | undefined;
  readonly clientOrderId?: string | undefined;
  readonly account?: string | undefined;
  readonly strategyId?: string | undefined;
  readonly symbol?: string | undefined;
  readonly exchange?: string | undefined;
  /** Empty: all. */
  readonly statuses?: readonly OrderStatus[];
  readonly openOnly?: boolean;
  readonly sinceMicros?: number | undefined;
  /** Only orders with a lower sequence. */
  readonly before?: bigint | undefined;
  readonly limit: number;
}

const READ = statement(
  `select o.sequence, o.account, o.strategy_id, o.symbol, o.exchange, o.client_order_id, o.intent_fact, o.deadline,
     o.updated_at, i.received_at, i.intent->>'reason' as reason,
     (select coalesce(jsonb_agg(jsonb_build_object('fact', f.fact, 'recorded_at', f.recorded_at)
        order by f.sequence), '[]') from order_plane.facts f where f.intent_id = o.intent_id) as facts
   from order_plane.orders o join order_plane.intents i using (intent_id)
   where ($1::uuid is null or o.intent_id = $1) and ($2::text is null or o.client_order_id = $2)
     and ($3::text is null or o.account = $3) and ($4::text is null or o.strategy_id = $4)
     and ($5::text is null or o.symbol = $5) and ($6::text is null or o.exchange = $6)
     and ($7::text[] is null or o.status = any($7)) and (not $8::boolean or o.is_open)
     and ($9::timestamptz is null or i.received_at >= $9) and ($10::bigint is null or o.sequence < $10)
   order by o.sequence desc limit $11`,
);
const READ_CHECKS = statement(
  `select checks from order_plane.decisions where intent_id = $1 order by decided_at, stage`,
);
const READ_OPEN = statement(
  `select account, exchange, symbol, intent_fact->>'side' as side, sum(leaves_quantity) as quantity
   from order_plane.orders where is_open and ($1::text is null or strategy_id = $1) group by 1, 2, 3, 4`,
);
const READ_FEES = statement(
  `select f.account, f.exchange, f.symbol, f.fee_currency, sum(f.fee) as fees
   from order_plane.fills f join order_plane.orders o using (intent_id)
   where f.fee_currency is not null and ($1::text is null or o.strategy_id = $1) group by 1, 2, 3, 4`,
);

interface ViewRow {
  readonly sequence: bigint;
  readonly account: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly client_order_id: string;
  readonly intent_fact: object;
  readonly deadline: number | null;
  readonly updated_at: number;
  readonly received_at: number;
  readonly reason: string | null;
  readonly facts: readonly { readonly fact: object; readonly recorded_at: string }[];
  readonly [column: string]: unknown;
}

/** Newest first. */
export async function viewOrders(db: Queryable, filter: ViewFilter): Promise<OrderView[]> {
  const { statuses = [], sinceMicros } = filter;
  const rows = await db.query<ViewRow>(READ, [
    filter.intentId ?? null,
    filter.clientOrderId ?? null,
    filter.account ?? null,
    filter.strategyId ?? null,
    filter.symbol ?? null,
    filter.exchange ?? null,
    statuses.length === 0 ? null : statuses,
    filter.openOnly ?? false,
    sinceMicros === undefined ? null : formatRfc3339(sinceMicros),
    filter.before ?? null,
    filter.limit,
  ]);
  return rows.map(viewOf);
}

/** @throws Fault NOT_FOUND */
export async function viewOrder(
  db: Queryable,
  key: Pick<ViewFilter, 'intentId' | 'clientOrderId'>,
): Promise<{ readonly order: OrderView; readonly checks: readonly CheckResult[] }> {
  const [order] = await viewOrders(db, { ...key, limit: 1 });
  if (order === undefined) throw new Fault('NOT_FOUND', { ...key });
  const { intentId } = order.intent;
  const decisions = await db.query<{ checks: readonly CheckResult[] }>(READ_CHECKS, [intentId]);
  return { order, checks: decisions.flatMap(({ checks }) => checks) };
}

function viewOf(row: ViewRow): OrderView {
  const intent = decodeIntent(row.intent_fact);
  const fold = new OrderFold(intent);
  const facts = row.facts.map(({ fact, recorded_at: recordedAt }) => ({
    fact: decodeFact(fact),
    recordedAtMicros: parseRfc3339(recordedAt) ?? 0,
  }));
  for (const { fact } of facts) fold.add(fact);
  return {
    sequence: row.sequence,
    account: row.account,
    strategyId: row.strategy_id,
    symbol: row.symbol,
    exchange: row.exchange,
    clientOrderId: row.client_order_id,
    reason: row.reason ?? '',
    deadlineMicros: row.deadline ?? undefined,
    receivedAtMicros: row.received_at,
    updatedAtMicros: row.updated_at,
    intent,
    state: fold.state(),
    facts,
  };
}

/** What stands beside a position: quantities of open orders, and fees by currency. Exact decimals, as texts. */
export interface MarketTotals {
  readonly openBuy: string;
  readonly openSell: string;
  readonly feesByCurrency: ReadonlyMap<string, string>;
}

/** By `account|exchange|symbol`; of one strategy, if it is given. */
export async function readTotals(
  db: Queryable,
  strategyId?: string,
): Promise<ReadonlyMap<string, MarketTotals>> {
  const of = [strategyId ?? null];
  const totals = new Map<
    string,
    { openBuy: string; openSell: string; fees: Map<string, string> }
  >();
  const at = (row: { account: string; exchange: string; symbol: string }) => {
    const key = `${row.account}|${row.exchange}|${row.symbol}`;
    const held = totals.get(key) ?? { openBuy: '0', openSell: '0', fees: new Map() };
    totals.set(key, held);
    return held;
  };
  const open = await db.query<TotalRow & { side: string; quantity: string }>(READ_OPEN, of);
  for (const row of open) at(row)[row.side === 'SELL' ? 'openSell' : 'openBuy'] = row.quantity;
  const fees = await db.query<TotalRow & { fee_currency: string; fees: string }>(READ_FEES, of);
  for (const row of fees) at(row).fees.set(row.fee_currency, row.fees);
  return new Map(
    [...totals].map(([key, { openBuy, openSell, fees: byCurrency }]) => [
      key,
      { openBuy, openSell, feesByCurrency: byCurrency },
    ]),
  );
}

interface TotalRow {
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly [column: string]: unknown;
}

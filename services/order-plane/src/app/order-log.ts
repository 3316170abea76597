/**
 * Orders inside one transaction: read with their facts, given new facts, written back with everything that follows:
 * the projection, the fills and positions, the outcome of requests, and the reports in the outbox. The
 * caller holds the account's lock.
 */
import type { EventHeaders } from '@tickmesh/bus';
import type { ExecutionReport, Instrument } from '@tickmesh/contracts';
import type { Transaction } from '@tickmesh/database';
import {
  type IntentFact,
  type OrderFact,
  OrderFold,
  type OrderState,
  type ReportSubject,
  buildReport,
  buildRequestReport,
  decodeFact,
  decodeIntent,
  encodeFact,
  factKey,
  isReportDue,
  reportIdOf,
  transitionAnomaly,
} from '@tickmesh/domain-orders';
import { Fault, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import type { OrderProbe } from './ports.ts';
import { contentHash, recordToJson } from './record-json.ts';
import type { FillChange } from './ledger-entries.ts';
import { writeFills } from './positions.ts';
import { requestOutcome } from './request-outcome.ts';
import { statement } from './statement.ts';

/** An order in memory while its transaction lasts. */
export interface LoggedOrder {
  readonly intentId: string;
  readonly account: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly clientOrderId: string;
  readonly headers: EventHeaders;
  readonly deadlineMicros: number | undefined;
  readonly createdAtMicros: number;
  readonly fold: OrderFold;
  /** As it stood when it was read. */
  readonly before: OrderState;
  reports: number;
  isNew: boolean;
  isChanged: boolean;
}

export interface NewOrder {
  readonly intent: IntentFact;
  readonly account: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly clientOrderId: string;
  readonly headers: EventHeaders;
  readonly deadlineMicros: number | undefined;
  readonly createdAtMicros: number;
}

/** A request whose outcome is open. */
interface OpenRequest {
  readonly request_id: string;
  readonly intent_id: string | null;
  readonly target_intent_id: string;
  readonly kind: 'cancel' | 'replace';
  readonly strategy_id: string | null;
  readonly headers: EventHeaders | null;
  readonly [column: string]: unknown;
}

interface OutboxRow {
  readonly account: string;
  readonly event_id: string;
  readonly intent_id: string;
  /** JSON text. */
  readonly report: string;
  readonly headers: EventHeaders;
}

export interface OrderLogOptions {
  readonly account: string;
  readonly broker: string;
  readonly instrumentOf: (symbol: string, exchange: string) => Instrument | undefined;
  readonly probe: OrderProbe;
}

const READ_ORDERS = statement(
  `select o.intent_id, o.account, o.strategy_id, o.symbol, o.exchange, o.client_order_id, o.intent_fact, o.reports,
     o.deadline, o.created_at, i.headers,
     (select coalesce(jsonb_agg(f.fact order by f.sequence), '[]') from order_plane.facts f
      where f.intent_id = o.intent_id) as facts
   from order_plane.orders o join order_plane.intents i using (intent_id)
   where o.account = $1 and (o.intent_id = any($2::uuid[]) or o.client_order_id = any($3::text[]))
   order by o.sequence`,
);
const READ_REQUESTS = statement(
  `select r.request_id, r.intent_id, r.target_intent_id, r.kind, i.strategy_id, i.headers
   from order_plane.orders o
     join order_plane.requests r on r.target_intent_id = o.intent_id and r.state <> 'done'
     left join order_plane.intents i on i.intent_id = r.intent_id
   where o.account = $1 and (o.intent_id = any($2::uuid[]) or o.client_order_id = any($3::text[]))
   order by r.created_at, r.request_id`,
);
const WRITE_ORDERS = statement(
  `insert into order_plane.orders (intent_id, account, strategy_id, exchange, symbol, client_order_id, intent_fact,
     status, execution_status, is_open, is_sent, unresolved, awaits_answer, quantity, leaves_quantity,
     filled_quantity, average_price, limit_price, reports, attempts, deadline, sent_at, created_at, updated_at)
   select intent_id, account, strategy_id, exchange, symbol, client_order_id, intent_fact, status,
     execution_status, is_open, is_sent, unresolved, awaits_answer, quantity, leaves_quantity, filled_quantity,
     average_price, limit_price, reports, attempts, deadline, sent_at, created_at, clock_timestamp()
   from rows from (jsonb_to_recordset($1::jsonb) as (intent_id uuid, account text, strategy_id text, exchange text,
     symbol text, client_order_id text, intent_fact jsonb, status text, execution_status text, is_open boolean,
     is_sent boolean, unresolved boolean, awaits_answer boolean, quantity numeric, leaves_quantity numeric,
     filled_quantity numeric, average_price numeric, limit_price numeric, reports integer, attempts integer,
     deadline timestamptz, sent_at timestamptz, created_at timestamptz)) with ordinality
   order by ordinality
   on conflict (intent_id) do update set status = excluded.status, execution_status = excluded.execution_status,
     is_open = excluded.is_open, is_sent = excluded.is_sent, unresolved = excluded.unresolved,
     awaits_answer = excluded.awaits_answer, quantity = excluded.quantity,
     leaves_quantity = excluded.leaves_quantity, filled_quantity = excluded.filled_quantity,
     average_price = excluded.average_price, limit_price = excluded.limit_price, reports = excluded.reports,
     attempts = excluded.attempts, sent_at = excluded.sent_at, updated_at = excluded.updated_at`,
);
const WRITE_FACTS = statement(
  `insert into order_plane.facts (intent_id, fact_key, digest, fact)
   select intent_id, fact_key, digest, fact
   from rows from (jsonb_to_recordset($1::jsonb) as (intent_id uuid, fact_key text, digest text, fact jsonb))
     with ordinality
   order by ordinality on conflict do nothing`,
);
const WRITE_OUTBOX = statement(
  `insert into order_plane.outbox (account, event_id, intent_id, report, headers)
   select account, event_id, intent_id, report::jsonb, headers
   from rows from (jsonb_to_recordset($1::jsonb) as (account text, event_id text, intent_id uuid, report text,
     headers jsonb)) with ordinality
   order by ordinality`,
);
const END_REQUESTS = statement(
  `update order_plane.requests set state = 'done' where request_id = any($1::uuid[])`,
);

/** A switch that stands already only becomes another one: who wanted it re-armed did not know of this. */
const REDUCE_ONLY = statement(
  `with remembered as (
     insert into order_plane.kill_switch_history (level, scope, change, changed_by, reason)
     values ('instrument', $1, 'halted', 'order-plane', $2) returning sequence, changed_at)
   insert into order_plane.kill_switches (level, scope, thrown_by, reason, reducing_only, thrown_at, version)
   select 'instrument', $1, 'order-plane', $2, true, changed_at, sequence from remembered
   on conflict (level, scope) do update set version = excluded.version, rearm_requested_by = null,
     rearm_reason = null, rearm_requested_at = null`,
);

export class OrderLog {
  readonly #db: Transaction;
  readonly #options: OrderLogOptions;
  readonly #orders = new Map<string, LoggedOrder>();
  readonly #requests = new Map<string, OpenRequest>();
  readonly #facts: { intent_id: string; fact_key: string; digest: string; fact: string }[] = [];
  readonly #outbox: OutboxRow[] = [];
  readonly #reports: ExecutionReport[] = [];
  /** Why a market may only be reduced from now on, by `exchange|symbol`. */
  readonly #severe = new Map<string, string>();

  constructor(db: Transaction, options: OrderLogOptions) {
    this.#db = db;
    this.#options = options;
  }

  get orders(): readonly LoggedOrder[] {
    return [...this.#orders.values()];
  }

  /**
   * Reads orders of the account, by intent or by the broker's id, with their open requests. Those already read keep
   * what they were given.
   */
  async load(ids: {
    readonly intents?: readonly string[];
    readonly clientOrderIds?: readonly string[];
  }): Promise<void> {
    const intents = (ids.intents ?? []).filter((id) => !this.#orders.has(id));
    const clientOrderIds = ids.clientOrderIds ?? [];
    if (intents.length === 0 && clientOrderIds.length === 0) return;
    const key = [this.#options.account, intents, clientOrderIds];
    const [rows, requests] = await Promise.all([
      this.#db.read<StoredOrder>(READ_ORDERS, key),
      this.#db.read<OpenRequest>(READ_REQUESTS, key),
    ]);
    for (const request of requests) this.#requests.set(request.request_id, request);
    for (const row of rows) {
      if (!this.#orders.has(row.intent_id)) this.#orders.set(row.intent_id, orderOfRow(row));
    }
  }

  find(intentId: string): LoggedOrder | undefined {
    return this.#orders.get(intentId);
  }

  findByClientOrderId(clientOrderId: string): LoggedOrder | undefined {
    return this.orders.find((order) => order.clientOrderId === clientOrderId);
  }

  create(order: NewOrder): LoggedOrder {
    const fold = new OrderFold(order.intent);
    const created: LoggedOrder = {
      ...order,
      intentId: order.intent.intentId,
      fold,
      before: fold.state(),
      reports: 0,
      isNew: true,
      isChanged: true,
    };
    this.#orders.set(created.intentId, created);
    return created;
  }

  /** Records facts, one after the other; each change that is to be told makes a report. */
  record(order: LoggedOrder, facts: Iterable<OrderFact>): void {
    for (const fact of facts) {
      const before = order.fold.state();
      if (!order.fold.add(fact)) continue;
      const after = order.fold.state();
      order.isChanged = true;
      const text = encodeFact(fact);
      this.#facts.push({
        intent_id: order.intentId,
        fact_key: factKey(fact),
        digest: contentHash(text),
        fact: text,
      });
      this.#tellAnomalies(order, before, after);
      const told = reportedBefore(order, before);
      if (isReportDue(told, after)) this.#report(order, after, fact.atMicros);
    }
  }

  /** Tells the outcome of a request that never reaches an order. */
  answerRequest(
    request: {
      intentId: string;
      strategyId: string;
      symbol: string;
      exchange: string;
      headers: EventHeaders;
    },
    outcome: Parameters<typeof buildRequestReport>[1],
  ): void {
    const report = buildRequestReport(this.#subjectOf(request), outcome);
    this.#write(report, request.headers, 1);
  }

  /** Hands everything over to the transaction. Returns the reports made. */
  async flush(nowMicros: number): Promise<readonly ExecutionReport[]> {
    const changed = this.orders.filter((order) => order.isChanged);
    this.#endRequests(changed, nowMicros);
    if (changed.length > 0) {
      this.#db.send(WRITE_ORDERS, [JSON.stringify(changed.map(rowOfOrder))]);
    }
    if (this.#facts.length > 0) {
      const rows = this.#facts.map(
        (row) =>
          `{"intent_id":"${row.intent_id}","fact_key":${JSON.stringify(row.fact_key)},"digest":"${row.digest}","fact":${row.fact}}`,
      );
      this.#db.send(WRITE_FACTS, [`[${rows.join(',')}]`]);
    }
    const fills = changed.flatMap((order) => this.#fillChange(order));
    if (fills.length > 0) await writeFills(this.#db, this.#options.account, fills);
    for (const [market, reason] of this.#severe) {
      this.#db.send(REDUCE_ONLY, [market, reason]);
    }
    if (this.#outbox.length > 0) {
      this.#db.send(WRITE_OUTBOX, [JSON.stringify(this.#outbox)]);
    }
    return this.#reports;
  }

  #fillChange(order: LoggedOrder): FillChange[] {
    const { before, fold, symbol, exchange, intentId, strategyId } = order;
    const after = fold.state();
    if (before.fills === after.fills || sameFills(before, after)) return [];
    const instrument = this.#options.instrumentOf(symbol, exchange);
    if (instrument === undefined) throw new Fault('INSTRUMENT_UNKNOWN', { symbol, exchange });
    const { side } = fold.intent;
    return [{ intentId, strategyId, instrument, side, before: before.fills, after: after.fills }];
  }

  #tellAnomalies(order: LoggedOrder, before: OrderState, after: OrderState): void {
    const { probe } = this.#options;
    const known = new Set(before.anomalies.map(({ code, detail }) => `${code} ${detail}`));
    for (const found of after.anomalies) {
      if (known.has(`${found.code} ${found.detail}`)) continue;
      probe.anomalyFound?.(order.intentId, found);
      if (found.severity !== 'severe') continue;
      const reason = `${found.code}: ${found.detail}, order ${order.intentId}`;
      this.#severe.set(`${order.exchange}|${order.symbol}`, reason);
    }
    const moved = transitionAnomaly(before.status, after.status);
    if (moved !== undefined) probe.anomalyFound?.(order.intentId, moved);
  }

  #report(order: LoggedOrder, state: OrderState, atMicros: number): void {
    order.reports++;
    const sequence = order.reports;
    const report = buildReport(this.#subjectOf(order), order.fold.intent, state, {
      sequence,
      atMicros,
    });
    this.#write(report, order.headers, sequence);
  }

  #write(report: ExecutionReport, cause: EventHeaders, sequence: number): void {
    this.#reports.push(report);
    this.#outbox.push({
      account: this.#options.account,
      event_id: reportIdOf(report.intent_id, sequence),
      intent_id: report.intent_id,
      report: recordToJson(report),
      headers: reportHeaders(cause, report, sequence),
    });
  }

  /** Requests whose order answered them, or ended without. */
  #endRequests(changed: readonly LoggedOrder[], nowMicros: number): void {
    const known = new Set(changed.filter((order) => !order.isNew).map((order) => order.intentId));
    const done: string[] = [];
    for (const request of this.#requests.values()) {
      if (!known.has(request.target_intent_id)) continue;
      const order = this.#orders.get(request.target_intent_id);
      const outcome = order && requestOutcome(request, order.fold);
      if (order === undefined || outcome === undefined) continue;
      done.push(request.request_id);
      if (request.intent_id === null || request.headers === null) continue;
      this.answerRequest(
        {
          intentId: request.intent_id,
          strategyId: request.strategy_id ?? order.strategyId,
          symbol: order.symbol,
          exchange: order.exchange,
          headers: request.headers,
        },
        {
          ...outcome,
          clientOrderId: order.clientOrderId,
          side: order.fold.intent.side,
          atMicros: nowMicros,
        },
      );
    }
    if (done.length > 0) this.#db.send(END_REQUESTS, [done]);
  }

  #subjectOf(order: {
    intentId: string;
    strategyId: string;
    symbol: string;
    exchange: string;
  }): ReportSubject {
    const { intentId, strategyId, symbol, exchange } = order;
    const instrument = this.#options.instrumentOf(symbol, exchange);
    return {
      intentId,
      strategyId,
      account: this.#options.account,
      symbol,
      exchange,
      broker: this.#options.broker,
      quoteCurrency: instrument?.quote_currency,
    };
  }
}

interface StoredOrder {
  readonly intent_id: string;
  readonly account: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly client_order_id: string;
  readonly intent_fact: object;
  readonly reports: number;
  readonly deadline: number | null;
  readonly created_at: number;
  readonly headers: EventHeaders;
  readonly facts: readonly object[];
  readonly [column: string]: unknown;
}

function orderOfRow(row: StoredOrder): LoggedOrder {
  const fold = new OrderFold(decodeIntent(row.intent_fact));
  for (const fact of row.facts) fold.add(decodeFact(fact));
  return {
    intentId: row.intent_id,
    account: row.account,
    strategyId: row.strategy_id,
    symbol: row.symbol,
    exchange: row.exchange,
    clientOrderId: row.client_order_id,
    headers: row.headers,
    deadlineMicros: row.deadline ?? undefined,
    createdAtMicros: row.created_at,
    fold,
    before: fold.state(),
    reports: row.reports,
    isNew: false,
    isChanged: false,
  };
}

function rowOfOrder(order: LoggedOrder): Record<string, unknown> {
  const state = order.fold.state();
  const { lastSentAtMicros, averagePrice } = state;
  const { limitPrice } = state.terms;
  const isSent = state.attempts > 0;
  return {
    intent_id: order.intentId,
    account: order.account,
    strategy_id: order.strategyId,
    exchange: order.exchange,
    symbol: order.symbol,
    client_order_id: order.clientOrderId,
    intent_fact: JSON.parse(encodeFact(order.fold.intent)) as unknown,
    status: state.status,
    execution_status: state.executionStatus,
    is_open: !state.ended,
    is_sent: isSent,
    unresolved: state.unresolved,
    awaits_answer: state.executionStatus === 'SUBMITTED',
    quantity: formatDecimal(state.terms.quantity),
    leaves_quantity: formatDecimal(state.leavesQuantity),
    filled_quantity: formatDecimal(state.cumulativeQuantity),
    average_price: averagePrice === undefined ? null : formatDecimal(averagePrice),
    limit_price: limitPrice === undefined ? null : formatDecimal(limitPrice),
    reports: order.reports,
    attempts: state.attempts,
    deadline: order.deadlineMicros === undefined ? null : formatRfc3339(order.deadlineMicros),
    sent_at: lastSentAtMicros === undefined ? null : formatRfc3339(lastSentAtMicros),
    created_at: formatRfc3339(order.createdAtMicros),
  };
}

/** The state that was last told; before the first report there is none. */
const reportedBefore = (order: LoggedOrder, before: OrderState): OrderState | undefined =>
  order.reports === 0 ? undefined : before;

function sameFills(before: OrderState, after: OrderState): boolean {
  return (
    before.fills.length === after.fills.length &&
    before.fills.every((fill, i) => {
      const other = after.fills[i];
      return (
        fill.executionId === other?.executionId &&
        fill.quantity === other.quantity &&
        fill.price === other.price &&
        fill.fee === other.fee
      );
    })
  );
}

/** The report descends from its intent: same run and mode, one chain of causes. */
function reportHeaders(
  cause: EventHeaders,
  report: ExecutionReport,
  sequence: number,
): EventHeaders {
  return {
    event_id: `${cause.run_id}/${report.intent_id}#${sequence}`,
    causation_id: cause.event_id,
    correlation_id: cause.correlation_id ?? cause.event_id,
    run_id: cause.run_id,
    mode: cause.mode,
    ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
  };
}

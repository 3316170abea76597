/**
 * Approved orders and requests to the broker. The SENDING fact and the lease's epoch are committed before the wire; a
 * kill switch and the deadline are looked at once more in that transaction, the last hop before the socket.
 */
import type { Database, Queryable, Transaction } from '@tickmesh/database';
import type { OrderTerms } from '@tickmesh/domain-orders';
import { type Clock, Fault, formatRfc3339 } from '@tickmesh/kernel';
import { type SentOrder, lastHop, readHoldings } from './last-hop.ts';
import { OrderLog } from './order-log.ts';
import type { BrokerRequest, BrokerSession, Crash, Markets, OrderProbe } from './ports.ts';
import { lockAccount, readSwitches } from './tables.ts';
import { statement } from './statement.ts';

export interface DispatchParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly crash: Crash;
  readonly probe: OrderProbe;
}

/** The right to speak for an account. */
export interface HeldLease {
  readonly account: string;
  readonly broker: string;
  readonly holder: string;
  readonly epoch: number;
}

/** Orders and requests of one transaction. */
const BATCH_MAX = 100;

const CHECK_LEASE = statement(
  `select 1 from order_plane.leases
   where account = $1 and broker = $2 and holder = $3 and epoch = $4 and expires_at > clock_timestamp()
   for share`,
);
const READ_UNSENT = statement(
  `select intent_id from order_plane.orders
   where account = $1 and is_open and status = 'APPROVED' order by sequence limit $2`,
);
const READ_REQUESTS = statement(
  `select request_id, target_intent_id, kind from order_plane.requests
   where account = $1 and (state = 'pending' or (state = 'sent' and sent_at < $2))
   order by created_at, request_id limit $3`,
);
const IS_WAITING = statement(
  `select exists (select 1 from order_plane.orders where account = $1 and is_open and status = 'APPROVED')
     or exists (select 1 from order_plane.requests
       where account = $1 and (state = 'pending' or (state = 'sent' and sent_at < $2))) as waiting`,
);
const MAY_SEND = statement(
  `select 1 from order_plane.leases
   where account = $1 and broker = $2 and holder = $3 and epoch = $4 and expires_at > clock_timestamp()
     and not exists (select from order_plane.orders where account = $1 and is_open and status = 'APPROVED')
   for share`,
);
const MARK_REQUESTS = statement(
  `update order_plane.requests set state = 'sent', sent_at = $2 where request_id = any($1::uuid[])`,
);

interface Outgoing {
  readonly orders: readonly SentOrder[];
  readonly requests: readonly OutgoingRequest[];
}

type OutgoingRequest =
  | (BrokerRequest & { readonly kind: 'cancel' })
  | (BrokerRequest & { readonly kind: 'replace'; readonly terms: OrderTerms });

interface WaitingRequest {
  readonly request_id: string;
  readonly target_intent_id: string;
  readonly kind: 'cancel' | 'replace';
  readonly [column: string]: unknown;
}

/** An order whose handing over failed: the broker may have it all the same. */
export interface LostAnswer {
  readonly clientOrderId: string;
  readonly attempt: number;
}

export interface Dispatched {
  /** True when a full batch went: there may be more. */
  readonly more: boolean;
  readonly lost: readonly LostAnswer[];
}

export interface DispatchOptions {
  /** Requests without an answer for so long are sent again: they are harmless twice. */
  readonly repeatAfterMs: number;
  /** Called when it is committed that all of it is being sent, before the first is: the reports of that may go out. */
  readonly committed: () => void;
}

/**
 * Commits and sends what waits.
 * @throws Fault LEASE_LOST before anything is sent, when another instance speaks for the account
 */
export async function dispatch(
  parts: DispatchParts,
  lease: HeldLease,
  session: BrokerSession,
  wanted: DispatchOptions,
): Promise<Dispatched> {
  const { database, clock } = parts;
  const repeatBefore = formatRfc3339(clock.nowMicros() - wanted.repeatAfterMs * 1_000);
  // Looked at without the account's lock, so that a turn with nothing to send holds up no decision.
  const [look] = await database.read<{ waiting: boolean }>(IS_WAITING, [
    lease.account,
    repeatBefore,
  ]);
  if (look?.waiting !== true) return { more: false, lost: [] };
  const outgoing = await database.transaction((db) =>
    commitSending(db, parts, lease, repeatBefore),
  );
  wanted.committed();
  if (outgoing.requests.length > 0 && outgoing.orders.length === 0) {
    parts.crash('dispatch.after_commit');
  }
  const lost = await submitOrders(parts, lease, session, outgoing.orders);
  for (const request of outgoing.requests) await sendRequest(session, request, parts.probe);
  return { more: outgoing.orders.length === BATCH_MAX, lost };
}

/** Hands over what is marked as being sent. Answers those whose handing over failed. */
export async function submitOrders(
  { crash, probe }: Pick<DispatchParts, 'crash' | 'probe'>,
  lease: HeldLease,
  session: BrokerSession,
  orders: readonly SentOrder[],
): Promise<readonly LostAnswer[]> {
  const lost: LostAnswer[] = [];
  if (orders.length > 0) crash('dispatch.after_commit');
  for (const order of orders) {
    try {
      await session.submit(order);
      probe.orderSent?.({ ...order, broker: lease.broker });
    } catch (thrown) {
      probe.failed?.('submit', asFault(thrown));
      lost.push({ clientOrderId: order.clientOrderId, attempt: order.attempt });
    }
    crash('dispatch.after_wire');
  }
  return lost;
}

/** A request that fails is sent again later. */
async function sendRequest(
  session: BrokerSession,
  request: OutgoingRequest,
  probe: OrderProbe,
): Promise<void> {
  try {
    if (request.kind === 'cancel') await session.cancel(request);
    else await session.replace(request);
  } catch (thrown) {
    probe.failed?.(request.kind, asFault(thrown));
  }
}

async function commitSending(
  db: Transaction,
  parts: DispatchParts,
  lease: HeldLease,
  repeatBefore: string,
): Promise<Outgoing> {
  const { account } = lease;
  const [, , switches, unsent, waiting] = await Promise.all([
    lockAccount(db, account),
    assertLease(db, lease),
    readSwitches(db),
    db.read<{ intent_id: string }>(READ_UNSENT, [account, BATCH_MAX]),
    db.read<WaitingRequest>(READ_REQUESTS, [account, repeatBefore, BATCH_MAX]),
  ]);
  // The lock may have been long in coming: deadlines are judged by the time behind it.
  const nowMicros = parts.clock.nowMicros();
  const log = new OrderLog(db, {
    account,
    broker: lease.broker,
    instrumentOf: (symbol, exchange) => parts.markets.instrument(symbol, exchange),
    probe: parts.probe,
  });
  const unsentIds = unsent.map((row) => row.intent_id);
  const [holdings] = await Promise.all([
    unsent.length > 0 && switches.some((held) => held.reducingOnly)
      ? readHoldings(db, account)
      : undefined,
    log.load({ intents: [...unsentIds, ...waiting.map((row) => row.target_intent_id)] }),
  ]);
  const orders = lastHop(db, log, { nowMicros, intentIds: unsentIds, switches, holdings });
  const requests = waiting.flatMap((row) => outgoingRequest(log, row));
  if (requests.length > 0) {
    const ids = requests.map((request) => request.requestId);
    db.send(MARK_REQUESTS, [ids, formatRfc3339(nowMicros)]);
  }
  const reports = await log.flush(nowMicros);
  parts.crash('dispatch.before_commit');
  for (const report of reports) parts.probe.reportWritten?.(report);
  return { orders, requests };
}

/** Whether what is approved now may be sent at once: under the lease, and when nothing waits that came before it. */
export async function maySendAtOnce(db: Queryable, lease: HeldLease): Promise<boolean> {
  const { account, broker, holder, epoch } = lease;
  const held = await db.read(MAY_SEND, [account, broker, holder, epoch]);
  return held.length > 0;
}

/** @throws Fault LEASE_LOST */
export async function assertLease(db: Queryable, lease: HeldLease): Promise<void> {
  const { account, broker, holder, epoch } = lease;
  const held = await db.read(CHECK_LEASE, [account, broker, holder, epoch]);
  if (held.length === 0) throw new Fault('LEASE_LOST', { account, broker, epoch });
}

/** Nothing is asked about an order that has ended since: its end answers the request. */
function outgoingRequest(log: OrderLog, row: WaitingRequest): OutgoingRequest[] {
  const order = log.find(row.target_intent_id);
  if (order === undefined || order.fold.state().ended) return [];
  const request = { clientOrderId: order.clientOrderId, requestId: row.request_id };
  if (row.kind === 'cancel') return [{ kind: 'cancel', ...request }];
  const asked = order.fold
    .facts()
    .find((fact) => fact.kind === 'replace-requested' && fact.requestId === row.request_id);
  return asked?.kind === 'replace-requested'
    ? [{ kind: 'replace', ...request, terms: asked.terms }]
    : [];
}

function asFault(thrown: unknown): Fault {
  return thrown instanceof Fault
    ? thrown
    : new Fault('ORDER_BROKER_UNREACHABLE', { message: String(thrown) }, thrown);
}

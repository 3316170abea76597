/**
 * Orders whose answer is missing: declared UNKNOWN when it is overdue or after a restart, then resolved by asking the
 * broker. Only a proof that the broker never had the order lets it be sent again.
 */
import { type OrderFact, encodeFact, factKey } from '@tickmesh/domain-orders';
import { Fault, faultOf, formatRfc3339 } from '@tickmesh/kernel';
import type { LostAnswer } from './dispatch.ts';
import type { BrokerAnswer, BrokerFact, BrokerSession } from './ports.ts';
import type { LoggedOrder } from './order-log.ts';
import { contentHash } from './record-json.ts';
import { type RecordParts, type RecordTarget, recordAbout, recordFacts } from './record-facts.ts';
import { statement } from './statement.ts';

interface OpenRow {
  readonly intent_id: string;
  readonly client_order_id: string;
  readonly attempts: number;
  readonly unresolved: boolean;
  readonly [column: string]: unknown;
}

const READ_OVERDUE = statement(
  `select intent_id, client_order_id, attempts, unresolved from order_plane.orders
   where account = $1 and is_open and is_sent and awaits_answer and sent_at <= $2 order by sequence limit 500`,
);
const READ_UNRESOLVED = statement(
  `select intent_id, client_order_id, attempts, unresolved from order_plane.orders
   where account = $1 and is_open and unresolved order by sequence limit 500`,
);
const READ_SENT = statement(
  `select intent_id, client_order_id, attempts, unresolved from order_plane.orders
   where account = $1 and is_open and is_sent order by sequence`,
);

/** Declares UNKNOWN every order that was sent before `sentBeforeMicros` and has no answer. Returns how many. */
export async function declareOverdue(
  parts: RecordParts,
  target: RecordTarget,
  sentBeforeMicros: number,
): Promise<number> {
  const rows = await parts.database.query<OpenRow>(READ_OVERDUE, [
    target.account,
    formatRfc3339(sentBeforeMicros),
  ]);
  await declareUnanswered(
    parts,
    target,
    rows.map((row) => ({ clientOrderId: row.client_order_id, attempt: row.attempts })),
  );
  return rows.length;
}

/** Declares UNKNOWN the orders whose handing over failed. */
export async function declareUnanswered(
  parts: RecordParts,
  target: RecordTarget,
  orders: readonly LostAnswer[],
): Promise<void> {
  const atMicros = parts.clock.nowMicros();
  await recordFacts(
    parts,
    target,
    orders.map(({ clientOrderId, attempt }) => ({
      clientOrderId,
      fact: { kind: 'unanswered', attempt, atMicros },
    })),
  );
}

/** Asks about every unknown order. Returns how many stay unknown. */
export async function resolveUnknown(
  parts: RecordParts,
  target: RecordTarget,
  session: BrokerSession,
): Promise<number> {
  const rows = await parts.database.query<OpenRow>(READ_UNRESOLVED, [target.account]);
  return askAbout(parts, target, { session, rows });
}

/** Fills may be told late and out of order: so much before the last one that is known is asked for again. */
const EXECUTIONS_OVERLAP_MICROS = 3_600_000_000;
const EXECUTIONS_SPAN_MICROS = 24 * 3_600_000_000;

const READ_LAST_FILL = statement(
  `select max(filled_at) as filled_at from order_plane.fills where account = $1`,
);

/**
 * After the session was taken over: asks about every order that the broker may have, and for the executions of the time
 * when nobody listened, those of orders that are closed here included.
 */
export async function recoverOrders(
  parts: RecordParts,
  target: RecordTarget,
  session: BrokerSession,
): Promise<void> {
  await declareOverdue(parts, target, parts.clock.nowMicros());
  await reconcile(parts, target, { session, sinceMicros: await executionsFrom(parts, target) });
}

/** Executions that are written in one transaction. */
const EXECUTIONS_MAX = 500;

/**
 * Asks about every order that the broker may have, and for the executions since a time, those of orders that are closed
 * here included. What the broker said on a line that lives may be lost too.
 */
export async function reconcile(
  parts: RecordParts,
  target: RecordTarget,
  { session, sinceMicros }: { readonly session: BrokerSession; readonly sinceMicros: number },
): Promise<void> {
  const rows = await parts.database.query<OpenRow>(READ_SENT, [target.account]);
  await askAbout(parts, target, { session, rows });
  const executions = await session.executionsSince(sinceMicros);
  for (let i = 0; i < executions.length; i += EXECUTIONS_MAX) {
    const told = executions.slice(i, i + EXECUTIONS_MAX);
    const strangers = await recordFacts(parts, target, await unrecorded(parts, target, told));
    for (const clientOrderId of strangers) {
      const fault = new Fault('NOT_FOUND', { ...target, client_order_id: clientOrderId });
      parts.probe.failed?.('executions of an order that is not ours', fault);
    }
  }
}

const READ_UNRECORDED = statement(
  `select asked.place::integer as place
   from unnest($2::text[], $3::text[], $4::text[]) with ordinality
     as asked (client_order_id, fact_key, digest, place)
   where not exists (
     select from order_plane.orders o join order_plane.facts f using (intent_id)
     where o.account = $1 and o.client_order_id = asked.client_order_id
       and f.fact_key = asked.fact_key and f.digest = asked.digest)
   order by asked.place`,
);

/**
 * Nearly everything that is told again is known. It is told apart without the account's lock, which decisions wait for,
 * and without its orders' facts.
 */
async function unrecorded(
  { database }: RecordParts,
  { account }: RecordTarget,
  told: readonly BrokerFact[],
): Promise<readonly BrokerFact[]> {
  const rows = await database.query<{ place: number }>(READ_UNRECORDED, [
    account,
    told.map(({ clientOrderId }) => clientOrderId),
    told.map(({ fact }) => factKey(fact)),
    told.map(({ fact }) => contentHash(encodeFact(fact))),
  ]);
  return rows.map(({ place }) => told[place - 1]!);
}

async function executionsFrom(
  { database, clock }: RecordParts,
  { account }: RecordTarget,
): Promise<number> {
  const [row] = await database.query<{ filled_at: number | null }>(READ_LAST_FILL, [account]);
  const oldestMicros = clock.nowMicros() - EXECUTIONS_SPAN_MICROS;
  return Math.max(oldestMicros, (row?.filled_at ?? 0) - EXECUTIONS_OVERLAP_MICROS);
}

async function askAbout(
  parts: RecordParts,
  target: RecordTarget,
  asked: { readonly session: BrokerSession; readonly rows: readonly OpenRow[] },
): Promise<number> {
  let unknown = 0;
  for (const row of asked.rows) {
    const clientOrderId = row.client_order_id;
    const answer = await ask(parts, asked.session, clientOrderId);
    if (answer === undefined) {
      unknown++;
      continue;
    }
    await adopt(parts, target, { clientOrderId, answer });
    if (row.unresolved) parts.probe.orderResolved?.(row.intent_id, clientOrderId, answer.kind);
  }
  return unknown;
}

/** Undefined while the broker cannot say. Being fenced is another matter: then nobody here may ask. */
async function ask(
  parts: RecordParts,
  session: BrokerSession,
  clientOrderId: string,
): Promise<BrokerAnswer | undefined> {
  try {
    return await session.lookup(clientOrderId);
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault.code === 'LEASE_LOST') throw fault;
    parts.probe.failed?.('lookup', fault);
    return undefined;
  }
}

async function adopt(
  parts: RecordParts,
  target: RecordTarget,
  { clientOrderId, answer }: { readonly clientOrderId: string; readonly answer: BrokerAnswer },
): Promise<void> {
  if (answer.kind === 'found') {
    await recordFacts(
      parts,
      target,
      answer.facts.map((fact) => ({ clientOrderId, fact })),
    );
    return;
  }
  const atMicros = parts.clock.nowMicros();
  await recordAbout(parts, target, clientOrderId, (order) => absenceFacts(order, atMicros));
}

/**
 * What follows from the proof that the broker never had the order: it may be sent again, unless a cancel was asked for
 * or it is too late. Of an order that the broker has spoken of before, its absence proves nothing.
 */
function absenceFacts(order: LoggedOrder, atMicros: number): readonly OrderFact[] {
  const { executionStatus, attempts, openCancels } = order.fold.state();
  if (executionStatus !== 'SUBMITTED' && executionStatus !== 'UNKNOWN') return [];
  const absent: OrderFact = { kind: 'absent', attempt: attempts, atMicros };
  if (openCancels.length > 0) {
    return [absent, { kind: 'canceled', reason: 'the broker never had it', atMicros }];
  }
  const isLate = order.deadlineMicros !== undefined && atMicros > order.deadlineMicros;
  const reason = 'the broker never had it, and its deadline has passed';
  return isLate ? [absent, { kind: 'expired', reason, atMicros }] : [absent];
}

/**
 * Intents into decisions. Inbox row, decision, reservation and reports are one transaction under the account's lock;
 * an intent that comes again finds its inbox row and changes nothing.
 */
import type { Database, Queryable } from '@tickmesh/database';
import { clientOrderIdOf } from '@tickmesh/domain-orders';
import {
  type Assessment,
  type OrderRequest,
  accountOf,
  assessOrder,
  describeFailures,
  referenceMid,
} from '@tickmesh/domain-risk';
import { type Clock, Fault, formatRfc3339 } from '@tickmesh/kernel';
import { AccountBook } from './account-book.ts';
import { intentFactOf, orderRequestOf, termsOf } from './intent-order.ts';
import { type LoggedOrder, OrderLog } from './order-log.ts';
import type { Crash, LimitsInForce, Markets, OrderProbe, ReceivedIntent } from './ports.ts';
import { contentHash, recordToJson } from './record-json.ts';
import {
  type DecisionRow,
  type RequestRow,
  lockAccount,
  readAccount,
  writeDecisions,
  writeEquity,
  writeInbox,
  writeRequests,
} from './tables.ts';

/** The account of intents that name none, of strategies that have none: their answer needs a place too. */
export const UNASSIGNED = 'UNASSIGNED';

export interface IntakeParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly limits: LimitsInForce;
  readonly crash: Crash;
  readonly probe: OrderProbe;
}

export interface Refusal {
  readonly received: ReceivedIntent;
  readonly fault: Fault;
}

export interface IntakeResult {
  /** Accounts that have something to send or to publish now. */
  readonly accounts: readonly string[];
  /** Intents whose id was taken by another content. */
  readonly refused: readonly Refusal[];
}

/** Decides a batch, account by account, in the order of arrival. */
export async function takeIntents(
  parts: IntakeParts,
  received: readonly ReceivedIntent[],
): Promise<IntakeResult> {
  const byAccount = new Map<string, ReceivedIntent[]>();
  for (const item of received) {
    const account = accountFor(parts.limits, item);
    byAccount.set(account, [...(byAccount.get(account) ?? []), item]);
  }
  const refused: Refusal[] = [];
  for (const [account, items] of byAccount) {
    refused.push(...(await takeForAccount(parts, account, items)));
  }
  return { accounts: [...byAccount.keys()], refused };
}

function accountFor(limits: LimitsInForce, { intent }: ReceivedIntent): string {
  const version = limits();
  const named = intent.account ?? (version && accountOf(version, intent.strategy_id));
  return named !== undefined && version?.accounts.has(named) === true ? named : UNASSIGNED;
}

async function takeForAccount(
  parts: IntakeParts,
  account: string,
  items: readonly ReceivedIntent[],
): Promise<Refusal[]> {
  const { firsts, refused } = withoutRepetitions(items);
  const taken = await parts.database.transaction(async (db) => {
    await lockAccount(db, account);
    const nowMicros = parts.clock.nowMicros();
    const inbox = await writeInbox(
      db,
      firsts.map((item) => inboxRow(account, item, nowMicros)),
    );
    const fresh = firsts.filter(({ received }) => inbox.taken.has(received.intent.intent_id));
    const decided = await decide(db, parts, {
      account,
      nowMicros,
      items: fresh.map(({ received }) => received),
    });
    parts.crash('intake.before_commit');
    return { known: inbox.known, decided };
  });
  parts.crash('intake.after_commit');
  for (const tell of taken.decided) tell();
  const conflicts = firsts.filter(({ received, hash }) => {
    const held = taken.known.get(received.intent.intent_id);
    return held !== undefined && held !== hash;
  });
  return [...refused, ...conflicts.map(({ received }) => conflict(received))];
}

interface HashedIntent {
  readonly received: ReceivedIntent;
  readonly hash: string;
  readonly json: string;
}

/** One batch may hold an intent twice: with equal content it is one, with other content it is refused. */
function withoutRepetitions(items: readonly ReceivedIntent[]): {
  firsts: HashedIntent[];
  refused: Refusal[];
} {
  const firsts = new Map<string, HashedIntent>();
  const refused: Refusal[] = [];
  for (const received of items) {
    const json = recordToJson(received.intent);
    const hash = contentHash(json);
    const first = firsts.get(received.intent.intent_id);
    if (first === undefined) firsts.set(received.intent.intent_id, { received, hash, json });
    else if (first.hash !== hash) refused.push(conflict(received));
  }
  return { firsts: [...firsts.values()], refused };
}

const conflict = (received: ReceivedIntent): Refusal => ({
  received,
  fault: new Fault('INTENT_CONFLICT', { intent_id: received.intent.intent_id }),
});

function inboxRow(account: string, { received, hash, json }: HashedIntent, nowMicros: number) {
  const { intent, headers, source } = received;
  return {
    intent_id: intent.intent_id,
    content_hash: hash,
    action: intent.action,
    account,
    strategy_id: intent.strategy_id,
    exchange: intent.exchange,
    symbol: intent.symbol,
    intent: JSON.parse(json) as unknown,
    headers,
    source,
    received_at: formatRfc3339(nowMicros),
  };
}

/** What the intents of one account need while they are decided one after the other. */
interface Decisions {
  readonly book: AccountBook;
  readonly log: OrderLog;
  readonly nowMicros: number;
  readonly account: string;
  readonly decisions: DecisionRow[];
  readonly requests: RequestRow[];
}

/** Returns what to tell once the transaction is committed. */
async function decide(
  db: Queryable,
  parts: IntakeParts,
  batch: { account: string; nowMicros: number; items: readonly ReceivedIntent[] },
): Promise<(() => void)[]> {
  const { account, nowMicros, items } = batch;
  if (items.length === 0) return [];
  const version = parts.limits();
  const state = await readAccount(db, account, nowMicros);
  const marksBefore = new Map(state.equityMarks);
  const log = new OrderLog(db, {
    account,
    broker: version?.accounts.get(account)?.broker ?? 'none',
    instrumentOf: (symbol, exchange) => parts.markets.instrument(symbol, exchange),
    probe: parts.probe,
  });
  const work: Decisions = {
    book: new AccountBook(state, parts.markets, version),
    log,
    nowMicros,
    account,
    decisions: [],
    requests: [],
  };
  const targets = items.flatMap(({ intent }) => intent.target_intent_id ?? []);
  await log.load({ intents: targets });
  const tell: (() => void)[] = [];
  for (const item of items) {
    const { intent } = item;
    const assessment = decideOne(work, item);
    tell.push(() => {
      parts.probe.intentReceived?.(intent);
      const { approved, failed } = assessment ?? { approved: true, failed: [] };
      parts.probe.intentDecided?.(intent, { approved, failed });
    });
  }
  const reports = await log.flush(nowMicros);
  await writeDecisions(db, work.decisions);
  await writeRequests(db, work.requests);
  await writeEquity(db, account, marksBefore, state.equityMarks);
  tell.push(() => {
    for (const report of reports) parts.probe.reportWritten?.(report);
  });
  return tell;
}

function decideOne(work: Decisions, item: ReceivedIntent): Assessment | undefined {
  switch (item.intent.action) {
    case 'CANCEL':
      decideCancel(work, item);
      return undefined;
    case 'REPLACE':
      return decideReplace(work, item);
    case 'NEW':
      return decideNew(work, item);
    case 'UNKNOWN':
      throw new Fault('MSG_RULE_BROKEN', { field: 'action', rule: 'NEW, CANCEL or REPLACE' });
  }
}

function decideNew(work: Decisions, { intent, headers }: ReceivedIntent): Assessment {
  const { book, log, nowMicros, account } = work;
  const request = orderRequestOf(intent, account);
  const context = book.contextFor(request, nowMicros);
  const assessment = assessOrder(request, context);
  keepDecision(work, intent.intent_id, assessment);
  const order = log.create({
    intent: intentFactOf(intent),
    account,
    strategyId: intent.strategy_id,
    symbol: intent.symbol,
    exchange: intent.exchange,
    clientOrderId: clientOrderIdOf(intent.intent_id),
    headers,
    deadlineMicros: intent.deadline ?? undefined,
    createdAtMicros: nowMicros,
  });
  if (assessment.expired) {
    const reason = describeFailures(assessment);
    log.record(order, [{ kind: 'expired', reason, atMicros: nowMicros }]);
    book.remember(request, nowMicros);
    return assessment;
  }
  log.record(order, [
    {
      kind: 'decision',
      stage: 'intake',
      approved: assessment.approved,
      reason: assessment.approved ? undefined : describeFailures(assessment),
      arrivalMid: referenceMid(context.reference),
      atMicros: nowMicros,
    },
  ]);
  if (assessment.approved) book.reserve(request, nowMicros);
  else book.remember(request, nowMicros);
  return assessment;
}

/** Cancels always pass: no limit, switch or deadline stands against one. */
function decideCancel(work: Decisions, item: ReceivedIntent): void {
  const { log, nowMicros, account } = work;
  const target = targetOf(work, item);
  if (typeof target === 'string') {
    answer(work, item, target);
    return;
  }
  const requestId = item.intent.intent_id;
  work.requests.push({
    request_id: requestId,
    intent_id: requestId,
    target_intent_id: target.intentId,
    account,
    kind: 'cancel',
    state: isUnsent(target) ? 'done' : 'pending',
    reason: item.intent.reason,
    created_at: formatRfc3339(nowMicros),
  });
  if (!isUnsent(target)) {
    log.record(target, [{ kind: 'cancel-requested', requestId, atMicros: nowMicros }]);
    return;
  }
  // Nothing was sent: the order ends here and now.
  log.record(target, [{ kind: 'canceled', reason: 'before it was sent', atMicros: nowMicros }]);
  log.answerRequest(subjectOf(item), {
    status: 'CANCELED',
    clientOrderId: target.clientOrderId,
    side: target.fold.intent.side,
    reason: undefined,
    atMicros: nowMicros,
  });
}

/** The new terms are checked as an order of what they leave open, without the order that they replace. */
function decideReplace(work: Decisions, item: ReceivedIntent): Assessment | undefined {
  const { book, log, nowMicros, account } = work;
  const { intent } = item;
  const target = targetOf(work, item);
  if (typeof target === 'string') {
    answer(work, item, target);
    return undefined;
  }
  const { cumulativeQuantity } = target.fold.state();
  if (intent.quantity <= cumulativeQuantity || isUnsent(target)) {
    const reason = isUnsent(target) ? 'the order is not sent yet' : 'too late: more was filled';
    answer(work, item, reason);
    return undefined;
  }
  const request: OrderRequest = {
    ...orderRequestOf(intent, account),
    side: target.fold.intent.side,
    quantity: intent.quantity - cumulativeQuantity,
  };
  const assessment = assessOrder(request, book.contextFor(request, nowMicros, target.intentId));
  keepDecision(work, intent.intent_id, assessment);
  if (!assessment.approved) {
    answer(work, item, describeFailures(assessment), assessment.expired);
    return assessment;
  }
  work.requests.push({
    request_id: intent.intent_id,
    intent_id: intent.intent_id,
    target_intent_id: target.intentId,
    account,
    kind: 'replace',
    state: 'pending',
    reason: intent.reason,
    created_at: formatRfc3339(nowMicros),
  });
  const revision =
    1 + target.fold.facts().filter(({ kind }) => kind === 'replace-requested').length;
  log.record(target, [
    {
      kind: 'replace-requested',
      requestId: intent.intent_id,
      revision,
      terms: termsOf(intent),
      atMicros: nowMicros,
    },
  ]);
  return assessment;
}

/** The order that a request is about, or why there is none. */
function targetOf({ log }: Decisions, { intent }: ReceivedIntent): LoggedOrder | string {
  const target = log.find(intent.target_intent_id ?? '');
  if (target === undefined) return 'the account has no such order';
  if (target.symbol !== intent.symbol || target.exchange !== intent.exchange) {
    return 'the order is of another market';
  }
  const { ended, executionStatus } = target.fold.state();
  return ended ? `too late: the order is ${executionStatus}` : target;
}

const isUnsent = (order: LoggedOrder): boolean => {
  const { status } = order.fold.state();
  return status === 'APPROVED' || status === 'RECEIVED';
};

function answer(work: Decisions, item: ReceivedIntent, reason: string, expired = false): void {
  const target = work.log.find(item.intent.target_intent_id ?? '');
  work.log.answerRequest(subjectOf(item), {
    status: expired ? 'EXPIRED' : 'REJECTED',
    clientOrderId: target?.clientOrderId ?? '',
    side: target?.fold.intent.side,
    reason,
    atMicros: work.nowMicros,
  });
}

function subjectOf({ intent, headers }: ReceivedIntent) {
  const { intent_id: intentId, strategy_id: strategyId, symbol, exchange } = intent;
  return { intentId, strategyId, symbol, exchange, headers };
}

function keepDecision(work: Decisions, intentId: string, assessment: Assessment): void {
  work.decisions.push({
    intent_id: intentId,
    stage: 'intake',
    approved: assessment.approved,
    limits_version: assessment.limitsVersion ?? null,
    checks: assessment.checks,
    decided_at: formatRfc3339(work.nowMicros),
  });
}

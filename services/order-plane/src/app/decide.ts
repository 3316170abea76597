/** What becomes of an intent: pure, so that a back-test decides as the running plane does. */
import { clientOrderIdOf } from '@tickmesh/domain-orders';
import {
  type Assessment,
  type OrderRequest,
  assessOrder,
  describeFailures,
  referenceMid,
} from '@tickmesh/domain-risk';
import { Fault, formatRfc3339 } from '@tickmesh/kernel';
import type { AccountBook } from './account-book.ts';
import { intentFactOf, orderRequestOf, termsOf } from './intent-order.ts';
import type { LoggedOrder, OrderLog } from './order-log.ts';
import type { ReceivedIntent } from './ports.ts';
import type { DecisionRow, RequestRow } from './tables.ts';

/** Where decisions are written: a transaction, or the memory of a back-test. */
export type DecisionLog = Pick<OrderLog, 'find' | 'create' | 'record' | 'answerRequest'>;

/** What the intents of one account need while they are decided one after the other. */
export interface Decisions {
  readonly book: AccountBook;
  readonly log: DecisionLog;
  readonly nowMicros: number;
  readonly account: string;
  readonly decisions: DecisionRow[];
  readonly requests: RequestRow[];
}

/** Decides one intent by what is known; what follows from it is in the log, the book and the rows. */
export function decideOne(work: Decisions, item: ReceivedIntent): Assessment | undefined {
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
  rememberChange(work, item);
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
    postOnly: target.fold.intent.postOnly,
    replaces: target.intentId,
  };
  const assessment = assessOrder(request, book.contextFor(request, nowMicros, target.intentId));
  keepDecision(work, intent.intent_id, assessment);
  if (!assessment.approved) {
    answer(work, item, describeFailures(assessment), assessment.expired);
    return assessment;
  }
  rememberChange(work, item);
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

function rememberChange({ book, nowMicros }: Decisions, { intent }: ReceivedIntent): void {
  const { intent_id: requestId, strategy_id: strategyId } = intent;
  book.state.recentChanges.push({ requestId, strategyId, atMicros: nowMicros });
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

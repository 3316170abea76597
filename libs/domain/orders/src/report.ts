/**
 * Execution reports out of order states: which change of an order is told, and what is said of it. A report says the
 * order as it stands, so the last one is enough to know it.
 */
import type { ExecutionReport, ExecutionStatus, LatencyMetrics } from '@tickmesh/contracts';
import { decimalToNumber, derivedUuid, divideHalfEven } from '@tickmesh/kernel';
import type { IntentFact } from './fact.ts';
import type { OrderState } from './fold.ts';
import type { OrderStatus } from './status.ts';

/** What a report says of the order that is not in its facts. */
export interface ReportSubject {
  readonly intentId: string;
  readonly strategyId: string;
  readonly account: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly broker: string;
  /** What the price is in. */
  readonly quoteCurrency: string | undefined;
}

/** Order status to report status; undefined is not reported. */
const REPORTED: Readonly<Record<OrderStatus, ExecutionStatus | undefined>> = {
  RECEIVED: undefined,
  APPROVED: undefined,
  PENDING_CANCEL: undefined,
  PENDING_REPLACE: undefined,
  DENIED: 'REJECTED',
  REJECTED: 'REJECTED',
  SUBMITTED: 'SUBMITTED',
  ACCEPTED: 'ACKNOWLEDGED',
  TRIGGERED: 'ACKNOWLEDGED',
  PARTIALLY_FILLED: 'PARTIAL_FILL',
  FILLED: 'FILLED',
  CANCELED: 'CANCELED',
  EXPIRED: 'EXPIRED',
  UNKNOWN: 'UNKNOWN',
};

export function reportStatusOf(status: OrderStatus): ExecutionStatus | undefined {
  return REPORTED[status];
}

/**
 * Whether what changed is to be told: the status beneath any open request, the fills, their cost, or the
 * terms. An open cancel or replace request alone is not.
 */
export function isReportDue(before: OrderState | undefined, after: OrderState): boolean {
  if (REPORTED[after.executionStatus] === undefined) return false;
  if (before === undefined) return true;
  return (
    before.executionStatus !== after.executionStatus ||
    before.cumulativeQuantity !== after.cumulativeQuantity ||
    before.cumulativeNotional !== after.cumulativeNotional ||
    before.terms.quantity !== after.terms.quantity ||
    before.terms.limitPrice !== after.terms.limitPrice ||
    before.terms.stopPrice !== after.terms.stopPrice ||
    !sameFees(before.fees, after.fees)
  );
}

/** The same report always has the same id: the n-th of its intent, counted from 1. */
export function reportIdOf(intentId: string, sequence: number): string {
  return derivedUuid('execution_report', intentId, sequence);
}

/**
 * @param sequence number of this report among those of the intent, from 1
 * @param atMicros when it became so
 */
export function buildReport(
  subject: ReportSubject,
  intent: IntentFact,
  state: OrderState,
  { sequence, atMicros }: { readonly sequence: number; readonly atMicros: number },
): ExecutionReport {
  const status = REPORTED[state.executionStatus] ?? 'UNSPECIFIED';
  const left = state.terms.quantity - state.cumulativeQuantity;
  const [currency, commission] = feesOf(state);
  const slippageBps = slippageBasisPoints(intent, state);
  const times = orderedTimes(state);
  return {
    event_type: 'execution_report',
    report_id: reportIdOf(subject.intentId, sequence),
    intent_id: subject.intentId,
    order_id: state.clientOrderId ?? '',
    symbol: subject.symbol,
    exchange: subject.exchange,
    status,
    timestamp: atMicros,
    strategy_id: subject.strategyId,
    account: subject.account,
    direction: intent.side,
    submitted_timestamp: times.submitted,
    acknowledged_timestamp: times.acknowledged,
    filled_timestamp: times.filled,
    requested_quantity: state.terms.quantity,
    filled_quantity: state.cumulativeQuantity,
    remaining_quantity: notNegative(left),
    average_fill_price: state.averagePrice ?? null,
    limit_price: state.terms.limitPrice ?? null,
    commission: notNegative(commission),
    commission_currency: currency,
    rebate: rebateOf(commission),
    slippage_bps: slippageBps,
    execution_costs: costsOf(subject, state, { currency, commission, slippageBps }),
    reject_reason: status === 'REJECTED' ? (state.reason ?? 'no reason given') : null,
    error_message: null,
    fills: state.fills.map((fill) => ({
      fill_id: fill.executionId,
      quantity: fill.quantity,
      price: fill.price,
      timestamp: fill.atMicros,
      commission: notNegative(fill.fee),
      rebate: rebateOf(fill.fee),
      liquidity: fill.liquidity ?? null,
    })),
    overfill: state.overfillQuantity > 0n,
    latency_metrics: latencies(intent, times),
    metadata: { broker: subject.broker, account_id: subject.account, kafka_topic: null },
  };
}

/** The answer to a cancel or replace intent: what became of the request, told under the request's own intent. */
export interface RequestOutcome {
  readonly status: 'CANCELED' | 'ACKNOWLEDGED' | 'REJECTED' | 'EXPIRED';
  readonly clientOrderId: string;
  readonly side: 'BUY' | 'SELL' | undefined;
  readonly reason: string | undefined;
  readonly atMicros: number;
}

export function buildRequestReport(
  subject: ReportSubject,
  outcome: RequestOutcome,
): ExecutionReport {
  return {
    event_type: 'execution_report',
    report_id: reportIdOf(subject.intentId, 1),
    intent_id: subject.intentId,
    order_id: outcome.clientOrderId,
    symbol: subject.symbol,
    exchange: subject.exchange,
    status: outcome.status,
    timestamp: outcome.atMicros,
    strategy_id: subject.strategyId,
    account: subject.account,
    direction: outcome.side ?? null,
    submitted_timestamp: null,
    acknowledged_timestamp: null,
    filled_timestamp: null,
    requested_quantity: null,
    filled_quantity: 0n,
    remaining_quantity: null,
    average_fill_price: null,
    limit_price: null,
    commission: 0n,
    commission_currency: null,
    rebate: null,
    slippage_bps: null,
    execution_costs: null,
    reject_reason: outcome.status === 'REJECTED' ? (outcome.reason ?? 'no reason given') : null,
    error_message: null,
    fills: [],
    overfill: false,
    latency_metrics: null,
    metadata: { broker: subject.broker, account_id: subject.account, kafka_topic: null },
  };
}

function sameFees(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): boolean {
  return a.size === b.size && [...a].every(([currency, fee]) => b.get(currency) === fee);
}

/**
 * A report has one currency: of several, the one that comes first by name; each fill says its own fee. Below 0
 * where rebates prevail.
 */
function feesOf(state: OrderState): [currency: string | null, fee: bigint] {
  const [first] = [...state.fees].sort(([a], [b]) => (a < b ? -1 : 1));
  return first ?? [null, 0n];
}

const notNegative = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

/** A commission of the contract is not below 0: what the venue paid stands in a field of its own. */
const rebateOf = (fee: bigint): bigint | null => (fee < 0n ? -fee : null);

/** side x (average price - arrival mid) / arrival mid, in basis points; above 0 is worse. */
function slippageBasisPoints(intent: IntentFact, state: OrderState): number | null {
  if (state.averagePrice === undefined || state.arrivalMid === undefined) return null;
  const worse =
    intent.side === 'BUY'
      ? state.averagePrice - state.arrivalMid
      : state.arrivalMid - state.averagePrice;
  return Number(divideHalfEven(worse * 10_000n * 1_000_000n, state.arrivalMid)) / 1_000_000;
}

function costsOf(
  subject: ReportSubject,
  state: OrderState,
  cost: { currency: string | null; commission: bigint; slippageBps: number | null },
): ExecutionReport['execution_costs'] {
  const { averagePrice, cumulativeQuantity, arrivalMid } = state;
  if (averagePrice === undefined || arrivalMid === undefined || cost.slippageBps === null)
    return null;
  const value = decimalToNumber(arrivalMid) * decimalToNumber(cumulativeQuantity);
  const comparable = cost.currency === null || cost.currency === subject.quoteCurrency;
  const feeBps = (decimalToNumber(cost.commission) / value) * 10_000;
  return {
    commission: notNegative(cost.commission),
    slippage: (cost.slippageBps * value) / 10_000,
    market_impact: null,
    total_cost_bps: comparable ? cost.slippageBps + feeBps : null,
  };
}

interface ReportTimes {
  readonly submitted: number | null;
  readonly acknowledged: number | null;
  readonly filled: number | null;
}

/** A fill proves acceptance; and the venue's clock may stand behind ours, but not in a report. */
function orderedTimes(state: OrderState): ReportTimes {
  const submitted = state.submittedAtMicros ?? null;
  const firstFill = state.fills[0]?.atMicros;
  const accepted = least(state.acknowledgedAtMicros, firstFill);
  const acknowledged = accepted === undefined ? null : Math.max(accepted, submitted ?? accepted);
  const last = state.lastFillAtMicros;
  return {
    submitted,
    acknowledged,
    filled: last === undefined ? null : Math.max(last, acknowledged ?? last),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function latencies(intent: IntentFact, times: ReportTimes): LatencyMetrics | null {
  if (times.submitted === null) return null;
  return {
    intent_to_submit_ms: elapsedMs(intent.atMicros, times.submitted),
    submit_to_ack_ms: elapsedMs(times.submitted, times.acknowledged),
    ack_to_fill_ms: elapsedMs(times.acknowledged, times.filled),
    total_latency_ms: elapsedMs(intent.atMicros, times.filled),
  };
}

function elapsedMs(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, Math.floor((to - from) / 1_000));
}

/**
 * The order id at the broker: derived from the intent, so that it is known before anything is sent and the same after
 * a restart. `T-` and 30 hexadecimal digits: 32 characters of [A-Z0-9-].
 */
export function clientOrderIdOf(intentId: string): string {
  return `T-${intentId.replaceAll('-', '').slice(0, 30).toUpperCase()}`;
}

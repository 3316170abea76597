/** Orders and limits as tickmesh.order.v1 has them. Decimals are plain texts, 64-bit integers texts too. */
import {
  OrderFold,
  type OrderFact,
  type OrderStatus,
  type OrderTerms,
} from '@tickmesh/domain-orders';
import {
  type CheckCode,
  type CheckNumbers,
  type CheckResult,
  type KillLevel,
  type LimitName,
  type LimitValues,
  type LimitsVersion,
  limitText,
} from '@tickmesh/domain-risk';
import { formatDecimal } from '@tickmesh/kernel';
import type { LimitUsage, UsageScope } from '../app/limit-usage.ts';
import type { OrderView } from '../app/order-views.ts';
import { scopeMessage } from './grpc-arguments.ts';

/** `google.protobuf.Timestamp`. */
export interface Timestamp {
  readonly seconds: number | string;
  readonly nanos: number;
}

export const timestampOf = (micros: number): Timestamp => {
  const seconds = Math.floor(micros / 1e6);
  return { seconds, nanos: (micros - seconds * 1e6) * 1_000 };
};

export const microsOf = ({ seconds, nanos }: Timestamp): number =>
  Number(seconds) * 1e6 + Math.floor(nanos / 1_000);

export const statusName = (status: OrderStatus): string => `ORDER_STATUS_${status}`;

export function orderMessage(view: OrderView) {
  const { intent, state } = view;
  const [fee] = [...state.fees];
  return {
    intent_id: intent.intentId,
    order_id: state.attempts > 0 ? view.clientOrderId : '',
    terms: termsMessage(view),
    status: statusName(state.status),
    filled_quantity: formatDecimal(state.cumulativeQuantity),
    remaining_quantity: formatDecimal(state.leavesQuantity),
    ...optionalDecimal('average_fill_price', state.averagePrice),
    commission: formatDecimal(fee?.[1] ?? 0n),
    commission_currency: fee?.[0] ?? '',
    overfill: state.overfillQuantity > 0n,
    reject_reason: state.reason ?? '',
    fills: state.fills.map((fill) => ({
      fill_id: fill.executionId,
      quantity: formatDecimal(fill.quantity),
      price: formatDecimal(fill.price),
      time: timestampOf(fill.atMicros),
      commission: formatDecimal(fill.fee),
      liquidity: `LIQUIDITY_${fill.liquidity ?? 'UNSPECIFIED'}`,
    })),
    received_at: timestampOf(view.receivedAtMicros),
    updated_at: timestampOf(view.updatedAtMicros),
    version: String(view.facts.length),
  };
}

function termsMessage({ intent, state, ...view }: OrderView) {
  const { quantity, limitPrice, stopPrice }: OrderTerms = state.terms;
  return {
    symbol: view.symbol,
    exchange: view.exchange,
    direction: `DIRECTION_${intent.side}`,
    order_type: `ORDER_TYPE_${intent.orderKind}`,
    quantity: formatDecimal(quantity),
    ...optionalDecimal('limit_price', limitPrice),
    ...optionalDecimal('stop_price', stopPrice),
    time_in_force: `TIME_IN_FORCE_${intent.lifetime}`,
    account: view.account,
    strategy_id: view.strategyId,
    ...(view.deadlineMicros === undefined ? {} : { deadline: timestampOf(view.deadlineMicros) }),
    reason: view.reason,
    post_only: intent.postOnly === true,
  };
}

const optionalDecimal = (name: string, value: bigint | undefined) =>
  value === undefined ? {} : { [name]: formatDecimal(value) };

/** The intent and every fact, each with the status that the order had after it. */
export function lifeMessages({ intent, facts, receivedAtMicros }: OrderView) {
  const fold = new OrderFold(intent);
  const stem = { detail: '', causation_id: '' };
  const first = {
    ...stem,
    sequence: '1',
    kind: 'intent',
    time: timestampOf(intent.atMicros),
    recorded_at: timestampOf(receivedAtMicros),
    status: statusName(fold.state().status),
  };
  const rest = facts.map(({ fact, recordedAtMicros }, i) => {
    fold.add(fact);
    return {
      ...stem,
      sequence: String(i + 2),
      kind: fact.kind.replaceAll('-', '_'),
      time: timestampOf(fact.atMicros),
      recorded_at: timestampOf(recordedAtMicros),
      status: statusName(fold.state().status),
      detail: reasonOf(fact),
    };
  });
  return [first, ...rest];
}

const reasonOf = (fact: OrderFact): string =>
  'reason' in fact && typeof fact.reason === 'string' ? fact.reason : '';

/** Bounds of a check, by the names that its numbers give them; everything else was measured. */
const BOUND = /^(max|min|notionalMax|limit|needed|step)$/;

export function checkMessage({ code, passed, numbers }: CheckResult) {
  const entries = Object.entries(numbers);
  return {
    code,
    passed,
    observed: numbersText(entries.filter(([name]) => !BOUND.test(name))),
    allowed: numbersText(entries.filter(([name]) => BOUND.test(name))),
  };
}

const numbersText = (entries: readonly [string, CheckNumbers[string]][]): string =>
  entries.map(([name, value]) => `${name} ${String(value)}`).join(', ');

/** The check that enforces each limit, and the unit in which it is written. */
const ENFORCED: Readonly<Record<LimitName, { readonly code: CheckCode; readonly unit: string }>> = {
  order_quantity_max: { code: 'MAX_ORDER_QTY', unit: 'base units' },
  order_notional_max: { code: 'MAX_ORDER_NOTIONAL', unit: 'settlement currency' },
  position_max: { code: 'MAX_POSITION', unit: 'base units' },
  position_notional_max: { code: 'MAX_POSITION', unit: 'settlement currency' },
  gross_max: { code: 'MAX_GROSS', unit: 'settlement currency' },
  net_max: { code: 'MAX_NET', unit: 'settlement currency' },
  concentration_bps_max: { code: 'MAX_CONCENTRATION', unit: 'basis points of equity' },
  open_orders_max: { code: 'MAX_OPEN_ORDERS', unit: 'orders' },
  collar_bps_max: { code: 'PRICE_COLLAR', unit: 'basis points' },
  reference_age_ms_max: { code: 'REFERENCE_STALE', unit: 'milliseconds' },
  signal_age_ms_max: { code: 'STALE_SIGNAL', unit: 'milliseconds' },
  rate_orders_max: { code: 'RATE_ORDERS', unit: 'orders a window' },
  rate_cancels_max: { code: 'RATE_CANCELS', unit: 'requests a window' },
  rate_window_ms: { code: 'RATE_ORDERS', unit: 'milliseconds' },
  duplicate_window_ms: { code: 'DUPLICATE_PATTERN', unit: 'milliseconds' },
  margin_rate: { code: 'INSUFFICIENT_FUNDS', unit: 'share of gross exposure' },
  daily_loss_max: { code: 'DAILY_LOSS', unit: 'settlement currency' },
  drawdown_bps_max: { code: 'DRAWDOWN', unit: 'basis points' },
};

/** Every limit of every scope that applies to the account, and what it uses of it; of several the tightest holds. */
export function limitMessages(version: LimitsVersion, account: string, usage: LimitUsage) {
  const strategies = [...version.strategies].filter(([, entry]) => entry.account === account);
  const messages = (limits: LimitValues, level: KillLevel, id: string) =>
    (Object.entries(limits) as [LimitName, bigint | number][]).map(([name, value]) => ({
      code: ENFORCED[name].code,
      scope: scopeMessage(level, id),
      allowed: limitText(name, value),
      used: usage(name, usageScope(level, id)) ?? '',
      unit: ENFORCED[name].unit,
    }));
  return [
    ...messages(version.defaults, 'firm', ''),
    ...messages(version.accounts.get(account)?.limits ?? {}, 'account', account),
    ...strategies.flatMap(([id, { limits }]) => messages(limits, 'strategy', id)),
    ...[...version.instruments].flatMap(([id, limits]) => messages(limits, 'instrument', id)),
  ];
}

function usageScope(level: KillLevel, id: string): UsageScope {
  if (level === 'instrument') return { market: id };
  return level === 'strategy' && id !== '*' ? { strategyId: id } : {};
}

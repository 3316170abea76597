import { type Check, millis, result, units } from './check.ts';
import { isSameMarket } from './exposure.ts';

/** Prices fit the kind of order, and nothing is zero or below. Only what can rest may be asked to. */
export const invalidOrder: Check = (request) => {
  const { orderKind, quantity, limitPrice, stopPrice, postOnly } = request;
  const needsLimit = orderKind === 'LIMIT' || orderKind === 'STOP_LIMIT';
  const needsStop = orderKind === 'STOP' || orderKind === 'STOP_LIMIT';
  const fits = (price: bigint | undefined, needed: boolean): boolean =>
    price === undefined ? !needed : needed && price > 0n;
  const mayRest = postOnly !== true || orderKind === 'LIMIT';
  const passed =
    quantity > 0n && fits(limitPrice, needsLimit) && fits(stopPrice, needsStop) && mayRest;
  return result('INVALID_ORDER', passed, {
    orderKind,
    quantity: units(quantity),
    ...(postOnly === true ? { postOnly } : {}),
  });
};

/** Nothing asked for is silently ignored. */
export const notSupported: Check = ({ unsupported }) =>
  unsupported.length === 0
    ? undefined
    : result('NOT_SUPPORTED', false, { fields: unsupported.join(', ') });

/** The limits document lets the strategy trade for the account. */
export const notPermitted: Check = ({ strategyId, account }, { limits }) =>
  result('NOT_PERMITTED', limits !== undefined, { strategyId, account });

/** The strategy's own verdict counts when it is bad. */
export const strategyChecks: Check = ({ failedOwnChecks }) =>
  failedOwnChecks.length === 0
    ? undefined
    : result('STRATEGY_CHECKS', false, { failed: failedOwnChecks.join(', ') });

/** Not decided after the intent's own deadline. */
export const expiredIntent: Check = ({ deadlineMicros }, { nowMicros }) =>
  deadlineMicros === undefined
    ? undefined
    : result('EXPIRED_INTENT', nowMicros <= deadlineMicros, {
        lateMs: Math.max(0, millis(nowMicros - deadlineMicros)),
      });

/** The cause is recent: after an outage, yesterday's signals do not trade. */
export const staleSignal: Check = ({ timestampMicros }, { nowMicros, limits }) => {
  const ageMsMax = limits?.values.signal_age_ms_max;
  if (ageMsMax === undefined) return undefined;
  const ageMs = millis(nowMicros - timestampMicros);
  return result('STALE_SIGNAL', ageMs <= ageMsMax, { ageMs, ageMsMax });
};

/** The strategy did not send an equal order a moment ago. */
export const duplicatePattern: Check = (request, { nowMicros, limits, recentOrders }) => {
  const windowMs = limits?.values.duplicate_window_ms;
  if (windowMs === undefined || windowMs === 0) return undefined;
  const twin = recentOrders.find(
    (order) =>
      order.intentId !== request.intentId &&
      order.strategyId === request.strategyId &&
      isSameMarket(order, request) &&
      order.side === request.side &&
      order.quantity === request.quantity &&
      order.limitPrice === request.limitPrice &&
      nowMicros - order.atMicros < windowMs * 1_000,
  );
  const numbers = { windowMs, ...(twin === undefined ? {} : { twin: twin.intentId }) };
  return result('DUPLICATE_PATTERN', twin === undefined, numbers);
};

/** Orders of the strategy within the window, this one included. */
export const rateOrders: Check = (request, { nowMicros, limits, recentOrders }) => {
  const { rate_orders_max: ordersMax, rate_window_ms: windowMs } = limits?.values ?? {};
  if (ordersMax === undefined || windowMs === undefined) return undefined;
  const orders = recentOrders.filter(
    (order) =>
      order.strategyId === request.strategyId &&
      order.intentId !== request.intentId &&
      nowMicros - order.atMicros < windowMs * 1_000,
  ).length;
  return result('RATE_ORDERS', orders + 1 <= ordersMax, {
    orders: orders + 1,
    ordersMax,
    windowMs,
  });
};

/** Cancels and replaces of the strategy within the window, this replace included. A cancel is never asked. */
export const rateCancels: Check = (request, { nowMicros, limits, recentChanges = [] }) => {
  const { rate_cancels_max: changesMax, rate_window_ms: windowMs } = limits?.values ?? {};
  if (request.replaces === undefined || changesMax === undefined || windowMs === undefined) {
    return undefined;
  }
  const changes = recentChanges.filter(
    (change) =>
      change.strategyId === request.strategyId &&
      change.requestId !== request.intentId &&
      nowMicros - change.atMicros < windowMs * 1_000,
  ).length;
  return result('RATE_CANCELS', changes + 1 <= changesMax, {
    changes: changes + 1,
    changesMax,
    windowMs,
  });
};

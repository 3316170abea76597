import { divideHalfEven } from '@tickmesh/kernel';
import { type Check, type CheckNumbers, money, result, units } from './check.ts';
import type { KillSwitch, MarketExposure, OrderRequest, RiskContext } from './context.ts';
import {
  isReducing,
  isSameMarket,
  larger,
  magnitude,
  notionalOf,
  referenceMid,
  valuationPrice,
  worstCase,
} from './exposure.ts';

export const maxOrderQuantity: Check = ({ quantity }, { limits }) => {
  const max = limits?.values.order_quantity_max;
  if (max === undefined) return undefined;
  return result('MAX_ORDER_QTY', quantity <= max, { quantity: units(quantity), max: units(max) });
};

/** Without any price to value the order at, the answer is no. */
export const maxOrderNotional: Check = (request, { instrument, reference, limits }) => {
  const max = limits?.values.order_notional_max;
  if (max === undefined || instrument === undefined) return undefined;
  const price = valuationPrice(request, reference);
  if (price === undefined)
    return result('MAX_ORDER_NOTIONAL', false, { price: 'none', max: money(max) });
  const notional = notionalOf(instrument, request.quantity, price);
  return result('MAX_ORDER_NOTIONAL', notional <= max, {
    notional: money(notional),
    max: money(max),
  });
};

/** Worst case: the position, all open orders of this side, and this order. What only reduces passes. */
export const maxPosition: Check = (request, context) => {
  const { position_max: max, position_notional_max: notionalMax } = context.limits?.values ?? {};
  if (max === undefined && notionalMax === undefined) return undefined;
  const worst = magnitude(worstCase(request, context).sameSide);
  const price = valuationPrice(request, context.reference);
  const notional =
    context.instrument === undefined || price === undefined
      ? undefined
      : notionalOf(context.instrument, worst, price);
  const reducing = isReducing(request, context);
  const within =
    (max === undefined || worst <= max) &&
    (notionalMax === undefined || (notional !== undefined && notional <= notionalMax));
  return result('MAX_POSITION', reducing || within, {
    position: units(context.position),
    worst: units(worst),
    reducing,
    ...(max === undefined ? {} : { max: units(max) }),
    ...(notionalMax === undefined ? {} : { notionalMax: money(notionalMax) }),
    ...(notional === undefined ? {} : { notional: money(notional) }),
  });
};

/** Sum over markets of the larger worst case, in the settlement currency. */
export const maxGross: Check = (request, context) => {
  const max = context.limits?.values.gross_max;
  if (max === undefined) return undefined;
  return exposureCheck('MAX_GROSS', request, context, {
    max,
    measure: (exposure) => exposure.gross,
  });
};

/** Size of the sum over markets, if this side of the market were filled. */
export const maxNet: Check = (request, context) => {
  const max = context.limits?.values.net_max;
  if (max === undefined) return undefined;
  return exposureCheck('MAX_NET', request, context, {
    max,
    measure: (exposure) => magnitude(exposure.net),
  });
};

/** Worst case in this market, either way, as a share of the equity. What only reduces passes. */
export const maxConcentration: Check = (request, context) => {
  const bpsMax = context.limits?.values.concentration_bps_max;
  if (bpsMax === undefined || context.instrument === undefined) return undefined;
  const reducing = isReducing(request, context);
  const price = valuationPrice(request, context.reference);
  const equity = context.equity?.equity;
  if (price === undefined || equity === undefined) {
    return result('MAX_CONCENTRATION', reducing, { equity: 'unpriceable', bpsMax, reducing });
  }
  const { sameSide, otherSide } = worstCase(request, context);
  const worst = larger(magnitude(sameSide), magnitude(otherSide));
  const notional = notionalOf(context.instrument, worst, price);
  return result('MAX_CONCENTRATION', reducing || notional * 10_000n <= equity * BigInt(bpsMax), {
    notional: money(notional),
    equity: money(equity),
    bpsMax,
    reducing,
  });
};

/** Equity covers the margin of the worst case. A rate of 1 is a cash account. */
export const insufficientFunds: Check = (request, context) => {
  const rate = context.limits?.values.margin_rate;
  if (rate === undefined || context.instrument === undefined) return undefined;
  const exposure = exposureAfter(request, context);
  const equity = context.equity?.equity;
  if (exposure === undefined || equity === undefined) {
    return result('INSUFFICIENT_FUNDS', isReducing(request, context), { equity: 'unpriceable' });
  }
  const needed = divideHalfEven(exposure.gross * rate, 10n ** 9n);
  return result('INSUFFICIENT_FUNDS', needed <= equity || isReducing(request, context), {
    equity: money(equity),
    needed: money(needed),
    marginRate: units(rate),
  });
};

export const maxOpenOrders: Check = (request, { limits, openOrders }) => {
  const max = limits?.values.open_orders_max;
  if (max === undefined) return undefined;
  const open = openOrders.filter(
    (order) => isSameMarket(order, request) && order.side === request.side,
  ).length;
  return result('MAX_OPEN_ORDERS', open + 1 <= max, { open: open + 1, max });
};

/** Does not cross an order of the account that rests on the other side. */
export const selfTrade: Check = (request, { openOrders }) => {
  const buying = request.side === 'BUY';
  const crossed = openOrders.find((order) => {
    if (!isSameMarket(order, request) || order.side === request.side) return false;
    if (order.limitPrice === undefined || request.limitPrice === undefined) return true;
    return buying ? request.limitPrice >= order.limitPrice : request.limitPrice <= order.limitPrice;
  });
  return result('SELF_TRADE', crossed === undefined, crossed ? { crosses: crossed.intentId } : {});
};

/** While it is not known what became of an order of the strategy in this market, it sends no other. */
export const unresolvedOrder: Check = (request, { openOrders }) => {
  const open = openOrders.find(
    (order) =>
      order.unresolved &&
      order.strategyId === request.strategyId &&
      isSameMarket(order, request) &&
      order.intentId !== request.intentId,
  );
  return result('UNRESOLVED_ORDER', open === undefined, open ? { unresolved: open.intentId } : {});
};

/** The loss of the day, marked; an account that cannot be marked counts as in breach. */
export const dailyLoss: Check = (request, context) => {
  const max = context.limits?.values.daily_loss_max;
  if (max === undefined || context.equity === undefined) return undefined;
  const { equity, dayStartEquity } = context.equity;
  const loss = equity === undefined ? undefined : dayStartEquity - equity;
  const passed = (loss !== undefined && loss <= max) || isReducing(request, context);
  const shown = loss === undefined ? 'unpriceable' : money(loss);
  return result('DAILY_LOSS', passed, { loss: shown, max: money(max) });
};

/** Basis points below the highest equity; an account that cannot be marked counts as in breach. */
export const drawdown: Check = (request, context) => {
  const bpsMax = context.limits?.values.drawdown_bps_max;
  if (bpsMax === undefined || context.equity === undefined) return undefined;
  const { equity, peakEquity } = context.equity;
  const numbers: CheckNumbers = {
    equity: equity === undefined ? 'unpriceable' : money(equity),
    peak: money(peakEquity),
    bpsMax,
  };
  const within =
    equity !== undefined && (peakEquity - equity) * 10_000n <= peakEquity * BigInt(bpsMax);
  return result('DRAWDOWN', within || isReducing(request, context), numbers);
};

/** Switches that let what only reduces pass. */
export const reducingOnly: Check = (request, context) => {
  const thrown = switchesOf(request, context).filter((held) => held.reducingOnly);
  if (thrown.length === 0) return undefined;
  return result('REDUCING_ONLY', isReducing(request, context), describeSwitches(thrown));
};

export const killSwitch: Check = (request, context) => {
  const thrown = switchesOf(request, context).filter((held) => !held.reducingOnly);
  return result('KILL_SWITCH', thrown.length === 0, describeSwitches(thrown));
};

/** Whether a switch is about an order. */
export function isSwitchFor(
  held: Pick<KillSwitch, 'level' | 'scope'>,
  order: Pick<OrderRequest, 'strategyId' | 'account' | 'symbol' | 'exchange'>,
): boolean {
  switch (held.level) {
    case 'firm':
      return true;
    case 'account':
      return held.scope === order.account;
    case 'strategy':
      return held.scope === order.strategyId;
    case 'instrument':
      return held.scope === `${order.exchange}|${order.symbol}`;
  }
}

const switchesOf = (request: OrderRequest, context: RiskContext): KillSwitch[] =>
  context.killSwitches.filter((held) => isSwitchFor(held, request));

const describeSwitches = (thrown: readonly KillSwitch[]): CheckNumbers =>
  Object.fromEntries(
    thrown.map(({ level, scope, by, reason }) => [level, `${scope}: ${reason} (${by})`]),
  );

function exposureCheck(
  code: 'MAX_GROSS' | 'MAX_NET',
  request: OrderRequest,
  context: RiskContext,
  rule: { readonly max: bigint; readonly measure: (after: ExposureAfter) => bigint },
): ReturnType<Check> {
  const reducing = isReducing(request, context);
  const after = exposureAfter(request, context);
  if (after === undefined) return result(code, reducing, { price: 'none', max: money(rule.max) });
  const amount = rule.measure(after);
  return result(code, reducing || amount <= rule.max, {
    exposure: money(amount),
    max: money(rule.max),
    currency: after.currency,
    reducing,
  });
}

interface ExposureAfter {
  readonly currency: string;
  readonly gross: bigint;
  readonly net: bigint;
}

/** All markets of the settlement currency, this one with the order; undefined without a price. */
function exposureAfter(request: OrderRequest, context: RiskContext): ExposureAfter | undefined {
  const { instrument } = context;
  const price = valuationPrice(request, context.reference) ?? referenceMid(context.reference);
  if (instrument === undefined || price === undefined) return undefined;
  const worst = worstCase(request, context);
  const value = (quantity: bigint): bigint => notionalOf(instrument, quantity, price);
  const currency = instrument.settlementCurrency;
  const others = context.otherExposures.filter((held) => held.currency === currency);
  const sum = (of: (held: MarketExposure) => bigint): bigint =>
    others.reduce((total, held) => total + of(held), 0n);
  const sameSide = worst.sameSide < 0n ? -value(worst.sameSide) : value(worst.sameSide);
  return {
    currency,
    gross: sum((held) => held.worstGross) + larger(value(worst.sameSide), value(worst.otherSide)),
    net: sum((held) => held.net) + sameSide,
  };
}

import { divideHalfEven } from '@tickmesh/kernel';
import type {
  InstrumentRules,
  OpenOrder,
  OrderRequest,
  ReferencePrice,
  RiskContext,
} from './context.ts';

const UNIT = 10n ** 9n;

export const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
export const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export const signed = (order: { readonly side: 'BUY' | 'SELL' }, quantity: bigint): bigint =>
  order.side === 'BUY' ? quantity : -quantity;

/** Size of a quantity at a price, MONEY_SCALE, in the settlement currency. */
export function notionalOf(instrument: InstrumentRules, quantity: bigint, price: bigint): bigint {
  const contracts = magnitude(quantity) * instrument.multiplier;
  if (instrument.inverse) return divideHalfEven(contracts * UNIT, price);
  return divideHalfEven(contracts * price, UNIT);
}

/** (bid + ask) / 2, else the last trade; undefined when the market shows neither. */
export function referenceMid(reference: ReferencePrice | undefined): bigint | undefined {
  if (reference === undefined) return undefined;
  const { bid, ask, last } = reference;
  return bid === undefined || ask === undefined ? last : divideHalfEven(bid + ask, 2n);
}

/** What an order is valued at: its own price where it has one, else the reference. */
export function valuationPrice(
  request: Pick<OrderRequest, 'limitPrice' | 'stopPrice'>,
  reference: ReferencePrice | undefined,
): bigint | undefined {
  const own = request.limitPrice ?? request.stopPrice;
  const mid = referenceMid(reference);
  if (own === undefined) return mid;
  // A sell far below the market is worth what the market pays.
  return mid === undefined ? own : larger(own, mid);
}

export interface WorstCase {
  /** The position if every open order of the request's side and the request were filled. */
  readonly sameSide: bigint;
  /** The position if every open order of the other side were filled. */
  readonly otherSide: bigint;
  readonly openSameSide: bigint;
}

/** What of an order and of an account decides on exposure. */
export type Wanted = Pick<OrderRequest, 'symbol' | 'exchange' | 'side' | 'quantity'>;
export type Held = Pick<RiskContext, 'position' | 'openOrders'>;

export function worstCase(request: Wanted, context: Held): WorstCase {
  const here = context.openOrders.filter((order) => isSameMarket(order, request));
  const openSameSide = leaves(here, request.side);
  const openOther = leaves(here, request.side === 'BUY' ? 'SELL' : 'BUY');
  return {
    sameSide: context.position + signed(request, openSameSide + request.quantity),
    otherSide: context.position - signed(request, openOther),
    openSameSide,
  };
}

/** Whether the order, with all open ones of its side, can only bring the position nearer to flat. */
export function isReducing(request: Wanted, context: Held): boolean {
  const { position } = context;
  if (position === 0n || position > 0n === (request.side === 'BUY')) return false;
  const { openSameSide } = worstCase(request, context);
  return openSameSide + request.quantity <= magnitude(position);
}

export const isSameMarket = (
  a: { readonly symbol: string; readonly exchange: string },
  b: { readonly symbol: string; readonly exchange: string },
): boolean => a.symbol === b.symbol && a.exchange === b.exchange;

function leaves(orders: readonly OpenOrder[], side: 'BUY' | 'SELL'): bigint {
  let sum = 0n;
  for (const order of orders) if (order.side === side) sum += order.leavesQuantity;
  return sum;
}

/**
 * A position in one market, exact: scaled integers, no rounding but one, and that one loses nothing.
 *
 * Signed average cost. With f the signed quantity of a fill (a buy is above 0), p its price, k the multiplier:
 *   value(f, p) = f p k for a linear contract, -f k / p for an inverse one (settled in its base currency)
 *   same direction   q += f, C += value
 *   reducing         x = min(|f|, |q|); released = C x / |q|, all of C when q becomes 0;
 *                    realized += -value(closing part) - released; C -= released; what is left of f opens anew
 * First in, first out does the same with the cost of the oldest lots. The methods differ in the split between
 * realized and unrealized, never in the sum.
 *
 * Law    L1 realized + unrealized = sum of -value(fill) + value(q, mark), with no error at all
 *        (position.prop.spec.ts)
 */
import { divideHalfEven } from '@tickmesh/kernel';

/** Digits of quantity x price x multiplier, each of 9: products are exact. */
export const AMOUNT_SCALE = 27;
const PRICE_UNIT = 10n ** 9n;

/** What a contract is worth; all of ORDER_SCALE. */
export interface ContractTerms {
  readonly multiplier: bigint;
  readonly inverse: boolean;
}

export interface LedgerFill {
  /** Unique in its market and account. */
  readonly executionId: string;
  readonly orderId: string;
  /** ORDER_SCALE, above 0 for a buy. */
  readonly signedQuantity: bigint;
  readonly price: bigint;
  /** ORDER_SCALE; below 0 is a rebate. */
  readonly fee: bigint;
  readonly feeCurrency: string | undefined;
  readonly atMicros: number;
}

export interface Lot {
  readonly executionId: string;
  readonly signedQuantity: bigint;
  readonly price: bigint;
  /** AMOUNT_SCALE, signed as the quantity. */
  readonly cost: bigint;
}

/** Part of a fill that closed part of a lot: a line of the trade report. */
export interface Closing {
  readonly opening: string;
  readonly closing: string;
  /** ORDER_SCALE, above 0 when a long lot was closed. */
  readonly signedQuantity: bigint;
  readonly realized: bigint;
}

export type CostMethod = 'average' | 'fifo';

export interface Position {
  /** ORDER_SCALE, signed. */
  readonly quantity: bigint;
  /** AMOUNT_SCALE, signed as the quantity; 0 when flat. */
  readonly cost: bigint;
  readonly realized: bigint;
  /** Sum of -value over the fills: the cash identity's other side. */
  readonly cashFlow: bigint;
  /** Oldest first; empty under average cost. */
  readonly lots: readonly Lot[];
}

export const FLAT: Position = { quantity: 0n, cost: 0n, realized: 0n, cashFlow: 0n, lots: [] };

/** value(f, p), AMOUNT_SCALE. For an inverse contract rounded half to even: that value is then the fill's. */
export function contractValue(terms: ContractTerms, quantity: bigint, price: bigint): bigint {
  if (!terms.inverse) return quantity * price * terms.multiplier;
  // Scales 9 + 9 - 9 + 18 = 27.
  return divideHalfEven(-quantity * terms.multiplier * PRICE_UNIT * PRICE_UNIT, price);
}

/** The position after a fill by average cost. */
export function applyFill(position: Position, fill: LedgerFill, terms: ContractTerms): Position {
  const change = fill.signedQuantity;
  const value = contractValue(terms, change, fill.price);
  const cashFlow = position.cashFlow - value;
  const quantity = position.quantity + change;
  if (!isReducing(position.quantity, change)) {
    return { ...position, quantity, cost: position.cost + value, cashFlow };
  }
  const held = size(position.quantity);
  const closed = least(size(change), held);
  const closingValue = share(value, closed, size(change));
  const released = share(position.cost, closed, held);
  const realized = position.realized - closingValue - released;
  const cost = position.cost - released + (value - closingValue);
  return { quantity, cost, realized, cashFlow, lots: position.lots };
}

/** The position after a fill, oldest lots first, and the lots that it closed. */
export function applyFillFifo(
  position: Position,
  fill: LedgerFill,
  terms: ContractTerms,
): { readonly position: Position; readonly closings: readonly Closing[] } {
  const change = fill.signedQuantity;
  const value = contractValue(terms, change, fill.price);
  const lots = [...position.lots];
  const closings: Closing[] = [];
  let left = change;
  let valueLeft = value;
  let cost = position.cost;
  while (left !== 0n && lots[0] !== undefined && isReducing(lots[0].signedQuantity, left)) {
    const lot = lots[0];
    const closed = least(size(left), size(lot.signedQuantity));
    const closingValue = share(valueLeft, closed, size(left));
    const whole = closed === size(lot.signedQuantity);
    const released = share(lot.cost, closed, size(lot.signedQuantity));
    const signedClosed = lot.signedQuantity > 0n ? closed : -closed;
    closings.push({
      opening: lot.executionId,
      closing: fill.executionId,
      signedQuantity: signedClosed,
      realized: -closingValue - released,
    });
    if (whole) lots.shift();
    else {
      lots[0] = {
        ...lot,
        signedQuantity: lot.signedQuantity - signedClosed,
        cost: lot.cost - released,
      };
    }
    cost -= released;
    left += signedClosed;
    valueLeft -= closingValue;
  }
  if (left !== 0n) {
    const { executionId, price } = fill;
    lots.push({ executionId, signedQuantity: left, price, cost: valueLeft });
    cost += valueLeft;
  }
  const realized = closings.reduce((sum, closing) => sum + closing.realized, position.realized);
  const quantity = position.quantity + change;
  return {
    position: { quantity, cost, realized, cashFlow: position.cashFlow - value, lots },
    closings,
  };
}

/** value(q, mark) - C, AMOUNT_SCALE. */
export function unrealized(position: Position, terms: ContractTerms, mark: bigint): bigint {
  return contractValue(terms, position.quantity, mark) - position.cost;
}

/** C / (q k) for display, ORDER_SCALE, ties to even; of an inverse contract q k / -C. Undefined when flat. */
export function averageCost(position: Position, terms: ContractTerms): bigint | undefined {
  if (position.quantity === 0n || position.cost === 0n) return undefined;
  const contracts = position.quantity * terms.multiplier;
  if (!terms.inverse) return divideHalfEven(position.cost, contracts);
  return divideHalfEven(-contracts * PRICE_UNIT * PRICE_UNIT, position.cost);
}

const isReducing = (held: bigint, change: bigint): boolean =>
  held !== 0n && change !== 0n && held > 0n !== change > 0n;

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** amount x part / whole, ties to even; the amount itself when the part is the whole. */
function share(amount: bigint, part: bigint, whole: bigint): bigint {
  return part === whole ? amount : divideHalfEven(amount * part, whole);
}

/**
 * Fees are a ledger of their own, by currency; nothing is converted here. A fee that spot trading takes in the base
 * currency also reduces the inventory: it is booked as the sale of that quantity at the fill's price, whose
 * proceeds are the fee's cost in the quote currency.
 */
import type { LedgerFill } from './position.ts';

/** ORDER_SCALE, by currency; below 0 where rebates prevail. */
export type FeeLedger = ReadonlyMap<string, bigint>;

export function addFee(fees: FeeLedger, currency: string, amount: bigint): FeeLedger {
  return new Map(fees).set(currency, (fees.get(currency) ?? 0n) + amount);
}

/** Sum of the fills' fees, by currency. */
export function sumFees(fills: Iterable<LedgerFill>): FeeLedger {
  const fees = new Map<string, bigint>();
  for (const { fee, feeCurrency } of fills) {
    if (feeCurrency !== undefined) fees.set(feeCurrency, (fees.get(feeCurrency) ?? 0n) + fee);
  }
  return fees;
}

/**
 * The fill that takes a base-currency fee out of the inventory; undefined when the fee is none or in another
 * currency. It sorts right after its cause, and carries no fee itself.
 */
export function inventoryFee(fill: LedgerFill, baseCurrency: string): LedgerFill | undefined {
  if (fill.feeCurrency !== baseCurrency || fill.fee === 0n) return undefined;
  return {
    ...fill,
    executionId: `${fill.executionId}/FEE`,
    signedQuantity: -fill.fee,
    fee: 0n,
    feeCurrency: undefined,
  };
}

export interface Conversion {
  readonly rate: bigint;
  readonly source: string;
  readonly atMicros: number;
}

export interface ConvertedFees {
  /** ORDER_SCALE + the rate's ORDER_SCALE digits. */
  readonly amount: bigint;
  /** Currencies without a rate: their fees are not in `amount`. */
  readonly unpriceable: readonly string[];
}

/** Fees in one currency. A missing rate is said, never taken as 1. */
export function convertFees(
  fees: FeeLedger,
  currency: string,
  rateOf: (from: string) => Conversion | undefined,
): ConvertedFees {
  let amount = 0n;
  const unpriceable: string[] = [];
  for (const [held, fee] of fees) {
    const rate = held === currency ? 10n ** 9n : rateOf(held)?.rate;
    if (rate === undefined) unpriceable.push(held);
    else amount += fee * rate;
  }
  return { amount, unpriceable: unpriceable.sort() };
}

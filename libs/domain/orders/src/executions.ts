import { divideHalfEven } from '@tickmesh/kernel';
import type { BustFact, CorrectionFact, FillFact, InferredFillFact, Liquidity } from './fact.ts';

/** An execution as it stands after corrections: what positions are booked from. */
export interface EffectiveFill {
  readonly executionId: string;
  readonly quantity: bigint;
  readonly price: bigint;
  readonly fee: bigint;
  readonly feeCurrency: string | undefined;
  readonly liquidity: Liquidity | undefined;
  readonly atMicros: number;
  /** Worked out from the venue's totals; real executions will replace it. */
  readonly inferred: boolean;
}

export interface ExecutionFacts {
  readonly fills: readonly FillFact[];
  readonly busts: ReadonlyMap<string, BustFact>;
  /** The correction of the highest revision, by the execution it restates. */
  readonly corrections: ReadonlyMap<string, CorrectionFact>;
  readonly inferred: readonly InferredFillFact[];
}

/**
 * The executions that count, in canonical order: venue time, then execution id. Busted ones are gone,
 * corrected ones restated. What the venue's totals say beyond the executions it told (busted ones
 * included, because its totals included them) stands as one inferred fill at the price implied:
 * (total notional - told notional) / (total quantity - told quantity).
 */
export function effectiveFills(facts: ExecutionFacts): EffectiveFill[] {
  const live: EffectiveFill[] = [];
  let toldQuantity = 0n;
  let toldNotional = 0n;
  for (const fill of facts.fills) {
    const correction = facts.corrections.get(fill.executionId);
    const quantity = correction?.quantity ?? fill.quantity;
    const price = correction?.price ?? fill.price;
    toldQuantity += quantity;
    toldNotional += quantity * price;
    if (facts.busts.has(fill.executionId) || quantity === 0n) continue;
    live.push({
      executionId: fill.executionId,
      quantity,
      price,
      fee: fill.fee,
      feeCurrency: fill.feeCurrency,
      liquidity: fill.liquidity,
      atMicros: fill.atMicros,
      inferred: false,
    });
  }
  const total = highest(facts.inferred);
  if (total !== undefined && total.cumulativeQuantity > toldQuantity) {
    live.push(inferredFill(total, toldQuantity, toldNotional));
  }
  return live.sort(canonicalOrder);
}

/** Venue time, then execution id by code unit: the one order in which profit and loss is booked. */
export function canonicalOrder(
  a: { readonly atMicros: number; readonly executionId: string },
  b: { readonly atMicros: number; readonly executionId: string },
): number {
  if (a.atMicros !== b.atMicros) return a.atMicros - b.atMicros;
  if (a.executionId === b.executionId) return 0;
  return a.executionId < b.executionId ? -1 : 1;
}

function inferredFill(
  total: InferredFillFact,
  toldQuantity: bigint,
  toldNotional: bigint,
): EffectiveFill {
  const quantity = total.cumulativeQuantity - toldQuantity;
  return {
    executionId: `INFERRED-${total.cumulativeQuantity}`,
    quantity,
    price: divideHalfEven(total.cumulativeNotional - toldNotional, quantity),
    fee: 0n,
    feeCurrency: undefined,
    liquidity: undefined,
    atMicros: total.atMicros,
    inferred: true,
  };
}

function highest(inferred: readonly InferredFillFact[]): InferredFillFact | undefined {
  let best: InferredFillFact | undefined;
  for (const fact of inferred) {
    if (best === undefined || fact.cumulativeQuantity > best.cumulativeQuantity) best = fact;
  }
  return best;
}

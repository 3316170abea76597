/**
 * What trading moves the price by, learnt from fills: impact = coefficient x participation^exponent, as a share of the
 * price. Participation is the order's part of the volume that trades beside it.
 */
export interface ImpactTerms {
  readonly exponent: number;
  /** Participation counts up to here; the law is not known beyond. */
  readonly participationMax: number;
  /** Weight of the newest fill. */
  readonly newestWeight: number;
}

export const IMPACT_TERMS: ImpactTerms = {
  exponent: 0.7,
  participationMax: 0.08,
  newestWeight: 0.1,
};

/** Before the first fill; what a fill says at the least, so that a coefficient never sticks at 0; what counts at most. */
export const IMPACT_COEFFICIENT = { initial: 5e-4, min: 1e-6, max: 1e-2 } as const;

/** Expected impact, as a share of the price. */
export function impactOf(
  coefficient: number,
  participation: number,
  { exponent, participationMax }: ImpactTerms = IMPACT_TERMS,
): number {
  return coefficient * Math.min(participation, participationMax) ** exponent;
}

/**
 * The coefficient after one more fill. What is learnt from is the slippage that was observed, a share of the price and
 * signed by side (above 0 is worse): slippage in price units would drive it to a bound, and the model's own
 * prediction, put in for it, leaves the coefficient where it was.
 */
export function learntImpact(
  coefficient: number,
  fill: { readonly participation: number; readonly slippage: number },
  terms: ImpactTerms = IMPACT_TERMS,
): number {
  const unit = impactOf(1, fill.participation, terms);
  if (!(unit > 0)) return coefficient;
  const observed = Math.max(IMPACT_COEFFICIENT.min, fill.slippage / unit);
  return (1 - terms.newestWeight) * coefficient + terms.newestWeight * observed;
}

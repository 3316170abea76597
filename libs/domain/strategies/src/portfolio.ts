/** From what is expected of markets to how much of each to hold. */
import { type Panel, sum } from './statistics.ts';

export interface PortfolioLimits {
  /** Largest size of one weight. */
  readonly box: number;
  /** Largest sum of sizes, and size of the sum. */
  readonly gross: number;
  readonly net: number;
  /** Annualised, largest. */
  readonly volatility: number;
  /** Cost of a change of one market's weight, a share of the change; by market. */
  readonly costs: readonly number[];
  /** Weights may only come nearer to 0: nothing is added while the market is not known. */
  readonly isContained?: boolean;
}

const RIDGE = 1e-4;
const SWEEPS_MAX = 100;

/**
 * Weights that minimise w'Cw/2 - alpha'w + costs'|w - before| + 1e-4 |w|^2 within the bounds of each (coordinate descent,
 * each step exact), then shrunk as a whole until gross, net and volatility hold. Shrinking cannot break what already
 * holds; scaling up to a volatility aimed at would.
 * @param covariance annualised, of as many markets as `alpha`
 */
export function targetWeights(
  alpha: readonly number[],
  covariance: Panel,
  before: readonly number[],
  limits: PortfolioLimits,
): readonly number[] {
  const bounds = before.map((weight) => boundsOf(weight, limits));
  const weights = before.map((weight, i) => clamp(weight, bounds[i]));
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let moved = false;
    for (const [i, row] of covariance.entries()) {
      const own = (row[i] ?? 0) + 2 * RIDGE;
      const pull = (alpha[i] ?? 0) - sum(row.map((c, j) => (j === i ? 0 : c * (weights[j] ?? 0))));
      const start = before[i] ?? 0;
      const gap = pull - own * start;
      const move = Math.sign(gap) * Math.max(0, Math.abs(gap) - (limits.costs[i] ?? 0));
      const weight = clamp(start + move / own, bounds[i]);
      moved ||= weight !== weights[i];
      weights[i] = weight;
    }
    if (!moved) break;
  }
  const scale = scaleOf(weights, covariance, limits);
  return weights.map((weight) => weight * scale);
}

/** The share of the weights that keeps every limit of the whole: 1 when they already do. */
function scaleOf(weights: readonly number[], covariance: Panel, limits: PortfolioLimits): number {
  const variance = sum(
    weights.map((weight, i) =>
      sum(weights.map((other, j) => weight * other * (covariance[i]?.[j] ?? 0))),
    ),
  );
  return Math.min(
    1,
    ratio(limits.gross, sum(weights.map(Math.abs))),
    ratio(limits.net, Math.abs(sum(weights))),
    ratio(limits.volatility, Math.sqrt(Math.max(0, variance))),
  );
}

type Bounds = readonly [from: number, to: number];

function boundsOf(before: number, { box, isContained = false }: PortfolioLimits): Bounds {
  if (!isContained) return [-box, box];
  const kept = clamp(before, [-box, box]);
  return [Math.min(0, kept), Math.max(0, kept)];
}

const clamp = (value: number, [from, to]: Bounds = [0, 0]): number =>
  Math.max(from, Math.min(to, value));
const ratio = (limit: number, amount: number): number => (amount === 0 ? 1 : limit / amount);

/** How a series of returns is judged: Sharpe ratio with its doubt, drawdown, and the switches that they throw. */
import { normalCdf } from '@tickmesh/expr';

export interface SharpeFacts {
  /** Mean over deviation of the returns of one period; not annualised. */
  readonly sharpe: number;
  /** Number of returns. */
  readonly periods: number;
  readonly skewness: number;
  /** Plain: 3 for a normal distribution. */
  readonly kurtosis: number;
}

/**
 * Probability that the true Sharpe ratio is above `benchmark` (Bailey and Lopez de Prado 2012):
 *   Phi((SR - benchmark) sqrt(T - 1) / sqrt(1 - skew SR + (kurt - 1) / 4 SR^2))
 * 0 with fewer than two returns; undefined where the radicand is not above 0, which counts as a breach, never as good.
 */
export function probabilisticSharpe(facts: SharpeFacts, benchmark = 0): number | undefined {
  const { sharpe, periods, skewness, kurtosis } = facts;
  if (periods < 2) return 0;
  const radicand = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2;
  if (!(radicand > 0)) return undefined;
  return normalCdf(((sharpe - benchmark) * Math.sqrt(periods - 1)) / Math.sqrt(radicand));
}

/** Moments of a series of returns, by population formulas. A flat series has a ratio of 0. */
export function sharpeFacts(returns: readonly number[]): SharpeFacts {
  const periods = returns.length;
  if (periods === 0) return { sharpe: 0, periods, skewness: 0, kurtosis: 3 };
  const mean = sum(returns) / periods;
  const moment = (power: number): number =>
    sum(returns.map((value) => (value - mean) ** power)) / periods;
  const variance = moment(2);
  if (variance === 0) return { sharpe: 0, periods, skewness: 0, kurtosis: 3 };
  const deviation = Math.sqrt(variance);
  return {
    sharpe: mean / deviation,
    periods,
    skewness: moment(3) / deviation ** 3,
    kurtosis: moment(4) / variance ** 2,
  };
}

/** Largest loss from an earlier peak, as a share of the peak: 0.2 is a fifth. Values above 0. */
export function maxDrawdown(values: Iterable<number>): number {
  let peak = -Infinity;
  let worst = 0;
  for (const value of values) {
    if (value > peak) peak = value;
    worst = Math.max(worst, 1 - value / peak);
  }
  return worst;
}

/** 1 with every return put on top of the one before: the value of one unit of capital after each. */
export function compounded(returns: readonly number[]): readonly number[] {
  let value = 1;
  return returns.map((each) => (value *= 1 + each));
}

export interface PerformanceLimits {
  /** Total return, below 0. */
  readonly lossLimit: number;
  /** Share of the peak, above 0. */
  readonly drawdownLimit: number;
}

/** The switches that a series of returns throws. `loss`: at or below the limit; `drawdown`: beyond it. */
export function switchesOf(
  returns: readonly number[],
  { lossLimit, drawdownLimit }: PerformanceLimits,
): { readonly loss: boolean; readonly drawdown: boolean } {
  return {
    loss: sum(returns) <= lossLimit,
    drawdown: maxDrawdown(compounded(returns)) > drawdownLimit,
  };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

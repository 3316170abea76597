/** Covariance of the markets' returns: recent ones count for more, and what few returns cannot tell is shrunk away. */
import { type Panel, dot, sum, symmetricFunction } from './statistics.ts';

const EIGENVALUE_MIN = 1e-8;

/**
 * Exponentially weighted covariance about 0, shrunk towards the same variance for all and no correlation, annualised;
 * eigenvalues are at least 1e-8. How much it is shrunk is estimated, not configured (Ledoit and Wolf 2004, with the
 * weights of the periods in place of 1/T): it grows as the half-life shortens or markets are added, and so is strong in
 * a storm and with few periods a market, and next to nothing otherwise.
 * @param returns rows are periods, oldest first
 * @param halfLife periods
 */
export function covarianceOf(returns: Panel, halfLife: number, periodsPerYear: number): Panel {
  const decay = 0.5 ** (1 / halfLife);
  const sizes = returns.map((_, at) => decay ** (returns.length - 1 - at));
  const total = sum(sizes);
  const weights = sizes.map((size) => size / total);
  const annual = shrunk(returns, weights).map((row) => row.map((value) => value * periodsPerYear));
  return symmetricFunction(annual, (value) => Math.max(EIGENVALUE_MIN, value));
}

/**
 * The sample covariance S about 0 and the target F (its mean variance on the diagonal), blended: d F + (1 - d) S, with
 * d the squared error of S over its squared distance from F, both estimated, at most 1.
 */
export function shrunk(returns: Panel, weights: readonly number[]): Panel {
  const markets = returns[0]?.length ?? 0;
  const sample = square(markets, (i, j) =>
    sum(returns.map((row, at) => (weights[at] ?? 0) * (row[i] ?? 0) * (row[j] ?? 0))),
  );
  const variance = sum(sample.map((row, i) => row[i] ?? 0)) / markets;
  const target = square(markets, (i, j) => (i === j ? variance : 0));
  const distance = frobenius(sample, target) ** 2;
  // Sum of w^2 |xx' - S|^2, multiplied out.
  const size = frobenius(sample) ** 2;
  const error = sum(
    returns.map((row, at) => {
      const along = sum(row.map((value, i) => value * dot(row, sample[i] ?? [])));
      return (weights[at] ?? 0) ** 2 * (dot(row, row) ** 2 - 2 * along + size);
    }),
  );
  const share = distance === 0 ? 0 : Math.min(1, error / distance);
  return square(
    markets,
    (i, j) => share * (target[i]?.[j] ?? 0) + (1 - share) * (sample[i]?.[j] ?? 0),
  );
}

/** Distance between two covariances as a share of the size of the first (Frobenius); 0 when there was none. */
export function covarianceDrift(before: Panel, after: Panel): number {
  const size = frobenius(before);
  return size === 0 ? 0 : frobenius(after, before) / size;
}

const frobenius = (a: Panel, b?: Panel): number =>
  Math.sqrt(sum(a.map((row, i) => sum(row.map((value, j) => (value - (b?.[i]?.[j] ?? 0)) ** 2)))));

const square = (size: number, entry: (i: number, j: number) => number): number[][] =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => entry(i, j)));

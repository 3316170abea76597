/** From signals to weights: what the markets are like, what each factor is worth, and how much of each to hold. */
import { FACTORS, type Factor, type FactorValues } from './factor-signals.ts';

export type Regime = 'Calm' | 'Normal' | 'Storm';

/** Rows are periods, oldest first; columns are markets. */
export type Panel = readonly (readonly number[])[];

const REGIME_PERIODS = 60;

/**
 * Of the last 60 periods: Storm when the mean annualised volatility is above 0.35, the mean correlation above 0.45, or
 * that of the worst tenth of the periods above 0.60; Calm below 0.15 and 0.20; else Normal, and with fewer periods.
 */
export function regimeOf(returns: Panel, periodsPerYear = 252): Regime {
  if (returns.length < REGIME_PERIODS) return 'Normal';
  const window = returns.slice(-REGIME_PERIODS);
  const markets = window[0]?.length ?? 0;
  const columns = Array.from({ length: markets }, (_, at) => window.map((row) => row[at] ?? 0));
  const volatility = mean(columns.map((column) => deviation(column))) * Math.sqrt(periodsPerYear);
  const correlation = meanCorrelation(window);
  const worst = [...window].sort((a, b) => mean(a) - mean(b)).slice(0, REGIME_PERIODS / 10);
  if (volatility > 0.35 || correlation > 0.45 || meanCorrelation(worst) > 0.6) return 'Storm';
  return volatility < 0.15 && correlation < 0.2 ? 'Calm' : 'Normal';
}

/** One market over time: its signals and its returns, aligned, oldest first. */
export interface FactorHistory {
  readonly signals: readonly FactorValues[];
  readonly returns: readonly number[];
}

/**
 * What each factor is worth: correlation of the signal with the return of the `horizon` periods after it (the sum over
 * t+1 to t+horizon, of all markets and times together, so that one market is enough), times how steady it is,
 * exp(-mean |change|) over 21 periods, times mean |r| over 20 over 1 + 5 mean |r| over 3. Divided by the sum of sizes:
 * the sizes sum to 1, or are all 0 while nothing is known.
 */
export function factorWeights(histories: readonly FactorHistory[], horizon: number): FactorValues {
  const scores = FACTORS.map((factor) => [factor, scoreOf(histories, factor, horizon)] as const);
  const total = scores.reduce((sum, [, score]) => sum + Math.abs(score), 0);
  return Object.fromEntries(
    scores.map(([factor, score]) => [factor, total === 0 ? 0 : score / total]),
  ) as Record<Factor, number>;
}

function scoreOf(histories: readonly FactorHistory[], factor: Factor, horizon: number): number {
  const signals: number[] = [];
  const forward: number[] = [];
  for (const history of histories) {
    for (let at = 0; at + horizon < history.returns.length; at++) {
      signals.push(history.signals[at]?.[factor] ?? 0);
      forward.push(sum(history.returns.slice(at + 1, at + 1 + horizon)));
    }
  }
  const steadiness = mean(
    histories.map((history) => {
      const last = history.signals.slice(-22).map((values) => values[factor]);
      return Math.exp(-mean(last.slice(1).map((value, i) => Math.abs(value - (last[i] ?? value)))));
    }),
  );
  const sizes = histories.map(({ returns }) => {
    const size = (count: number): number => mean(returns.slice(-count).map(Math.abs));
    return size(20) / (1 + 5 * size(3));
  });
  return correlationOf(signals, forward) * Math.min(1, steadiness) * mean(sizes);
}

export interface PortfolioLimits {
  /** Largest weight of one market. */
  readonly box: number;
  /** Sum of sizes. */
  readonly gross: number;
  /** Size of the sum. */
  readonly net: number;
  /** Annualised. */
  readonly volatility: number;
}

/** Gross and net by regime; the half-life of the covariance in periods. */
export const REGIME_TERMS: Readonly<
  Record<Regime, { readonly gross: number; readonly net: number; readonly halfLife: number }>
> = {
  Calm: { gross: 2.5, net: 1, halfLife: 60 },
  Normal: { gross: 2, net: 0.8, halfLife: 30 },
  Storm: { gross: 1, net: 0.4, halfLife: 10 },
};

const COST = 0.002;
const RIDGE = 1e-4;
const SWEEPS = 100;

/**
 * Weights that minimise w'Cw/2 - alpha'w + 0.002 |w - before| + 1e-4 |w|^2 within the box (coordinate descent, each
 * step exact), then shrunk as a whole until gross, net and volatility hold: shrinking cannot break what already holds.
 * @param covariance annualised, of as many markets as `alpha`
 */
export function targetWeights(
  alpha: readonly number[],
  covariance: Panel,
  before: readonly number[],
  limits: PortfolioLimits,
): readonly number[] {
  const weights = before.map((weight) => clamp(weight, limits.box));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const [i, row] of covariance.entries()) {
      const own = (row[i] ?? 0) + 2 * RIDGE;
      const pull = (alpha[i] ?? 0) - sum(row.map((c, j) => (j === i ? 0 : c * (weights[j] ?? 0))));
      const start = before[i] ?? 0;
      const gap = pull - own * start;
      const move = Math.sign(gap) * Math.max(0, Math.abs(gap) - COST);
      weights[i] = clamp(start + move / own, limits.box);
    }
  }
  const gross = sum(weights.map(Math.abs));
  const net = Math.abs(sum(weights));
  const variance = sum(
    weights.map((weight, i) =>
      sum(weights.map((other, j) => weight * other * (covariance[i]?.[j] ?? 0))),
    ),
  );
  const volatility = Math.sqrt(Math.max(0, variance));
  const scale = Math.min(
    1,
    ratio(limits.gross, gross),
    ratio(limits.net, net),
    ratio(limits.volatility, volatility),
  );
  return weights.map((weight) => weight * scale);
}

/** Exponentially weighted covariance about 0, annualised; the diagonal is at least 1e-8. */
export function covarianceOf(returns: Panel, halfLife: number, periodsPerYear: number): Panel {
  const markets = returns[0]?.length ?? 0;
  const decay = 0.5 ** (1 / halfLife);
  const weights = returns.map((_, at) => decay ** (returns.length - 1 - at));
  const total = sum(weights);
  return Array.from({ length: markets }, (_, i) =>
    Array.from({ length: markets }, (__, j) => {
      const products = returns.map((row, at) => (weights[at] ?? 0) * (row[i] ?? 0) * (row[j] ?? 0));
      const covariance = total === 0 ? 0 : (sum(products) / total) * periodsPerYear;
      return i === j ? Math.max(1e-8, covariance) : covariance;
    }),
  );
}

function meanCorrelation(window: Panel): number {
  const markets = window[0]?.length ?? 0;
  const found: number[] = [];
  for (let i = 0; i < markets; i++) {
    for (let j = i + 1; j < markets; j++) {
      found.push(
        correlationOf(
          window.map((row) => row[i] ?? 0),
          window.map((row) => row[j] ?? 0),
        ),
      );
    }
  }
  return found.length === 0 ? 0 : mean(found);
}

/** 0 where one of both does not vary. */
function correlationOf(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const joint = sum(a.map((value, i) => (value - meanA) * ((b[i] ?? 0) - meanB)));
  const spread = Math.sqrt(
    sum(a.map((value) => (value - meanA) ** 2)) * sum(b.map((value) => (value - meanB) ** 2)),
  );
  return spread === 0 ? 0 : joint / spread;
}

/** Sample deviation. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : sum(values) / values.length;
const clamp = (value: number, size: number): number => Math.max(-size, Math.min(size, value));
const ratio = (limit: number, amount: number): number => (amount === 0 ? 1 : limit / amount);

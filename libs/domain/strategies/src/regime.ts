import { type Panel, deviation, mean, meanCorrelation } from './statistics.ts';

export type Regime = 'Calm' | 'Normal' | 'Storm';

const REGIME_PERIODS = 60;

/** Gross and net by regime; the half-life of the covariance in periods. */
export const REGIME_TERMS: Readonly<
  Record<Regime, { readonly gross: number; readonly net: number; readonly halfLife: number }>
> = {
  Calm: { gross: 2.5, net: 1, halfLife: 60 },
  Normal: { gross: 2, net: 0.8, halfLife: 30 },
  Storm: { gross: 1, net: 0.4, halfLife: 10 },
};

/**
 * Of the last 60 periods: Storm when the mean annualised volatility is above 0.35, the mean correlation above 0.45, or
 * that of the worst tenth of the periods above 0.60; Calm below 0.15 and 0.20; else Normal, and with fewer periods.
 */
export function regimeOf(returns: Panel, periodsPerYear = 252): Regime {
  if (returns.length < REGIME_PERIODS) return 'Normal';
  const window = returns.slice(-REGIME_PERIODS);
  const columns = (window[0] ?? []).map((_, at) => window.map((row) => row[at] ?? 0));
  const volatility = mean(columns.map((column) => deviation(column))) * Math.sqrt(periodsPerYear);
  const correlation = regimeCorrelation(window);
  const worst = [...window].sort((a, b) => mean(a) - mean(b)).slice(0, REGIME_PERIODS / 10);
  if (volatility > 0.35 || correlation > 0.45 || meanCorrelation(worst) > 0.6) return 'Storm';
  return volatility < 0.15 && correlation < 0.2 ? 'Calm' : 'Normal';
}

/** Mean correlation of the markets over the last 60 periods. */
export const regimeCorrelation = (returns: Panel): number =>
  meanCorrelation(returns.slice(-REGIME_PERIODS));

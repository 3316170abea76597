/** What the factors of a few markets say that the others do not, and what each has been worth. */
import { FACTORS, type Factor, type FactorValues } from './factor-signals.ts';
import { purgedFolds } from './purged-folds.ts';
import {
  type PairSums,
  addPair,
  addSums,
  correlationOf,
  correlationOfSums,
  mean,
  noPairs,
  sum,
  symmetricFunction,
  times,
} from './statistics.ts';

/** One market over time: its signals and its returns, aligned, oldest first. */
export interface FactorHistory {
  readonly signals: readonly FactorValues[];
  readonly returns: readonly number[];
}

/** Directions in which the factors together vary less than this are noise, and are not blown up to 1. */
const EIGENVALUE_MIN = 0.05;

/**
 * The same histories with signals that are uncorrelated over all markets and periods given, each of mean 0: the signals
 * nearest to the given ones of which that is true (symmetric orthogonalisation: x C^-1/2, C their correlations).
 *
 * Regressing each factor on the others across the markets of one period needs more markets than factors, and two
 * factors that say the same thing explain each other away: what is left of both is noise. Here one market is enough,
 * no factor goes first, and two that agree share what they say.
 */
export function orthogonalised(histories: readonly FactorHistory[]): readonly FactorHistory[] {
  const rows = histories.flatMap(({ signals }) =>
    signals.map((values) => FACTORS.map((factor) => values[factor])),
  );
  const columns = FACTORS.map((_, at) => rows.map((row) => row[at] ?? 0));
  const means = columns.map(mean);
  const deviations = columns.map((column, at) =>
    Math.sqrt(mean(column.map((value) => (value - (means[at] ?? 0)) ** 2))),
  );
  const whitening = symmetricFunction(
    columns.map((a, i) => columns.map((b, j) => (i === j ? 1 : correlationOf(a, b)))),
    (value) => 1 / Math.sqrt(Math.max(EIGENVALUE_MIN, value)),
  );
  const scores = (values: FactorValues): number[] =>
    FACTORS.map((factor, at) => {
      const spread = deviations[at] ?? 0;
      return spread === 0 ? 0 : (values[factor] - (means[at] ?? 0)) / spread;
    });
  return histories.map(({ signals, returns }) => ({
    returns,
    signals: signals.map((values) => named(times(whitening, scores(values)))),
  }));
}

const FOLDS = 5;

/**
 * What each factor is worth: how well it foretold (below), times how steady it is, exp(-mean |change|) over 21
 * periods, times mean |r| over 20 over 1 + 5 mean |r| over 3. Divided by the sum of sizes: the sizes sum to 1, or are
 * all 0 while nothing is known.
 *
 * Foretelling is the correlation of the signal with the return of the `horizon` periods after it, the sum over t+1 to
 * t+horizon, of all markets and times together, so that one market is enough. It is taken in five purged folds, and
 * those count in which it has the same sign on the periods left out: a factor that fits by chance is worth little.
 */
export function factorWeights(histories: readonly FactorHistory[], horizon: number): FactorValues {
  const scores = FACTORS.map((factor) => scoreOf(histories, factor, horizon));
  const total = sum(scores.map(Math.abs));
  return named(scores.map((score) => (total === 0 ? 0 : score / total)));
}

function scoreOf(histories: readonly FactorHistory[], factor: Factor, horizon: number): number {
  const steadiness = mean(
    histories.map(({ signals }) => {
      const last = signals.slice(-22).map((values) => values[factor]);
      return Math.exp(-mean(last.slice(1).map((value, i) => Math.abs(value - (last[i] ?? value)))));
    }),
  );
  const sizes = histories.map(({ returns }) => {
    const size = (count: number): number => mean(returns.slice(-count).map(Math.abs));
    return size(20) / (1 + 5 * size(3));
  });
  return foretelling(histories, factor, horizon) * steadiness * mean(sizes);
}

function foretelling(histories: readonly FactorHistory[], factor: Factor, horizon: number): number {
  const periods = Math.min(...histories.map(({ returns }) => returns.length - horizon));
  if (!(periods >= FOLDS)) return 0;
  const byPeriod = Array.from({ length: periods }, (_, at) => {
    const sums = noPairs();
    for (const { signals, returns } of histories) {
      addPair(sums, signals[at]?.[factor] ?? 0, sumBetween(returns, at + 1, at + 1 + horizon));
    }
    return sums;
  });
  return mean(
    purgedFolds(periods, FOLDS, horizon).map(({ train, validate }) => {
      const learnt = correlationOfSums(totalOf(byPeriod, train));
      return learnt * correlationOfSums(totalOf(byPeriod, validate)) > 0 ? learnt : 0;
    }),
  );
}

function totalOf(byPeriod: readonly PairSums[], positions: readonly number[]): PairSums {
  const total = noPairs();
  for (const at of positions) addSums(total, byPeriod[at] ?? noPairs());
  return total;
}

function sumBetween(values: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at++) total += values[at] ?? 0;
  return total;
}

const named = (values: readonly number[]): FactorValues =>
  Object.fromEntries(FACTORS.map((factor, at) => [factor, values[at] ?? 0])) as Record<
    Factor,
    number
  >;

/** Positions in time to learn from, and those to check what was learnt on. */
export interface Fold {
  readonly train: readonly number[];
  readonly validate: readonly number[];
}

/**
 * Cross-validation for labels that look ahead (Lopez de Prado, Advances in Financial Machine Learning, 7.4): the
 * periods are cut into `splits` runs as equal as can be, longer ones first; each is checked on once. What lies within
 * `embargo` periods of it, on either side, is left out of the training, since its labels overlap those checked.
 * @param periods positions, from 0
 * @param embargo at least as many periods as a label looks ahead
 */
export function purgedFolds(periods: number, splits: number, embargo: number): readonly Fold[] {
  const longer = periods % splits;
  const length = (periods - longer) / splits;
  return Array.from({ length: splits }, (_, at) => {
    const from = at * length + Math.min(at, longer);
    const to = from + length + (at < longer ? 1 : 0);
    return {
      train: [...range(0, from - embargo), ...range(to + embargo, periods)],
      validate: range(from, to),
    };
  });
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

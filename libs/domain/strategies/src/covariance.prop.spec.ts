import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tickmesh/kernel';
import fc from 'fast-check';
import { covarianceDrift, covarianceOf, shrunk } from './covariance.ts';
import { type Panel, symmetricEigen } from './statistics.ts';

const panelOf = (markets: number) =>
  fc.array(
    fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), {
      minLength: markets,
      maxLength: markets,
    }),
    { minLength: 2, maxLength: 60 },
  );

/** The blend with equal weights, as Ledoit and Wolf (2004) write it: by sums of squares. */
function ledoitWolf(returns: Panel): Panel {
  const [periods, markets] = [returns.length, returns[0]!.length];
  const total = (entry: (i: number, j: number) => number): number =>
    returns[0]!.reduce(
      (sum, _, i) => sum + returns[0]!.reduce((row, __, j) => row + entry(i, j), 0),
      0,
    );
  const over = (of: (row: readonly number[]) => number): number =>
    returns.reduce((sum, row) => sum + of(row), 0) / periods;
  const sample = returns[0]!.map((_, i) =>
    returns[0]!.map((__, j) => over((row) => row[i]! * row[j]!)),
  );
  const variance = sample.reduce((sum, row, i) => sum + row[i]!, 0) / markets;
  const fourth = total((i, j) => over((row) => row[i]! ** 2 * row[j]! ** 2));
  const squares = total((i, j) => sample[i]![j]! ** 2);
  const error = (fourth - squares) / periods;
  const distance = squares - markets * variance ** 2;
  const share = distance <= 0 ? 0 : Math.min(1, error / distance);
  return sample.map((row, i) =>
    row.map((value, j) => share * (i === j ? variance : 0) + (1 - share) * value),
  );
}

/** How much of the covariance between the first two markets is shrunk away: 0 none, 1 all. */
function shareShrunk(returns: Panel, halfLife: number): number {
  const ages = returns.map((_, at) => 0.5 ** ((returns.length - 1 - at) / halfLife));
  const total = ages.reduce((sum, age) => sum + age, 0);
  const weights = ages.map((age) => age / total);
  const between = returns.reduce((sum, row, at) => sum + weights[at]! * row[0]! * row[1]!, 0);
  return 1 - shrunk(returns, weights)[0]![1]! / between;
}

describe('the covariance of returns', () => {
  it('is the blend of Ledoit and Wolf when all periods count alike', () => {
    const random = seededRandom(7);
    for (const [markets, periods] of [
      [2, 40],
      [5, 12],
      [8, 9],
    ] as const) {
      const returns = Array.from({ length: periods }, () => {
        const common = random.normal() / 100;
        return Array.from({ length: markets }, () => common + random.normal() / 100);
      });
      const expected = ledoitWolf(returns);
      const found = shrunk(
        returns,
        returns.map(() => 1 / periods),
      );
      for (const [i, row] of found.entries())
        for (const [j, value] of row.entries()) expect(value).toBeCloseTo(expected[i]![j]!, 15);
    }
  });

  it('can always be divided by: no eigenvalue is below its floor, even of fewer periods than markets', () => {
    fc.assert(
      fc.property(panelOf(6), fc.constantFrom(10, 30, 60), (returns, halfLife) => {
        const { values } = symmetricEigen(covarianceOf(returns, halfLife, 252));
        expect(Math.min(...values)).toBeGreaterThan(0.99e-8);
      }),
    );
  });

  it('is shrunk more the shorter its memory', () => {
    const random = seededRandom(11);
    const draws = Array.from({ length: 40 }, () =>
      Array.from({ length: 120 }, () => {
        const common = random.normal();
        return Array.from({ length: 4 }, () => common + random.normal());
      }),
    );
    const [long, middle, short] = [60, 10, 3].map(
      (halfLife) => draws.reduce((sum, returns) => sum + shareShrunk(returns, halfLife), 0) / 40,
    );
    expect(middle).toBeGreaterThan(2 * long!);
    expect(short).toBeGreaterThan(2 * middle!);
  });

  it('drifts by its own size when it doubles, and not at all when it stays or was nothing', () => {
    const before = [
      [0.04, 0.01],
      [0.01, 0.09],
    ];
    const doubled = before.map((row) => row.map((value) => 2 * value));
    expect(covarianceDrift(before, doubled)).toBeCloseTo(1, 12);
    expect(covarianceDrift(before, before)).toBe(0);
    expect(covarianceDrift([[0]], [[1]])).toBe(0);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Panel,
  correlationOf,
  meanCorrelation,
  symmetricEigen,
  symmetricFunction,
  times,
} from './statistics.ts';

const symmetric = fc
  .integer({ min: 1, max: 7 })
  .chain((size) =>
    fc.array(
      fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: size, maxLength: size }),
      { minLength: size, maxLength: size },
    ),
  )
  .map((matrix) => matrix.map((row, i) => row.map((value, j) => value + matrix[j]![i]!)));

describe('the eigenvectors of a symmetric matrix', () => {
  it('are only scaled by it, are of length 1 and at right angles', () => {
    fc.assert(
      fc.property(symmetric, (matrix) => {
        const { values, vectors } = symmetricEigen(matrix);
        for (const [k, vector] of vectors.entries()) {
          const scaled = vector.map((value) => value * values[k]!);
          expectNear([times(matrix, vector)], [scaled]);
          const angles = vectors.map((other) => times([other], vector)[0]!);
          expectNear([angles], [vectors.map((_, other) => +(other === k))]);
        }
      }),
    );
  });

  it('make the matrix again, and its inverse', () => {
    fc.assert(
      fc.property(symmetric, (matrix) => {
        expectNear(
          symmetricFunction(matrix, (value) => value),
          matrix,
        );
        const positive = matrix.map((row, i) => row.map((value, j) => value + (i === j ? 150 : 0)));
        const inverse = symmetricFunction(positive, (value) => 1 / value);
        const product = positive.map((row) => times(inverse, row));
        expectNear(
          product,
          product.map((row, i) => row.map((_, j) => +(i === j))),
        );
      }),
    );
  });
});

describe('correlations', () => {
  it('are 1 with itself, -1 with the opposite, and 0 with what does not vary', () => {
    const values = [1, 4, 2, 8];
    expect(correlationOf(values, values)).toBeCloseTo(1, 12);
    expect(
      correlationOf(
        values,
        values.map((value) => -value),
      ),
    ).toBeCloseTo(-1, 12);
    expect(correlationOf(values, [3, 3, 3, 3])).toBe(0);
    const tiny = values.map((value) => value * 1e-118);
    expect(correlationOf(tiny, tiny)).toBeCloseTo(1, 12);
  });

  it('are averaged over all pairs of columns', () => {
    const panel = [1, 4, 2, 8].map((value) => [value, value, -value]);
    expect(meanCorrelation(panel)).toBeCloseTo(-1 / 3, 12);
    expect(meanCorrelation([[1], [2]])).toBe(0);
  });
});

function expectNear(found: Panel, expected: Panel): void {
  for (const [i, row] of found.entries())
    for (const [j, value] of row.entries()) expect(value).toBeCloseTo(expected[i]![j]!, 8);
}

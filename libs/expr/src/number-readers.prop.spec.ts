import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { functionNamed } from './functions/table.ts';
import { numberFieldReader, numberReader } from './number-readers.ts';
import type { Value } from './types.ts';

/** Few values, so that equal ones and overflows meet often. */
const numberOrNull: fc.Arbitrary<number | null> = fc.oneof(
  fc.constantFrom(null, 0, -0, 1, -1, 2.5, 1e308, -1e308, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

describe('readers written out for numbers', () => {
  it.each(['add', 'subtract', 'multiply', 'divide', 'lt', 'le', 'gt', 'ge'])(
    'mean what the function table means by %s',
    (name) => {
      const { evaluate } = functionNamed(name);
      fc.assert(
        fc.property(numberOrNull, numberOrNull, (a, b) => {
          const read = numberReader(name, [() => a, () => b]);
          expect(read?.({}, NaN)).toBe(expectedOf(evaluate, a, b));
        }),
        { numRuns: 500 },
      );
    },
  );

  it('leave every other function to the table', () => {
    const one = (): Value => 1;
    expect(numberReader('modulo', [one, one])).toBeUndefined();
    expect(numberReader('constructor', [one, one])).toBeUndefined();
    expect(numberReader('subtract', [one])).toBeUndefined();
  });

  it('read a field that the row owns, null when it is missing or not finite', () => {
    const read = numberFieldReader('toString', (raw): never => {
      throw new TypeError(typeof raw);
    });
    const rows: Record<string, unknown>[] = [{}, { toString: Infinity }, { toString: undefined }];
    expect(rows.map((row) => read(row, NaN))).toEqual([null, null, null]);
    expect(read({ toString: 2 }, NaN)).toBe(2);
    expect(() => read({ toString: 'two' }, NaN)).toThrow('string');
  });
});

function expectedOf(
  evaluate: ReturnType<typeof functionNamed>['evaluate'],
  a: number | null,
  b: number | null,
): Value {
  if (evaluate.kind !== 'strict') throw new Error('These functions are strict.');
  if (a === null || b === null) return null;
  const value = evaluate.apply(a, b);
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

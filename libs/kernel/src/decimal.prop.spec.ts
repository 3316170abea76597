import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { divideHalfEven, formatDecimal, parseDecimal, roundToStep } from './decimal.ts';

const units = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });

describe('the laws of exact decimals', () => {
  it('reads back what it wrote', () => {
    fc.assert(fc.property(units, (value) => parseDecimal(formatDecimal(value)) === value));
  });

  it('rounds to a multiple that is never further away than half a step', () => {
    fc.assert(
      fc.property(units, fc.bigInt({ min: 1n, max: 10n ** 12n }), (value, step) => {
        const rounded = roundToStep(value, step);
        const distance = rounded > value ? rounded - value : value - rounded;
        expect(rounded % step).toBe(0n);
        expect(2n * distance <= step).toBe(true);
      }),
    );
  });

  it('divides the same whichever side carries the sign', () => {
    fc.assert(
      fc.property(units, fc.bigInt({ min: 1n, max: 10n ** 20n }), (numerator, denominator) => {
        const quotient = divideHalfEven(numerator, denominator);
        expect(divideHalfEven(-numerator, -denominator)).toBe(quotient);
        expect(divideHalfEven(-numerator, denominator)).toBe(-quotient);
      }),
    );
  });
});

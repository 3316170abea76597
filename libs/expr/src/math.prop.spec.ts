import { describe, expect, it } from '@jest/globals';
import { formatRfc3339 } from '@tickmesh/kernel';
import fc from 'fast-check';
import { civilDate, formatDuration, isoWeekday, parseTimestamp } from './calendar.ts';
import { parse } from './expression.ts';
import { floorModulo, plainDecimal, roundDigits, roundHalfEven } from './number-math.ts';
import {
  compareText,
  lengthOf,
  likePattern,
  matchesLike,
  parseNumber,
  substring,
  trim,
} from './text-math.ts';

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
const time = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const unicode = fc.string({ unit: 'grapheme', maxLength: 20 });

describe('numbers', () => {
  it('round to the nearest whole number, and to the even one of two', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyNumber,
          fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 2),
        ),
        (x) => {
          const rounded = roundHalfEven(x);
          expect(Number.isInteger(rounded)).toBe(true);
          expect(Math.abs(x - rounded)).toBeLessThanOrEqual(0.5);
          if (Math.abs(x % 1) === 0.5) expect(rounded % 2).toBeCloseTo(0);
        },
      ),
    );
    expect(
      [2.5, 3.5, -2.5, 0.49999999999999994, 4503599627370497.5, 2251799813685249.5].map(
        roundHalfEven,
      ),
    ).toEqual([2, 4, -2, 0, 4503599627370498, 2251799813685250]);
    expect(roundDigits(2.675, 2)).toBe(2.67);
  });

  it('have a floor modulo with the sign of the divisor, exact against integers', () => {
    fc.assert(
      fc.property(
        // By 1 the quotient is the number itself, and from 2^53 on there is no answer.
        fc.bigInt({ min: 1n - 2n ** 53n, max: 2n ** 53n - 1n }),
        fc.bigInt({ min: 1n, max: 1_000_000n }),
        fc.boolean(),
        (a, size, negative) => {
          const b = negative ? -size : size;
          const exact = ((a % b) + b) % b;
          expect(floorModulo(Number(a), Number(b)) + 0).toBe(Number(exact));
        },
      ),
    );
    const tooFar = [floorModulo(2 ** 53, 1), floorModulo(1e22, 3), floorModulo(1e300, 7)];
    expect([floorModulo(1, 0), ...tooFar]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('are written without an exponent and read back the same', () => {
    fc.assert(
      fc.property(anyNumber, (x) => {
        const text = plainDecimal(x);
        expect(text).toMatch(/^-?\d+(\.\d+)?$/);
        expect(Number(text) + 0).toBe(x + 0);
      }),
    );
    expect(
      ['1e5', '-.5', '+1.', '1e999', '1e-999', '0e-999', ' 1', '0x1', '', 'Infinity', '1_0'].map(
        parseNumber,
      ),
    ).toEqual([100000, -0.5, 1, null, null, 0, null, null, null, null, null]);
  });
});

describe('texts', () => {
  it('count, cut and order by code points', () => {
    fc.assert(
      fc.property(
        unicode,
        unicode,
        fc.integer({ min: -3, max: 25 }),
        fc.integer({ min: 0, max: 25 }),
        (a, b, start, length) => {
          const points = [...a];
          expect(lengthOf(a)).toBe(points.length);
          const kept = points.filter((_, i) => i + 1 >= start && i + 1 < start + length);
          expect(substring(a, start, length)).toBe(kept.join(''));
          expect(Math.sign(compareText(a, b))).toBe(
            Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
          );
        },
      ),
    );
    expect([substring('abc', 1, -1), substring('abc', 2.9), trim('\t a b \n')]).toEqual([
      null,
      'bc',
      'a b',
    ]);
  });

  it('match patterns as the plain definition of like does', () => {
    const piece = fc.constantFrom('a', 'b', '%', '_', '\u{1f600}');
    const word = (max: number): fc.Arbitrary<string> =>
      fc.array(piece, { maxLength: max }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(word(8), word(6), (text, pattern) => {
        const regular = [...pattern]
          .map((one) => (one === '%' ? '.*' : one === '_' ? '.' : one))
          .join('');
        expect(matchesLike(text, likePattern(pattern) ?? [])).toBe(
          new RegExp(`^${regular}$`, 'su').test(text),
        );
      }),
    );
  });
});

describe('times', () => {
  it('have the date and the weekday of the calendar', () => {
    fc.assert(
      fc.property(time, (micros) => {
        const date = new Date(Math.floor(micros / 1000));
        expect(civilDate(micros)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
        expect(isoWeekday(micros)).toBe(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
      }),
    );
  });

  it('are read back from RFC 3339, and durations from their literals', () => {
    fc.assert(
      fc.property(time, (micros) => {
        expect(parseTimestamp(formatRfc3339(micros))).toBe(micros);
        expect(parse(`micros(${formatDuration(micros)})`).evaluate({})).toBe(micros + 0);
      }),
    );
    const refused = [
      '2026-02-30T00:00:00Z',
      '2026-03-01T24:00:00Z',
      '2026-03-01',
      '2026-03-01T00:00:00',
      '0099-03-01T00:00:00Z',
      '2300-01-01T00:00:00Z',
      '2026-03-01T00:00:00+16:00',
    ];
    expect(refused.map(parseTimestamp)).toEqual(refused.map(() => null));
  });
});

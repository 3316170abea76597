import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tickmesh/kernel';
import fc from 'fast-check';
import { FACTORS, type FactorValues } from './factor-signals.ts';
import { type FactorHistory, factorWeights, orthogonalised } from './factor-worth.ts';
import { correlationOf } from './statistics.ts';

const small = fc.double({ min: -0.1, max: 0.1, noNaN: true });
const NOTHING: FactorValues = { OFI: 0, ERN: 0, VRP: 0, POS: 0, TSX: 0, SIF: 0 };

const column = (histories: readonly FactorHistory[], factor: (typeof FACTORS)[number]) =>
  histories.flatMap(({ signals }) => signals.map((values) => values[factor]));

/** Markets whose factors share one cause, each more than the one before. */
function entangled(seed: number, markets: number): FactorHistory[] {
  const random = seededRandom(seed);
  return Array.from({ length: markets }, () => {
    const signals = Array.from({ length: 66 }, () => {
      const common = random.normal();
      const values = FACTORS.map((_, at) => random.normal() + at * 0.4 * common);
      const [OFI = 0, ERN = 0, VRP = 0, POS = 0, TSX = 0, SIF = 0] = values;
      return { OFI, ERN, VRP, POS, TSX, SIF };
    });
    return { signals, returns: signals.map(() => random.normal() / 100) };
  });
}

describe('factors told apart', () => {
  it('are uncorrelated over markets and periods, of one market alone too', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, markets) => {
        const found = orthogonalised(entangled(seed, markets));
        for (const a of FACTORS)
          for (const b of FACTORS) {
            const expected = a === b ? 1 : 0;
            expect(correlationOf(column(found, a), column(found, b))).toBeCloseTo(expected, 8);
          }
      }),
      { numRuns: 20 },
    );
  });

  it('stay what they are: each is nearer to itself than to any other', () => {
    const given = entangled(3, 2);
    const found = orthogonalised(given);
    for (const a of FACTORS) {
      const own = correlationOf(column(found, a), column(given, a));
      expect(own).toBeGreaterThan(0.6);
      for (const b of FACTORS.filter((other) => other !== a)) {
        expect(own).toBeGreaterThan(Math.abs(correlationOf(column(found, a), column(given, b))));
      }
    }
  });

  it('that say the same share it, instead of explaining each other away', () => {
    const given = entangled(5, 2).map(({ signals, returns }) => ({
      returns,
      signals: signals.map((values) => ({ ...values, TSX: values.SIF })),
    }));
    const found = orthogonalised(given);
    for (const factor of ['TSX', 'SIF'] as const) {
      expect(correlationOf(column(found, factor), column(given, 'SIF'))).toBeGreaterThan(0.6);
    }
  });

  it('are 0 where they do not vary, and none is ever not a number', () => {
    const flat = [{ signals: Array.from({ length: 30 }, () => NOTHING), returns: [] }];
    expect(orthogonalised(flat)[0]?.signals[0]).toEqual(NOTHING);
  });
});

describe('the worth of factors', () => {
  it('goes to the factor that foretold the returns after it, and to no return that it had seen', () => {
    const returns = Array.from({ length: 60 }, (_, at) => Math.sin(at * at) / 100);
    const signals = returns.map((value, at) => ({
      ...NOTHING,
      OFI: returns[at + 1] ?? 0,
      TSX: value,
    }));
    const weights = factorWeights([{ signals, returns }], 1);
    expect(weights.OFI).toBeGreaterThan(0.7);
    expect(Math.abs(weights.TSX)).toBeLessThan(0.3);
  });

  it('is nothing for a factor whose one lucky run is all that it foretold', () => {
    const random = seededRandom(1);
    const returns = Array.from({ length: 100 }, (_, at) => (at < 20 ? 5 : 1) * random.normal());
    const signals = returns.map((_, at) => {
      const next = returns[at + 1] ?? 0;
      // Right while the market was wild, wrong ever since.
      return { ...NOTHING, POS: at < 20 ? next : -next, SIF: next };
    });
    const weights = factorWeights([{ signals, returns }], 1);
    expect(weights.SIF).toBeGreaterThan(0.7);
    expect(weights.POS).toBeLessThan(weights.SIF / 2);
  });

  it('sums to one in size, or is nothing', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 30, maxLength: 60 }), (returns) => {
        const signals = returns.map((value) => ({ ...NOTHING, SIF: value, POS: -value * value }));
        const weights = factorWeights([{ signals, returns }], 5);
        const size = FACTORS.reduce((sum, factor) => sum + Math.abs(weights[factor]), 0);
        expect(Math.min(Math.abs(size - 1), size)).toBeLessThan(1e-9);
      }),
    );
  });
});

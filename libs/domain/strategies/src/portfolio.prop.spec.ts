import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FACTORS, type FactorValues } from './factor-signals.ts';
import { covarianceOf, factorWeights, targetWeights } from './portfolio.ts';

const small = fc.double({ min: -0.1, max: 0.1, noNaN: true });
const markets = 4;
const panel = fc.array(fc.array(small, { minLength: markets, maxLength: markets }), {
  minLength: 10,
  maxLength: 70,
});
const LIMITS = { box: 0.25, gross: 0.8, net: 0.4, volatility: 0.1 };
const TOLERANCE = 1e-9;

describe('the laws of target weights', () => {
  it('hold box, gross, net and volatility at once, whatever the signals and wherever they start', () => {
    const vector = (size: number) =>
      fc.array(fc.double({ min: -size, max: size, noNaN: true }), {
        minLength: markets,
        maxLength: markets,
      });
    fc.assert(
      fc.property(panel, vector(3), vector(2), (returns, alpha, before) => {
        const covariance = covarianceOf(returns, 30, 252);
        const weights = targetWeights(alpha, covariance, before, LIMITS);
        const gross = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
        const net = Math.abs(weights.reduce((sum, weight) => sum + weight, 0));
        let variance = 0;
        for (const [i, a] of weights.entries())
          for (const [j, b] of weights.entries()) variance += a * b * covariance[i]![j]!;
        for (const weight of weights) {
          expect(Math.abs(weight)).toBeLessThanOrEqual(LIMITS.box + TOLERANCE);
        }
        expect(gross).toBeLessThanOrEqual(LIMITS.gross + TOLERANCE);
        expect(net).toBeLessThanOrEqual(LIMITS.net + TOLERANCE);
        expect(Math.sqrt(Math.max(0, variance))).toBeLessThanOrEqual(LIMITS.volatility + TOLERANCE);
      }),
    );
  });

  it('stay where they are when the signal is not worth the cost', () => {
    const covariance = [
      [0.01, 0],
      [0, 0.01],
    ];
    expect(targetWeights([0.001, -0.001], covariance, [0, 0], LIMITS)).toEqual([0, 0]);
  });
});

describe('the worth of factors', () => {
  const nothing: FactorValues = { OFI: 0, ERN: 0, VRP: 0, POS: 0, TSX: 0, SIF: 0 };

  it('goes to the factor that foretold the returns after it, and to no return that it had seen', () => {
    const returns = Array.from({ length: 60 }, (_, at) => Math.sin(at * at) / 100);
    const signals = returns.map((value, at) => ({
      ...nothing,
      OFI: returns[at + 1] ?? 0,
      TSX: value,
    }));
    const weights = factorWeights([{ signals, returns }], 1);
    expect(weights.OFI).toBeGreaterThan(0.7);
    expect(Math.abs(weights.TSX)).toBeLessThan(0.3);
  });

  it('sums to one in size, or is nothing', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 30, maxLength: 60 }), (returns) => {
        const signals = returns.map((value) => ({ ...nothing, SIF: value, POS: -value * value }));
        const weights = factorWeights([{ signals, returns }], 5);
        const size = FACTORS.reduce((sum, factor) => sum + Math.abs(weights[factor]), 0);
        expect(Math.min(Math.abs(size - 1), size)).toBeLessThan(TOLERANCE);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covarianceOf } from './covariance.ts';
import { targetWeights } from './portfolio.ts';

const small = fc.double({ min: -0.1, max: 0.1, noNaN: true });
const markets = 4;
const panel = fc.array(fc.array(small, { minLength: markets, maxLength: markets }), {
  minLength: 10,
  maxLength: 70,
});
const COSTS = [0.002, 0.002, 0.002, 0.002];
const LIMITS = { box: 0.25, gross: 0.8, net: 0.4, volatility: 0.1, costs: COSTS };
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

  it('trade less of what costs more', () => {
    const covariance = [
      [0.5, 0],
      [0, 0.5],
    ];
    const costs = [0.002, 0.05];
    const [cheap = 0, dear = 0] = targetWeights([0.1, 0.1], covariance, [0, 0], {
      ...LIMITS,
      volatility: 1,
      costs,
    });
    expect(dear).toBeGreaterThan(0);
    expect(dear).toBeLessThan(cheap);
  });

  it('come nearer to 0 and never past it while contained', () => {
    const vector = fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), {
      minLength: markets,
      maxLength: markets,
    });
    fc.assert(
      fc.property(panel, vector, vector, (returns, alpha, before) => {
        const covariance = covarianceOf(returns, 30, 252);
        const weights = targetWeights(alpha, covariance, before, { ...LIMITS, isContained: true });
        for (const [i, weight] of weights.entries()) {
          expect(Math.abs(weight)).toBeLessThanOrEqual(Math.abs(before[i]!));
          expect(weight * before[i]!).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

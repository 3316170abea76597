import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import fc from 'fast-check';
import { impliedVolatility } from './implied-volatility.ts';
import { type OptionMarket, discounted, valueOption } from './option.ts';

const within = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true });

/** Logarithm of strike over spot from -1.5 to 1.5, a day to ten years, rates of either sign. */
const anyMarket: fc.Arbitrary<OptionMarket> = fc
  .record({
    right: fc.constantFrom('CALL' as const, 'PUT' as const),
    spot: within(1e-6, 1e6),
    logStrike: within(-1.5, 1.5),
    timeToExpiryYears: within(1 / 365, 10),
    riskFreeRate: within(-0.05, 0.15),
    dividendYield: within(0, 0.1),
  })
  .map(({ logStrike, ...rest }) => ({ ...rest, strike: rest.spot * Math.exp(logStrike) }));

const MARKET: OptionMarket = {
  right: 'CALL',
  spot: 100,
  strike: 110,
  timeToExpiryYears: 0.5,
  riskFreeRate: 0.03,
  dividendYield: 0.01,
};

describe('implied volatility', () => {
  it('gives back the volatility of an out-of-the-money price, however small the price', () => {
    fc.assert(
      fc.property(anyMarket, within(0.01, 4), (market, volatility) => {
        const right = isSpotAbove(market) ? 'PUT' : 'CALL';
        const years = market.timeToExpiryYears;
        fc.pre(volatility * Math.sqrt(years) < 4);
        const { price } = valueOption({ ...market, right, volatility });
        fc.pre(price > 1e-290);
        const found = impliedVolatility({ ...market, right }, price);
        expect(Math.abs(found / volatility - 1)).toBeLessThan(1e-9);
      }),
      { numRuns: 1000 },
    );
  });

  it('reprices any price between the bounds, in or out of the money', () => {
    fc.assert(
      fc.property(anyMarket, within(0.001, 0.999), (market, share) => {
        const { above, below } = bounds(market);
        const price = above + share * (below - above);
        const found = impliedVolatility(market, price);
        const repriced = valueOption({ ...market, volatility: found }).price;
        expect(Math.abs(repriced - price)).toBeLessThan(
          1e-12 * Math.max(market.spot, market.strike),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses prices at or outside the bounds that no volatility explains', () => {
    fc.assert(
      fc.property(anyMarket, within(0, 10), (market, excess) => {
        const { above, below } = bounds(market);
        expect(codeOf(() => impliedVolatility(market, above - excess))).toBe('ARGUMENT_INVALID');
        expect(codeOf(() => impliedVolatility(market, below + excess))).toBe('ARGUMENT_INVALID');
      }),
    );
  });

  it('solves at the money forward, where the inflection gives no first guess', () => {
    const market = { ...MARKET, strike: 100, riskFreeRate: 0, dividendYield: 0 };
    const { price } = valueOption({ ...market, volatility: 0.3 });
    expect(impliedVolatility(market, price)).toBeCloseTo(0.3, 12);
  });

  it('refuses a price that is no number, and an option that has expired', () => {
    expect(codeOf(() => impliedVolatility(MARKET, NaN))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => impliedVolatility({ ...MARKET, timeToExpiryYears: 0 }, 1))).toBe(
      'ARGUMENT_INVALID',
    );
  });
});

function isSpotAbove(market: OptionMarket): boolean {
  const { spot, strike } = discounted(market);
  return spot > strike;
}

function bounds(market: OptionMarket): { above: number; below: number } {
  const { spot, strike } = discounted(market);
  return market.right === 'CALL'
    ? { above: Math.max(0, spot - strike), below: spot }
    : { above: Math.max(0, strike - spot), below: strike };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return isFault(thrown) ? thrown.code : 'not a fault';
  }
  return 'nothing thrown';
}

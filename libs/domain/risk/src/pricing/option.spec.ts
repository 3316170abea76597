import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import fc from 'fast-check';
import { type OptionMarket, inputProblems, parityPrice, valueOption } from './option.ts';
import { DESK_UNITS, MODEL_UNITS, convertGreeks } from './units.ts';

const CALL = {
  right: 'CALL',
  spot: 228,
  strike: 239.4,
  timeToExpiryYears: 0.25,
  riskFreeRate: 0.05,
  volatility: 0.25,
  dividendYield: 0,
} as const;

describe('valuing an option', () => {
  it('gives the reference numbers in model units, theta a year and vega per 1.00', () => {
    const { delta, gamma, theta, vega, units } = valueOption(CALL);
    expect([delta, gamma, theta, vega].map((value) => value.toFixed(10))).toEqual([
      '0.4098925783',
      '0.0136393825',
      '-26.4378043620',
      '44.3143538738',
    ]);
    expect(units).toEqual(MODEL_UNITS);
  });

  it('quotes a calendar day and a point in desk units, and says so', () => {
    const model = valueOption(CALL);
    const desk = valueOption(CALL, DESK_UNITS);
    expect(desk.theta).toBeCloseTo(model.theta / 365, 12);
    expect(desk.vega).toBeCloseTo(model.vega / 100, 12);
    expect(desk.rho).toBeCloseTo(model.rho / 100, 12);
    expect([desk.price, desk.delta, desk.gamma]).toEqual([model.price, model.delta, model.gamma]);
    expect(desk.units).toEqual(DESK_UNITS);
  });

  it('converts between a calendar day and a trading day without passing through guesses', () => {
    const desk = valueOption(CALL, DESK_UNITS);
    const trading = convertGreeks(desk, { ...DESK_UNITS, thetaPer: 'trading-day' });
    expect(trading.theta * 252).toBeCloseTo(valueOption(CALL).theta, 10);
    expect(convertGreeks(trading, MODEL_UNITS).vega).toBeCloseTo(valueOption(CALL).vega, 10);
  });

  it('lowers a call and raises a put when the underlying pays a dividend', () => {
    const paying = { ...CALL, dividendYield: 0.03 };
    expect(valueOption(paying).price).toBeLessThan(valueOption(CALL).price);
    const put = { ...CALL, right: 'PUT' } as const;
    expect(valueOption({ ...put, dividendYield: 0.03 }).price).toBeGreaterThan(
      valueOption(put).price,
    );
  });

  it('refuses impossible inputs together, each by name and rule', () => {
    const broken = {
      ...CALL,
      spot: -1,
      strike: NaN,
      timeToExpiryYears: 0,
      dividendYield: Infinity,
    };
    expect(inputProblems(broken).map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      'spot positive',
      'strike finite',
      'timeToExpiryYears positive',
      'dividendYield finite',
    ]);
    expect(codeOf(() => valueOption(broken))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => valueOption({ ...CALL, right: 'call' as 'CALL' }))).toBe(
      'ARGUMENT_INVALID',
    );
  });
});

describe('put-call parity', () => {
  it('gives the other right from either price, whatever the volatility', () => {
    const positive = (min: number, max: number): fc.Arbitrary<number> =>
      fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom('CALL' as const, 'PUT' as const),
        positive(1, 1000),
        positive(0.5, 2),
        positive(0.01, 5),
        positive(0.05, 2),
        positive(-0.02, 0.1),
        positive(0, 0.1),
        (right, spot, moneyness, timeToExpiryYears, volatility, riskFreeRate, dividendYield) => {
          const strike = spot * moneyness;
          const market: OptionMarket = {
            right,
            spot,
            strike,
            timeToExpiryYears,
            riskFreeRate,
            dividendYield,
          };
          const other = right === 'CALL' ? 'PUT' : 'CALL';
          const price = valueOption({ ...market, volatility }).price;
          const expected = valueOption({ ...market, right: other, volatility }).price;
          expect(Math.abs(parityPrice(market, price) - expected)).toBeLessThan(1e-12 * spot);
        },
      ),
    );
  });

  it('refuses a price that is no number', () => {
    expect(codeOf(() => parityPrice(CALL, NaN))).toBe('ARGUMENT_INVALID');
  });
});

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return isFault(thrown) ? thrown.code : 'not a fault';
  }
  return 'nothing thrown';
}

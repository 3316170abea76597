import { describe, expect, it } from '@jest/globals';
import { valueOption } from './option.ts';
import { positionGreeks, sumPositionGreeks } from './position.ts';
import { DESK_UNITS, MODEL_UNITS } from './units.ts';

const GREEKS = valueOption(
  {
    right: 'PUT',
    spot: 50,
    strike: 48,
    timeToExpiryYears: 0.1,
    riskFreeRate: 0.04,
    volatility: 0.3,
    dividendYield: 0,
  },
  DESK_UNITS,
);

describe('Greeks of positions', () => {
  it('multiplies by signed quantity and multiplier, so that a short put is long delta', () => {
    const short = positionGreeks(GREEKS, { quantity: -3, multiplier: 100 });
    expect(short.delta).toBeCloseTo(-300 * GREEKS.delta, 10);
    expect(short.delta).toBeGreaterThan(0);
    expect(short.marketValue).toBeLessThan(0);
    expect(short.theta).toBeGreaterThan(0);
    expect(short.units).toEqual(DESK_UNITS);
  });

  it('sums a book, nets opposite holdings to nothing, and gives zeros for an empty one', () => {
    const long = positionGreeks(GREEKS, { quantity: 3, multiplier: 100 });
    const short = positionGreeks(GREEKS, { quantity: -3, multiplier: 100 });
    const zero = { marketValue: 0, delta: 0, gamma: 0, theta: 0, vega: 0, rho: 0 };
    expect(sumPositionGreeks([long, short], DESK_UNITS)).toEqual({ ...zero, units: DESK_UNITS });
    expect(sumPositionGreeks([], MODEL_UNITS)).toEqual({ ...zero, units: MODEL_UNITS });
    expect(sumPositionGreeks([long, long], DESK_UNITS).vega).toBeCloseTo(2 * long.vega, 10);
  });

  it('refuses to add values of different units', () => {
    const long = positionGreeks(GREEKS, { quantity: 1, multiplier: 100 });
    expect(() => sumPositionGreeks([long], MODEL_UNITS)).toThrow('argument: units');
  });

  it('refuses a multiplier that is not above 0 and a quantity that is no number', () => {
    expect(() => positionGreeks(GREEKS, { quantity: 1, multiplier: 0 })).toThrow('multiplier: 0');
    expect(() => positionGreeks(GREEKS, { quantity: NaN, multiplier: 100 })).toThrow('position');
  });
});

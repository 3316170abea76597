import { describe, expect, it } from '@jest/globals';
import {
  blackScholes,
  blackScholesFormula,
  blackScholesPrice,
  normalCdf,
  normalPdf,
  type EuropeanOption,
} from './pricing.ts';

/** x, cdf, pdf from 40-digit arithmetic (mpmath). The ranges meet at 0.67448975 and the root of 32. */
const NORMAL: readonly (readonly [number, number, number])[] = [
  [-37.5, 4.605353009581955e-308, 1.7282337322841054e-306],
  [-30, 4.906713927148187e-198, 1.4736461348785476e-196],
  [-20.123, 2.320627050017225e-90, 4.6812737573196695e-89],
  [-10, 7.619853024160525e-24, 7.694598626706419e-23],
  [-8, 6.220960574271784e-16, 5.052271083536892e-15],
  [-5.7, 5.990371401063528e-9, 3.5139550948204334e-8],
  [-5.656854, 7.708640151118107e-9, 4.489510259017404e-8],
  [-5.6, 1.071759025831093e-8, 6.182620500165856e-8],
  [-4.4, 5.412543907703851e-6, 2.494247129005353e-5],
  [-3.21, 0.0006636748614399678, 0.0023088896680064958],
  [-2, 0.02275013194817921, 0.05399096651318805],
  [-1, 0.15865525393145707, 0.24197072451914334],
  [-0.68, 0.2482522304535705, 0.31659290771089277],
  [-0.6745, 0.24999674286369916, 0.31777437576236456],
  [-0.67, 0.2514288950953101, 0.3187371384754015],
  [-0.3, 0.3820885778110474, 0.3813878154605241],
  [-1e-9, 0.49999999960105773, 0.3989422804014327],
  [0, 0.5, 0.3989422804014327],
  [0.2, 0.579259709439103, 0.3910426939754559],
  [0.68, 0.7517477695464295, 0.31659290771089277],
  [1.5, 0.9331927987311419, 0.12951759566589172],
  [3, 0.9986501019683699, 0.0044318484119380075],
  [5.7, 0.9999999940096286, 3.5139550948204334e-8],
];

/** Price and derivatives by 50-digit numerical differentiation of the price (mpmath). */
const VALUES: readonly (readonly [EuropeanOption, readonly number[]])[] = [
  [
    option('CALL', 100, 105, 0.5, 0.03, 0.22, 0.015),
    [
      4.410785078608613, 0.4223989510356097, 0.02500918656078043, -6.553498021904021,
      27.510105216858477, 18.91455501247618,
    ],
  ],
  [
    option('PUT', 100, 105, 0.5, 0.03, 0.22, 0.015),
    [
      8.594733255016349, -0.5701291037835288, 0.02500918656078043, -4.939187494383082,
      27.510105216858477, -32.80382181668461,
    ],
  ],
  [
    option('PUT', 60, 50, 2, -0.01, 0.6, 0.04),
    [
      15.371342154869753, -0.2779369776385745, 0.006314555091380934, -5.079356053679266,
      27.278877994765637, -64.09512162636844,
    ],
  ],
  [
    option('CALL', 0.02, 0.05, 0.1, 0.07, 1.4, 0),
    [
      0.00010044178674779507, 0.033437069099685864, 8.4051271555041, -0.0033345908166248213,
      0.0004706871207082296, 5.682995952459223e-5,
    ],
  ],
  [
    option('PUT', 30000, 20000, 0.04, 0.05, 0.5, 0),
    [
      0.012512666576954885, -1.8564860165064495e-5, 2.6885482737840187e-8, -2.9961438844305763,
      0.4839386892811234, -0.02277833886115559,
    ],
  ],
];

describe('the normal distribution', () => {
  it('agrees with forty-digit arithmetic within 5e-15 of the value, in both tails', () => {
    for (const [x, cdf, pdf] of NORMAL) {
      expect(relativeError(normalCdf(x), cdf)).toBeLessThan(5e-15);
      expect(relativeError(normalPdf(x), pdf)).toBeLessThan(5e-15);
    }
  });

  it('is 0 and 1 at the infinities, and not a number for what is none', () => {
    expect([-Infinity, Infinity, -40, 40].map(normalCdf)).toEqual([0, 1, 0, 1]);
    expect([-Infinity, Infinity].map(normalPdf)).toEqual([0, 0]);
    expect(normalCdf(NaN)).toBeNaN();
    expect(normalPdf(NaN)).toBeNaN();
  });

  it('never falls as x grows, across the seams of its ranges too', () => {
    let before = 0;
    for (let step = -4000; step <= 4000; step++) {
      const here = normalCdf(step / 500);
      expect(here).toBeGreaterThanOrEqual(before);
      before = here;
    }
  });
});

describe('Black-Scholes', () => {
  it('gives the price and the derivatives of the price, for calls and puts with a yield', () => {
    for (const [input, expected] of VALUES) {
      const { price, delta, gamma, theta, vega, rho } = blackScholes(input);
      [price, delta, gamma, theta, vega, rho].forEach((value, i) => {
        expect(relativeError(value, expected[i]!)).toBeLessThan(2e-12);
      });
      expect(blackScholesPrice(input)).toBe(price);
    }
  });

  it('is not a number where the model has no answer', () => {
    const sound = option('CALL', 100, 100, 1, 0.05, 0.2, 0);
    const broken: readonly Partial<EuropeanOption>[] = [
      { spot: 0 },
      { spot: -1 },
      { spot: Infinity },
      { strike: 0 },
      { strike: -100 },
      { timeToExpiryYears: 0 },
      { timeToExpiryYears: -1 },
      { volatility: 0 },
      { volatility: -0.2 },
      { volatility: NaN },
      { riskFreeRate: NaN },
      { dividendYield: Infinity },
    ];
    for (const change of broken) {
      const value = blackScholes({ ...sound, ...change });
      expect(Object.values(value).every(Number.isNaN)).toBe(true);
      expect(blackScholesPrice({ ...sound, ...change })).toBeNaN();
    }
  });

  it('leaves the mirror images to the bare formula, which still refuses a price of 0', () => {
    const mirrored = blackScholesFormula(option('CALL', -100, -105, 0.25, 0.05, 0.25, 0));
    expect(mirrored.delta).toBeCloseTo(0.4098925783, 10);
    const worthless = blackScholesFormula(option('CALL', 0, 100, 0.25, 0.05, 0.25, 0));
    expect(Object.values(worthless).every(Number.isNaN)).toBe(true);
  });
});

function option(
  right: 'CALL' | 'PUT',
  ...[spot, strike, timeToExpiryYears, riskFreeRate, volatility, dividendYield]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
): EuropeanOption {
  return { right, spot, strike, timeToExpiryYears, riskFreeRate, volatility, dividendYield };
}

function relativeError(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.abs(expected);
}

/** The normal distribution and Black-Scholes. The mathematics is in pricing.ts; here is its SQL. */
import type { FunctionDefinition } from './definition.ts';
import { callOf, FUNC, signatures, strict } from './shared.ts';
import { blackScholes, normalCdf, normalPdf, type OptionValue } from '../pricing.ts';
import { partial } from '../sql-number.ts';
import { CDF_LEAST, DENSITY_MAX, MARKET, sqlOptionValue, VANISHING } from '../sql-pricing.ts';
import type { SqlValue } from '../sql-value.ts';

export function density(x: number): number {
  return Math.abs(x) > DENSITY_MAX ? 0 : normalPdf(x);
}

export function distribution(x: number): number {
  return x < CDF_LEAST ? 0 : normalCdf(x);
}

type Inputs = readonly [
  right: string,
  spot: number,
  strike: number,
  years: number,
  rate: number,
  volatility: number,
  dividendYield?: number,
];

function isInMarket([, spot, strike, years, rate, volatility, dividendYield = 0]: Inputs): boolean {
  const within = (value: number, [least, most]: readonly [number, number]): boolean =>
    value >= least && value <= most;
  return (
    within(spot, MARKET.price) &&
    within(strike, MARKET.price) &&
    within(years, MARKET.years) &&
    within(volatility, MARKET.volatility) &&
    Math.abs(rate) <= MARKET.growthMost / years &&
    Math.abs(dividendYield) <= MARKET.growthMost / years
  );
}

function optionValue(measure: keyof OptionValue): (...inputs: Inputs) => number | null {
  return (...inputs) => {
    const [right, spot, strike, years, rate, volatility, dividendYield = 0] = inputs;
    if ((right !== 'CALL' && right !== 'PUT') || !isInMarket(inputs)) return null;
    const value = blackScholes({
      right,
      spot,
      strike,
      timeToExpiryYears: years,
      riskFreeRate: rate,
      volatility,
      dividendYield,
    })[measure];
    return Math.abs(value) < VANISHING ? 0 : value;
  };
}

function blackScholesRow(
  measure: keyof OptionValue,
  doc: string,
  value: number,
): FunctionDefinition {
  return {
    name: `bs_${measure}`,
    group: 'Pricing',
    json: FUNC,
    signatures: signatures(
      'string, number, number, number, number, number -> number',
      'string, number, number, number, number, number, number -> number',
    ),
    doc: `Black-Scholes ${doc} of a European option: "CALL" or "PUT", spot, strike, years to expiry, risk-free rate, volatility, and a continuous dividend yield (0 when left out). Null outside prices of 1e-12 to 1e12, years of 1e-9 to 1000, volatilities of 1e-6 to 100.`,
    example: [`bs_${measure}("CALL", 100, 105, 0.5, 0.03, 0.22, 0.015)`, value],
    evaluate: strict(optionValue(measure)),
    sql: (args) => sqlOptionValue(measure, args),
  };
}

export const PRICING: readonly FunctionDefinition[] = [
  {
    name: 'normpdf',
    group: 'Pricing',
    json: FUNC,
    signatures: signatures('number -> number'),
    doc: 'The density of the standard normal distribution.',
    example: ['normpdf(0)', 0.3989422804014327],
    evaluate: strict(density),
    kernel: callOf('h.density', true),
    sql: ([x]) =>
      partial(
        x as SqlValue,
        () => undefined,
        (name) =>
          `CASE WHEN abs(${name}) > ${DENSITY_MAX} THEN 0 WHEN abs(${name}) < 1e-10 THEN 0.3989422804014327 ` +
          `ELSE exp(-${name} * ${name} / 2) * 0.3989422804014327 END`,
        { low: 0, high: 0.4, leastNonZero: 2.2e-308 },
      ),
    pure: ([x = '']) => `(exp((-(pow(${x}, 2) / 2))) * 0.3989422804014327)`,
  },
  {
    name: 'normcdf',
    group: 'Pricing',
    json: FUNC,
    signatures: signatures('number -> number'),
    doc: 'The probability that a standard normal variable is at most x.',
    example: ['normcdf(0)', 0.5],
    evaluate: strict(distribution),
    kernel: callOf('h.distribution', true),
    sql: ([x]) =>
      partial(
        x as SqlValue,
        () => undefined,
        (name) =>
          `CASE WHEN ${name} < ${CDF_LEAST} THEN 0 ELSE erfc(-(${name}) / sqrt(2::float8)) / 2 END`,
        { low: 0, high: 1, leastNonZero: 4e-308 },
      ),
  },
  blackScholesRow('price', 'price', 4.410785078608613),
  blackScholesRow('delta', 'delta, per 1.00 of the spot,', 0.4223989510356097),
  blackScholesRow('gamma', 'gamma, per 1.00 of the spot squared,', 0.02500918656078043),
  blackScholesRow('theta', 'theta, per year,', -6.553498021904021),
  blackScholesRow('vega', 'vega, per 1.00 of volatility,', 27.510105216858477),
  blackScholesRow('rho', 'rho, per 1.00 of the rate,', 18.91455501247618),
];

/** Black-Scholes in PostgreSQL, and the bounds that keep every step of it within a double. */
import type { OptionValue } from './pricing.ts';
import { bindOperands, sqlValue, type SqlValue } from './sql-value.ts';

/** Beyond it the density is below the least normal double. */
export const DENSITY_MAX = 37.6;
export const CDF_LEAST = -37.5;

/**
 * Where the model is asked: wide beyond any market, narrow enough that no step leaves the range of a
 * double, in JavaScript or in PostgreSQL. Outside, the answer is null.
 */
export const MARKET = {
  price: [1e-12, 1e12],
  years: [1e-9, 1e3],
  volatility: [1e-6, 1e2],
  /** Of a rate times the years. */
  growthMost: 50,
} as const;

/** Values of far out-of-the-money options below this are 0. */
export const VANISHING = 1e-90;

/** Beyond it a probability is 0 or 1: it changes nothing above VANISHING. */
const TAIL = 25;

/** Names of the bound inputs. */
interface Inputs {
  readonly right: string;
  readonly spot: string;
  readonly strike: string;
  readonly years: string;
  readonly rate: string;
  readonly volatility: string;
  readonly dividends: string;
}

/** Over `n`: density of d1, both probabilities, discounted prices, sign and deviation. */
const MEASURES: Readonly<Record<keyof OptionValue, (inputs: Inputs) => string>> = {
  price: () => `n.sign * (n.spot * n.p1 - n.strike * n.p2)`,
  delta: ({ spot }) => `n.sign * n.spot * n.p1 / ${spot}`,
  gamma: ({ spot }) => `n.spot * n.density / (${spot} * ${spot} * n.deviation)`,
  theta: ({ rate, dividends, volatility, years }) =>
    `n.sign * (${dividends} * n.spot * n.p1 - ${rate} * n.strike * n.p2) ` +
    `- n.spot * n.density * ${volatility} / (2 * sqrt(${years}))`,
  vega: ({ years }) => `n.spot * n.density * sqrt(${years})`,
  rho: ({ years }) => `n.sign * ${years} * n.strike * n.p2`,
};

/** @param args right, spot, strike, years, rate, volatility, and the dividend yield if there is one */
export function sqlOptionValue(measure: keyof OptionValue, args: readonly SqlValue[]): SqlValue {
  // A rate that only rounding sees would make its products underflow, which PostgreSQL refuses.
  const inputs = args.map((arg, i) => ({
    ...arg,
    atomic: false,
    text: i === RATE || i === DIVIDENDS ? `(${withoutTraces(arg)})` : arg.text,
  }));
  if (inputs.length === DIVIDENDS) {
    inputs.push({ ...sqlValue('number', '0::float8', { nullable: false }), atomic: false });
  }
  const text = bindOperands(inputs, (names) => {
    const [
      right = '',
      spot = '',
      strike = '',
      years = '',
      rate = '',
      volatility = '',
      dividends = '',
    ] = names;
    const bound: Inputs = { right, spot, strike, years, rate, volatility, dividends };
    const value =
      `(SELECT CASE WHEN abs(o.v) < ${VANISHING} THEN 0 ELSE o.v END ` +
      `FROM (SELECT ${MEASURES[measure](bound)} AS v FROM (${normalTerms(bound)}) AS n OFFSET 0) AS o)`;
    const growth = [rate, dividends].map(
      (name) => `abs(${name}) <= ${MARKET.growthMost} / ${years}`,
    );
    return `CASE WHEN ${market(bound)} THEN CASE WHEN ${growth.join(' AND ')} THEN ${value} END END`;
  });
  const range = { low: -1e200, high: 1e200, leastNonZero: VANISHING };
  return sqlValue('number', `(${text})`, { range });
}

const RATE = 4;
const DIVIDENDS = 6;

function market({ right, spot, strike, years, volatility }: Inputs): string {
  const within = (name: string, [least, most]: readonly [number, number]): string =>
    `${name} BETWEEN ${least} AND ${most}`;
  return [
    `${right} IN ('CALL', 'PUT')`,
    within(spot, MARKET.price),
    within(strike, MARKET.price),
    within(years, MARKET.years),
    within(volatility, MARKET.volatility),
  ].join(' AND ');
}

/** d1 and the discounted prices, then what the normal distribution says of them. */
function normalTerms({ right, spot, strike, years, rate, volatility, dividends }: Inputs): string {
  const drift = `(${rate} - ${dividends} + ${volatility} * ${volatility} / 2) * ${years}`;
  const terms =
    `SELECT (ln(${spot} / ${strike}) + ${drift}) / (${volatility} * sqrt(${years})) AS d1, ` +
    `${volatility} * sqrt(${years}) AS deviation, ${spot} * exp(-${dividends} * ${years}) AS spot, ` +
    `${strike} * exp(-${rate} * ${years}) AS strike, ` +
    `CASE ${right} WHEN 'CALL' THEN 1::float8 ELSE -1::float8 END AS sign OFFSET 0`;
  return (
    `SELECT ${density('t.d1')} AS density, ${probability('t.sign * t.d1')} AS p1, ` +
    `${probability('t.sign * (t.d1 - t.deviation)')} AS p2, t.spot, t.strike, t.sign, t.deviation ` +
    `FROM (${terms}) AS t OFFSET 0`
  );
}

function probability(x: string): string {
  return `CASE WHEN ${x} < -${TAIL} THEN 0 WHEN ${x} > ${TAIL} THEN 1 ELSE erfc(-(${x}) / sqrt(2::float8)) / 2 END`;
}

function density(x: string): string {
  return (
    `CASE WHEN abs(${x}) > ${TAIL} THEN 0 WHEN abs(${x}) < 1e-10 THEN 0.3989422804014327 ` +
    `ELSE exp(-(${x}) * (${x}) / 2) * 0.3989422804014327 END`
  );
}

function withoutTraces(rate: SqlValue): string {
  return bindOperands([rate], ([x = '']) => `CASE WHEN abs(${x}) < 1e-100 THEN 0 ELSE ${x} END`);
}

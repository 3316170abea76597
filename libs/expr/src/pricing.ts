/**
 * The normal distribution and the Black-Scholes model as plain arithmetic, shared by the expression
 * functions and by the risk library, so that a formula in a table and a limit check agree to the bit.
 *
 * Where the model has no answer the result is NaN, which an expression turns into null and the risk
 * library into a fault.
 */

/** A European option and the market it is priced in. Rates are continuously compounded. */
export interface EuropeanOption {
  readonly right: 'CALL' | 'PUT';
  /** Price of the underlying, in the quote currency, above 0. */
  readonly spot: number;
  /** In the quote currency, above 0. */
  readonly strike: number;
  readonly timeToExpiryYears: number;
  /** Risk-free rate a year, 0.05 is 5 %; may be negative. */
  readonly riskFreeRate: number;
  /** Annualised, 0.25 is 25 %, above 0. */
  readonly volatility: number;
  /** Continuous dividend or foreign interest yield a year; 0 when there is none. */
  readonly dividendYield: number;
}

/** Price and sensitivities of one unit of the underlying, in the model's own units. */
export interface OptionValue {
  readonly price: number;
  /** Per 1.00 of the spot. */
  readonly delta: number;
  /** Delta per 1.00 of the spot. */
  readonly gamma: number;
  /** Per year that passes; usually negative. */
  readonly theta: number;
  /** Per 1.00 of volatility, that is per 100 points. */
  readonly vega: number;
  /** Per 1.00 of the risk-free rate. */
  readonly rho: number;
}

const INVERSE_SQRT_TWO_PI = 0.3989422804014327;

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return INVERSE_SQRT_TWO_PI * exponentialOfHalfSquare(Math.abs(x));
}

/**
 * Probability that a standard normal variable is at most `x`, with a relative error of about 1e-15 in
 * both tails (a form over erf loses the lower one).
 * Source: W. J. Cody, Algorithm 715, ACM Transactions on Mathematical Software 19 (1993), 22-32:
 * rational Chebyshev approximations over three ranges of |x|.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const size = Math.abs(x);
  if (size <= CENTRE_MAX) return 0.5 + x * centreRatio(x * x);
  const tail = size <= MIDDLE_MAX ? middleTail(size) : farTail(size);
  return x < 0 ? tail : 1 - tail;
}

/**
 * Value and sensitivities of a European option.
 * Source: Black and Scholes (1973) with Merton's continuous yield (1973).
 * @returns NaN throughout unless spot, strike, time and volatility are above 0 and all is finite
 */
export function blackScholes(option: EuropeanOption): OptionValue {
  return isPriceable(option) ? blackScholesFormula(option) : UNDEFINED_VALUE;
}

/**
 * The price alone, for solvers.
 * @returns NaN under the conditions of `blackScholes`
 */
export function blackScholesPrice(option: EuropeanOption): number {
  if (!isPriceable(option)) return NaN;
  const sign = option.right === 'CALL' ? 1 : -1;
  const { d1, d2, spotDiscounted, strikeDiscounted } = modelTerms(option);
  return sign * (spotDiscounted * normalCdf(sign * d1) - strikeDiscounted * normalCdf(sign * d2));
}

/**
 * The formula without the check of its inputs: it also answers for the mirror images that no market
 * has (spot and strike both negative, a negative volatility), as the reference systems do. Kept apart
 * so that conformance can compare the mathematics; everything else calls `blackScholes`.
 */
export function blackScholesFormula(option: EuropeanOption): OptionValue {
  const { spot, timeToExpiryYears: years, riskFreeRate, volatility, dividendYield } = option;
  const { d1, d2, deviation, spotDiscounted, strikeDiscounted } = modelTerms(option);
  const sign = option.right === 'CALL' ? 1 : -1;
  const density = normalPdf(d1);
  const spotTerm = sign * spotDiscounted * normalCdf(sign * d1);
  const strikeTerm = sign * strikeDiscounted * normalCdf(sign * d2);
  const decay = (spotDiscounted * density * volatility) / (2 * Math.sqrt(years));
  return {
    price: spotTerm - strikeTerm,
    delta: spotTerm / spot,
    gamma: (spotDiscounted * density) / (spot * spot * deviation),
    theta: dividendYield * spotTerm - riskFreeRate * strikeTerm - decay,
    vega: spotDiscounted * density * Math.sqrt(years),
    rho: years * strikeTerm,
  };
}

const UNDEFINED_VALUE: OptionValue = {
  price: NaN,
  delta: NaN,
  gamma: NaN,
  theta: NaN,
  vega: NaN,
  rho: NaN,
};

function isPriceable(option: EuropeanOption): boolean {
  return (
    isPositive(option.spot) &&
    isPositive(option.strike) &&
    isPositive(option.timeToExpiryYears) &&
    isPositive(option.volatility) &&
    Number.isFinite(option.riskFreeRate) &&
    Number.isFinite(option.dividendYield)
  );
}

const isPositive = (value: number): boolean => value > 0 && Number.isFinite(value);

interface ModelTerms {
  readonly d1: number;
  readonly d2: number;
  /** Standard deviation of the logarithm of the price at expiry. */
  readonly deviation: number;
  readonly spotDiscounted: number;
  readonly strikeDiscounted: number;
}

function modelTerms(option: EuropeanOption): ModelTerms {
  const { spot, strike, timeToExpiryYears: years, riskFreeRate, dividendYield } = option;
  const deviation = option.volatility * Math.sqrt(years);
  const drift = (riskFreeRate - dividendYield + option.volatility ** 2 / 2) * years;
  const moneyness = Math.log(spot / strike);
  // An infinite logarithm is a price of 0 or an overflow, not a certainty of exercise.
  const d1 = Number.isFinite(moneyness) ? (moneyness + drift) / deviation : NaN;
  return {
    d1,
    d2: d1 - deviation,
    deviation,
    spotDiscounted: spot * Math.exp(-dividendYield * years),
    strikeDiscounted: strike * Math.exp(-riskFreeRate * years),
  };
}

/** The third quartile: below it the centre's odd expansion is used. */
const CENTRE_MAX = 0.67448975;
const MIDDLE_MAX = Math.sqrt(32);

const CENTRE_NUMERATOR = [
  2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356,
  0.06568233791820745,
] as const;
const CENTRE_DENOMINATOR = [
  47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673,
] as const;
const MIDDLE_NUMERATOR = [
  0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002, 2494.537585290373,
  6848.190450536283, 11602.65143764735, 9842.714838383978, 1.0765576773720192e-8,
] as const;
const MIDDLE_DENOMINATOR = [
  22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097,
  34900.952721145979, 38912.00328609327, 19685.429676859992,
] as const;
const FAR_NUMERATOR = [
  0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934,
  2.9112874951168793e-5, 0.023073441764940174,
] as const;
const FAR_DENOMINATOR = [
  1.2842600961449111, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824,
  7.297515550839662e-5,
] as const;

function centreRatio(square: number): number {
  const [p0, p1, p2, p3, p4] = CENTRE_NUMERATOR;
  const [q0, q1, q2, q3] = CENTRE_DENOMINATOR;
  const numerator = (((p4 * square + p0) * square + p1) * square + p2) * square + p3;
  const denominator = (((square + q0) * square + q1) * square + q2) * square + q3;
  return numerator / denominator;
}

function middleTail(size: number): number {
  let numerator = MIDDLE_NUMERATOR[8] * size;
  let denominator = size;
  for (let i = 0; i < 7; i++) {
    numerator = (numerator + MIDDLE_NUMERATOR[i]!) * size;
    denominator = (denominator + MIDDLE_DENOMINATOR[i]!) * size;
  }
  const ratio = (numerator + MIDDLE_NUMERATOR[7]) / (denominator + MIDDLE_DENOMINATOR[7]);
  return exponentialOfHalfSquare(size) * ratio;
}

function farTail(size: number): number {
  const inverseSquare = 1 / (size * size);
  let numerator = FAR_NUMERATOR[5] * inverseSquare;
  let denominator = inverseSquare;
  for (let i = 0; i < 4; i++) {
    numerator = (numerator + FAR_NUMERATOR[i]!) * inverseSquare;
    denominator = (denominator + FAR_DENOMINATOR[i]!) * inverseSquare;
  }
  const correction =
    (inverseSquare * (numerator + FAR_NUMERATOR[4])) / (denominator + FAR_DENOMINATOR[4]);
  return (exponentialOfHalfSquare(size) * (INVERSE_SQRT_TWO_PI - correction)) / size;
}

/** Beyond it exp(-x²/2) is below the smallest double. */
const DENSITY_MAX = 39;

/**
 * exp(-x²/2) for x >= 0. The square is split at a sixteenth, where it is exact, because the rounding
 * of x² alone would cost two digits in the tail.
 */
function exponentialOfHalfSquare(x: number): number {
  if (x > DENSITY_MAX) return 0;
  const head = Math.trunc(x * 16) / 16;
  const rest = (x - head) * (x + head);
  return Math.exp((-head * head) / 2) * Math.exp(-rest / 2);
}

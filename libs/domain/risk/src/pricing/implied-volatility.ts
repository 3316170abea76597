/**
 * Implied volatility: the volatility at which the model gives an observed price.
 *
 * The price rises strictly with volatility, so there is at most one answer and it can be bracketed. The
 * search runs on the out-of-the-money side (by parity), where the price is all time value and keeps its
 * digits, and on the logarithm of the price, which is nearly straight where the price is minute. Newton
 * steps do the work; one that leaves the bracket, or does not halve the last step, is replaced by a bisection.
 */
import { type EuropeanOption, blackScholes, blackScholesPrice } from '@tickmesh/expr';
import { assert } from '@tickmesh/kernel';
import { type OptionMarket, discounted, inputProblems, refuse } from './option.ts';

/** A bisection needs 52 halvings for a double's digits and about 30 to reach a volatility of 1e-9. */
const STEPS_MAX = 200;
/** Steps smaller than this share of the volatility are below the noise of the price. */
const STEP_RELATIVE_MIN = 1e-15;
/** σ√T beyond which the price equals its upper bound in double precision. */
const DEVIATION_MAX = 40;

/**
 * @param price of one unit of the underlying, in the quote currency
 * @returns annualised volatility, 0.25 is 25 %
 * @throws Fault ARGUMENT_INVALID for inputs out of range, and for a price at or outside the bounds
 *   that no volatility explains: call max(0, S' - K') to S', put max(0, K' - S') to K', where S' and K'
 *   are spot and strike discounted
 */
export function impliedVolatility(market: OptionMarket, price: number): number {
  refuse(inputProblems({ ...market, volatility: 1 }));
  refuseArbitrage(market, price);
  const { spot, strike } = discounted(market);
  const right = spot > strike ? 'PUT' : 'CALL';
  const target = right === market.right ? price : price - Math.abs(spot - strike);
  const outOfTheMoney: OptionMarket = { ...market, right };

  const years = market.timeToExpiryYears;
  const seed = seedVolatility(Math.log(spot / strike), years, target / Math.min(spot, strike));
  const high = upperBracket(outOfTheMoney, target, seed);
  return solve(outOfTheMoney, target, seed, high);
}

function refuseArbitrage(market: OptionMarket, price: number): void {
  const { spot, strike } = discounted(market);
  const forward = market.right === 'CALL' ? spot - strike : strike - spot;
  const above = Math.max(0, forward);
  const below = market.right === 'CALL' ? spot : strike;
  if (!(price > above && price < below)) {
    refuse([{ field: 'price', rule: 'arbitrage', value: { price, above, below } }]);
  }
}

/**
 * Where vega is highest (Manaster and Koehler 1982), or, at the money, where that would be 0, the
 * straight-line approximation price = S σ √(T/2π) (Brenner and Subrahmanyam 1988).
 */
function seedVolatility(logMoneyness: number, years: number, priceRatio: number): number {
  const inflection = Math.sqrt((2 * Math.abs(logMoneyness)) / years);
  const straight = priceRatio * Math.sqrt((2 * Math.PI) / years);
  return Math.max(inflection, straight);
}

/**
 * A volatility whose price is at least the target. A price that lies within rounding of its upper bound
 * has none: the model's own price gets there first.
 */
function upperBracket(market: OptionMarket, target: number, seed: number): number {
  const highest = DEVIATION_MAX / Math.sqrt(market.timeToExpiryYears);
  let high = seed;
  while (blackScholesPrice({ ...market, volatility: high }) < target) {
    if (high >= highest) refuse([{ field: 'price', rule: 'arbitrage', value: target }]);
    high *= 2;
  }
  return high;
}

function solve(market: OptionMarket, target: number, seed: number, highest: number): number {
  let [low, high] = [0, highest];
  let volatility = seed;
  let lastStep = high;
  for (let count = 0; count < STEPS_MAX; count++) {
    const { error, slope } = logPriceError({ ...market, volatility }, target);
    if (error === 0) return volatility;
    if (error < 0) low = volatility;
    else high = volatility;
    const newton = volatility - error / slope;
    const halves = Math.abs(newton - volatility) <= lastStep / 2;
    const next = newton > low && newton < high && halves ? newton : low + (high - low) / 2;
    lastStep = Math.abs(next - volatility);
    if (lastStep <= STEP_RELATIVE_MIN * volatility || next === low || next === high) return next;
    volatility = next;
  }
  assert(false, 'Implied volatility is found within its steps');
}

/** ln(price / target) and its derivative by volatility; minus infinity where the price underflows. */
function logPriceError(option: EuropeanOption, target: number): { error: number; slope: number } {
  const { price, vega } = blackScholes(option);
  if (!(price > 0)) return { error: -Infinity, slope: NaN };
  return { error: Math.log(price / target), slope: vega / price };
}

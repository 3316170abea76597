import { type EuropeanOption, blackScholes } from '@tickmesh/expr';
import { Fault } from '@tickmesh/kernel';
import { type GreekUnits, MODEL_UNITS, type OptionGreeks, convertGreeks } from './units.ts';

/** What an option is and where its market stands, all but the volatility. */
export type OptionMarket = Omit<EuropeanOption, 'volatility'>;

/** One input that cannot be, by name. */
export interface InputProblem {
  readonly field: keyof EuropeanOption | 'price';
  readonly rule: 'positive' | 'finite' | 'enum' | 'arbitrage';
  readonly value: unknown;
}

/**
 * Black-Scholes price and Greeks of a European option. There are no default inputs: strike, expiry
 * and multiplier come from the instrument, rate and volatility from whoever asks.
 * @throws Fault ARGUMENT_INVALID with every input that is out of range, expiry included
 */
export function valueOption(option: EuropeanOption, units: GreekUnits = MODEL_UNITS): OptionGreeks {
  refuse(inputProblems(option));
  return convertGreeks({ ...blackScholes(option), units: MODEL_UNITS }, units);
}

/** Every input that the model cannot take: empty when all is well. */
export function inputProblems(option: EuropeanOption): InputProblem[] {
  const problems: InputProblem[] = [];
  // Inputs also come from requests, which no compiler has seen.
  const right: string = option.right;
  if (right !== 'CALL' && right !== 'PUT') {
    problems.push({ field: 'right', rule: 'enum', value: right });
  }
  for (const field of ['spot', 'strike', 'timeToExpiryYears', 'volatility'] as const) {
    const value = option[field];
    if (!Number.isFinite(value)) problems.push({ field, rule: 'finite', value });
    else if (value <= 0) problems.push({ field, rule: 'positive', value });
  }
  for (const field of ['riskFreeRate', 'dividendYield'] as const) {
    const value = option[field];
    if (!Number.isFinite(value)) problems.push({ field, rule: 'finite', value });
  }
  return problems;
}

/**
 * Put-call parity, C - P = S exp(-qT) - K exp(-rT), which holds whatever the volatility: the price of
 * the put that belongs to a call's price, or the other way round. Negative when `price` allows arbitrage.
 * @throws Fault ARGUMENT_INVALID
 */
export function parityPrice(market: OptionMarket, price: number): number {
  refuse(inputProblems({ ...market, volatility: 1 }));
  if (!Number.isFinite(price)) refuse([{ field: 'price', rule: 'finite', value: price }]);
  const { spot, strike } = discounted(market);
  return market.right === 'CALL' ? price - (spot - strike) : price + (spot - strike);
}

/** Present values of receiving the underlying, and of paying the strike, at expiry. */
export function discounted(market: OptionMarket): { spot: number; strike: number } {
  const years = market.timeToExpiryYears;
  return {
    spot: market.spot * Math.exp(-market.dividendYield * years),
    strike: market.strike * Math.exp(-market.riskFreeRate * years),
  };
}

/** @throws Fault ARGUMENT_INVALID when there is any problem */
export function refuse(problems: readonly InputProblem[]): void {
  if (problems.length > 0) throw new Fault('ARGUMENT_INVALID', { problems });
}

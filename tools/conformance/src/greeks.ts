/**
 * Black-Scholes calls against golden/greeks.json. The formula is compared as mathematics; two of the
 * reference's answers (a negative price, a negative volatility) are mirror images that no market has:
 * the formula gives them, and pricing refuses them, which is checked as well.
 */
import { type EuropeanOption, blackScholesFormula, normalCdf } from '@tickmesh/expr';
import { inputProblems, valueOption } from '@tickmesh/domain-risk';
import { isFault } from '@tickmesh/kernel';
import { Cases, type SuiteResult } from './suite.ts';
import { untag } from './tagged.ts';

interface Golden {
  readonly norm_cdf: readonly { readonly x: number; readonly cdf: number }[];
  readonly cases: readonly GreeksCase[];
}

interface GreeksCase {
  readonly id: string;
  readonly args: {
    readonly price: number;
    readonly strike?: number;
    readonly T?: number;
    readonly r?: number;
    readonly sigma?: number;
  };
  readonly out?: Readonly<Record<'delta' | 'gamma' | 'theta' | 'vega', number>>;
  readonly error?: unknown;
}

const TOLERANCE = 1e-12;

export function run(golden: unknown): SuiteResult {
  const { norm_cdf: points, cases } = untag(golden) as Golden;
  const results = new Cases();
  for (const { x, cdf } of points) {
    results.equal(`norm_cdf ${x}`, isClose(normalCdf(x), cdf), true);
  }
  for (const one of cases) {
    const why = one.out === undefined ? refusalProblem(one) : valueProblem(one, one.out);
    if (why === undefined) results.passed += 1;
    else results.fail(one.id, why);
  }
  return results;
}

function valueProblem(one: GreeksCase, out: NonNullable<GreeksCase['out']>): string | undefined {
  const option = optionOf(one);
  const formula = blackScholesFormula(option);
  for (const greek of ['delta', 'gamma', 'theta', 'vega'] as const) {
    if (!isClose(formula[greek], out[greek])) {
      return `${greek}: expected ${out[greek]}, found ${formula[greek]}`;
    }
  }
  if (inputProblems(option).length > 0) return refusalProblem(one);
  const { delta } = valueOption(option);
  return Object.is(delta, formula.delta) ? undefined : `pricing differs from the formula: ${delta}`;
}

function refusalProblem(one: GreeksCase): string | undefined {
  try {
    const { delta } = valueOption(optionOf(one));
    return `expected a refusal, found delta ${delta}`;
  } catch (thrown) {
    return isFault(thrown) && thrown.code === 'ARGUMENT_INVALID' ? undefined : String(thrown);
  }
}

/** The reference's defaults, which ours does not have: a strike of 0 or none is 1.05 times the price. */
function optionOf({ args }: GreeksCase): EuropeanOption {
  const strike = args.strike ?? 0;
  return {
    right: 'CALL',
    spot: args.price,
    strike: strike === 0 ? 1.05 * args.price : strike,
    timeToExpiryYears: args.T ?? 0.25,
    riskFreeRate: args.r ?? 0.05,
    volatility: args.sigma ?? 0.25,
    dividendYield: 0,
  };
}

function isClose(value: number, expected: number): boolean {
  const distance = Math.abs(value - expected);
  return distance <= TOLERANCE || distance <= TOLERANCE * Math.abs(expected);
}

/**
 * Factor signals, probabilistic Sharpe ratio, drawdown and regime against golden/signals.json, within 1e-9 relative.
 * The reference's estimate of market impact and its cross-validation folds are not part of the product.
 */
import {
  FACTORS,
  type Factor,
  compounded,
  initialFactors,
  maxDrawdown,
  probabilisticSharpe,
  pushReturn,
  regimeOf,
  switchesOf,
} from '@tickmesh/domain-strategies';
import { Cases, type SuiteResult } from './suite.ts';
import { untag } from './tagged.ts';

interface Golden {
  readonly params: {
    readonly KILL_PNL: number;
    readonly MAX_DD_KILL_SWITCH: number;
  };
  readonly assets: readonly string[];
  readonly returns: readonly (readonly number[])[];
  readonly signals: Readonly<Record<Factor, readonly (readonly number[])[]>>;
  readonly psr: readonly {
    readonly sr: number;
    readonly T: number;
    readonly skew: number;
    readonly kurt: number;
    readonly psr: number;
  }[];
  readonly drawdown: readonly {
    readonly pnl: readonly number[];
    readonly max_drawdown: number;
    readonly dd_kill: boolean;
    readonly pnl_kill: boolean;
  }[];
  readonly regime: readonly {
    readonly id: string;
    readonly returns: readonly (readonly number[])[];
    readonly regime: string;
  }[];
}

const TOLERANCE = 1e-9;
/** Sizes below it are rounding: a score of nothing. */
const ZERO = 1e-13;

export function run(golden: unknown): SuiteResult {
  const vectors = untag(golden) as Golden;
  const results = new Cases();
  checkSignals(vectors, results);
  for (const { sr, T, skew, kurt, psr } of vectors.psr) {
    const facts = { sharpe: sr, periods: T, skewness: skew, kurtosis: kurt };
    checkNumber(results, `psr ${sr} ${T}`, probabilisticSharpe(facts) ?? NaN, psr);
  }
  const limits = {
    lossLimit: vectors.params.KILL_PNL,
    drawdownLimit: vectors.params.MAX_DD_KILL_SWITCH,
  };
  for (const { pnl, max_drawdown: expected, dd_kill, pnl_kill } of vectors.drawdown) {
    const id = `drawdown ${pnl.join(' ')}`;
    checkNumber(results, id, maxDrawdown(compounded(pnl)), expected);
    results.equal(`${id} switches`, switchesOf(pnl, limits), { loss: pnl_kill, drawdown: dd_kill });
  }
  for (const { id, returns, regime } of vectors.regime) {
    results.equal(`regime ${id}`, regimeOf(returns), regime);
  }
  return results;
}

function checkSignals({ assets, returns, signals }: Golden, results: Cases): void {
  for (const [at, asset] of assets.entries()) {
    const state = initialFactors();
    for (const [day, row] of returns.entries()) {
      const found = pushReturn(state, row[at] ?? NaN);
      for (const factor of FACTORS) {
        const expected = signals[factor][day]?.[at] ?? NaN;
        checkNumber(results, `${factor} ${asset} ${day}`, found[factor], expected);
      }
    }
  }
}

function checkNumber(results: Cases, id: string, found: number, expected: number): void {
  const isSame =
    Object.is(found, expected) ||
    Math.abs(found - expected) <= Math.max(TOLERANCE * Math.abs(expected), ZERO);
  if (isSame) results.passed += 1;
  else results.fail(id, `expected ${expected}, found ${found}`);
}

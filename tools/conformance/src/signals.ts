/**
 * Factor signals, probabilistic Sharpe ratio, drawdown, regime, market impact and cross-validation folds against
 * golden/signals.json, within 1e-9 relative. The golden coefficient of impact learns from its own prediction, which is
 * told to ours as what was observed.
 */
import {
  FACTORS,
  type Factor,
  compounded,
  impactOf,
  initialFactors,
  learntImpact,
  maxDrawdown,
  probabilisticSharpe,
  purgedFolds,
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
    readonly POV_CAP: number;
    readonly SLIP_BETA: number;
    readonly LAMBDA_EMA_RHO: number;
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
  readonly lambda_monolith: {
    readonly cases: readonly {
      readonly lam_prev: number;
      readonly delta: number;
      readonly adv: number;
      readonly net_ret: number;
      readonly lam_new: number;
      readonly slip: number;
    }[];
  };
  readonly purged_k_fold: readonly {
    readonly n: number;
    readonly splits: number;
    readonly embargo: number;
    readonly folds: unknown;
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
  checkImpact(vectors, results);
  for (const { n, splits, embargo, folds } of vectors.purged_k_fold) {
    results.equal(`purged folds ${n} ${splits} ${embargo}`, purgedFolds(n, splits, embargo), folds);
  }
  return results;
}

function checkImpact({ params, lambda_monolith: golden }: Golden, results: Cases): void {
  const terms = {
    exponent: params.SLIP_BETA,
    participationMax: params.POV_CAP,
    newestWeight: params.LAMBDA_EMA_RHO,
  };
  for (const { lam_prev, delta, adv, net_ret, lam_new, slip } of golden.cases) {
    const id = `impact ${lam_prev} ${delta} ${adv}`;
    const participation = Math.abs(delta) / adv;
    checkNumber(results, id, impactOf(lam_prev, participation, terms), slip);
    const fill = { participation, slippage: -net_ret };
    checkNumber(results, `${id} learnt`, learntImpact(lam_prev, fill, terms), lam_new);
  }
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

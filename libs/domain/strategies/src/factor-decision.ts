/** One decision of the composite: from what is kept of the markets to the weights aimed at. */
import { ARMS, type ArmState, chooseArm, rewardOf, teachArm } from './arm-gate.ts';
import { covarianceDrift, covarianceOf } from './covariance.ts';
import type { MarketHistory } from './factor-history.ts';
import type { FactorValues } from './factor-signals.ts';
import { type FactorHistory, factorWeights, orthogonalised } from './factor-worth.ts';
import { IMPACT_COEFFICIENT, IMPACT_TERMS, impactOf } from './market-impact.ts';
import { targetWeights } from './portfolio.ts';
import { REGIME_TERMS, type Regime, regimeCorrelation, regimeOf } from './regime.ts';
import { type Panel, mean, sum } from './statistics.ts';

export interface DecisionParameters {
  /** Periods of the forward return that factors are judged by. */
  readonly horizonBars: number;
  readonly periodsPerYear: number;
  /** Largest weight of one market, and the annualised volatility that is not passed. */
  readonly boxMax: number;
  readonly volatilityTarget: number;
  /** Of a change of weight beside its impact, in units of alpha. */
  readonly tradeCost: number;
  /** Whether one arm is listened to, or all. */
  readonly isGated: boolean;
  /** Change of the covariance since the last decision beyond which nothing is added, a share of it. */
  readonly covarianceDriftMax: number;
}

/** What is kept from one decision for the next, beside the histories. */
export interface DecisionMemory {
  arms: ArmState[];
  /** What the markets were like at the last decision: 1, is calm, is storm, mean correlation. */
  context: number[];
  /** What each arm would have held since, rows by market; sizes of an arm sum to 1, or it said nothing. */
  bets: number[][];
  /** Annualised, at the last decision. */
  covariance: number[][];
  [name: string]: ArmState[] | number[] | number[][];
}

export const CONTEXT_SIZE = 4;

export interface Decision {
  /** By market, -1 to 1. */
  readonly weights: readonly number[];
  readonly alpha: readonly number[];
  readonly regime: Regime;
  /** Factors that were listened to. */
  readonly heard: string;
  readonly isContained: boolean;
}

/**
 * Decides once. Changes the memory.
 * @param held weights that are held, by market
 */
export function decide(
  histories: readonly MarketHistory[],
  held: readonly number[],
  memory: DecisionMemory,
  parameters: DecisionParameters,
): Decision {
  const { horizonBars, periodsPerYear, boxMax, volatilityTarget } = parameters;
  const aligned = alignedHistories(histories);
  const panel = panelOf(aligned);
  teach(memory, panel);
  const regime = regimeOf(panel, periodsPerYear);
  const { gross, net, halfLife } = REGIME_TERMS[regime];
  const said = armsOf(aligned, horizonBars);
  memory.context = [1, +(regime === 'Calm'), +(regime === 'Storm'), regimeCorrelation(panel)];
  memory.bets = betsOf(said);
  const speaks = ARMS.map((_, arm) => memory.bets.some((row) => row[arm] !== 0));
  const arm = parameters.isGated ? chooseArm(memory.arms, memory.context, speaks) : undefined;
  const alpha = said.map((row) => (arm === undefined ? sum(row) : (row[arm] ?? 0)));
  const covariance = covarianceOf(panel, halfLife, periodsPerYear);
  const isContained =
    memory.covariance.length === covariance.length &&
    covarianceDrift(memory.covariance, covariance) > parameters.covarianceDriftMax;
  memory.covariance = covariance.map((row) => [...row]);
  const weights = targetWeights(alpha, covariance, held, {
    box: boxMax,
    gross,
    net,
    volatility: volatilityTarget,
    costs: histories.map((history) => parameters.tradeCost + impactAtMost(history)),
    isContained,
  });
  const heard = arm === undefined ? 'all factors' : (ARMS[arm] ?? []).join(' and ');
  return { weights, alpha, regime, heard, isContained };
}

/**
 * What every arm made of the last period: its return is known whether or not it was listened to, so all learn from each.
 * The first decision has none to learn from.
 */
function teach({ arms, context, bets }: DecisionMemory, panel: Panel): void {
  const last = panel.at(-1) ?? [];
  const size = mean(panel.slice(-20).map((row) => mean(row.map(Math.abs))));
  if (bets.length !== last.length) return;
  for (const [at, arm] of arms.entries()) {
    if (bets.every((row) => row[at] === 0)) continue;
    const gain = sum(bets.map((row, market) => (row[at] ?? 0) * (last[market] ?? 0)));
    teachArm(arm, context, rewardOf(gain, size));
  }
}

/** Alpha of every arm, rows by market: what its factors say now, weighed by what they were worth. */
function armsOf(histories: readonly FactorHistory[], horizonBars: number): number[][] {
  const distinct = orthogonalised(histories);
  const worth = factorWeights(distinct, horizonBars);
  return distinct.map(({ signals }) => {
    const last = signals.at(-1);
    return ARMS.map((factors) =>
      sum(factors.map((factor) => worth[factor] * (last?.[factor] ?? 0))),
    );
  });
}

function betsOf(said: Panel): number[][] {
  const sizes = ARMS.map((_, arm) => sum(said.map((row) => Math.abs(row[arm] ?? 0))));
  return said.map((row) =>
    row.map((value, arm) => {
      const size = sizes[arm] ?? 0;
      return size === 0 ? 0 : value / size;
    }),
  );
}

/** A market that came later bounds how far back all are looked at. */
function alignedHistories(histories: readonly MarketHistory[]): readonly FactorHistory[] {
  const periods = Math.min(...histories.map(({ returns }) => returns.length));
  return histories.map(({ signals, returns }) => ({
    signals: signals.slice(-periods) as unknown as readonly FactorValues[],
    returns: returns.slice(-periods),
  }));
}

const panelOf = (histories: readonly FactorHistory[]): Panel =>
  (histories[0]?.returns ?? []).map((_, at) => histories.map(({ returns }) => returns[at] ?? 0));

const impactAtMost = ({ impact }: MarketHistory): number =>
  impactOf(Math.min(impact, IMPACT_COEFFICIENT.max), IMPACT_TERMS.participationMax);

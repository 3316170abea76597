import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OrderIntent } from '@tickmesh/contracts';
import { seededRandom } from '@tickmesh/kernel';
import { type StrategyInput, StrategyRunner } from './runner.ts';
import { BTC, definitionOf, randomInputs, reportOf } from './samples.ts';

const KINDS = {
  ofi_crossover: { window: '1s', threshold: 1, ema_alpha: 0.1, warm_up_windows: 5 },
  ofi_momentum: { window: '1s', threshold: 0.2, run_windows: 3 },
  mean_reversion: { bar_duration: '1m', lookback_bars: 5, threshold: 1 },
  factor_composite: {
    bar_duration: '1m',
    capital: 100_000,
    trade_notional_min: 10,
    horizon_bars: 1,
    periods_per_year: 252,
    box_max: 0.25,
    volatility_target: 1,
    trade_cost: 0.002,
    gate: 'linucb',
    covariance_drift_max: 1,
  },
};
/** Inputs of one run: the composite decides from its 67th bar on, and every tenth input is one. */
const lengthOf = (kind: string): number => (kind === 'factor_composite' ? 1_200 : 300);

const runnerOf = (kind: string) =>
  new StrategyRunner(definitionOf(kind, KINDS[kind as keyof typeof KINDS]), [BTC]);

/** Runs and answers every intent with a fill, as a market would. */
function play(runner: StrategyRunner, inputs: readonly StrategyInput[]): OrderIntent[] {
  return inputs.flatMap((input) => {
    const intents = runner.apply(input);
    for (const intent of intents)
      runner.apply(reportOf(intent.intent_id, 'FILLED', intent.quantity));
    return [...intents];
  });
}

describe.each(Object.keys(KINDS))('the laws of %s', (kind) => {
  it(`${kind}: the same inputs give the same intents`, () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const inputs = randomInputs(seededRandom(seed), lengthOf(kind));
        expect(play(runnerOf(kind), inputs)).toEqual(play(runnerOf(kind), inputs));
      }),
      { numRuns: 25 },
    );
  });

  it(`${kind}: a snapshot taken anywhere continues as if nothing had happened`, () => {
    let intents = 0;
    fc.assert(
      fc.property(fc.integer(), fc.nat(lengthOf(kind)), (seed, cut) => {
        const inputs = randomInputs(seededRandom(seed), lengthOf(kind));
        const whole = play(runnerOf(kind), inputs);
        const first = runnerOf(kind);
        const head = play(first, inputs.slice(0, cut));
        const second = runnerOf(kind);
        second.restore(first.snapshot());
        expect([...head, ...play(second, inputs.slice(cut))]).toEqual(whole);
        intents += whole.length;
      }),
      { numRuns: 25 },
    );
    expect(intents).toBeGreaterThan(50);
  });
});

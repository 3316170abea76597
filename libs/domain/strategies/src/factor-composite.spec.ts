import { describe, expect, it } from '@jest/globals';
import type { OrderIntent } from '@tickmesh/contracts';
import { seededRandom } from '@tickmesh/kernel';
import type { FactorCompositeState } from './factor-composite.ts';
import { type SavedRunner, StrategyRunner } from './runner.ts';
import { BTC, barAt, definitionOf, reportOf } from './samples.ts';

const PERPETUAL = { ...BTC, exchange: 'BINANCE_USDM' };
const PARAMETERS = {
  bar_duration: '1m',
  capital: 100_000,
  trade_notional_min: 10,
  horizon_bars: 1,
  periods_per_year: 252,
  box_max: 0.25,
  volatility_target: 0.1,
  trade_cost: 0.002,
  gate: 'linucb',
  covariance_drift_max: 1,
};

const runnerOf = (parameters: Partial<typeof PARAMETERS> = {}): StrategyRunner => {
  const definition = definitionOf('factor_composite', { ...PARAMETERS, ...parameters });
  const markets = ['BINANCE|BTCUSDT', 'BINANCE_USDM|BTCUSDT'];
  return new StrategyRunner({ ...definition, markets }, [BTC, PERPETUAL]);
};

function stateOf(runner: StrategyRunner): FactorCompositeState {
  const saved = JSON.parse(new TextDecoder().decode(runner.snapshot())) as SavedRunner;
  return saved.states['*'] as FactorCompositeState;
}

/** The bar of one minute on one exchange. */
function bar(runner: StrategyRunner, minute: number, exchange: string, close: number) {
  const input = barAt(minute * 60, close);
  if (input.topic !== 'market_events') return [];
  const eventId = `${input.cause.eventId}/${exchange}`;
  return runner.apply({
    ...input,
    event: { ...input.event, exchange },
    cause: { ...input.cause, eventId },
  });
}

/** A market that swings, and another that follows it; every intent fills as the caller says. */
function play(
  runner: StrategyRunner,
  minutes: number,
  fill: (intent: OrderIntent) => void = () => undefined,
): OrderIntent[] {
  const random = seededRandom(4);
  const intents: OrderIntent[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    const close = 100 + Math.sin(minute / 3) + random.normal() / 10;
    for (const exchange of ['BINANCE', 'BINANCE_USDM']) {
      const found = bar(runner, minute, exchange, close + random.normal() / 20);
      for (const intent of found) fill(intent);
      intents.push(...found);
    }
  }
  return intents;
}

const fillAll =
  (runner: StrategyRunner, slippageBps: number | null = null) =>
  (intent: OrderIntent): void => {
    const report = reportOf(intent.intent_id, 'FILLED', intent.quantity, slippageBps);
    if (report.topic !== 'exec_reports') return;
    const { exchange, direction } = intent;
    runner.apply({ ...report, event: { ...report.event, exchange, direction } });
  };

describe('the factor composite', () => {
  it('decides nothing before it has seen enough, and trades both markets within their box after', () => {
    expect(play(runnerOf(), 66)).toEqual([]);
    const runner = runnerOf();
    const intents = play(runner, 160, fillAll(runner));
    expect(new Set(intents.map(({ exchange }) => exchange))).toEqual(
      new Set(['BINANCE', 'BINANCE_USDM']),
    );
    for (const { target_weight: target } of intents) {
      expect(Math.abs(target ?? 1)).toBeLessThanOrEqual(0.25);
    }
  });

  it('waits for the bar of its last market, or for the next interval when one did not trade', () => {
    const runner = runnerOf();
    play(runner, 100, fillAll(runner));
    const before = stateOf(runner).markets['BINANCE_USDM|BTCUSDT']!.returns.at(-1);
    bar(runner, 101, 'BINANCE', 101);
    expect(stateOf(runner).markets['BINANCE_USDM|BTCUSDT']!.returns.at(-1)).toBe(before);
    bar(runner, 102, 'BINANCE', 102);
    const { returns, endMicros } = stateOf(runner).markets['BINANCE_USDM|BTCUSDT']!;
    expect([returns.at(-1), endMicros]).toEqual([0, 101 * 60_000_000]);
  });

  it('leaves a market alone in which an order of its own still works', () => {
    const intents = play(runnerOf(), 160);
    const markets = intents.map(({ exchange }) => exchange);
    expect(markets.length).toBe(new Set(markets).size);
  });

  it('learns from its fills what trading costs, and trades less when it costs more', () => {
    const traded = (slippageBps: number): bigint => {
      // Weights inside their box move with every decision.
      const runner = runnerOf({ box_max: 1, periods_per_year: 25_200 });
      const intents = play(runner, 300, fillAll(runner, slippageBps));
      return intents.reduce((total, { quantity }) => total + quantity, 0n);
    };
    const runner = runnerOf();
    play(runner, 160, fillAll(runner, 50));
    expect(stateOf(runner).markets['BINANCE|BTCUSDT']!.impact).toBeGreaterThan(1e-3);
    expect(traded(500)).toBeLessThan(traded(0));
  });

  it('judges every arm by what it would have held, and says which it listens to', () => {
    const runner = runnerOf();
    const intents = play(runner, 300, fillAll(runner));
    expect(stateOf(runner).memory.arms.some(({ lessons }) => lessons > 100)).toBe(true);
    const reasons = intents.map(({ reason }) => reason ?? '');
    expect(reasons[0]).toContain('of all factors');
    expect(reasons.at(-1)).toMatch(/of (OFI and ERN|VRP and POS|TSX|SIF) in a/);
    const open = runnerOf({ gate: 'none' });
    for (const { reason } of play(open, 300, fillAll(open))) {
      expect(reason).toContain('of all factors');
    }
  });

  it('adds nothing when the covariance has just changed', () => {
    const runner = runnerOf({ covariance_drift_max: 0 });
    // The first decision has nothing to compare with.
    const first = play(runner, 67, fillAll(runner));
    const later = runnerOf({ covariance_drift_max: 0 });
    const all = play(later, 200, fillAll(later));
    for (const intent of all.slice(first.length)) {
      expect(intent.reason).toContain(', contained');
      const { target_weight: target, current_weight: held } = intent;
      expect(Math.abs(target ?? 1)).toBeLessThanOrEqual(Math.abs(held ?? 0) + 1e-9);
    }
  });
});

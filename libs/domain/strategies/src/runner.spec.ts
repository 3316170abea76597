import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import { StrategyRunner } from './runner.ts';
import { BTC, barAt, definitionOf, ofiAt, reportOf, tickAt } from './samples.ts';

const crossover = (parameters = {}) =>
  new StrategyRunner(
    definitionOf('ofi_crossover', {
      window: '1s',
      threshold: 2,
      ema_alpha: 0.1,
      warm_up_windows: 3,
      ...parameters,
    }),
    [BTC],
  );

/** Past the warm-up, with a price. */
function warm(runner: StrategyRunner): StrategyRunner {
  runner.apply(tickAt(1, 50_000));
  for (const second of [2, 3, 4]) runner.apply(ofiAt(second, 0));
  return runner;
}

describe('a strategy that runs', () => {
  it('sizes an order as notional over price, rounded down to the step', () => {
    const [intent] = warm(crossover()).apply(ofiAt(5, 3));
    // 1000 / 50000 = 0.02 BTC
    expect(intent).toMatchObject({
      direction: 'BUY',
      quantity: 20_000_000n,
      order_type: 'MARKET',
      strategy_id: 'SAMPLE',
      account: 'PAPER-1',
      causation_id: 'run/ofi/5',
      timestamp: 5_000_000,
      deadline: 5_000_005 + 5_000_000,
    });
  });

  it('gives the same id for the same cause and another for another', () => {
    const [first] = warm(crossover()).apply(ofiAt(5, 3));
    const [again] = warm(crossover()).apply(ofiAt(5, 3));
    const [other] = warm(crossover()).apply(ofiAt(6, 3));
    expect(again?.intent_id).toBe(first?.intent_id);
    expect(other?.intent_id).not.toBe(first?.intent_id);
  });

  it('stays out while the book is not in step', () => {
    expect(warm(crossover()).apply(ofiAt(5, 9, 'degraded'))).toEqual([]);
  });

  it('stays out before it knows a price', () => {
    const runner = crossover();
    for (const second of [2, 3, 4]) runner.apply(ofiAt(second, 0));
    expect(runner.apply(ofiAt(5, 9))).toEqual([]);
  });

  it('counts what still works towards its largest position', () => {
    const runner = warm(crossover({ position_notional_max: 2500 }));
    const sent = [5, 6, 7, 8].flatMap((second) => runner.apply(ofiAt(second, 3 + second)));
    expect(sent).toHaveLength(2);
  });

  it('may trade again once a rejected order no longer works', () => {
    const runner = warm(crossover({ position_notional_max: 1500 }));
    const [first] = runner.apply(ofiAt(5, 5));
    expect(runner.apply(ofiAt(6, 9))).toEqual([]);
    runner.apply(reportOf(first?.intent_id ?? '', 'REJECTED', 0n));
    expect(runner.apply(ofiAt(7, 12))).toHaveLength(1);
  });

  it('takes a cumulative fill in once, however often it is reported', () => {
    const runner = warm(crossover({ position_notional_max: 1500 }));
    const [first] = runner.apply(ofiAt(5, 5));
    const report = reportOf(first?.intent_id ?? '', 'FILLED', first?.quantity ?? 0n);
    runner.apply(report);
    runner.apply(report);
    // Bought to the limit: a sale fits, a purchase does not.
    expect(runner.apply(ofiAt(6, 9))).toEqual([]);
    expect(runner.apply(ofiAt(7, -9))).toHaveLength(1);
  });

  it('leaves other markets alone', () => {
    const runner = warm(crossover());
    const input = ofiAt(5, 9);
    const foreign = { ...input, event: { ...input.event, exchange: 'BINANCE_USDM' } };
    expect(runner.apply(foreign as typeof input)).toEqual([]);
  });

  it('follows a run of windows, and a window on the other side ends it', () => {
    const runner = new StrategyRunner(
      definitionOf('ofi_momentum', { window: '1s', threshold: 0.5, run_windows: 3 }),
      [BTC],
    );
    runner.apply(tickAt(1, 50_000));
    const zs = [1, 1, -1, 1, 1, 1];
    const sent = zs.map((z, index) => runner.apply(ofiAt(index + 2, z)).length);
    expect(sent).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('bets against a far close, and takes no correction for a new one', () => {
    const runner = new StrategyRunner(
      definitionOf('mean_reversion', { bar_duration: '1m', lookback_bars: 5, threshold: 1.5 }),
      [BTC],
    );
    for (const [index, close] of [100, 101, 100, 101].entries()) runner.apply(barAt(index, close));
    expect(runner.apply(barAt(4, 150, 1))).toEqual([]);
    expect(runner.apply(barAt(5, 150))).toMatchObject([{ direction: 'SELL' }]);
  });

  it('refuses a snapshot that is none', () => {
    try {
      crossover().restore(new TextEncoder().encode('{"version":9}'));
      throw new Error('accepted');
    } catch (thrown) {
      expect(isFault(thrown) && thrown.code).toBe('CHECKPOINT_CORRUPT');
    }
  });
});

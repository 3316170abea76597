import { describe, expect, it } from '@jest/globals';
import type { OrderIntent } from '@tickmesh/contracts';
import { StrategyRunner } from './runner.ts';
import { BTC, definitionOf, ofiAt, reportOf, tickAt } from './samples.ts';

const passive = () =>
  new StrategyRunner(
    definitionOf('ofi_momentum', {
      window: '1s',
      threshold: 0.5,
      run_windows: 1,
      execution: 'passive',
      patience_ms: 5_000,
      reprice_ms: 1_000,
    }),
    [BTC],
  );

/** A buy that rests at the bid, from second 2 on. */
function resting(): { runner: StrategyRunner; order: OrderIntent } {
  const runner = passive();
  runner.apply(tickAt(1, 50_000));
  const [order] = runner.apply(ofiAt(2, 1));
  return { runner, order: order! };
}

describe('an order that is worked passively', () => {
  it('rests at the best price of its own side', () => {
    expect(resting().order).toMatchObject({
      action: 'NEW',
      direction: 'BUY',
      order_type: 'LIMIT',
      limit_price: 49_999_990_000_000n,
    });
  });

  it('is replaced when the market moves away, and not again while that is open', () => {
    const { runner, order } = resting();
    const [replace] = runner.apply(tickAt(4, 50_010));
    expect(replace).toMatchObject({
      action: 'REPLACE',
      target_intent_id: order.intent_id,
      direction: 'BUY',
      quantity: order.quantity,
      limit_price: 50_009_990_000_000n,
      causation_id: 'run/tick/4',
    });
    expect(replace?.intent_id).not.toBe(order.intent_id);
    expect(runner.apply(tickAt(6, 50_020))).toEqual([]);
  });

  it('goes on from the accepted price', () => {
    const { runner } = resting();
    const [replace] = runner.apply(tickAt(4, 50_010));
    runner.apply(reportOf(replace!.intent_id, 'ACKNOWLEDGED', 0n));
    expect(runner.apply(tickAt(5.5, 50_010))).toEqual([]);
    expect(runner.apply(tickAt(6, 50_020))).toMatchObject([{ action: 'REPLACE' }]);
  });

  it('is cancelled when its patience ends, for what is left of it', () => {
    const { runner, order } = resting();
    runner.apply(reportOf(order.intent_id, 'PARTIAL_FILL', 5_000_000n));
    expect(runner.apply(tickAt(8, 50_000))).toMatchObject([
      {
        action: 'CANCEL',
        target_intent_id: order.intent_id,
        quantity: order.quantity - 5_000_000n,
      },
    ]);
  });

  it('is left alone once it has ended', () => {
    const { runner, order } = resting();
    runner.apply(reportOf(order.intent_id, 'FILLED', order.quantity));
    expect(runner.apply(tickAt(60, 50_010))).toEqual([]);
  });
});

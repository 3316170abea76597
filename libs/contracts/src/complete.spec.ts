import { describe, expect, it } from '@jest/globals';
import { codecOf } from './codec/codec.ts';
import { complete } from './complete.ts';
import type { OrderIntentInput } from './gen/types.ts';

const INPUT: OrderIntentInput = {
  intent_id: '550e8400-e29b-41d4-a716-446655440000',
  symbol: 'BTCUSDT',
  exchange: 'BINANCE',
  direction: 'BUY',
  quantity: 1_000_000_000n,
  order_type: 'MARKET',
  timestamp: 1,
  strategy_id: 'OFI',
  metadata: { regime: 'Calm' },
};

describe('completing what a producer passes', () => {
  it('gives what a reader gets of it', () => {
    const codec = codecOf('OrderIntent');
    expect(complete('OrderIntent', INPUT)).toEqual(codec.decode(codec.encode(INPUT)));
    expect(complete('OrderIntent', INPUT)).toMatchObject({ action: 'NEW', time_in_force: 'DAY' });
  });
});

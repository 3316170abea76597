import { describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { Handover } from './handover.ts';
import type { SentOrder } from './last-hop.ts';

const lease = { account: 'PAPER-1', broker: 'paper', holder: 'us', epoch: 1 };
const order: SentOrder = {
  intentId: 'an intent',
  attempt: 1,
  clientOrderId: 'its order',
  symbol: 'AAPL',
  exchange: 'SIM',
  side: 'BUY',
  orderKind: 'MARKET',
  lifetime: 'DAY',
  terms: { quantity: parseDecimal('1') },
  mode: 'paper',
};

function handover(): { way: Handover; rings: () => number } {
  let rings = 0;
  return { way: new Handover(lease, () => rings++), rings: () => rings };
}

/** Whether the promise is settled once everything that can happen by itself has happened. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('a handover', () => {
  it('gives what was committed to the desk once, in order, and rings', () => {
    const { way, rings } = handover();
    const [first, second] = [way.begin(), way.begin()];
    expect(first?.lease).toEqual(lease);
    first?.end([order]);
    second?.end([{ ...order, clientOrderId: 'another' }]);
    expect(way.take().map(({ clientOrderId }) => clientOrderId)).toEqual(['its order', 'another']);
    expect(way.take()).toEqual([]);
    expect(rings()).toBe(2);
  });

  it('rings for nothing that was not sent', () => {
    const { way, rings } = handover();
    way.begin()?.end([]);
    expect(rings()).toBe(0);
  });

  it('closes when the last intake is off the way, and lets nobody on meanwhile', async () => {
    const { way } = handover();
    const [first, second] = [way.begin(), way.begin()];
    const closed = way.close();
    expect(way.begin()).toBeUndefined();
    first?.end([order]);
    expect(await isSettled(closed)).toBe(false);
    second?.end([]);
    expect(await isSettled(closed)).toBe(true);
    expect(way.take()).toEqual([order]);
    expect(way.begin()).toBeUndefined();
    way.reopen();
    expect(way.begin()).toBeDefined();
  });

  it('closes at once when nobody is on the way', async () => {
    const { way } = handover();
    way.begin()?.end([order]);
    expect(await isSettled(way.close())).toBe(true);
  });
});

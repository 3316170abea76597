/** The questions of people and programs, over real sockets. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { type Rig, openRig } from './testing/rig.ts';
import { type Person, type ServedPlane, servePlane } from './testing/served.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));

let rig: Rig;
let served: ServedPlane;
let ann: Person;
let bob: Person;

beforeEach(async () => {
  rig = await openRig(LIMITS);
  served = await servePlane(await rig.open());
  ann = await served.person('ann', ['risk_manager', 'trader']);
  bob = await served.person('bob', ['risk_manager']);
});

afterEach(async () => {
  await served.close();
  await rig.close();
});

interface Answer {
  readonly [name: string]: unknown;
  readonly orders: readonly Record<string, unknown>[];
  readonly facts: readonly { readonly fact: { readonly kind: string } }[];
  readonly decisions: readonly Record<string, unknown>[];
  readonly reports: readonly Record<string, unknown>[];
}

const call = (path: string, body?: object) => ann.http<Answer>(path, body);

describe('over HTTP', () => {
  it('an order shows its whole life, and the lists show it with the position', async () => {
    await rig.quote();
    const id = await rig.intent({ name: 'buy' });
    await rig.reported(id, 'FILLED');
    const { body: list } = await call('orders?account=PAPER-1&open=false&limit=5');
    expect(list.orders).toMatchObject([
      { intent_id: id, status: 'FILLED', filled_quantity: '10', side: 'BUY', order_type: 'MARKET' },
    ]);
    const { body: life } = await call(`orders/${id}`);
    expect(life.facts.map(({ fact }) => fact.kind)).toEqual([
      'decision',
      'sending',
      'acknowledged',
      'fill',
    ]);
    expect(life.decisions).toHaveLength(1);
    expect(life.reports).toHaveLength(3);
    const { body: held } = await call('positions?account=PAPER-1');
    expect(held['positions']).toMatchObject([{ symbol: 'AAPL', quantity: '10' }]);
    expect(held['fees']).toMatchObject([{ currency: 'USD', amount: '0.50005' }]);
  });

  it('the part of each strategy in a position is told apart, and what each made and paid', async () => {
    await rig.quote();
    const mine = await rig.intent({ name: 'mine', quantity: parseDecimal('10') });
    await rig.reported(mine, 'FILLED');
    const order = {
      symbol: 'AAPL',
      exchange: 'SIM',
      direction: 'SELL',
      order_type: 'MARKET',
      quantity: '4',
      reason: 'hedge',
    };
    const { body: sold } = await ann.http<{ intent_id: string }>('orders', order);
    await rig.reported(sold.intent_id, 'FILLED');
    await rig.quote({ bid: 101, ask: 103, last: 102.5, last_size: 1 });
    const held = async (query: string) =>
      (await call(`positions${query}`)).body['positions'] as Record<string, unknown>[];
    expect(await held('?account=PAPER-1')).toMatchObject([
      { quantity: '6', average_cost: '100.01', realized: '-0.08', strategy_id: '', mark: '102' },
    ]);
    expect(await held('?strategy=TEST&mark=side')).toMatchObject([
      { quantity: '10', realized: '0', mark: '101', mark_source: 'bid', unrealized: '9.9' },
    ]);
    expect(await held('?strategy=MANUAL&mark=last')).toMatchObject([
      { quantity: '-4', average_cost: '99.99', mark: '102.5', unrealized: '-10.04' },
    ]);
    const profit = async (query: string) => (await call(`pnl${query}`)).body['rows'];
    // 10 x 100.01 and 4 x 99.99, at five basis points.
    expect(await profit('')).toEqual([
      {
        account: 'PAPER-1',
        strategy_id: '',
        currency: 'USD',
        realized: '-0.08',
        unrealized: '11.94',
        fees: '0.70003',
        net: '11.15997',
        unpriceable: [],
      },
    ]);
    const [test] = (await profit('?strategy=TEST')) as Record<string, string>[];
    const [manual] = (await profit('?strategy=MANUAL')) as Record<string, string>[];
    const sum = (name: string): bigint =>
      parseDecimal(test?.[name] ?? '') + parseDecimal(manual?.[name] ?? '');
    expect([sum('fees'), sum('net')]).toEqual([parseDecimal('0.70003'), parseDecimal('11.15997')]);
    expect((await call('positions?mark=moon')).status).toBe(400);
  });

  it('trading is halted by name and reason, shown as halted, and re-armed by two', async () => {
    await rig.quote();
    const held = { level: 'firm', reason: 'fire drill' };
    expect((await call('halt', held)).status).toBe(200);
    const { body } = await call('limits');
    expect(body).toMatchObject({
      limits: { version: 7, defaults: { order_quantity_max: '1000' } },
      halted: [{ level: 'firm', scope: '*', thrown_by: 'ann', reason: 'fire drill' }],
    });
    const denied = await rig.intent({ name: 'denied', quantity: parseDecimal('1') });
    await rig.reported(denied, 'REJECTED');
    expect((await bob.http('rearm', { ...held, step: 'approve' })).status).toBe(409);
    expect((await call('rearm', { ...held, reason: 'over' })).body).toMatchObject({
      requested: { level: 'firm', by: 'ann' },
    });
    expect((await call('rearm', held)).status).toBe(403);
    expect((await call('limits')).body).toMatchObject({
      halted: [{ rearm_requested_by: 'ann', rearm_reason: 'over' }],
    });
    expect((await bob.http('rearm', { ...held, step: 'request' })).status).toBe(409);
    expect(
      (await bob.http('rearm', { ...held, reason: 'seen', step: 'approve' })).body,
    ).toMatchObject({
      rearmed: { level: 'firm', by: 'bob' },
    });
    expect((await call('rearm', held)).status).toBe(404);
  });

  it('what is malformed is refused with the argument and its rule', async () => {
    expect((await call('halt', { level: 'firm' })).status).toBe(400);
    expect((await call('halt', { level: 'planet', scope: 'x', reason: 'b' })).status).toBe(400);
    expect((await call('orders/nonsense')).status).toBe(400);
    expect((await call('orders?limit=9999')).status).toBe(400);
    expect((await call('orders/550e8400-e29b-41d4-a716-446655440000')).status).toBe(404);
  });
});

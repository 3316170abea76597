/** Orders of people, over real sockets: what is asked by HTTP goes through the bus to the paper broker. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Rig, openRig, until } from './testing/rig.ts';
import { type Person, type ServedPlane, servePlane } from './testing/served.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
const WHO = { reason: 'rebalance' };
const BUY = {
  ...WHO,
  symbol: 'AAPL',
  exchange: 'SIM',
  direction: 'BUY',
  order_type: 'MARKET',
  quantity: '10',
};
const RESTING = { ...BUY, order_type: 'LIMIT', limit_price: '90', time_in_force: 'GTC' };

let rig: Rig;
let served: ServedPlane;
let ann: Person;

beforeEach(async () => {
  rig = await openRig(LIMITS);
  served = await servePlane(await rig.open());
  ann = await served.person('ann', ['trader']);
  await rig.quote();
});

afterEach(async () => {
  await served.close();
  await rig.close();
});

interface Answer {
  readonly [name: string]: unknown;
  readonly intent_id: string;
  readonly checks: readonly { readonly code: string; readonly passed: boolean }[];
}

const call = (path: string, body?: object) => ann.http<Answer>(path, body);

async function submit(body: object): Promise<string> {
  const answer = await call('orders', body);
  expect(answer.status).toBe(202);
  return answer.body.intent_id;
}

async function countOf(table: 'intents' | 'decisions' | 'orders'): Promise<unknown> {
  const [row] = await rig.database.query<{ count: bigint }>({
    name: `count ${table}`,
    text: `select count(*) as count from order_plane.${table}`,
  });
  return row?.count;
}

describe('a person with an order', () => {
  it('submits it, and it is decided, filled and told as a strategy would see it', async () => {
    const id = await submit(BUY);
    const report = await rig.reported(id, 'FILLED');
    expect(report).toMatchObject({ strategy_id: 'MANUAL', account: 'PAPER-1' });
    const { body } = await call(`orders/${id}`);
    expect(body).toMatchObject({
      intent: { reason: 'ann: rebalance', quantity: '10' },
      headers: { run_id: 'people', mode: 'paper' },
      order: { status: 'FILLED' },
    });
  });

  it('may ask for it again under its id, and is told of another order under that id', async () => {
    const intent_id = randomUUID();
    await submit({ ...BUY, intent_id });
    await rig.reported(intent_id, 'FILLED');
    expect(await submit({ ...BUY, intent_id })).toBe(intent_id);
    const other = await call('orders', { ...BUY, intent_id, quantity: '11' });
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'INTENT_CONFLICT' } } });
    const marker = await submit({ ...BUY, quantity: '1' });
    await rig.reported(marker, 'FILLED');
    expect(await countOf('orders')).toBe(2n);
  });

  it('replaces the price of a resting order, then cancels it', async () => {
    const id = await submit(RESTING);
    await rig.reported(id, 'ACKNOWLEDGED');
    const replaced = await call(`orders/${id}/replace`, { ...WHO, limit_price: '91.5' });
    expect(replaced.status).toBe(202);
    await rig.reported(replaced.body.intent_id, 'ACKNOWLEDGED');
    const { body: life } = await call(`orders/${id}`);
    expect(life).toMatchObject({
      order: { limit_price: '91.5', quantity: '10' },
    });
    const canceled = await call(`orders/${id}/cancel`, WHO);
    expect(canceled.status).toBe(202);
    await rig.reported(canceled.body.intent_id, 'CANCELED');
    await rig.reported(id, 'CANCELED');
  });

  it('may ask for an order to rest only: it never takes', async () => {
    const resting = { ...RESTING, post_only: true };
    const crossing = await submit({ ...resting, limit_price: '100.01' });
    const refused = await rig.reported(crossing, 'REJECTED');
    expect(refused.reject_reason).toBe('POST_ONLY_WOULD_CROSS (price 100.01, best 100.01)');
    const id = await submit({ ...resting, limit_price: '100' });
    await rig.reported(id, 'ACKNOWLEDGED');
    await rig.quote({ bid: 99.98, ask: 100 });
    const filled = await rig.reported(id, 'FILLED');
    expect(filled.fills.map(({ liquidity }) => liquidity)).toEqual(['MAKER']);
    const atOnce = await submit({ ...resting, time_in_force: 'IOC' });
    expect((await rig.reported(atOnce, 'REJECTED')).reject_reason).toContain('NOT_SUPPORTED');
  });

  it('sees every check that the decision would make, and nothing is recorded or sent', async () => {
    const before = await countOf('intents');
    const sound = await call('orders/preview', BUY);
    expect(sound).toMatchObject({
      status: 200,
      body: {
        approved: true,
        account: 'PAPER-1',
        limits_version: 7,
        notional: '1000',
        currency: 'USD',
        estimated_commission: '0.5',
        position_after: '10',
        reference_price: '100',
      },
    });
    const large = await call('orders/preview', { ...BUY, quantity: '1001' });
    expect(large.body).toMatchObject({ approved: false });
    expect(large.body.checks).toContainEqual(
      expect.objectContaining({ code: 'MAX_ORDER_QTY', passed: false }),
    );
    expect([await countOf('intents'), await countOf('decisions'), await countOf('orders')]).toEqual(
      [before, 0n, 0n],
    );
    const id = await submit({ ...BUY, quantity: '1001' });
    await rig.reported(id, 'REJECTED');
    const { body: life } = await call(`orders/${id}`);
    const [decision] = life['decisions'] as { checks: Answer['checks'] }[];
    expect(decision?.checks.map(({ code, passed }) => [code, passed])).toEqual(
      large.body.checks.map(({ code, passed }) => [code, passed]),
    );
  });

  it('is told what is wrong with a request, by its field', async () => {
    const wrong: readonly (readonly [string, object, number])[] = [
      ['orders', { ...BUY, quantity: 10 }, 400],
      ['orders', { ...BUY, quantity: '-1' }, 400],
      ['orders', { ...BUY, quantity: '0' }, 400],
      ['orders', { ...BUY, direction: 'HOLD' }, 400],
      ['orders', { ...BUY, reason: '' }, 400],
      ['orders', { ...BUY, post_only: 'yes' }, 400],
      ['orders', { ...BUY, order_type: 'LIMIT' }, 400],
      ['orders', [], 400],
      ['orders/preview', { ...BUY, limit_price: '5' }, 400],
      ['orders/nonsense/cancel', WHO, 400],
      [`orders/${randomUUID()}/cancel`, WHO, 404],
      [`orders/${randomUUID()}/replace`, WHO, 400],
    ];
    for (const [path, body, status] of wrong) {
      expect([path, body, (await call(path, body)).status]).toEqual([path, body, status]);
    }
    await until('nothing was taken', async () => (await countOf('intents')) === 0n);
  });

  it('finds every call with its body on the OpenAPI page', async () => {
    const { body } = await call('docs/json');
    const paths = body['paths'] as Record<string, { post?: { requestBody?: unknown } }>;
    expect(Object.keys(paths).sort()).toEqual([
      '/halt',
      '/limits',
      '/limits/changes',
      '/limits/changes/{changeId}/approve',
      '/orders',
      '/orders/preview',
      '/orders/{intentId}',
      '/orders/{intentId}/cancel',
      '/orders/{intentId}/replace',
      '/pnl',
      '/positions',
      '/rearm',
    ]);
    for (const { post } of Object.values(paths)) {
      if (post !== undefined) expect(post.requestBody).toBeDefined();
    }
  });
});

/** The HTTP calls of the order plane, over real sockets. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig, orderPlaneSchema } from '@tickmesh/config';
import { parseDecimal } from '@tickmesh/kernel';
import { type RunningService, bootService } from '@tickmesh/nest';
import { OrderPlaneModule } from './order-plane.module.ts';
import { type Rig, openRig } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
let rig: Rig;
let service: RunningService;

beforeEach(async () => {
  rig = await openRig(LIMITS);
  const parts = await rig.open();
  const config = loadConfig(orderPlaneSchema, { LOG_LEVEL: 'fatal', NODE_ENV: 'test' });
  service = await bootService({
    name: 'order-plane',
    config: { ...config, http: { ...config.http, httpPort: 0 } },
    module: () => OrderPlaneModule.serving(parts),
    writeLog: () => undefined,
  });
});

afterEach(async () => {
  await service.stop('the test is over');
  await rig.close();
});

async function call(path: string, body?: object): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`http://127.0.0.1:${service.httpPort}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

interface Answer {
  readonly [name: string]: unknown;
  readonly orders: readonly Record<string, unknown>[];
  readonly facts: readonly { readonly fact: { readonly kind: string } }[];
  readonly decisions: readonly Record<string, unknown>[];
  readonly reports: readonly Record<string, unknown>[];
}

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

  it('trading is halted by name and reason, shown as halted, and re-armed', async () => {
    await rig.quote();
    const held = { level: 'firm', by: 'ann', reason: 'fire drill' };
    expect((await call('halt', held)).status).toBe(201);
    const { body } = await call('limits');
    expect(body).toMatchObject({
      limits: { version: 7, defaults: { order_quantity_max: '1000' } },
      halted: [{ level: 'firm', scope: '*', thrown_by: 'ann', reason: 'fire drill' }],
    });
    const denied = await rig.intent({ name: 'denied', quantity: parseDecimal('1') });
    await rig.reported(denied, 'REJECTED');
    expect((await call('rearm', { ...held, reason: 'over' })).status).toBe(201);
    expect((await call('rearm', held)).status).toBe(404);
  });

  it('what is malformed is refused with the argument and its rule', async () => {
    expect((await call('halt', { level: 'firm', by: 'ann' })).status).toBe(400);
    expect((await call('halt', { level: 'planet', scope: 'x', by: 'a', reason: 'b' })).status).toBe(
      400,
    );
    expect((await call('orders/nonsense')).status).toBe(400);
    expect((await call('orders?limit=9999')).status).toBe(400);
    expect((await call('orders/550e8400-e29b-41d4-a716-446655440000')).status).toBe(404);
  });
});

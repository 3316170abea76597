/** The broker as a process of its own: killed in the middle, answering late, twice or never, lying about duplicates. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig, paperBrokerSchema } from '@tickmesh/config';
import { parseDecimal } from '@tickmesh/kernel';
import { bootService } from '@tickmesh/nest';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { BrokerFaults } from './edge/broker-faults.ts';
import { FAULTS_PAGE, PaperBrokerModule } from './paper-broker.module.ts';
import { expectOneOrder } from './testing/one-order.ts';
import { PaperProcess } from './testing/paper-process.ts';
import { type Rig, openRig, until } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
const d = parseDecimal;
let rig: Rig;
let broker: PaperProcess;

const brokerOrders = () => rig.database.query('select client_order_id from paper_broker.orders');

async function held(): Promise<unknown> {
  const [row] = await rig.database.query('select quantity from order_plane.positions');
  return row?.['quantity'];
}

describe('a broker that is a process of its own', () => {
  beforeEach(async () => {
    broker = await PaperProcess.make();
    // What a line loses for good, only the question what the broker has brings to light.
    rig = await openRig(LIMITS, {
      ORDERS_BROKER_URL: broker.url,
      ORDERS_RECONCILE_INTERVAL_MS: '1000',
    });
    await broker.start(rig);
  });

  afterEach(async () => {
    await rig.close();
    await broker.kill();
  });

  it('is killed and found again: what rests there fills, and what waited here is sent once', async () => {
    await rig.open();
    await rig.quote();
    const resting = { order_type: 'LIMIT', limit_price: d('99.5') } as const;
    const before = await rig.intent({ name: 'before', ...resting });
    await rig.reported(before, 'ACKNOWLEDGED');
    await broker.kill();
    const during = await rig.intent({ name: 'during' });
    await until('it is decided', async () => {
      const rows = await rig.database.query(`select 1 from order_plane.decisions where approved`);
      return rows.length === 2;
    });
    await broker.start(rig);
    await rig.quote({ bid: 99.4, ask: 99.45 });
    await rig.reported(during, 'FILLED');
    expect((await rig.reported(before, 'FILLED')).average_fill_price).toBe(d('99.5'));
    expect(await brokerOrders()).toHaveLength(2);
    expect(await held()).toBe('20');
  });

  it('is killed with an order that nobody was told of: asked, it has it, and it is adopted', async () => {
    await rig.open();
    await rig.quote();
    await broker.faults({ dropShare: 1 });
    const id = await rig.intent({ name: 'untold' });
    await rig.reported(id, 'UNKNOWN');
    await broker.kill();
    expect(await brokerOrders()).toHaveLength(1);
    await broker.start(rig);
    await rig.quote();
    await rig.reported(id, 'FILLED');
    await expectOneOrder(rig, id);
  });

  it('that answers too late makes orders UNKNOWN until it has spoken', async () => {
    await rig.open();
    await rig.quote();
    await broker.faults({ delayMs: 700 });
    const id = await rig.intent({ name: 'late' });
    await rig.reported(id, 'UNKNOWN');
    await rig.reported(id, 'FILLED');
    await broker.faults({ delayMs: 0 });
    await expectOneOrder(rig, id);
  });

  it('that says everything twice is heard once', async () => {
    await rig.open();
    await broker.faults({ repeatShare: 1 });
    await rig.quote();
    const id = await rig.intent({ name: 'twice' });
    await rig.reported(id, 'FILLED');
    expect((await broker.faults()).repeated).toBeGreaterThan(2);
    expect(rig.statuses(id).filter((status) => status === 'FILLED')).toHaveLength(1);
    await expectOneOrder(rig, id);
  });

  it('that loses half of what it says loses no order and gets none twice', async () => {
    await rig.open();
    await broker.faults({ dropShare: 0.5, repeatShare: 0.2 });
    await rig.quote();
    const ids: string[] = [];
    for (let i = 1; i <= 5; i++) {
      ids.push(await rig.intent({ name: `lossy ${i}`, quantity: d(String(i)) }));
      const last = ids.at(-1) ?? '';
      await until('it is at its end', () =>
        rig.statuses(last).some((status) => status === 'FILLED' || status === 'REJECTED'),
      );
    }
    expect(ids.map((id) => rig.statuses(id).at(-1))).toEqual(ids.map(() => 'FILLED'));
    expect(await brokerOrders()).toHaveLength(5);
    expect(await held()).toBe('15');
  });

  it.each(['accept', 'reject'] as const)(
    'that would %s an order handed over again is never handed one again',
    async (duplicates) => {
      await rig.open();
      await rig.quote();
      await broker.faults({ duplicates, dropShare: 1 });
      const id = await rig.intent({ name: 'once' });
      await rig.reported(id, 'UNKNOWN');
      await broker.faults({ dropShare: 0 });
      await rig.reported(id, 'FILLED');
      expect((await broker.faults()).handedOver).toBe(1);
      await expectOneOrder(rig, id);
    },
  );
});

describe('the faults of a broker', () => {
  it('are read by anybody who is signed in, and changed by an operator', async () => {
    const issuer = await TestIssuer.open();
    const config = loadConfig(paperBrokerSchema, { LOG_LEVEL: 'fatal', ...issuer.environment });
    const faults = new BrokerFaults('seed', config.sessions.faults);
    const service = await bootService({
      name: 'paper-broker',
      config: { ...config, http: { ...config.http, httpPort: 0 } },
      module: () => PaperBrokerModule.serving(faults),
      openApi: FAULTS_PAGE,
      writeLog: () => undefined,
    });
    const call = async (role: 'operator' | 'viewer', body?: object) => {
      const headers = await issuer.headersFor({ name: 'olga', roles: [role] });
      return fetch(`http://127.0.0.1:${service.httpPort}/faults`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: body === undefined ? null : JSON.stringify(body),
      });
    };
    try {
      expect((await call('viewer', { drop_share: 1 })).status).toBe(403);
      for (const body of [{ drop_share: 2 }, { delay_ms: -1 }, { duplicates: 'lie' }]) {
        expect((await call('operator', body)).status).toBe(400);
      }
      expect((await call('operator', { drop_share: 0.5, duplicates: 'accept' })).status).toBe(200);
      expect(await (await call('viewer')).json()).toMatchObject({
        drop_share: 0.5,
        repeat_share: 0,
        duplicates: 'accept',
        handed_over: 0,
      });
    } finally {
      await service.stop('the test is over');
      await issuer.close();
    }
  });

  it('are drawn from their seed', () => {
    const heard = (seed: string): string => {
      const faults = new BrokerFaults(seed, {
        dropShare: 0.3,
        repeatShare: 0.3,
        delayMs: 0,
        duplicates: 'repeat',
      });
      const said: number[] = [];
      for (let i = 0; i < 100; i++) faults.say(() => said.push(i));
      return said.join(' ');
    };
    expect(heard('a')).toBe(heard('a'));
    expect(heard('a')).not.toBe(heard('b'));
  });
});

/** The broker as a process of its own: killed in the middle, answering late, twice or never, lying about duplicates. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { expectOneOrder } from './testing/one-order.ts';
import { PaperProcess } from './testing/paper-process.ts';
import { type Rig, openRig, until } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
const d = parseDecimal;
let rig: Rig;
let broker: PaperProcess;

beforeEach(async () => {
  broker = await PaperProcess.make();
  rig = await openRig(LIMITS, { ORDERS_BROKER_URL: broker.url });
  await broker.start(rig);
});

afterEach(async () => {
  await rig.close();
  await broker.close();
});

const brokerOrders = () => rig.database.query('select client_order_id from paper_broker.orders');

async function held(): Promise<unknown> {
  const [row] = await rig.database.query('select quantity from order_plane.positions');
  return row?.['quantity'];
}

describe('a broker that is a process of its own', () => {
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
    await broker.faults({ drop_share: 1 });
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
    await broker.faults({ delay_ms: 700 });
    const id = await rig.intent({ name: 'late' });
    await rig.reported(id, 'UNKNOWN');
    await rig.reported(id, 'FILLED');
    await broker.faults({ delay_ms: 0 });
    await expectOneOrder(rig, id);
  });

  it('that says everything twice is heard once', async () => {
    await rig.open();
    await broker.faults({ repeat_share: 1 });
    await rig.quote();
    const id = await rig.intent({ name: 'twice' });
    await rig.reported(id, 'FILLED');
    expect((await broker.faults())['repeated']).toBeGreaterThan(2);
    expect(rig.statuses(id).filter((status) => status === 'FILLED')).toHaveLength(1);
    await expectOneOrder(rig, id);
  });

  it('that loses half of what it says loses no order and gets none twice', async () => {
    await rig.open();
    await broker.faults({ drop_share: 0.5, repeat_share: 0.2 });
    await rig.quote();
    const ids: string[] = [];
    for (let i = 1; i <= 5; i++) {
      ids.push(await rig.intent({ name: `lossy ${i}`, quantity: d(String(i)), deadline: null }));
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
      await broker.faults({ duplicates, drop_share: 1 });
      const id = await rig.intent({ name: 'once' });
      await rig.reported(id, 'UNKNOWN');
      await broker.faults({ drop_share: 0 });
      await rig.reported(id, 'FILLED');
      expect((await broker.faults())['handed_over']).toBe(1);
      await expectOneOrder(rig, id);
    },
  );
});

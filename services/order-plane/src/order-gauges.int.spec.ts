/** What the gauges say of a book of record that is real, and what happens when it cannot be read. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Fault, parseDecimal } from '@tickmesh/kernel';
import { createMetrics } from '@tickmesh/telemetry';
import { showBook, watchBook } from './edge/order-gauges.ts';
import { type Rig, openRig, until } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
let rig: Rig;

beforeEach(async () => {
  rig = await openRig(LIMITS);
});

afterEach(async () => {
  await rig.close();
});

async function gauges(): Promise<readonly string[]> {
  const metrics = createMetrics();
  await showBook({ database: rig.database, metrics });
  const text = await metrics.render();
  return text.split('\n').filter((line) => /^orders_(open|unknown|outbox_rows)/.test(line));
}

describe('the gauges of the book', () => {
  it('count what works, what is unknown and what waits to be published', async () => {
    const { plane, consumer } = await rig.open();
    await rig.quote();
    const resting = { order_type: 'LIMIT', limit_price: parseDecimal('90') } as const;
    await rig.reported(await rig.intent({ name: 'rest', ...resting }), 'ACKNOWLEDGED');
    await until('everything is published', async () =>
      (await gauges()).includes('orders_outbox_rows 0'),
    );
    expect(await gauges()).toEqual(
      expect.arrayContaining([
        'orders_open{account="PAPER-1"} 1',
        'orders_unknown{broker="paper"} 0',
      ]),
    );
    await consumer.stop();
    await plane.stop();
    await rig.database.query(`update order_plane.orders set unresolved = true`);
    await rig.database.query(`update order_plane.outbox set published_at = null`);
    expect(await gauges()).toEqual(
      expect.arrayContaining(['orders_unknown{broker="paper"} 1', 'orders_outbox_rows 2']),
    );
  });

  it('tell that the book could not be read, and look on', async () => {
    const faults: Fault[] = [];
    const fail = () => Promise.reject(new Fault('DATABASE_UNREACHABLE', {}));
    const stop = watchBook({
      database: { query: fail, read: fail },
      metrics: createMetrics(),
      onFault: (fault) => faults.push(fault),
    });
    await until('it was told', () => faults.length > 0);
    stop();
    expect(faults[0]?.code).toBe('DATABASE_UNREACHABLE');
  });
});

/** The short way from a decision to the wire, and when it must not be taken. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { giveLeases, waitForStatus } from './testing/leases.ts';
import { expectOneOrder } from './testing/one-order.ts';
import { type Rig, openRig } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
let rig: Rig;

beforeEach(async () => {
  // Renewed so seldom that the desk does not notice by itself who has the lease.
  rig = await openRig(LIMITS, { ORDERS_LEASE_MS: '60000' });
  await rig.open();
});

afterEach(async () => {
  await rig.close();
});

const sendings = (...intentIds: string[]): Promise<{ intent_id: string; same: boolean }[]> =>
  rig.database.query(
    `select f.intent_id, f.xmin = d.xmin as same
     from order_plane.facts f
       join order_plane.facts d on d.intent_id = f.intent_id and d.fact->>'kind' = 'decision'
     where f.intent_id = any($1::uuid[]) and f.fact->>'kind' = 'sending' order by f.sequence`,
    [intentIds],
  );

describe('an intent that is approved', () => {
  it('is marked as being sent in the transaction of its decision', async () => {
    await rig.quote();
    const id = await rig.intent({ name: 'short' });
    await rig.reported(id, 'FILLED');
    expect(await sendings(id)).toEqual([{ intent_id: id, same: true }]);
    await expectOneOrder(rig, id);
  });

  it('waits in the tables while another instance has the lease, and keeps its turn', async () => {
    await rig.quote();
    await giveLeases(rig.database, 'another', '1 hour');
    const first = await rig.intent({ name: 'first' });
    await waitForStatus(rig.database, first, 'APPROVED');
    const second = await rig.intent({ name: 'second' });
    await waitForStatus(rig.database, second, 'APPROVED');
    expect(await sendings(first, second)).toEqual([]);
    await giveLeases(rig.database, 'another', '0 seconds');
    await rig.quote();
    await rig.reported(first, 'FILLED');
    await rig.reported(second, 'FILLED');
    expect(await sendings(first, second)).toEqual([
      { intent_id: first, same: false },
      { intent_id: second, same: false },
    ]);
  });
});

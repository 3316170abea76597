/** The short way from a decision to the wire, and when it must not be taken. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { changedBroker } from './testing/changed-broker.ts';
import { giveLeases, waitForStatus } from './testing/leases.ts';
import { expectOneOrder } from './testing/one-order.ts';
import { type Rig, openRig, until } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
let rig: Rig;

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
  beforeEach(async () => {
    // Renewed so seldom that the desk does not notice by itself who has the lease.
    rig = await openRig(LIMITS, { ORDERS_LEASE_MS: '60000' });
    await rig.open();
  });

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

describe('the question what the broker has', () => {
  it('waits for every order that is on the short way: not handed over yet, it would be taken for lost', async () => {
    rig = await openRig(LIMITS, { ORDERS_RECONCILE_INTERVAL_MS: '100' });
    let questions = 0;
    const { plane } = await rig.open({
      wrapBroker: changedBroker((session) => ({
        executionsSince: (since) => {
          questions++;
          return session.executionsSince(since);
        },
      })),
    });
    const desk = plane.desks.find(({ account }) => account === 'PAPER-1');
    await until('it asks now and then', () => questions > 3);
    const handing = desk?.beginHanding();
    // One question may be under way already.
    const asked = questions + 1;
    await sleep(500);
    const meanwhile = questions;
    // The desk waits for it also when it stops.
    handing?.end([]);
    expect(meanwhile).toBeLessThanOrEqual(asked);
    await until('it asks again', () => questions > asked);
  });
});

/** The log in parts by month: made ahead, and taken out when nothing living lies in them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { parseRfc3339 } from '@tickmesh/kernel';
import { type GivenEvent, putHistories } from './testing/given-log.ts';
import { type StoreRig, codeOf, openStoreRig, person } from './testing/rig.ts';

let rig: StoreRig;
beforeAll(async () => {
  rig = await openStoreRig();
});
afterAll(() => rig.close());

const parts = async (): Promise<string[]> => {
  const rows = await rig.admin.query<{ name: string }>(
    `select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'store.log'::regclass order by 1`,
  );
  return rows.map(({ name }) => name);
};

const event = (entityId: string, version: number, time: string, type = 'UPDATED'): GivenEvent => {
  const txTime = parseRfc3339(time) ?? 0;
  const eventType = type as GivenEvent['eventType'];
  return { entityId, version, eventType, txTime, validFrom: txTime, validTo: null, data: {} };
};

describe('the parts of the log', () => {
  it('are there for this month and the next ones, and are not made twice', async () => {
    const before = await parts();
    expect(before).toHaveLength(4);
    await rig.open();
    expect(await parts()).toEqual(before);
  });

  it('leave the log only when no living entity would vanish', async () => {
    const { log } = rig.store;
    const alice = person('alice');
    const [living, moved, dead] = [randomUUID(), randomUUID(), randomUUID()];
    await putHistories(rig.admin, [
      event(moved, 1, '2026-01-10T00:00:00Z', 'CREATED'),
      event(dead, 1, '2026-01-11T00:00:00Z', 'CREATED'),
      event(dead, 2, '2026-01-12T00:00:00Z', 'DELETED'),
      event(moved, 2, '2026-02-10T00:00:00Z'),
      event(living, 1, '2026-02-11T00:00:00Z', 'CREATED'),
    ]);
    const detach = (part: string) => rig.admin.query('select store.detach_log_part($1)', [part]);
    expect(await codeOf(detach('log_2026_02'))).toBe('DATABASE_REFUSED');
    await detach('log_2026_01');
    expect(await parts()).not.toContain('log_2026_01');
    expect((await log.read(alice, moved))?.version).toBe(2);
    expect((await log.history(alice, { entityId: moved })).items).toHaveLength(1);
    const asOwner = rig.admin.transaction(async (transaction) => {
      await transaction.query('set local role store_owner');
      await transaction.query(`select store.detach_log_part('log_2026_02')`);
    });
    expect(await codeOf(asOwner)).toBe('DATABASE_REFUSED');
    expect(await codeOf(detach('log_1999_01'))).toBe('DATABASE_REFUSED');
  });
});

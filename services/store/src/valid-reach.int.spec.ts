/** How far the valid times of an entity reach, kept with each version: what an early as-of finds its way by. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseRfc3339, seededRandom } from '@tickmesh/kernel';
import { putHistories } from './testing/given-log.ts';
import { type StoreRig, openStoreRig, person } from './testing/rig.ts';

const alice = person('alice');
const START = parseRfc3339('2026-03-01T00:00:00Z') ?? Number.NaN;
const SECOND_MICROS = 1_000_000;

let rig: StoreRig;
beforeAll(async () => {
  rig = await openStoreRig();
});
afterAll(() => rig.close());

describe('the reach of valid times', () => {
  it('is kept by every write, update and deletion, alone and in batches', async () => {
    const { log } = rig.store;
    const random = seededRandom('reach');
    const anyTime = (): number | undefined =>
      random.next() < 0.3 ? undefined : START + Math.floor(random.next() * 1_000) * SECOND_MICROS;
    const trade = (price: number) => ({ symbol: 'AAPL', quantity: 1, price, side: 'BUY' });
    const written = await log.writeMany(
      alice,
      [1, 2, 3, 4].map((price) => ({
        entityType: 'Trade',
        data: trade(price),
        validFrom: anyTime(),
      })),
    );
    const ids = written.map(({ entityId }) => entityId);
    for (let version = 1; version < 30; version++) {
      await log.updateMany(
        alice,
        ids.map((entityId) => ({
          ...{ entityId, expectedVersion: version, validFrom: anyTime() },
          data: trade(version),
        })),
      );
    }
    await log.delete(alice, { entityId: ids[0] ?? '', expectedVersion: 30, validFrom: START });
    const rows = await rig.admin.query<{ versions: bigint; wrong: bigint; backdated: bigint }>(
      `select count(*) as versions, count(*) filter (where valid_reach <> expected) as wrong,
         count(*) filter (where valid_from < valid_reach) as backdated
       from (select l.*, max(valid_from) over (partition by entity_id order by version) as expected
         from store.log l where entity_id = any ($1)) kept`,
      [ids],
    );
    expect(rows[0]).toMatchObject({ versions: 121n, wrong: 0n });
    expect(rows[0]?.backdated).toBeGreaterThan(20n);
    const heads = await rig.admin.query(
      `select from store.entities e where entity_id = any ($1)
         and valid_reach <> (select max(valid_from) from store.log l where l.entity_id = e.entity_id)`,
      [ids],
    );
    expect(heads).toEqual([]);
  });

  it('lets an as-of of an early time look at a few pages, not at all that came later', async () => {
    const entityId = randomUUID();
    const versions = 10_000;
    const events = Array.from({ length: versions }, (_, i) => ({
      ...{
        entityId,
        version: i + 1,
        eventType: i === 0 ? ('CREATED' as const) : ('UPDATED' as const),
      },
      ...{ txTime: START + i * SECOND_MICROS, validFrom: START + i * SECOND_MICROS, validTo: null },
      data: { price: i + 1 },
    }));
    await putHistories(rig.admin, events);
    await rig.admin.query('vacuum analyze store.log');
    const pages = async (secondsIn: number): Promise<{ read: number; version: number }> => {
      const at = new Date((START + secondsIn * SECOND_MICROS) / 1_000).toISOString();
      const values = ['alice', entityId, at];
      const found = await rig.admin.query<{ version: bigint }>(
        'select version from store.as_of($1, $2, null, $3)',
        values,
      );
      const [plan] = await rig.admin.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        'explain (analyze, buffers, format json) select * from store.as_of($1, $2, null, $3)',
        values,
      );
      const { Plan } = plan?.['QUERY PLAN'][0] ?? { Plan: {} };
      const read = (Plan['Shared Hit Blocks'] ?? 0) + (Plan['Shared Read Blocks'] ?? 0);
      return { read, version: Number(found[0]?.version) };
    };
    // A walk from the newest version down would read some 400 pages for the first of these.
    for (const secondsIn of [10, 5_000, 9_990]) {
      const { read, version } = await pages(secondsIn);
      expect(version).toBe(secondsIn + 1);
      expect(read).toBeGreaterThan(0);
      expect(read).toBeLessThan(60);
    }
  });
});

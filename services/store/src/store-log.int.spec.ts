/** The operations of the log, on a real server. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StoredEvent, Update, Write } from './app/ports.ts';
import { type StoreRig, codeOf, openStoreRig, person, refusal } from './testing/rig.ts';

let rig: StoreRig;
const alice = person('alice');
const bob = person('bob');
const carol = person('carol');

const trade = (price: number, more: Partial<Write> = {}): Write => ({
  entityType: 'Trade',
  data: { symbol: 'AAPL', quantity: 100, price, side: 'BUY' },
  ...more,
});

const priced = (event: StoredEvent, price: number, more: Partial<Update> = {}): Update => ({
  entityId: event.entityId,
  expectedVersion: event.version,
  data: { ...event.data, price },
  ...more,
});

beforeAll(async () => {
  rig = await openStoreRig();
});
afterAll(() => rig.close());

describe('the log', () => {
  it('keeps every version with both times, and answers with the latest', async () => {
    const { log } = rig.store;
    const first = await log.write(alice, trade(150));
    const second = await log.update(alice, priced(first, 151));
    expect(first).toMatchObject({ version: 1, eventType: 'CREATED', owner: 'alice', state: null });
    expect(second).toMatchObject({ version: 2, eventType: 'UPDATED', changedBy: 'alice' });
    expect(second.txTime).toBeGreaterThan(first.txTime);
    expect([first.validFrom, first.validTo]).toEqual([first.txTime, null]);
    expect(await log.read(alice, first.entityId)).toEqual(second);
    const { items, hasMore } = await log.history(alice, { entityId: first.entityId });
    expect([items, hasMore]).toEqual([[first, second], false]);
  });

  it('calls a backdated update a correction, and answers both times with it', async () => {
    const { log } = rig.store;
    const ten = Date.parse('2026-02-22T10:00:00Z') * 1_000;
    const first = await log.write(alice, trade(150, { validFrom: ten }));
    const noon = ten + 7_200_000_000;
    const fixed = await log.update(alice, priced(first, 151, { validFrom: ten, validTo: noon }));
    expect(fixed.eventType).toBe('CORRECTED');
    const { entityId } = first;
    const priceAt = async (txTime?: number, validTime?: number) =>
      (await log.asOf(alice, { entityId, txTime, validTime }))?.data['price'];
    expect(await priceAt(first.txTime, ten)).toBe(150);
    expect(await priceAt(fixed.txTime, ten)).toBe(151);
    expect(await priceAt(fixed.txTime, noon)).toBe(150);
    expect(await priceAt(fixed.txTime, ten - 1)).toBeUndefined();
    expect(await priceAt(first.txTime - 1)).toBeUndefined();
  });

  it('refuses a stale version, a second deletion, and any change of what is deleted', async () => {
    const { log } = rig.store;
    const first = await log.write(alice, trade(1));
    await log.update(alice, priced(first, 2));
    const stale = await refusal(log.update(alice, priced(first, 3)));
    expect([stale.code, stale.details]).toEqual([
      'VERSION_CONFLICT',
      { entity_id: first.entityId, expected: 1, actual: 2 },
    ]);
    const wish = { entityId: first.entityId, expectedVersion: 2 };
    const gone = await log.delete(alice, wish);
    expect(gone).toMatchObject({ version: 3, eventType: 'DELETED', data: { price: 2 } });
    const last = { ...wish, expectedVersion: 3 };
    expect(await codeOf(log.delete(alice, last))).toBe('ENTITY_DELETED');
    expect(await codeOf(log.update(alice, { ...last, data: first.data }))).toBe('ENTITY_DELETED');
    expect(await log.read(alice, first.entityId)).toBeUndefined();
    const asked = { entityId: first.entityId, includeDeleted: true };
    expect(await log.asOf(alice, asked)).toEqual(gone);
  });

  it('refuses values that break their columns, and types that nobody declared', async () => {
    const { log } = rig.store;
    const data = { symbol: 'aapl!', quantity: 'many', price: -1, side: 'UP', colour: 1 };
    const broken = await refusal(log.write(alice, { entityType: 'Trade', data }));
    expect(broken.code).toBe('COLUMN_VALUE');
    const { problems } = broken.details as { problems: readonly { field: string }[] };
    expect(new Set(problems.map(({ field }) => field))).toEqual(
      new Set(['symbol', 'quantity', 'price', 'side', 'colour']),
    );
    expect(await codeOf(log.write(alice, { entityType: 'Car', data: {} }))).toBe(
      'ENTITY_TYPE_UNKNOWN',
    );
    const text = { symbol: 'A', direction: 'LONG', strength: 0.5, model_name: 'm', notes: 'a\0' };
    expect(await codeOf(log.write(alice, { entityType: 'Signal', data: text }))).toBe(
      'COLUMN_VALUE',
    );
  });

  it('records a batch whole or not at all, under one recorded time', async () => {
    const { log } = rig.store;
    const many = await log.writeMany(alice, [trade(1), trade(2), trade(3)]);
    expect(new Set(many.map(({ txTime }) => txTime)).size).toBe(1);
    expect(many.map(({ data }) => data['price'])).toEqual([1, 2, 3]);
    const [one, two] = many as [StoredEvent, StoredEvent];
    const updates = [priced(one, 10), priced(two, 20, { expectedVersion: 9 })];
    expect(await codeOf(log.updateMany(alice, updates))).toBe('VERSION_CONFLICT');
    expect((await log.read(alice, one.entityId))?.version).toBe(1);
    expect(await codeOf(log.updateMany(alice, [priced(one, 4), priced(one, 5)]))).toBe(
      'ARGUMENT_INVALID',
    );
    expect(await codeOf(log.writeMany(alice, []))).toBe('ARGUMENT_INVALID');
    const wishes = many.map(({ entityId }) => ({ entityId, expectedVersion: 1 }));
    const gone = await log.deleteMany(alice, wishes);
    expect(gone.map(({ eventType }) => eventType)).toEqual(['DELETED', 'DELETED', 'DELETED']);
  });

  it('makes one entity of one key of one caller', async () => {
    const { log } = rig.store;
    const mine = await log.write(alice, trade(1, { key: 'deal-7' }));
    const again = await refusal(log.write(alice, trade(1, { key: 'deal-7' })));
    expect([again.code, again.details['entity_id']]).toEqual(['VERSION_CONFLICT', mine.entityId]);
    const theirs = await log.write(bob, trade(1, { key: 'deal-7' }));
    expect(theirs.entityId).not.toBe(mine.entityId);
  });

  it('refuses times that are none, and an end before the beginning', async () => {
    const { log } = rig.store;
    const now = Date.now() * 1_000;
    for (const wrong of [
      { validFrom: Number.NaN },
      { validFrom: 1e18 },
      { validFrom: now, validTo: now },
      { validTo: now - 86_400_000_000 },
    ]) {
      expect(await codeOf(log.write(alice, trade(1, wrong)))).toBe('ARGUMENT_INVALID');
    }
    const { entityId } = await log.write(alice, trade(1));
    const future = { entityId, txTime: now + 3_600_000_000 };
    expect(await codeOf(log.asOf(alice, future))).toBe('ARGUMENT_INVALID');
  });

  it('shares and takes back; everybody who sees an entity sees with whom', async () => {
    const { log } = rig.store;
    const { entityId, ...first } = await log.write(alice, trade(1));
    const read = { entityId, grantee: 'bob', right: 'read' } as const;
    const write = { entityId, grantee: 'carol', right: 'write' } as const;
    expect(await codeOf(log.share(bob, read))).toBe('NOT_FOUND');
    expect([await log.share(alice, read), await log.share(alice, read)]).toEqual([true, false]);
    expect(await log.share(alice, write)).toBe(true);
    expect(await log.shares(bob, entityId)).toEqual({
      owner: 'alice',
      readers: ['bob'],
      writers: ['carol'],
    });
    expect(await codeOf(log.share(bob, { ...read, grantee: 'dan' }))).toBe('NOT_ALLOWED');
    expect((await log.read(bob, entityId))?.data).toEqual(first.data);
    const change = { entityId, expectedVersion: 1, data: first.data };
    expect(await codeOf(log.update(bob, change))).toBe('NOT_ALLOWED');
    expect(await log.update(carol, change)).toMatchObject({ changedBy: 'carol', owner: 'alice' });
    expect(await log.unshare(carol, read)).toBe(true);
    expect(await log.unshare(carol, read)).toBe(false);
    expect(await log.read(bob, entityId)).toBeUndefined();
    expect(await codeOf(log.shares(bob, entityId))).toBe('NOT_FOUND');
    expect(await log.delete(carol, { entityId, expectedVersion: 2 })).toMatchObject({ version: 3 });
    expect(await log.unshare(carol, { ...write, grantee: 'carol' })).toBe(true);
    expect(await log.shares(alice, entityId)).toMatchObject({ readers: [], writers: [] });
  });

  it('tells who did what, without the values', async () => {
    const { log } = rig.store;
    const first = await log.write(alice, trade(1));
    await log.update(alice, priced(first, 2));
    const { items } = await log.audit(alice, { entityId: first.entityId, limit: 1 });
    const rest = await log.audit(alice, { entityId: first.entityId, afterVersion: 1 });
    expect(items).toMatchObject([{ version: 1, eventType: 'CREATED', changedBy: 'alice' }]);
    expect(rest).toMatchObject({ items: [{ version: 2, stateChange: null }], hasMore: false });
    expect(JSON.stringify([items, rest])).not.toContain('AAPL');
    const { items: none } = await log.audit(bob, { entityId: first.entityId });
    expect(none).toEqual([]);
  });
});

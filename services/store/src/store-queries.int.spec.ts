/** Questions about many entities: filters, pages, counts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Query, StoredEvent } from './app/ports.ts';
import { type StoreRig, codeOf, openStoreRig, person } from './testing/rig.ts';

let rig: StoreRig;
let caller = 0;
const nobodyYet = () => person(`trader-${++caller}`);

beforeAll(async () => {
  rig = await openStoreRig();
});
afterAll(() => rig.close());

const data = (symbol: string, quantity: number, price = 10) => ({
  symbol,
  quantity,
  price,
  side: 'BUY',
});

const symbolsOf = (events: readonly StoredEvent[]) => events.map((event) => event.data['symbol']);

describe('a query', () => {
  it('asks its filter of the latest version only', async () => {
    const { log } = rig.store;
    const me = nobodyYet();
    const write = (symbol: string, quantity: number) =>
      log.write(me, { entityType: 'Trade', data: data(symbol, quantity) });
    const big = await write('A', 500);
    await write('B', 600);
    await write('C', 5);
    const { entityId } = big;
    await log.update(me, { entityId, expectedVersion: 1, data: data('A', 1) });
    const asking = { entityType: 'Trade', filter: 'quantity > 100' };
    const { events } = await log.query(me, asking);
    expect(symbolsOf(events)).toEqual(['B']);
    expect(await log.count(me, asking)).toBe(1n);
    const before = await log.query(me, { ...asking, txTime: big.txTime });
    expect(symbolsOf(before.events)).toEqual(['A']);
    expect(await log.count(me, { entityType: 'Trade' })).toBe(3n);
  });

  it('loses nothing at page borders, also when one batch spans them and entities move on', async () => {
    const { log } = rig.store;
    const me = nobodyYet();
    const symbols = Array.from({ length: 11 }, (_, i) => `S${i}`);
    const written = await log.writeMany(
      me,
      symbols.map((symbol) => ({ entityType: 'Trade', data: data(symbol, 1) })),
    );
    const seen: unknown[] = [];
    let pageToken: string | undefined;
    let pages = 0;
    do {
      const page = await log.query(me, { entityType: 'Trade', limit: 3, pageToken });
      seen.push(...symbolsOf(page.events));
      pageToken = page.nextPageToken;
      // What was not seen yet is changed: it must not slip past the border.
      const { entityId, version } = written[0] as StoredEvent;
      const expectedVersion = version + pages++;
      await log.update(me, { entityId, expectedVersion, data: data('S0', pages) });
    } while (pageToken !== undefined);
    expect(seen).toEqual(symbols.toReversed());
    expect(pages).toBe(4);
  });

  it('has no page behind a last one that is full', async () => {
    const { log } = rig.store;
    const me = nobodyYet();
    await log.writeMany(
      me,
      ['A', 'B'].map((symbol) => ({ entityType: 'Trade', data: data(symbol, 1) })),
    );
    const { nextPageToken } = await log.query(me, { entityType: 'Trade', limit: 2 });
    expect(nextPageToken).toBeUndefined();
  });

  it('takes a page token of the same query of the same caller alone', async () => {
    const { log } = rig.store;
    const me = nobodyYet();
    const writes = ['A', 'B'].map((symbol) => ({ entityType: 'Trade', data: data(symbol, 1) }));
    await log.writeMany(me, writes);
    const asking: Query = { entityType: 'Trade', limit: 1 };
    const { nextPageToken: pageToken } = await log.query(me, asking);
    expect(pageToken).toMatch(/^[\w-]{86}$/);
    for (const [who, query] of [
      [nobodyYet(), { ...asking, pageToken }],
      [me, { ...asking, pageToken, filter: 'quantity > 0' }],
      [me, { ...asking, pageToken: [...(pageToken ?? '')].reverse().join('') }],
      [me, { ...asking, pageToken: 'AAAA' }],
    ] as const) {
      expect(await codeOf(log.query(who, query))).toBe('ARGUMENT_INVALID');
    }
  });

  it('refuses filters that are no condition over the fields of the type', async () => {
    const { log } = rig.store;
    const me = nobodyYet();
    const codes = [];
    for (const filter of ['quantity +', 'volume > 1', 'quantity', "quantity > 'a'"]) {
      codes.push(await codeOf(log.query(me, { entityType: 'Trade', filter })));
    }
    expect(codes).toEqual(['EXPR_SYNTAX', 'EXPR_FIELD', 'EXPR_TYPE', 'EXPR_TYPE']);
    expect(await codeOf(log.count(me, { filter: 'true' }))).toBe('ARGUMENT_INVALID');
    expect(await codeOf(log.query(me, { entityType: 'Car' }))).toBe('ENTITY_TYPE_UNKNOWN');
    expect(await codeOf(log.query(me, { entityType: 'Trade', limit: 1_001 }))).toBe(
      'ARGUMENT_INVALID',
    );
  });

  it('counts what is there by type, without what was deleted', async () => {
    const { log } = rig.store;
    const me = nobodyYet();
    const order = { ...data('A', 1), order_type: 'LIMIT' };
    const first = await log.write(me, { entityType: 'Order', data: order });
    await log.write(me, { entityType: 'Order', data: order });
    await log.write(me, { entityType: 'Trade', data: data('A', 1) });
    await log.delete(me, { entityId: first.entityId, expectedVersion: 1 });
    expect(await log.types(me)).toEqual([
      { entityType: 'Order', count: 1n },
      { entityType: 'Trade', count: 1n },
    ]);
    expect(await log.count(me, {})).toBe(2n);
    const pending = { entityType: 'Order', states: ['PENDING'] };
    expect(await log.count(me, pending)).toBe(1n);
    expect(await log.count(me, { ...pending, states: ['FILLED'] })).toBe(0n);
    expect(await log.count(me, { ...pending, txTime: first.txTime })).toBe(1n);
  });
});

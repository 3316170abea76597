/**
 * The classes of questions of TPC-BiH (Kaufmann, Fischer, May, Kossmann: Benchmarking Bitemporal Database Systems, TPCTC
 * 2013), over changes of its kinds: insert, overwrite, shrink, split and end of an interval, some of them known late.
 * Each answer is held to a recomputation from the histories.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOf } from '@tickmesh/domain-store';
import type { StoredEvent, ValidTimes } from './app/ports.ts';
import { type StoreRig, openStoreRig, person } from './testing/rig.ts';

const alice = person('alice');
const DAY = 86_400_000_000;
const START = Date.parse('2026-01-01T00:00:00Z') * 1_000;
const day = (n: number): number => START + n * DAY;

let rig: StoreRig;
/** By symbol, as the log gives them back. */
const histories = new Map<string, readonly StoredEvent[]>();

beforeAll(async () => {
  rig = await openStoreRig();
  await record('A', [
    [10, { validFrom: day(0) }],
    [11, { validFrom: day(10) }], // overwrites what follows
    [12, { validFrom: day(3), validTo: day(5) }], // splits
    [13, { validFrom: day(0), validTo: day(2) }], // shrinks from the left
    [14, { validFrom: day(20) }],
    [15, { validFrom: day(3), validTo: day(4) }], // corrects the correction
  ]);
  await record('B', [
    [20, { validFrom: day(5) }],
    [21, { validFrom: day(1), validTo: day(5) }], // adjoins
    [22, { validFrom: day(4), validTo: day(12) }], // overlaps both
  ]);
  await record('C', [
    [30, { validFrom: day(2) }],
    [31, { validFrom: day(40) }], // in the future of most questions
  ]);
  const last = histories.get('C')?.at(-1) as StoredEvent;
  const { entityId } = last;
  // Known late: it had ended on day 8.
  await rig.store.log.delete(alice, { entityId, expectedVersion: 2, validFrom: day(8) });
  await remember('C', entityId);
});
afterAll(() => rig.close());

const dataOf = (symbol: string, price: number) => ({ symbol, price, quantity: 1, side: 'BUY' });

async function record(
  symbol: string,
  [first, ...rest]: readonly (readonly [price: number, valid: ValidTimes])[],
): Promise<void> {
  const { log } = rig.store;
  const [price, valid] = first as readonly [number, ValidTimes];
  const write = { entityType: 'Trade', data: dataOf(symbol, price), ...valid };
  const { entityId } = await log.write(alice, write);
  for (const [i, [later, times]] of rest.entries()) {
    const data = dataOf(symbol, later);
    await log.update(alice, { entityId, expectedVersion: i + 1, data, ...times });
  }
  await remember(symbol, entityId);
}

async function remember(symbol: string, entityId: string): Promise<void> {
  histories.set(symbol, (await rig.store.log.history(alice, { entityId })).items);
}

const all = (): readonly StoredEvent[] => [...histories.values()].flat();
const priceOf = (event: StoredEvent | undefined): unknown => event?.data['price'];

/** Every recorded instant, and every instant at which validity changes, with their neighbours. */
const recordedTimes = (): number[] =>
  [...new Set(all().map(({ txTime }) => txTime))].sort((a, b) => a - b);
const validTimes = (): number[] =>
  [...new Set(all().flatMap(({ validFrom, validTo }) => [validFrom, validTo ?? validFrom]))]
    .flatMap((time) => [time - 1, time])
    .sort((a, b) => a - b);

/** Prices by symbol at two times, recomputed. */
const slice = (
  txTime: number | undefined,
  validTime: number | undefined,
): Record<string, unknown> =>
  Object.fromEntries(
    [...histories]
      .map(([symbol, events]) => [symbol, priceOf(asOf(events, { txTime, validTime }))] as const)
      .filter(([, price]) => price !== undefined),
  );

async function sliceOf(txTime?: number, validTime?: number): Promise<Record<string, unknown>> {
  const { events } = await rig.store.log.query(alice, { entityType: 'Trade', txTime, validTime });
  return Object.fromEntries(
    events.map((event) => [event.data['symbol'] as string, priceOf(event)]),
  );
}

describe('bi-temporal questions', () => {
  it('time travel: one entity at every pair of times', async () => {
    const { log } = rig.store;
    for (const events of histories.values()) {
      const { entityId } = events[0] as StoredEvent;
      for (const txTime of recordedTimes()) {
        for (const validTime of validTimes()) {
          const at = { txTime, validTime };
          const found = await log.asOf(alice, { entityId, ...at });
          expect([at, priceOf(found)]).toEqual([at, priceOf(asOf(events, at))]);
        }
      }
    }
  });

  it('slice: every entity at one recorded time, one valid time, or both', async () => {
    for (const txTime of recordedTimes())
      expect(await sliceOf(txTime)).toEqual(slice(txTime, undefined));
    for (const validTime of validTimes()) {
      expect(await sliceOf(undefined, validTime)).toEqual(slice(undefined, validTime));
      const txTime = recordedTimes()[6];
      expect(await sliceOf(txTime, validTime)).toEqual(slice(txTime, validTime));
    }
  });

  it('key in time: the versions of an entity, in order and by page', async () => {
    const { log } = rig.store;
    for (const events of histories.values()) {
      const { entityId } = events[0] as StoredEvent;
      const found: StoredEvent[] = [];
      for (let hasMore = true; hasMore;) {
        const afterVersion = found.length;
        const page = await log.history(alice, { entityId, afterVersion, limit: 2 });
        found.push(...page.items);
        ({ hasMore } = page);
      }
      expect(found).toEqual(events);
    }
  });

  it('range: a filter at two times is asked of the version that answers there', async () => {
    const { log } = rig.store;
    for (const validTime of [day(1), day(3), day(4), day(9), day(25)]) {
      const asking = { entityType: 'Trade', validTime };
      const { events } = await log.query(alice, {
        ...asking,
        filter: 'price >= 11 and price <= 21',
      });
      const expected = Object.entries(slice(undefined, validTime)).filter(
        ([, price]) => Number(price) >= 11 && Number(price) <= 21,
      );
      expect(events.map((event) => event.data['symbol']).sort()).toEqual(
        expected.map(([s]) => s).sort(),
      );
    }
  });

  it('temporal join: what two entities were at the same time, over all of time', async () => {
    const { log } = rig.store;
    const [a, b] = ['A', 'B'].map((symbol) => histories.get(symbol) ?? []);
    for (const validTime of validTimes()) {
      const pair = await Promise.all(
        [a, b].map((events) =>
          log.asOf(alice, { entityId: events?.[0]?.entityId ?? '', validTime }),
        ),
      );
      const { A, B } = slice(undefined, validTime);
      expect(pair.map(priceOf)).toEqual([A, B]);
    }
  });

  it('temporal aggregation: how many there were, over all of time', async () => {
    const { log } = rig.store;
    for (const validTime of validTimes()) {
      const count = await log.count(alice, { entityType: 'Trade', validTime });
      expect([validTime, count]).toEqual([
        validTime,
        BigInt(Object.keys(slice(undefined, validTime)).length),
      ]);
    }
  });

  it('what is recorded later changes no answer about before', async () => {
    const { log } = rig.store;
    const before = await Promise.all(recordedTimes().map((txTime) => sliceOf(txTime, day(4))));
    const [first] = histories.get('A') ?? [];
    const { entityId } = first as StoredEvent;
    const data = dataOf('A', 99);
    await log.update(alice, { entityId, expectedVersion: 6, data, validFrom: day(0) });
    expect(await Promise.all(recordedTimes().map((txTime) => sliceOf(txTime, day(4))))).toEqual(
      before,
    );
    expect(await sliceOf(undefined, day(4))).toMatchObject({ A: 99 });
  });
});

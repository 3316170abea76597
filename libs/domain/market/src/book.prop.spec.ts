import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Book, BookSide } from './book.ts';
import { StateReader, StateWriter } from './state-bytes.ts';
import type { LevelList } from './venue-frames.ts';

/** Few prices, so that updates meet; some far away, so that every length of tail is moved. */
const price = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 }));
const update = fc.tuple(price, fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 })));
const updates = fc.array(update, { maxLength: 300 });

const listed = (side: BookSide): number[][] =>
  Array.from({ length: side.count }, (_, rank) => [side.priceAt(rank), side.sizeAt(rank)]);

function levelList(rows: readonly (readonly [number, number])[]): LevelList {
  return {
    count: rows.length,
    prices: Float64Array.from(rows, ([p]) => p),
    sizes: Float64Array.from(rows, ([, s]) => s),
  };
}

describe('A side of a book', () => {
  it.each([
    ['bids', 1 as const],
    ['asks', -1 as const],
  ])('holds what a map of prices holds, best first: %s', (_, sign) => {
    fc.assert(
      fc.property(updates, (rows) => {
        const side = new BookSide(sign, 10_000);
        const naive = new Map<number, number>();
        for (const [at, size] of rows) {
          const before = naive.get(at) ?? 0;
          if (size === 0) naive.delete(at);
          else naive.set(at, size);
          const rank = side.set(at, size);
          expect(rank === -1).toBe(before === size);
        }
        const sorted = [...naive].sort(([left], [right]) => sign * (right - left));
        expect(listed(side)).toEqual(sorted);
      }),
    );
  });

  it('tells the rank at which it changed', () => {
    const side = new BookSide(1, 100);
    expect(side.set(10, 1)).toBe(0);
    expect(side.set(8, 1)).toBe(1);
    expect(side.set(9, 1)).toBe(1);
    expect(side.set(9, 0)).toBe(1);
    expect(side.set(8, 2)).toBe(1);
    expect(side.set(10, 0)).toBe(0);
    expect(side.set(77, 0)).toBe(-1);
  });

  it('never holds more than its most, and gives up the worst', () => {
    fc.assert(
      fc.property(updates, fc.integer({ min: 1, max: 8 }), (rows, levelsMax) => {
        const side = new BookSide(-1, levelsMax);
        for (const [at, size] of rows) {
          const best = side.priceAt(0);
          side.set(at, size);
          expect(side.count).toBeLessThanOrEqual(levelsMax);
          if (size > 0 && !(best < at)) expect(side.priceAt(0)).toBe(at);
        }
      }),
    );
  });
});

describe('A book', () => {
  it('is the same whether a snapshot is loaded or its levels come as updates', () => {
    fc.assert(
      fc.property(updates, updates, (bids, asks) => {
        const [loaded, updated] = [new Book(10_000), new Book(10_000)];
        loaded.replace(7, levelList(bids.toReversed()), levelList(asks.toReversed()));
        for (const row of bids) updated.apply(7, levelList([row]), levelList([]));
        for (const row of asks) updated.apply(7, levelList([]), levelList([row]));
        expect(listed(loaded.bids)).toEqual(listed(updated.bids));
        expect(listed(loaded.asks)).toEqual(listed(updated.asks));
      }),
    );
  });

  it('comes back whole from its saved state', () => {
    fc.assert(
      fc.property(updates, (rows) => {
        const book = new Book(10_000);
        book.apply(9, levelList(rows), levelList(rows));
        const out = new StateWriter();
        book.save(out);
        const restored = new Book(10_000);
        restored.load(new StateReader(out.finish()));
        expect(listed(restored.bids)).toEqual(listed(book.bids));
        expect(listed(restored.asks)).toEqual(listed(book.asks));
        expect(restored.lastId).toBe(9);
      }),
    );
  });

  it('is crossed when the best bid is not below the best ask, and not while a side is empty', () => {
    const book = new Book(10);
    book.apply(1, levelList([[100, 1]]), levelList([]));
    expect(book.isCrossed()).toBe(false);
    book.apply(2, levelList([]), levelList([[101, 1]]));
    expect(book.isCrossed()).toBe(false);
    book.apply(3, levelList([]), levelList([[100, 1]]));
    expect(book.isCrossed()).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { RecordDifference } from './compare-records.ts';
import { SettledDifferences } from './settled-differences.ts';

const difference = (name: string, book: string | null, record: string | null): RecordDifference => {
  return { kind: 'order', name, field: 'filledQuantity', book, record };
};
const named = (looks: SettledDifferences): string[] =>
  looks.differences.map(({ name, settled }) => `${name} ${settled ? 'settled' : 'moves'}`);

describe('looking again at what differs', () => {
  it('counts what stood unchanged on both sides for the time, and not before', () => {
    const looks = new SettledDifferences(1_000);
    looks.look([difference('a', '3', '2')], 0);
    expect([looks.isSettled, named(looks)]).toEqual([false, ['a moves']]);
    looks.look([difference('a', '3', '2')], 999);
    expect(looks.isSettled).toBe(false);
    looks.look([difference('a', '3', '2')], 1_000);
    expect([looks.isSettled, named(looks)]).toEqual([true, ['a settled']]);
  });

  it('begins anew when either side moves, or when the two agreed in between', () => {
    const looks = new SettledDifferences(1_000);
    looks.look([difference('a', '3', '2'), difference('b', '3', '2')], 0);
    looks.look([difference('a', '4', '2'), difference('b', '3', null)], 600);
    looks.look([difference('a', '4', '2'), difference('b', '3', null)], 1_200);
    expect(named(looks)).toEqual(['a moves', 'b moves']);
    looks.look([difference('a', '4', '2')], 1_600);
    looks.look([difference('a', '4', '2'), difference('b', '3', null)], 1_700);
    expect([looks.isSettled, named(looks)]).toEqual([false, ['a settled', 'b moves']]);
  });

  it('has nothing left to look at where nothing differs', () => {
    const looks = new SettledDifferences(1_000);
    looks.look([], 0);
    expect([looks.isSettled, looks.differences]).toEqual([true, []]);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type MemberClaim, assign } from './assigners.ts';

const members = fc.uniqueArray(fc.record({ memberId: fc.uuid(), ownedGeneration: fc.nat(5) }), {
  minLength: 1,
  maxLength: 8,
  selector: ({ memberId }) => memberId,
});
const topics = fc.uniqueArray(
  fc.record({ topic: fc.string({ minLength: 1 }), count: fc.integer({ min: 1, max: 12 }) }),
  { minLength: 1, maxLength: 4, selector: ({ topic }) => topic },
);
const numbered = (counts: readonly { readonly topic: string; readonly count: number }[]) =>
  counts.map(({ topic, count }) => ({
    topic,
    partitions: Array.from({ length: count }, (_, i) => i),
  }));

describe('An assignment', () => {
  it.each(['co-partitioned', 'single-owner'] as const)(
    'that is %s gives every partition to exactly one member',
    (assignment) => {
      fc.assert(
        fc.property(members, topics, (claims, counts) => {
          const owned = [...assign(assignment, claims, numbered(counts)).values()].flatMap((own) =>
            Object.entries(own).flatMap(([topic, list]) => list.map((one) => `${topic}/${one}`)),
          );
          const all = numbered(counts).flatMap(({ topic, partitions }) =>
            partitions.map((one) => `${topic}/${one}`),
          );
          expect(owned.toSorted()).toEqual(all.toSorted());
        }),
      );
    },
  );

  it('that is co-partitioned puts a partition number of all topics on one member', () => {
    fc.assert(
      fc.property(members, topics, (claims, counts) => {
        const ownerOf = new Map<number, string>();
        for (const [member, own] of assign('co-partitioned', claims, numbered(counts))) {
          for (const partition of Object.values(own).flat()) {
            expect(ownerOf.get(partition) ?? member).toBe(member);
            ownerOf.set(partition, member);
          }
        }
      }),
    );
  });

  it('does not depend on the order in which the members are listed', () => {
    fc.assert(
      fc.property(
        members,
        topics,
        fc.constantFrom('co-partitioned', 'single-owner'),
        (claims, counts, kind) => {
          const one = assign(kind, claims, numbered(counts));
          const other = assign(kind, claims.toReversed(), numbered(counts));
          expect([...one.keys()].toSorted()).toEqual([...other.keys()].toSorted());
          for (const [member, own] of one) expect(own).toEqual(other.get(member));
        },
      ),
    );
  });

  it('to a single owner stays with the member that owned it last', () => {
    const claims: readonly MemberClaim[] = [
      { memberId: 'a-new', ownedGeneration: 0 },
      { memberId: 'b-before', ownedGeneration: 3 },
      { memberId: 'c-last', ownedGeneration: 7 },
    ];
    const owned = assign('single-owner', claims, [{ topic: 't', partitions: [0, 1] }]);
    expect(Object.fromEntries(owned)).toEqual({
      'a-new': {},
      'b-before': {},
      'c-last': { t: [0, 1] },
    });
  });
});

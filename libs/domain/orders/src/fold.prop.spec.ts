/**
 * The laws of the fold: arrival order and repetition cannot matter. Small sets are tried in every order there is;
 * large ones in 100,000 random ones, with duplicates.
 */
import { describe, expect, it } from '@jest/globals';
import { seededRandom, type Random } from '@tickmesh/kernel';
import fc from 'fast-check';
import { type IntentFact, type OrderFact, encodeFact } from './fact.ts';
import { OrderFold, foldOrder } from './fold.ts';

const UNIT = 1_000_000_000n;
const INTENT: IntentFact = {
  kind: 'intent',
  intentId: '550e8400-e29b-41d4-a716-446655440000',
  atMicros: 0,
  side: 'SELL',
  orderKind: 'LIMIT',
  lifetime: 'DAY',
  terms: { quantity: 10n * UNIT, limitPrice: 100n * UNIT },
};

const time = fc.integer({ min: 1, max: 6 });
const execution = fc.constantFrom('E1', 'E2', 'E3', 'E4');
const request = fc.constantFrom('R1', 'R2', 'R3');
const amount = fc.integer({ min: 1, max: 9 }).map((n) => BigInt(n) * UNIT);
const attempt = fc.integer({ min: 1, max: 3 });

/** Few identities and times, so that conflicts, busts of unknown fills and late answers are common. */
const anyFact: fc.Arbitrary<OrderFact> = fc.oneof(
  fc.record({
    kind: fc.constant('decision' as const),
    stage: fc.constantFrom('intake' as const, 'wire' as const),
    approved: fc.boolean(),
    atMicros: time,
  }),
  fc.record({
    kind: fc.constant('sending' as const),
    attempt,
    clientOrderId: fc.constant('C1'),
    atMicros: time,
  }),
  fc.record({
    kind: fc.constantFrom('unanswered' as const, 'absent' as const),
    attempt,
    atMicros: time,
  }),
  fc.record({
    kind: fc.constant('acknowledged' as const),
    venueOrderId: fc.constantFrom('V1', 'V2'),
    atMicros: time,
  }),
  fc.record({
    kind: fc.constant('rejected' as const),
    reason: fc.constantFrom('a', 'b'),
    atMicros: time,
  }),
  fc.record({ kind: fc.constant('triggered' as const), atMicros: time }),
  ...[1, 2, 3].map(() =>
    fc.record({
      kind: fc.constant('fill' as const),
      executionId: execution,
      quantity: amount,
      price: amount,
      fee: amount,
      feeCurrency: fc.constantFrom('USD', 'BTC'),
      atMicros: time,
    }),
  ),
  fc.record({
    kind: fc.constant('inferred-fill' as const),
    cumulativeQuantity: amount,
    cumulativeNotional: amount.map((n) => n * UNIT),
    atMicros: time,
  }),
  fc.record({ kind: fc.constant('bust' as const), executionId: execution, atMicros: time }),
  fc.record({
    kind: fc.constant('correction' as const),
    executionId: execution,
    revision: attempt,
    quantity: amount,
    price: amount,
    atMicros: time,
  }),
  fc.record({
    kind: fc.constantFrom('cancel-requested' as const, 'replace-accepted' as const),
    requestId: request,
    atMicros: time,
  }),
  fc.record({
    kind: fc.constantFrom('cancel-rejected' as const, 'replace-rejected' as const),
    requestId: request,
    reason: fc.constant('late'),
    atMicros: time,
  }),
  fc.record({
    kind: fc.constant('replace-requested' as const),
    requestId: request,
    revision: attempt,
    terms: fc.record({ quantity: amount }),
    atMicros: time,
  }),
  fc.record({
    kind: fc.constantFrom('canceled' as const, 'expired' as const),
    reason: fc.constantFrom('x', 'y', undefined),
    atMicros: time,
  }),
  fc.record({ kind: fc.constant('snapshot' as const), cumulativeQuantity: amount, atMicros: time }),
);

describe('the fold of an order', () => {
  it('F1: gives one state for every permutation of up to seven facts', () => {
    const runs = { 3: 500, 4: 500, 5: 50, 6: 6, 7: 2 };
    for (const [size, numRuns] of Object.entries(runs)) {
      const facts = fc.array(anyFact, { minLength: Number(size), maxLength: Number(size) });
      fc.assert(
        fc.property(facts, (given) => {
          const expected = foldOrder(INTENT, given);
          for (const order of permutations(given)) {
            expect(foldOrder(INTENT, order)).toEqual(expected);
          }
        }),
        { numRuns },
      );
    }
  });

  it('F2: gives one state for 100,000 random orders with repetitions', () => {
    const sets = fc.sample(fc.array(anyFact, { minLength: 2, maxLength: 24 }), {
      numRuns: 2_000,
      seed: 20_241_108,
    });
    const random = seededRandom('fold');
    let orders = 0;
    for (const facts of sets) {
      const expected = fingerprint(facts);
      for (let i = 0; i < 50; i++, orders++) {
        const repeated = [...facts, ...facts.filter(() => random.next() < 0.3)];
        const found = fingerprint(shuffled(repeated, random));
        if (found !== expected) expect(found).toBe(expected);
      }
    }
    expect(orders).toBe(100_000);
  });

  it('F3: counts every fill that is neither busted nor restated', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 20 }), (facts) => {
        const state = foldOrder(INTENT, facts);
        const touched = new Set(
          facts.flatMap((fact) =>
            fact.kind === 'bust' || fact.kind === 'correction' ? [fact.executionId] : [],
          ),
        );
        const booked = new Set(state.fills.map((fill) => fill.executionId));
        for (const fact of facts) {
          if (fact.kind !== 'fill' || touched.has(fact.executionId)) continue;
          expect(booked).toContain(fact.executionId);
        }
      }),
    );
  });

  it('says that a repeated fact is nothing new, and a new one is', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), (facts) => {
        const fold = new OrderFold(INTENT);
        for (const fact of facts) {
          const before = describeState(fold);
          const isNew = fold.add(fact);
          if (!isNew) expect(describeState(fold)).toBe(before);
          expect(fold.add(fact)).toBe(false);
        }
      }),
    );
  });
});

function fingerprint(facts: readonly OrderFact[]): string {
  const fold = new OrderFold(INTENT);
  for (const fact of facts) fold.add(fact);
  return describeState(fold);
}

function describeState(fold: OrderFold): string {
  return JSON.stringify(
    [fold.state(), fold.facts().map(encodeFact).sort()],
    (_, value: unknown) => {
      if (typeof value === 'bigint') return value.toString();
      return value instanceof Map ? [...(value as Map<string, bigint>)] : value;
    },
  );
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) {
    yield items;
    return;
  }
  for (let i = 0; i < items.length; i++) {
    const rest = [...items.slice(0, i), ...items.slice(i + 1)];
    for (const order of permutations(rest)) yield [items[i] as T, ...order];
  }
}

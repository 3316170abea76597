import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMicros, Pacer } from './pacing.ts';

const RATE = { tokens: 5, perMicros: 1000 };

interface Ask {
  readonly gap: number;
  readonly cost: number;
  readonly patience: number;
}

const asks = fc.array(
  fc.record({
    gap: fc.nat(900),
    cost: fc.integer({ min: 1, max: 5 }),
    patience: fc.nat(3000),
  }),
  { maxLength: 60 },
);

/** Submits each request after its gap and then lets the rest come due; what became of each, and when. */
function play(list: readonly Ask[]): {
  grants: { item: number; at: number; cost: number }[];
  expired: number[];
  refused: number[];
} {
  const pacer = new Pacer<number>({ rest: RATE }, 4);
  const grants: { item: number; at: number; cost: number }[] = [];
  const [expired, refused]: [number[], number[]] = [[], []];
  let now = 0;
  const collect = (): void => {
    const due = pacer.due(now);
    for (const item of due.granted) grants.push({ item, at: now, cost: list[item]!.cost });
    expired.push(...due.expired);
  };
  list.forEach(({ gap, cost, patience }, item) => {
    const until = now + gap;
    while (pacer.nextMicros() <= until) {
      now = Math.max(now, pacer.nextMicros());
      collect();
    }
    now = until;
    const request = { endpoint: 'rest', item, cost, deadlineMicros: now + patience };
    const answer = pacer.submit(request, now);
    if (answer === 'granted') grants.push({ item, at: now, cost });
    if (answer === 'refused') refused.push(item);
  });
  while (pacer.nextMicros() < Infinity) {
    now = Math.max(now, pacer.nextMicros());
    collect();
  }
  return { grants, expired, refused };
}

describe('Laws of pacing', () => {
  it('every request is granted, expired or refused, exactly once', () => {
    fc.assert(
      fc.property(asks, (list) => {
        const { grants, expired, refused } = play(list);
        const all = [...grants.map(({ item }) => item), ...expired, ...refused];
        expect(all.sort((left, right) => left - right)).toEqual([...list.keys()]);
      }),
    );
  });

  it('no span of time holds more than a full bucket and what flowed in', () => {
    fc.assert(
      fc.property(asks, (list) => {
        const { grants } = play(list);
        for (let from = 0; from < grants.length; from++) {
          let cost = 0;
          for (const grant of grants.slice(from)) {
            cost += grant.cost;
            const span = grant.at - grants[from]!.at;
            expect(cost * RATE.perMicros).toBeLessThanOrEqual(
              RATE.tokens * RATE.perMicros + span * RATE.tokens,
            );
          }
        }
      }),
    );
  });

  it('grants come in the order of the requests, none after its deadline', () => {
    fc.assert(
      fc.property(asks, (list) => {
        const { grants } = play(list);
        const submitted = list.map((_, i) =>
          list.slice(0, i + 1).reduce((sum, { gap }) => sum + gap, 0),
        );
        grants.forEach(({ item, at }, i) => {
          if (i > 0) expect(item).toBeGreaterThan(grants[i - 1]!.item);
          expect(at).toBeLessThanOrEqual(submitted[item]! + list[item]!.patience);
        });
      }),
    );
  });
});

describe('A pacer', () => {
  it('keeps endpoints apart and refuses names that nobody declared', () => {
    const pacer = new Pacer<string>(
      { a: { tokens: 1, perMicros: 10 }, b: { tokens: 1, perMicros: 10 } },
      9,
    );
    const ask = (endpoint: string): string =>
      pacer.submit({ endpoint, item: endpoint, cost: 1, deadlineMicros: 100 }, 0);
    expect([ask('a'), ask('a'), ask('b')]).toEqual(['granted', 'waiting', 'granted']);
    expect(() => ask('hist_TRADES_1m')).toThrow('endpoint: hist_TRADES_1m');
    expect(() =>
      pacer.submit({ endpoint: 'a', item: '', cost: 2, deadlineMicros: 0 }, 0),
    ).toThrow();
    expect(pacer.counts('a')).toMatchObject({ waiting: 1, granted: 1, delayed: 1, usedShare: 1 });
    expect(pacer.due(10).granted).toEqual(['a']);
  });

  it('refuses to its caller what the line cannot hold', () => {
    const pacer = new Pacer<number>({ a: { tokens: 1, perMicros: 10 } }, 1);
    const answers = [1, 2, 3].map((item) =>
      pacer.submit({ endpoint: 'a', item, cost: 1, deadlineMicros: 5 }, 0),
    );
    expect(answers).toEqual(['granted', 'waiting', 'refused']);
    expect(pacer.due(6)).toEqual({ granted: [], expired: [2] });
    expect(pacer.counts('a')).toMatchObject({ refused: 1, expired: 1, waiting: 0 });
  });

  it('wants rates that are positive whole numbers', () => {
    expect(() => new Pacer({ a: { tokens: 0, perMicros: 10 } }, 1)).toThrow();
    expect(() => new Pacer({ a: { tokens: 1.5, perMicros: 10 } }, 1)).toThrow();
  });
});

describe('The pause before another attempt', () => {
  it('doubles to its most, less a random half', () => {
    expect([1, 2, 3, 4, 99].map((attempt) => backoffMicros(attempt, 100, 700, 0))).toEqual([
      100, 200, 400, 700, 700,
    ]);
    expect(backoffMicros(2, 100, 700, 0.999)).toBe(100);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  FetchSession,
  type SessionRequest,
  type WantedTopics,
  epochAfter,
} from './fetch-session.ts';

/** What a broker holds of a session (KIP-227), and which requests it refuses. */
class ModelBroker {
  #id = 0;
  #epoch = 0;
  #held = new Map<string, string>();

  /** The id of the session; undefined for a request that the broker refuses. */
  ask({ sessionId, sessionEpoch, topics, forgottenTopics }: SessionRequest): number | undefined {
    if (sessionEpoch === 0) {
      this.#id++;
      this.#epoch = 0;
      this.#held = new Map();
    } else if (sessionId !== this.#id || sessionEpoch !== this.#epoch + 1) return undefined;
    else this.#epoch++;
    for (const { topic, partitions } of topics) {
      for (const one of partitions) {
        this.#held.set(`${topic}/${one.partition}`, `${one.fetchOffset}/${one.maxBytes}`);
      }
    }
    for (const { topic, partitions } of forgottenTopics) {
      for (const one of partitions) this.#held.delete(`${topic}/${one}`);
    }
    return this.#id;
  }

  /** Forgets every session, as one that restarts. */
  restart(): void {
    this.#id += 1_000;
    this.#epoch = -1;
    this.#held = new Map();
  }

  get held(): readonly string[] {
    return [...this.#held].map(([place, position]) => `${place} ${position}`).toSorted();
  }
}

const flat = (wanted: WantedTopics): string[] =>
  wanted
    .flatMap(({ topic, partitions }) =>
      partitions.map((one) => `${topic}/${one.partition} ${one.fetchOffset}/${one.maxBytes}`),
    )
    .toSorted();

const wantedTopics: fc.Arbitrary<WantedTopics> = fc.uniqueArray(
  fc.record({
    topic: fc.constantFrom('a', 'b', 'toString', '__proto__'),
    partitions: fc.uniqueArray(
      fc.record({
        partition: fc.nat(3),
        fetchOffset: fc.nat(2).map(String),
        maxBytes: fc.constantFrom(1_024, 2_048),
      }),
      { selector: ({ partition }) => partition, minLength: 1 },
    ),
  }),
  { selector: ({ topic }) => topic, minLength: 1 },
);

const happening = fc.constantFrom('answered', 'lost on the way', 'lost on the way back', 'restart');

describe('The session of a consumer with a broker', () => {
  it('has the broker hold what is wanted, whatever is lost in between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wantedTopics, happening), { maxLength: 30 }), (steps) => {
        const [session, broker] = [new FetchSession(), new ModelBroker()];
        for (const [wanted, happens] of steps) {
          if (happens === 'restart') broker.restart();
          const request = session.next(wanted);
          const id = happens === 'lost on the way' ? undefined : broker.ask(request);
          if (id !== undefined) expect(broker.held).toEqual(flat(wanted));
          if (id === undefined || happens === 'lost on the way back') session.end();
          else session.answered(id);
        }
      }),
    );
  });

  it('says only what is new, and what is wanted no more', () => {
    const session = new FetchSession();
    const at = (partition: number, fetchOffset: string) => ({
      ...{ partition, fetchOffset },
      maxBytes: 1_024,
    });
    const full = [{ topic: 't', partitions: [at(0, '5'), at(1, '7')] }];
    expect(session.next(full)).toEqual({
      ...{ sessionId: 0, sessionEpoch: 0 },
      ...{ topics: full, forgottenTopics: [] },
    });
    session.answered(42);
    expect(session.next(full)).toEqual({
      ...{ sessionId: 42, sessionEpoch: 1 },
      ...{ topics: [], forgottenTopics: [] },
    });
    session.answered(42);
    expect(session.next([{ topic: 't', partitions: [at(1, '8')] }])).toEqual({
      ...{ sessionId: 42, sessionEpoch: 2 },
      topics: [{ topic: 't', partitions: [at(1, '8')] }],
      forgottenTopics: [{ topic: 't', partitions: [0] }],
    });
  });

  it('says everything every time to a broker that keeps no session', () => {
    const session = new FetchSession();
    const wanted = [
      { topic: 't', partitions: [{ partition: 0, fetchOffset: '5', maxBytes: 1_024 }] },
    ];
    for (let i = 0; i < 3; i++) {
      expect(session.next(wanted)).toMatchObject({ sessionEpoch: 0, topics: wanted });
      session.answered(0);
    }
  });

  it('counts on from 1 behind the last epoch, never from 0, which would ask for a new one', () => {
    expect([0, 1, 2 ** 31 - 2, 2 ** 31 - 1].map(epochAfter)).toEqual([1, 2, 2 ** 31 - 1, 1]);
  });
});

/** The as-of rule as PostgreSQL answers it: golden answers, a naive model, repeatability. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventType, asOf } from '@tickmesh/domain-store';
import { formatRfc3339, parseRfc3339, seededRandom } from '@tickmesh/kernel';
import { versionAt } from './app/selecting.ts';
import { type GivenEvent, type GivenShares, putHistories } from './testing/given-log.ts';
import { type StoreRig, openStoreRig, person } from './testing/rig.ts';

const GOLDEN = new URL('../../../tests/data/golden/asof.json', import.meta.url);
const SEED = Number(process.env['SEED'] ?? 20260222);
const alice = person('alice');

let rig: StoreRig;
beforeAll(async () => {
  rig = await openStoreRig();
});
afterAll(() => rig.close());

interface GoldenEvent {
  readonly version: number;
  readonly event_type: EventType;
  readonly tx_time: string;
  readonly valid_from: string;
  readonly price: number;
  readonly state: string | null;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

interface Golden {
  readonly scenarios: readonly {
    readonly id: string;
    readonly events: readonly GoldenEvent[];
    readonly read_by_owner: number | null;
    readonly history_by_owner: readonly number[];
    readonly queries: readonly {
      readonly tx_time: string | null;
      readonly valid_time: string | null;
      readonly user: string;
      readonly expected: object | null;
      readonly expected_with_deleted?: object;
    }[];
  }[];
}

const micros = (text: string): number => parseRfc3339(text) ?? Number.NaN;
const maybe = (text: string | null): number | undefined =>
  text === null ? undefined : micros(text);

describe('the golden answers', () => {
  it('are given by the log, as each user, in both times', async () => {
    const { scenarios } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Golden;
    const ids = scenarios.map(() => randomUUID());
    const events = scenarios.flatMap((scenario, i) =>
      scenario.events.map((event) => ({
        entityId: ids[i] ?? '',
        version: event.version,
        eventType: event.event_type,
        txTime: micros(event.tx_time),
        validFrom: micros(event.valid_from),
        validTo: null,
        state: event.state,
        data: { price: event.price },
      })),
    );
    const shares = scenarios.map((scenario, i): GivenShares => {
      const newest = scenario.events.at(-1);
      const { readers = [], writers = [] } = newest ?? {};
      return { entityId: ids[i] ?? '', readers, writers };
    });
    await putHistories(rig.admin, events, { shares });
    const { log } = rig.store;
    let asked = 0;
    const wrong: string[] = [];
    const check = (id: string, found: unknown, expected: unknown): void => {
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        wrong.push(`${id}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
      }
    };
    for (const [i, scenario] of scenarios.entries()) {
      const entityId = ids[i] ?? '';
      for (const {
        tx_time,
        valid_time,
        user,
        expected,
        expected_with_deleted,
      } of scenario.queries) {
        const answer = async (includeDeleted: boolean) => {
          const at = { txTime: maybe(tx_time), validTime: maybe(valid_time) };
          const event = await log.asOf(person(user), { entityId, includeDeleted, ...at });
          if (event === undefined) return null;
          const { version, eventType: event_type, data, state } = event;
          return { version, event_type, price: data['price'], state };
        };
        asked += 1;
        const id = `${scenario.id} ${String(tx_time)} ${String(valid_time)} ${user}`;
        check(id, await answer(false), expected);
        if (expected_with_deleted !== undefined)
          check(id, await answer(true), expected_with_deleted);
      }
      const latest = await log.read(alice, entityId);
      check(`${scenario.id} read`, latest?.version ?? null, scenario.read_by_owner);
      const { items } = await log.history(alice, { entityId });
      const versions = items.map(({ version }) => version);
      check(`${scenario.id} history`, versions, scenario.history_by_owner);
    }
    expect(wrong).toEqual([]);
    expect(asked).toBe(281);
  });
});

interface Asked {
  readonly history: readonly GivenEvent[];
  readonly txTime: number | null;
  readonly validTime: number | null;
}

/** The rule once more, by nothing but its words. */
function naive(history: readonly GivenEvent[], T: number | null, V: number | null): number {
  let highest = 0;
  for (const { version, txTime, validFrom, validTo } of history) {
    if (T !== null && txTime > T) continue;
    if (V !== null && (validFrom > V || (validTo !== null && V >= validTo))) continue;
    if (version > highest) highest = version;
  }
  return highest;
}

describe('a naive model', () => {
  const HISTORIES = 400;
  const QUESTIONS_PER_HISTORY = 250;
  const CHUNK = 5_000;
  const START = micros('2026-03-01T00:00:00Z');

  /** Times lie on a coarse grid, so that they meet: equal, adjoining and empty-looking intervals are common. */
  function randomHistory(random: () => number): GivenEvent[] {
    const whole = (below: number): number => Math.floor(random() * below);
    const entityId = randomUUID();
    const span = 1 + whole(40);
    // Half of them are told in the order in which things happened, but for a few corrections.
    const isInOrder = whole(2) === 0;
    let txTime = START;
    return Array.from({ length: 1 + whole(30) }, (_, i): GivenEvent => {
      txTime += 1 + whole(3) * (1 + whole(4));
      const anyTime = START + whole(span) - (whole(5) === 0 ? 20 : 0);
      const validFrom = isInOrder && whole(6) > 0 ? START + i : anyTime;
      const validTo = whole(2) === 0 ? null : validFrom + 1 + whole(span);
      const kind = whole(8);
      const eventType =
        i === 0 ? 'CREATED' : kind === 0 ? 'DELETED' : kind === 1 ? 'CORRECTED' : 'UPDATED';
      const version = i + 1;
      return { entityId, version, eventType, txTime, validFrom, validTo, data: { price: version } };
    });
  }

  it('answers as PostgreSQL and the pure rule do, 100,000 random questions', async () => {
    const random = seededRandom(String(SEED));
    const next = (): number => random.next();
    const questions: Asked[] = [];
    const events: { older: GivenEvent[]; newer: GivenEvent[] } = { older: [], newer: [] };
    for (let i = 0; i < HISTORIES; i++) {
      const history = randomHistory(next);
      events[i % 4 === 0 ? 'older' : 'newer'].push(...history);
      for (let q = 0; q < QUESTIONS_PER_HISTORY; q++) {
        const time = (): number | null =>
          next() < 0.1 ? null : START - 25 + Math.floor(next() * 150);
        questions.push({ history, txTime: time(), validTime: time() });
      }
    }
    await putHistories(rig.admin, events.older, { hasReach: false });
    await putHistories(rig.admin, events.newer);
    const text = (time: number | null): string | null =>
      time === null ? null : formatRfc3339(time);
    const { database } = rig.store;
    const found: number[] = [];
    for (let first = 0; first < questions.length; first += CHUNK) {
      const chunk = questions.slice(first, first + CHUNK);
      // Some by the function, which sets up for every call; the others by the text that queries use.
      const answer =
        (first / CHUNK) % 4 === 0
          ? 'store.as_of($1, q.entity, q.known_at, q.held_at)'
          : versionAt('q.entity', 'q.known_at', 'q.held_at');
      const rows = await database.transaction(async (transaction) => {
        await transaction.query('select store.speak_for($1)', ['alice']);
        return transaction.query<{ version: bigint | null }>(
          `select a.version from (select $1::text) s, unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[])
             with ordinality as q(entity, known_at, held_at, item)
           left join lateral ${answer} a on true order by q.item`,
          [
            'alice',
            chunk.map(({ history }) => history[0]?.entityId),
            chunk.map(({ txTime }) => text(txTime)),
            chunk.map(({ validTime }) => text(validTime)),
          ],
        );
      });
      found.push(...rows.map(({ version }) => Number(version ?? 0)));
    }
    const wrong: object[] = [];
    for (const [i, { history, txTime, validTime }] of questions.entries()) {
      const expected = naive(history, txTime, validTime);
      const at = { txTime: txTime ?? undefined, validTime: validTime ?? undefined };
      const pure = asOf(history, at, { includeDeleted: true })?.version ?? 0;
      const isDeleted = history[expected - 1]?.eventType === 'DELETED';
      const visible = asOf(history, at)?.version ?? 0;
      if (found[i] !== expected || pure !== expected || visible !== (isDeleted ? 0 : expected)) {
        wrong.push({
          seed: SEED,
          history,
          txTime,
          validTime,
          expected,
          found: found[i],
          pure,
          visible,
        });
      }
    }
    expect(wrong.slice(0, 1)).toEqual([]);
    expect(questions).toHaveLength(100_000);
  });
});

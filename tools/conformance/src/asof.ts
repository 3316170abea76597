/**
 * As-of answers against golden/asof.json, by the pure rule of libs/domain/store. Rights are those of the newest event of
 * an entity. The store holds the same file against its SQL, in its own tests.
 */
import { type EventType, type TimedEvent, type TimePoint, asOf } from '@tickmesh/domain-store';
import { parseRfc3339 } from '@tickmesh/kernel';
import { Cases, type SuiteResult } from './suite.ts';

interface Golden {
  readonly scenarios: readonly Scenario[];
}

interface Scenario {
  readonly id: string;
  readonly events: readonly GoldenEvent[];
  readonly queries: readonly Question[];
}

interface GoldenEvent {
  readonly version: number;
  readonly event_type: EventType;
  readonly tx_time: string;
  readonly valid_from: string;
  readonly valid_to?: string | null;
  readonly price: number;
  readonly state: string | null;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

interface Question {
  readonly tx_time: string | null;
  readonly valid_time: string | null;
  readonly user: string;
  readonly expected: Answer | null;
  readonly expected_with_deleted?: Answer;
}

type Answer = Pick<GoldenEvent, 'version' | 'event_type' | 'price' | 'state'>;

/** Who wrote every history of the file. */
const OWNER = 'alice';

export function run(golden: unknown): SuiteResult {
  const results = new Cases();
  for (const { id, events, queries } of (golden as Golden).scenarios) {
    const timed = events.map(timedOf);
    for (const [i, question] of queries.entries()) {
      const seen = maySee(events, question.user) ? timed : [];
      const at = timePointOf(question);
      results.equal(`${id} ${i}`, answerOf(asOf(seen, at)), question.expected);
      if (question.expected_with_deleted === undefined) continue;
      const found = answerOf(asOf(seen, at, { includeDeleted: true }));
      results.equal(`${id} ${i} with deleted`, found, question.expected_with_deleted);
    }
  }
  return results;
}

type Timed = TimedEvent & { readonly from: GoldenEvent };

function timedOf(event: GoldenEvent): Timed {
  return {
    version: event.version,
    eventType: event.event_type,
    txTime: microsOf(event.tx_time),
    validFrom: microsOf(event.valid_from),
    validTo: event.valid_to == null ? null : microsOf(event.valid_to),
    from: event,
  };
}

function maySee(events: readonly GoldenEvent[], user: string): boolean {
  const newest = events.at(-1);
  return user === OWNER || [...(newest?.readers ?? []), ...(newest?.writers ?? [])].includes(user);
}

function timePointOf({ tx_time: txTime, valid_time: validTime }: Question): TimePoint {
  return {
    txTime: txTime === null ? undefined : microsOf(txTime),
    validTime: validTime === null ? undefined : microsOf(validTime),
  };
}

function answerOf(event: Timed | undefined): Answer | null {
  if (event === undefined) return null;
  const { version, event_type, price, state } = event.from;
  return { version, event_type, price, state };
}

function microsOf(text: string): number {
  const micros = parseRfc3339(text);
  if (micros === undefined) throw new Error(`not a time: ${text}`);
  return micros;
}

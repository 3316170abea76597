/**
 * Streams of the events that a caller may see, in the order of the log, from a place on and as they come. The rights are
 * asked of the database at each read, right before what was read is handed out, so that one that is taken away ends
 * with the next event.
 *
 * What a caller cannot see changes nothing that he can observe: there is no message for it, the messages that only tell
 * a place come by the clock alone, and no two cursors are equal, not even of one place.
 */
import { type Clock, Fault } from '@tickmesh/kernel';
import { checkEntityId, invalid } from './arguments.ts';
import type { Checkpoints } from './checkpoints.ts';
import { type Hints, afterEither } from './hints.ts';
import {
  type Caller,
  LOG_START,
  type LogPosition,
  type LogReader,
  type StoredEvent,
} from './ports.ts';
import type { EntityCatalogue } from './stored-entity.ts';

export interface SubscriptionWish {
  /** A durable subscriber of the caller: goes on at its checkpoint. */
  readonly subscriber?: string | undefined;
  /** Begin behind it instead. */
  readonly afterCursor?: string | undefined;
  /** Where to begin without a cursor and a checkpoint: the beginning of the log, or its present end. */
  readonly fromBeginning?: boolean | undefined;
  /** Absent or empty: all. */
  readonly entityTypes?: readonly string[] | undefined;
  readonly entityIds?: readonly string[] | undefined;
}

/** An event, or only how far the stream has come. */
export interface Delivered {
  readonly event?: StoredEvent;
  /** The place behind it, of use to this caller alone. */
  readonly cursor: string;
}

export interface SubscriptionParts {
  readonly reader: Pick<LogReader, 'readFrom' | 'end'>;
  readonly checkpoints: Checkpoints;
  readonly catalogue: EntityCatalogue;
  readonly clock: Clock;
  /** That the log may have grown. */
  readonly growth: Hints;
  /** Comes at fixed times, whatever happens in the log. */
  readonly beats: Hints;
}

/** Events that are read at once, and so held in memory for one stream. */
const PAGE_MAX = 100;
const FILTER_MAX = 1_000;
/** Of one caller at once. */
const STREAMS_MAX = 50;
/** A stream ends after so long, so that its caller signs in again. */
const AGE_MAX_MICROS = 3_600e6;

export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #openOf = new Map<string, number>();
  readonly #stopping = new AbortController();

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /**
   * Pages of what is delivered; the first is the place where the stream begins. Each page is to be handed out before the
   * next is asked for. It ends when the signal says so.
   * @throws Fault ARGUMENT_INVALID, ENTITY_TYPE_UNKNOWN, SUBSCRIPTIONS_EXCEEDED; SERVICE_UNREACHABLE when the service
   * stops, or the stream has lasted its time; DATABASE_UNREACHABLE. Whoever lost his stream goes on at his last cursor.
   */
  async *follow(
    caller: Caller,
    wish: SubscriptionWish,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Delivered[], void> {
    const filter = this.#filterOf(wish);
    const held = this.#openOf.get(caller.name) ?? 0;
    if (held >= STREAMS_MAX) throw new Fault('SUBSCRIPTIONS_EXCEEDED', { most: STREAMS_MAX });
    this.#openOf.set(caller.name, held + 1);
    try {
      const start = await this.#startOf(caller, wish);
      yield [{ cursor: this.#parts.checkpoints.cursorOf(caller, start) }];
      yield* this.#pages(
        caller,
        { start, filter },
        AbortSignal.any([signal, this.#stopping.signal]),
      );
    } finally {
      const left = (this.#openOf.get(caller.name) ?? 1) - 1;
      if (left > 0) this.#openOf.set(caller.name, left);
      else this.#openOf.delete(caller.name);
    }
    if (!signal.aborted) throw new Fault('SERVICE_UNREACHABLE', { reason: 'the service stops' });
  }

  /** Ends every stream. */
  stop(): void {
    this.#stopping.abort();
  }

  async *#pages(
    caller: Caller,
    { start, filter }: { readonly start: LogPosition; readonly filter: Filter },
    signal: AbortSignal,
  ): AsyncGenerator<readonly Delivered[], void> {
    const { reader, checkpoints, clock, growth, beats } = this.#parts;
    const endsAt = clock.nowMicros() + AGE_MAX_MICROS;
    let place = start;
    let beat = beats.count;
    while (!signal.aborted) {
      const seen = growth.count;
      const { events, end } = await reader.readFrom(place, { caller, max: PAGE_MAX, ...filter });
      const hasMoved = end.position > place.position;
      place = end;
      if (events.length > 0) {
        yield events.map(({ position, ...event }) => ({
          event,
          cursor: checkpoints.cursorOf(caller, { position, txTime: event.txTime }),
        }));
      }
      if (beats.count > beat) {
        beat = beats.count;
        if (clock.nowMicros() >= endsAt) {
          throw new Fault('SERVICE_UNREACHABLE', { reason: 'the stream has lasted its time' });
        }
        yield [{ cursor: checkpoints.cursorOf(caller, place) }];
      }
      if (hasMoved) continue;
      await afterEither({ hints: growth, seen }, { hints: beats, seen: beat }, signal);
    }
  }

  /** A durable subscriber that begins at the present end is put there, so that it goes on there after a crash. */
  async #startOf(caller: Caller, wish: SubscriptionWish): Promise<LogPosition> {
    const { reader, checkpoints } = this.#parts;
    const { subscriber, afterCursor, fromBeginning } = wish;
    if (afterCursor !== undefined) return checkpoints.placeOf(caller, afterCursor);
    const held = subscriber === undefined ? undefined : await checkpoints.read(caller, subscriber);
    if (held !== undefined) return held.place;
    if (fromBeginning === true) return LOG_START;
    const end = await reader.end();
    if (subscriber !== undefined) await checkpoints.move(caller, subscriber, end);
    return end;
  }

  #filterOf({ entityTypes = [], entityIds = [] }: SubscriptionWish): Filter {
    for (const [name, given] of Object.entries({ entityTypes, entityIds })) {
      if (given.length > FILTER_MAX) throw invalid(name, `at most ${FILTER_MAX}`, given.length);
    }
    for (const type of entityTypes) this.#parts.catalogue.get(type);
    for (const id of entityIds) checkEntityId(id);
    return {
      ...(entityTypes.length === 0 ? {} : { entityTypes }),
      ...(entityIds.length === 0 ? {} : { entityIds }),
    };
  }
}

interface Filter {
  readonly entityTypes?: readonly string[];
  readonly entityIds?: readonly string[];
}

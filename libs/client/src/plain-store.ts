/** Every operation of the store over values in their JSON form: for programs that learn types at run time. */
import { isFault } from '@tickmesh/kernel';
import type { Calls } from './calls.ts';
import type {
  AsOfTimes,
  AuditEntry,
  Checkpoint,
  Delivered,
  End,
  Move,
  Moved,
  NewVersion,
  Page,
  PageOfSelection,
  PlainWrite,
  QueryPage,
  Selection,
  Share,
  Shares,
  StoredEvent,
  SubscriptionWish,
  TypeCount,
  VersionPage,
} from './plain.ts';
import {
  type AuditMessage,
  type CheckpointMessage,
  type DeliveredMessage,
  type EventMessage,
  type MovedMessage,
  auditOf,
  checkpointOf,
  deliveredOf,
  endMessage,
  eventOf,
  moveMessage,
  movedOf,
  pageMessage,
  selectionMessage,
  shareMessage,
  subscribeMessage,
  timesMessage,
  updateMessage,
  writeMessage,
} from './wire.ts';

interface One {
  readonly event?: EventMessage | null;
}
interface Several {
  readonly events: readonly EventMessage[];
}

/**
 * What the caller has no right to see is answered as what is not there. Batches are all or nothing, under one
 * txTime, from 1 to 1000 items, each entity once.
 *
 * Faults of every call: the store's, by their codes; SERVICE_UNREACHABLE; NOT_SIGNED_IN, TOKEN_REFUSED, NOT_ALLOWED.
 */
export class PlainStore {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** @throws Fault COLUMN_VALUE, ENTITY_TYPE_UNKNOWN; VERSION_CONFLICT when the key is taken */
  async write(write: PlainWrite): Promise<StoredEvent> {
    return eventOf(((await this.#calls.change('Write', writeMessage(write))) as One).event);
  }

  async writeMany(writes: readonly PlainWrite[]): Promise<readonly StoredEvent[]> {
    return this.#severalOf('WriteMany', { writes: writes.map(writeMessage) });
  }

  /** @throws Fault VERSION_CONFLICT, ENTITY_DELETED, COLUMN_VALUE, NOT_FOUND, NOT_ALLOWED for a reader */
  async update(update: NewVersion): Promise<StoredEvent> {
    return eventOf(((await this.#calls.change('Update', updateMessage(update))) as One).event);
  }

  async updateMany(updates: readonly NewVersion[]): Promise<readonly StoredEvent[]> {
    return this.#severalOf('UpdateMany', { updates: updates.map(updateMessage) });
  }

  /**
   * @throws Fault TRANSITION_INVALID, TRANSITION_NOT_PERMITTED, GUARD_FAILED, and as update; ARGUMENT_INVALID for a key
   *   that was used for another move
   */
  async transition(move: Move): Promise<Moved> {
    const request = moveMessage(move);
    // To ask for it again under its key is to hear of it again.
    const answer =
      move.key === undefined
        ? await this.#calls.change('Transition', request)
        : await this.#calls.question('Transition', request);
    return movedOf(answer as MovedMessage);
  }

  async transitionMany(moves: readonly Move[]): Promise<readonly Moved[]> {
    const request = { transitions: moves.map(moveMessage) };
    const { transitions } = (await this.#calls.change('TransitionMany', request)) as {
      readonly transitions: readonly MovedMessage[];
    };
    return transitions.map(movedOf);
  }

  /** @throws as update */
  async delete(end: End): Promise<StoredEvent> {
    return eventOf(((await this.#calls.change('Delete', endMessage(end))) as One).event);
  }

  async deleteMany(ends: readonly End[]): Promise<readonly StoredEvent[]> {
    return this.#severalOf('DeleteMany', { deletes: ends.map(endMessage) });
  }

  /** The latest version; undefined when there is none, it is of another type, or it is a tombstone. */
  read(entityId: string, entityType = ''): Promise<StoredEvent | undefined> {
    return this.#oneOrNone('Read', { entity_id: entityId, entity_type: entityType });
  }

  async history(entityId: string, page: VersionPage = {}): Promise<Page<StoredEvent>> {
    const answer = (await this.#calls.question(
      'History',
      pageMessage(entityId, page),
    )) as Several & {
      readonly has_more: boolean;
    };
    return { items: answer.events.map(eventOf), hasMore: answer.has_more };
  }

  /** What was known at one time of how it was at another; undefined when nothing was. */
  async asOf(entityId: string, times: AsOfTimes): Promise<StoredEvent | undefined> {
    const { includeDeleted = false, ...at } = times;
    const question = { at: timesMessage(at), include_deleted: includeDeleted };
    return this.#oneOrNone('AsOf', { entity_id: entityId, ...question });
  }

  /** @throws Fault the EXPR_ codes of a filter, ENTITY_TYPE_UNKNOWN */
  async query(entityType: string, query: Selection & PageOfSelection = {}): Promise<QueryPage> {
    const { pageSize = 0, pageToken = '', ...selection } = query;
    const answer = (await this.#calls.question('Query', {
      ...selectionMessage(entityType, selection),
      page_size: pageSize,
      page_token: pageToken,
    })) as Several & { readonly next_page_token: string };
    const next = answer.next_page_token;
    return { events: answer.events.map(eventOf), nextPageToken: next === '' ? undefined : next };
  }

  /** @param entityType '' for every type, then without a filter */
  async count(entityType = '', selection: Selection = {}): Promise<bigint> {
    const request = selectionMessage(entityType, selection);
    return BigInt(((await this.#calls.question('Count', request)) as { count: string }).count);
  }

  /** Types of what the caller may see, in alphabetical order. */
  async types(): Promise<readonly TypeCount[]> {
    const { types } = (await this.#calls.question('ListTypes', {})) as {
      readonly types: readonly { readonly entity_type: string; readonly count: string }[];
    };
    return types.map(({ entity_type: entityType, count }) => ({
      entityType,
      count: BigInt(count),
    }));
  }

  async audit(entityId: string, page: VersionPage = {}): Promise<Page<AuditEntry>> {
    const answer = (await this.#calls.question('Audit', pageMessage(entityId, page))) as {
      readonly entries: readonly AuditMessage[];
      readonly has_more: boolean;
    };
    return { items: answer.entries.map(auditOf), hasMore: answer.has_more };
  }

  /** @returns false when it was shared before */
  share(entityId: string, share: Share): Promise<boolean> {
    return this.#changed('Share', entityId, share);
  }

  /** @returns false when there was nothing to take */
  unshare(entityId: string, share: Share): Promise<boolean> {
    return this.#changed('Unshare', entityId, share);
  }

  /** @throws Fault NOT_FOUND */
  async shares(entityId: string): Promise<Shares> {
    const answer = await this.#calls.question('ListShares', { entity_id: entityId });
    const { owner, readers, writers } = answer as Shares;
    return { owner, readers, writers };
  }

  /**
   * Every event that the caller may see, in the order of the log, from a place on and as they come. When the store goes
   * away it goes on behind the last event that was taken: none is missed, and none comes twice.
   * @param signal ends it; so does leaving the loop
   * @throws Fault SERVICE_UNREACHABLE when the store stays away, SUBSCRIPTIONS_EXCEEDED
   */
  async *subscribe(
    wish: SubscriptionWish = {},
    signal: AbortSignal = new AbortController().signal,
  ): AsyncGenerator<Delivered, void> {
    let afterCursor = wish.afterCursor;
    const requestAfter = (): object => subscribeMessage({ ...wish, afterCursor });
    for await (const message of this.#calls.stream(requestAfter, signal)) {
      const delivered = deliveredOf(message as DeliveredMessage);
      afterCursor = delivered.cursor;
      yield delivered;
    }
  }

  /** Where a durable subscriber of the caller stands; undefined when it has never been moved. */
  async checkpoint(subscriber: string): Promise<Checkpoint | undefined> {
    const answer = await this.#calls.question('GetCheckpoint', { subscriber });
    return checkpointOf(answer as CheckpointMessage);
  }

  /** Moves it to a cursor of the caller's own. */
  async moveCheckpoint(subscriber: string, cursor: string): Promise<void> {
    // To move it there again is to move it there.
    await this.#calls.question('SetCheckpoint', { subscriber, cursor });
  }

  close(): void {
    this.#calls.close();
  }

  async #severalOf(
    method: 'WriteMany' | 'UpdateMany' | 'DeleteMany',
    request: object,
  ): Promise<readonly StoredEvent[]> {
    return ((await this.#calls.change(method, request)) as Several).events.map(eventOf);
  }

  async #oneOrNone(method: 'Read' | 'AsOf', request: object): Promise<StoredEvent | undefined> {
    try {
      return eventOf(((await this.#calls.question(method, request)) as One).event);
    } catch (thrown) {
      if (isFault(thrown) && thrown.code === 'NOT_FOUND') return undefined;
      throw thrown;
    }
  }

  async #changed(method: 'Share' | 'Unshare', entityId: string, share: Share): Promise<boolean> {
    const answer = await this.#calls.change(method, shareMessage(entityId, share));
    return (answer as { readonly changed: boolean }).changed;
  }
}

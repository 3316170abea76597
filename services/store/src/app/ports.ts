/** What the store does, as the rest of the mesh sees it: no transport and no database in these shapes. */
import type { EventType, Micros, TimePoint } from '@tickmesh/domain-store';

/** Who asks. Rights go by the name, transitions by the roles. */
export interface Caller {
  readonly name: string;
  readonly roles: readonly string[];
}

/**
 * A place in the log, behind the event that it names. Positions are without gaps and in the order of
 * commits. They are for the mesh itself: the gaps between those of the rows that somebody may see tell
 * how much was written that he may not, so callers get a sealed cursor instead.
 */
export interface LogPosition {
  readonly position: bigint;
  /** Of the event at the position. It finds the partition of the log. */
  readonly txTime: Micros;
}

/** Before the first event. */
export const LOG_START: LogPosition = { position: 0n, txTime: 0 };

/** The values of an entity in their JSON form (libs/domain/columns). */
export type JsonData = Readonly<Record<string, unknown>>;

/** One version of an entity. */
export interface StoredEvent {
  readonly entityId: string;
  readonly entityType: string;
  readonly version: number;
  readonly eventType: EventType;
  /** Null for a type without a machine. */
  readonly state: string | null;
  /** Of a tombstone: the values of the version before. */
  readonly data: JsonData;
  readonly owner: string;
  readonly changedBy: string;
  readonly txTime: Micros;
  readonly validFrom: Micros;
  /** Exclusive; null: without end. */
  readonly validTo: Micros | null;
}

/** An event with its place in the log. */
export interface PlacedEvent extends StoredEvent {
  readonly position: bigint;
}

/** When values hold. */
export interface ValidTimes {
  /** Absent: from the recorded time on. */
  readonly validFrom?: Micros | undefined;
  /** Exclusive; absent: without end. */
  readonly validTo?: Micros | undefined;
}

export interface Write extends ValidTimes {
  readonly entityType: string;
  readonly data: JsonData;
  /**
   * The caller's own name for the entity: with the caller and the type it decides the id, so that a write
   * that is repeated meets VERSION_CONFLICT.
   */
  readonly key?: string | undefined;
}

export interface Update extends ValidTimes {
  readonly entityId: string;
  readonly expectedVersion: number;
  readonly data: JsonData;
}

export interface TransitionWish extends ValidTimes {
  readonly entityId: string;
  readonly expectedVersion: number;
  readonly toState: string;
  /** Absent: the values stay. */
  readonly data?: JsonData | undefined;
  /**
   * The caller's own name for the call, not in a batch: asked for again under it, the same transition is answered as
   * it was and changes nothing; another one is ARGUMENT_INVALID.
   */
  readonly key?: string | undefined;
}

export interface Delete {
  readonly entityId: string;
  readonly expectedVersion: number;
  /** From when on it is gone; absent: from the recorded time on. */
  readonly validFrom?: Micros | undefined;
}

export interface Transitioned {
  readonly event: StoredEvent;
  /** The workflow that starts with it. */
  readonly workflowId: string | null;
}

export interface VersionPage {
  readonly entityId: string;
  /** Only versions above it. */
  readonly afterVersion?: number | undefined;
  readonly limit?: number | undefined;
}

export interface AsOfQuestion extends TimePoint {
  readonly entityId: string;
  readonly includeDeleted?: boolean | undefined;
}

export interface Selection extends TimePoint {
  /** Absent: every type, then without a filter. */
  readonly entityType?: string | undefined;
  /** An expression over the fields of the type. */
  readonly filter?: string | undefined;
  readonly states?: readonly string[] | undefined;
}

export interface Query extends Selection {
  readonly entityType: string;
  readonly limit?: number | undefined;
  /** As the page before gave it. */
  readonly pageToken?: string | undefined;
}

export interface QueryPage {
  readonly events: readonly StoredEvent[];
  readonly nextPageToken: string | undefined;
}

export interface TypeCount {
  readonly entityType: string;
  readonly count: bigint;
}

export interface StateChange {
  readonly fromState: string;
  readonly toState: string;
  readonly guard: string | null;
  readonly allowedBy: readonly string[];
}

export interface AuditEntry extends Omit<StoredEvent, 'data' | 'entityId' | 'entityType'> {
  readonly stateChange: StateChange | null;
}

export type ShareRight = 'read' | 'write';

export interface Share {
  readonly entityId: string;
  readonly grantee: string;
  readonly right: ShareRight;
}

export interface Shares {
  readonly owner: string;
  /** In alphabetical order. */
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/**
 * Everything that callers do with the log. What a caller has no right to see is answered as what is not
 * there. Batches are all or nothing, under one tx_time, from 1 to 1000 items, each entity once.
 *
 * Faults: NOT_FOUND; NOT_ALLOWED for a change by somebody who may only read; VERSION_CONFLICT; ENTITY_DELETED;
 * ENTITY_TYPE_UNKNOWN; COLUMN_VALUE; TRANSITION_INVALID, TRANSITION_NOT_PERMITTED, GUARD_FAILED;
 * ARGUMENT_INVALID; the EXPR_ codes of a filter; DATABASE_UNREACHABLE.
 */
export interface StoreLog {
  write(caller: Caller, write: Write): Promise<StoredEvent>;
  writeMany(caller: Caller, writes: readonly Write[]): Promise<readonly StoredEvent[]>;
  update(caller: Caller, update: Update): Promise<StoredEvent>;
  updateMany(caller: Caller, updates: readonly Update[]): Promise<readonly StoredEvent[]>;
  transition(caller: Caller, wish: TransitionWish): Promise<Transitioned>;
  transitionMany(
    caller: Caller,
    wishes: readonly TransitionWish[],
  ): Promise<readonly Transitioned[]>;
  delete(caller: Caller, wish: Delete): Promise<StoredEvent>;
  deleteMany(caller: Caller, wishes: readonly Delete[]): Promise<readonly StoredEvent[]>;

  /** The latest version; undefined when there is none, or it is a tombstone. */
  read(caller: Caller, entityId: string): Promise<StoredEvent | undefined>;
  history(caller: Caller, page: VersionPage): Promise<Page<StoredEvent>>;
  asOf(caller: Caller, question: AsOfQuestion): Promise<StoredEvent | undefined>;
  query(caller: Caller, query: Query): Promise<QueryPage>;
  count(caller: Caller, selection: Selection): Promise<bigint>;
  types(caller: Caller): Promise<readonly TypeCount[]>;
  audit(caller: Caller, page: VersionPage): Promise<Page<AuditEntry>>;

  /** False when it was shared before. */
  share(caller: Caller, share: Share): Promise<boolean>;
  /** False when there was nothing to take. */
  unshare(caller: Caller, share: Share): Promise<boolean>;
  shares(caller: Caller, entityId: string): Promise<Shares>;
}

/** That something changed; never what. */
export interface LogEntry extends LogPosition {
  readonly entityId: string;
  readonly entityType: string;
  readonly version: number;
  readonly eventType: EventType;
}

/** A piece of the log. */
export interface LogStretch<Item> {
  readonly events: readonly Item[];
  /** Up to where everything was looked at: the place to go on from, also when nothing of it was to be seen. */
  readonly end: LogPosition;
}

export interface ReadOptions {
  readonly caller: Caller;
  readonly max: number;
  /** Absent: all. */
  readonly entityTypes?: readonly string[];
  readonly entityIds?: readonly string[];
}

/**
 * The log in the order of commits, for subscriptions and for the relay of store_events. A position is given at
 * the end of its transaction, so nothing ever appears before a place that was read.
 */
export interface LogReader {
  /** At most `max` events behind a place that the caller may see, by the rights of now. */
  readFrom(after: LogPosition, options: ReadOptions): Promise<LogStretch<PlacedEvent>>;
  /** At most `max` entries behind a place, everybody's: the database gives no values to this question. */
  readIds(after: LogPosition, max: number): Promise<LogStretch<LogEntry>>;
  /** The place of the newest event. */
  end(): Promise<LogPosition>;
}

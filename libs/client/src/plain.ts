/** What the store holds as it travels: values in their JSON form, types by their names. */
import type { EventType, Micros, TimePoint } from '@tickmesh/domain-store';

/** The values of an entity in the JSON form of the column registry. */
export type JsonData = Readonly<Record<string, unknown>>;

/** One version of an entity. */
export interface StoredEvent<Data = JsonData> {
  readonly entityId: string;
  readonly entityType: string;
  /** From 1, without gaps. */
  readonly version: number;
  readonly eventType: EventType;
  /** Null for a type without a machine. */
  readonly state: string | null;
  /** Of a tombstone: the values of the version before. */
  readonly data: Data;
  readonly owner: string;
  readonly changedBy: string;
  readonly txTime: Micros;
  readonly validFrom: Micros;
  /** Exclusive; null: without end. */
  readonly validTo: Micros | null;
}

/** When values hold. */
export interface ValidTimes {
  /** Absent: from the recorded time on. */
  readonly validFrom?: Micros | undefined;
  /** Exclusive; absent: without end. */
  readonly validTo?: Micros | undefined;
}

/** The version that a change stands on; any event of the entity is one. */
export interface SeenVersion {
  readonly entityId: string;
  readonly version: number;
}

export interface NewEntity<Data = JsonData> extends ValidTimes {
  readonly data: Data;
  /**
   * The caller's own name for the entity: with caller and type it decides the id, so that a write that is
   * repeated after a lost answer meets VERSION_CONFLICT instead of making a second one.
   */
  readonly key?: string | undefined;
}

export interface PlainWrite extends NewEntity {
  readonly entityType: string;
}

export interface NewVersion<Data = JsonData> extends ValidTimes {
  readonly seen: SeenVersion;
  readonly data: Data;
}

export interface Move<Data = JsonData> extends ValidTimes {
  readonly seen: SeenVersion;
  readonly toState: string;
  /** Absent: the values stay. */
  readonly data?: Data | undefined;
  /**
   * The caller's own name for the call, 1 to 200 printable ASCII characters without spaces, not in a batch: the same move
   * again is answered as it was and changes nothing, so that one whose answer was lost is asked for again.
   */
  readonly key?: string | undefined;
}

export interface End {
  readonly seen: SeenVersion;
  /** From when on it is gone; absent: from the recorded time on. */
  readonly validFrom?: Micros | undefined;
}

export interface Moved<Data = JsonData> {
  readonly event: StoredEvent<Data>;
  /** The workflow that starts with it. */
  readonly workflowId: string | null;
}

export interface VersionPage {
  /** Only versions above it. */
  readonly afterVersion?: number | undefined;
  /** At most 1000; absent: 100. */
  readonly pageSize?: number | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

export interface AsOfTimes extends TimePoint {
  /** Whether a tombstone is an answer. */
  readonly includeDeleted?: boolean | undefined;
}

/** Of entities of a type: by an expression, their states, and at two times. */
export interface Selection extends TimePoint {
  readonly filter?: string | undefined;
  /** Absent or empty: any. */
  readonly states?: readonly string[] | undefined;
}

export interface PageOfSelection {
  /** At most 1000; absent: 100. */
  readonly pageSize?: number | undefined;
  /** As the page before gave it. */
  readonly pageToken?: string | undefined;
}

export interface QueryPage<Data = JsonData> {
  /** Newest first. */
  readonly events: readonly StoredEvent<Data>[];
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined;
}

export interface TypeCount {
  readonly entityType: string;
  readonly count: bigint;
}

export interface StateChange {
  readonly fromState: string;
  readonly toState: string;
  /** The expression that held; null when the transition has none. */
  readonly guard: string | null;
  /** Empty: every writer. */
  readonly allowedBy: readonly string[];
}

/** Who did what, without the values. */
export interface AuditEntry extends Omit<StoredEvent, 'data' | 'entityId' | 'entityType'> {
  readonly stateChange: StateChange | null;
}

export interface Share {
  /** As sign-in names the person or program. */
  readonly grantee: string;
  readonly right: 'read' | 'write';
}

export interface Shares {
  readonly owner: string;
  /** In alphabetical order. */
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

export interface SubscriptionWish {
  /** A durable subscriber of the caller, ^[a-z0-9][a-z0-9._-]{0,99}$: goes on at its checkpoint. */
  readonly subscriber?: string | undefined;
  /** Begin behind this cursor instead. */
  readonly afterCursor?: string | undefined;
  /** Where to begin without cursor and checkpoint: the beginning of the log, or (absent) its present end. */
  readonly fromBeginning?: boolean | undefined;
  /** Absent or empty: every type that the caller may see. */
  readonly entityTypes?: readonly string[] | undefined;
  /** Absent or empty: every entity. */
  readonly entityIds?: readonly string[] | undefined;
}

/** An event, or only how far the stream has come. */
export interface Delivered<Event = StoredEvent> {
  readonly event: Event | undefined;
  /** The place behind it, of use to this caller alone. */
  readonly cursor: string;
}

export interface Checkpoint {
  readonly cursor: string;
  readonly movedAt: Micros;
}

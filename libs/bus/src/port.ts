/**
 * The bus as its users see it. Services speak in typed messages of declared topics; bytes, schema ids,
 * retries, dead letters and commits are the adapter's.
 */
import type { TopicName, TopicPayload } from '@tickmesh/contracts';
import type { Fault } from '@tickmesh/kernel';

/** How a run touches the world. A live broker adapter refuses whatever is not `live`. */
export type Mode = 'live' | 'paper' | 'replay';

/** The headers that every message carries; ids are derived, never random. */
export interface EventHeaders {
  /** Identity of the message: `<run_id>/<source position>#<index>`. */
  readonly event_id: string;
  /** event_id of the message that this one follows from. */
  readonly causation_id?: string;
  /** event_id of the first message of the chain. */
  readonly correlation_id?: string;
  readonly run_id: string;
  readonly mode: Mode;
  /** The record that this one was derived from, `topic/partition/offset/index`: what consumers de-duplicate by. */
  readonly source_position?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Of a replayed dead letter: where it lay, `dlq/partition/offset`. */
  readonly replayed_from?: string;
  /** How often the record was sent back, this time included. */
  readonly replay_count?: string;
  /** The only group that applies this record; others skip it. */
  readonly target_group?: string;
}

/** Place of a record. */
export interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** A record as it stands on the broker: bytes untouched. */
export interface TransportRecord extends RecordPosition {
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: TransportHeaders;
}

/** Kafka allows a header name more than once. */
export type TransportHeaders = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** A decoded and validated message with its place. */
export interface Delivery<T extends TopicName = TopicName> extends RecordPosition {
  readonly topic: T;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: TopicPayload[T];
  readonly headers: EventHeaders;
  /** The record as it came, for the dead-letter queue. */
  readonly record: TransportRecord;
}

export interface OutgoingMessage<T extends TopicName = TopicName> {
  readonly topic: T;
  readonly value: TopicPayload[T];
  readonly headers: EventHeaders;
}

export interface Publisher {
  /**
   * Validates, encodes and sends; resolves when every in-sync replica has the record. The key comes from
   * the topic's declaration, the partition from the key.
   * @throws Fault MSG_RULE_BROKEN naming field and rule; BROKER_UNREACHABLE after the client's retries
   */
  publish<T extends TopicName>(message: OutgoingMessage<T>): Promise<RecordPosition>;
  /** As `publish`, for many at once, in order for each key. Resolves when all are acknowledged. */
  publishAll(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Resolves when nothing is left to send. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Who gets which partitions of a group.
 * - `co-partitioned`: the same partition number of all topics is on one member;
 * - `single-owner`: one member has everything, the others stand by.
 */
export type Assignment = 'co-partitioned' | 'single-owner';

/**
 * What is handled in order by one worker.
 * - `partition`: each topic-partition has a worker of its own;
 * - `slice`: the same partition number of all topics share one worker;
 * - `all`: one worker for everything that this member owns.
 */
export type Ordering = 'partition' | 'slice' | 'all';

/** A batch of one worker: records of one or several partitions, each partition in offset order. */
export interface DeliveryBatch<T extends TopicName = TopicName> {
  readonly deliveries: readonly Delivery<T>[];
  /** Sends one record to its dead-letter queue; the rest of the batch goes on. */
  reject(delivery: Delivery<T>, fault: Fault): void;
  /** False once the partitions were taken away: stop, and publish nothing more. */
  isOwned(): boolean;
}

export interface PartitionStart {
  readonly topic: string;
  readonly partition: number;
}

export interface ConsumerOptions<T extends TopicName = TopicName> {
  readonly groupId: string;
  readonly topics: readonly T[];
  readonly assignment: Assignment;
  readonly ordering: Ordering;
  /** Where a partition starts that the group has no committed offset for. */
  readonly fallback: 'earliest' | 'latest';
  /** Records of one batch at the most. */
  readonly batchRecordsMax: number;
  /**
   * After a fetch that brought few records, so long until the next, milliseconds; absent: the bus's own short pause.
   * Longer for a consumer that nobody waits for: what comes meanwhile is applied together.
   */
  readonly fetchPauseMs?: number;
  /**
   * Applies a batch. When it resolves, the effect is durable and the offsets are committed. When it throws,
   * the fault's kind decides: retried in place, each record singly to find the poison one, or the partition paused
   * until the dependency is back.
   */
  readonly handle: (batch: DeliveryBatch<T>) => Promise<void>;
  /**
   * Called for each newly assigned set before any record of it is delivered; may answer with the offsets to start
   * from, where a service keeps them with its own state.
   */
  readonly onAssigned?: (
    partitions: readonly PartitionStart[],
  ) => Promise<readonly RecordPosition[]>;
  /** Called when partitions are taken away, before another member may have them. */
  readonly onRevoked?: (partitions: readonly PartitionStart[]) => Promise<void>;
}

export interface Consumer {
  /** Joins the group and starts to deliver. */
  start(): Promise<void>;
  /** Stops intake, waits for the batches in hand, commits, leaves the group. */
  stop(): Promise<void>;
  /** Records behind the end of the log, by `topic/partition`, of what this member owns. */
  lag(): Promise<ReadonlyMap<string, bigint>>;
  /** Whether it consumes, waits for a dependency (and which), stands by, or has stopped with a fault. */
  state(): ConsumerState;
}

export interface ConsumerState {
  readonly phase: 'idle' | 'joining' | 'consuming' | 'standby' | 'waiting' | 'stopped' | 'failed';
  readonly reason?: string;
  readonly partitions: readonly PartitionStart[];
}

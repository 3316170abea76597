/** How the bus tells what it does: log events, counters and trace context, each by an injected hook. */
import type { Fault } from '@tickmesh/kernel';
import type { TransportHeaders } from './port.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Receives a stable event name and its facts. Must not throw. */
export type BusLog = (
  level: LogLevel,
  event: BusEvent,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** Every event that the bus logs, with what it means. */
export const BUS_EVENTS = {
  'consumer.joined': 'The consumer joined its group.',
  'consumer.assigned': 'Partitions were given to this member.',
  'consumer.revoked': 'Partitions were taken from this member.',
  'consumer.waiting': 'A partition waits for a dependency that is down; nothing is lost.',
  'consumer.resumed': 'A partition goes on after a wait.',
  'consumer.restarting': 'The Kafka client gave up; the consumer joins anew after a pause.',
  'consumer.offset_reset':
    'The position was no longer in the log; the declared fallback was taken.',
  'consumer.failed': 'The consumer stopped with a fault that it does not recover from by itself.',
  'commit.refused': 'The broker refused a commit; the records are delivered again.',
  'batch.retried': 'A batch failed for a passing reason and is tried again in place.',
  'record.dead_lettered':
    'A record went to its dead-letter queue; its offset is committed after it.',
  'record.replayed': 'A dead letter was sent back to the group that had failed on it.',
  'record.skipped': 'A record was not applied: seen before, or meant for another group.',
  'publish.failed': 'The broker did not acknowledge a batch; its outcome is unknown.',
  'producer.renewed': 'A new idempotent producer took the place of the last.',
  'topic.created': 'A declared topic did not exist and was created.',
  'topic.differs': 'A topic differs from its declaration.',
  'schema.registered': 'A schema was registered for a subject.',
  'kafka.client': 'What the Kafka client says of itself.',
} as const satisfies Record<string, string>;

export type BusEvent = keyof typeof BUS_EVENTS;

/** The metrics of the bus; each method is one metric, named in its comment. */
export interface BusMetrics {
  /** kafka_messages_published_total */
  published(topic: string, type: string, exchange: string, count: number): void;
  /** kafka_delivery_errors_total */
  deliveryFailed(topic: string, count: number): void;
  /** kafka_producer_queue_drops_total */
  queueDropped(topic: string, count: number): void;
  /** kafka_consumer_commits_total */
  committed(topic: string): void;
  /** kafka_consumer_errors_total */
  consumeFailed(topic: string): void;
  /** kafka_dlq_published_total */
  deadLettered(dlqTopic: string, sourceTopic: string, errorType: string): void;
  /** kafka_consumer_lag_records */
  lag(group: string, topic: string, partition: number, records: number): void;
  /** kafka_consumer_batch_records */
  batchApplied(group: string, records: number): void;
  /** kafka_producer_batch_records */
  batchSent(topic: string, records: number): void;
  /** kafka_end_to_end_latency_seconds */
  endToEndLatency(group: string, topic: string, seconds: number): void;
  /** kafka_consumer_paused_partitions */
  pausedPartitions(group: string, count: number): void;
  /** kafka_consumer_offset_resets_total */
  offsetReset(group: string, topic: string): void;
}

export const noMetrics: BusMetrics = {
  published: () => undefined,
  deliveryFailed: () => undefined,
  queueDropped: () => undefined,
  committed: () => undefined,
  consumeFailed: () => undefined,
  deadLettered: () => undefined,
  lag: () => undefined,
  batchApplied: () => undefined,
  batchSent: () => undefined,
  endToEndLatency: () => undefined,
  pausedPartitions: () => undefined,
  offsetReset: () => undefined,
};

/** Trace context through Kafka headers; one span for each batch, linked to its records. */
export interface BusTracer {
  /** traceparent of the work in hand; undefined outside of any. */
  current(): string | undefined;
  /**
   * Runs the work inside a span of the batch. `links` are the traceparents of its records, at most 128.
   * Ends the span with the fault when the work throws one.
   */
  batch<R>(span: BatchSpan, work: () => Promise<R>): Promise<R>;
}

export interface BatchSpan {
  readonly group: string;
  readonly topics: readonly string[];
  readonly records: number;
  readonly links: readonly string[];
}

export const noTracer: BusTracer = { current: () => undefined, batch: (_, work) => work() };

/** Facts of a fault for a log line. */
export function faultFields(fault: Fault): Readonly<Record<string, unknown>> {
  return { error_code: fault.code, error_kind: fault.kind, error_message: fault.message };
}

/** The first value of a header; undefined when there is none. */
export function headerText(headers: TransportHeaders, name: string): string | undefined {
  const value: TransportHeaders[string] | null | undefined = headers[name];
  const first: unknown = Buffer.isBuffer(value) ? value : value?.[0];
  return Buffer.isBuffer(first) ? first.toString('utf8') : undefined;
}

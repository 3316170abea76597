/** Joins what the bus reports to the log, the metrics and the traces; the two adapters do not meet. */
import type {
  EventName,
  LabelsOf,
  LogFields,
  LogLevel,
  Logger,
  Metrics,
  MetricsOfType,
  Tracing,
} from '@tickmesh/telemetry';

/** A log line for each event of the bus. */
export function busLog(
  logger: Logger,
): (level: LogLevel, event: EventName, fields: LogFields) => void {
  return (level, event, fields) => {
    logger[level](event, fields);
  };
}

/** Counters by the names that the bots before us exported, and those that were added. */
export interface BusObservations {
  published(topic: string, type: string, exchange: string, count: number): void;
  deliveryFailed(topic: string, count: number): void;
  queueDropped(topic: string, count: number): void;
  committed(topic: string): void;
  consumeFailed(topic: string): void;
  deadLettered(dlqTopic: string, sourceTopic: string, errorType: string): void;
  lag(group: string, topic: string, partition: number, records: number): void;
  batchApplied(group: string, records: number): void;
  batchSent(topic: string, records: number): void;
  endToEndLatency(group: string, topic: string, seconds: number): void;
  pausedPartitions(group: string, count: number): void;
  offsetReset(group: string, topic: string): void;
}

/** The counters that dashboards and alerts of a bot look for by name. */
const COUNTERS = [
  'kafka_messages_published_total',
  'kafka_delivery_errors_total',
  'kafka_producer_queue_drops_total',
  'kafka_consumer_commits_total',
  'kafka_consumer_errors_total',
  'kafka_dlq_published_total',
] as const satisfies readonly MetricsOfType<'counter'>[];

export function busMetrics(metrics: Metrics): BusObservations {
  metrics.declare(COUNTERS);
  const count = <N extends MetricsOfType<'counter'>>(
    name: N,
    labels: LabelsOf<N>,
    by?: number,
  ): void => {
    metrics.counter(name, labels).add(by);
  };
  return {
    published: (topic, type, exchange, by) => {
      count('kafka_messages_published_total', { topic, type, exchange }, by);
    },
    deliveryFailed: (topic, by) => {
      count('kafka_delivery_errors_total', { topic }, by);
    },
    queueDropped: (topic, by) => {
      count('kafka_producer_queue_drops_total', { topic }, by);
    },
    committed: (topic) => {
      count('kafka_consumer_commits_total', { topic });
    },
    consumeFailed: (topic) => {
      count('kafka_consumer_errors_total', { topic });
    },
    deadLettered: (dlqTopic, sourceTopic, errorType) => {
      const labels = { dlq_topic: dlqTopic, source_topic: sourceTopic, error_type: errorType };
      count('kafka_dlq_published_total', labels);
    },
    lag: (group, topic, partition, records) => {
      const labels = { group, topic, partition: String(partition) };
      metrics.gauge('kafka_consumer_lag_records', labels).set(records);
    },
    batchApplied: (group, records) => {
      metrics.histogram('kafka_consumer_batch_records', { group }).observe(records);
    },
    batchSent: (topic, records) => {
      metrics.histogram('kafka_producer_batch_records', { topic }).observe(records);
    },
    endToEndLatency: (group, topic, seconds) => {
      metrics.histogram('kafka_end_to_end_latency_seconds', { group, topic }).observe(seconds);
    },
    pausedPartitions: (group, partitions) => {
      metrics.gauge('kafka_consumer_paused_partitions', { group }).set(partitions);
    },
    offsetReset: (group, topic) => {
      count('kafka_consumer_offset_resets_total', { group, topic });
    },
  };
}

export interface BusBatch {
  readonly group: string;
  readonly topics: readonly string[];
  readonly records: number;
  /** traceparent of the records. */
  readonly links: readonly string[];
}

/** One span a batch, linked to its records; outside of a trace it costs a call. */
export function busTracer(tracing: Tracing): {
  current(): string | undefined;
  batch<R>(batch: BusBatch, work: () => Promise<R>): Promise<R>;
} {
  return {
    current: () => tracing.current().traceparent,
    batch: (batch, work) => {
      if (!tracing.isEnabled) return work();
      const attributes = {
        'messaging.system': 'kafka',
        'messaging.consumer.group.name': batch.group,
        'messaging.destination.name': batch.topics.join(','),
        'messaging.batch.message_count': batch.records,
      };
      const links = batch.links.map((traceparent) => ({ traceparent }));
      return tracing.withSpan('batch.process', { kind: 'consumer', attributes, links }, work);
    },
  };
}

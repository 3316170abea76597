import { KEY_OF, type TopicName, type TopicPayload } from './gen/topics.ts';
import type { RecordName } from './gen/types.ts';

/** A topic as contracts/topics.yaml declares it. */
export interface TopicDeclaration {
  readonly name: string;
  readonly doc: string;
  /** The record of its values; `json`: plain JSON; `any`: a dead-letter queue. */
  readonly schema: RecordName | 'json' | 'any';
  /** Fields that make the partition key, joined by `|`; none: records have no key of their own. */
  readonly key: readonly string[];
  readonly partitions: number;
  readonly replication: number;
  /** null for compacted topics. */
  readonly retentionMs: number | null;
  readonly cleanup: 'delete' | 'compact';
  readonly maxMessageBytes: number;
  readonly producers: readonly string[];
  readonly consumers: readonly string[];
  /** Where records go that cannot be handled; null: they stop the reader. */
  readonly dlq: TopicName | null;
  /** Letters above which a dead-letter queue raises the alarm; null for other topics. */
  readonly alarmDepth: number | null;
}

export type KeyOf<Value> = (value: Value) => string;

/** The partition key of a value; empty where the topic declares none. */
export function partitionKey<Name extends TopicName>(
  topic: Name,
  value: TopicPayload[Name],
): string {
  const keyOf: KeyOf<TopicPayload[Name]> = KEY_OF[topic];
  return keyOf(value);
}

import { KEY_OF, type PrincipalName, type TopicName, type TopicPayload } from './gen/topics.ts';
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
  readonly producers: readonly PrincipalName[];
  readonly consumers: readonly PrincipalName[];
  /** Where records go that cannot be handled; null: they stop the reader. */
  readonly dlq: TopicName | null;
  /** Letters above which a dead-letter queue raises the alarm; null for other topics. */
  readonly alarmDepth: number | null;
}

/** Who signs in at the broker, and what the topics' own lines cannot say of it. */
export interface PrincipalDeclaration {
  readonly name: string;
  readonly doc: string;
  /** Consumer groups that it joins; a `*` at the end stands for any ending. */
  readonly groups: readonly string[];
  /** Reads every topic and queue, the lag of every group, and who may do what. */
  readonly readsAll: boolean;
  /** Sends dead letters back. */
  readonly replays: boolean;
  readonly managesTopics: boolean;
  readonly managesRights: boolean;
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

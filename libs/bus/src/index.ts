export type { AclComparison, Acls, BrokerAcl } from './acls.ts';
export { type Bus, type BusDeps, type BusHealth, type PartHealth, connectBus } from './bus.ts';
export type { BusConfig, BusKafkaConfig, BusRegistryConfig, BusSasl, BusTls } from './config.ts';
export { LETTER_HEADERS, type LetterHeader } from './dead-letter.ts';
export {
  type DeadLetter,
  type DeadLetterQueues,
  type LetterQuery,
  type LetterStatus,
  type ReplayReport,
  type ReplayRequest,
  queueOf,
} from './dead-letter-queue.ts';
export { type BusLimits, LIMITS } from './limits.ts';
export type { PartitionEnds } from './log-reader.ts';
export {
  BUS_EVENTS,
  type BatchSpan,
  type BusEvent,
  type BusLog,
  type BusMetrics,
  type BusTracer,
  type LogLevel,
  noMetrics,
  noTracer,
} from './observe.ts';
export { type OidcClient, oidcTokens } from './oidc-tokens.ts';
export type { MissingRight } from './own-rights.ts';
export { murmur2, partitionOfKey } from './partitioner.ts';
export type {
  Assignment,
  Consumer,
  ConsumerOptions,
  ConsumerState,
  Delivery,
  DeliveryBatch,
  EventHeaders,
  Mode,
  Ordering,
  OutgoingMessage,
  PartitionStart,
  Publisher,
  RecordPosition,
  TransportHeaders,
  TransportRecord,
} from './port.ts';
export type { Lag, Reading, TailOptions, TailedRecord } from './reading.ts';
export type { SchemaReport } from './schemas.ts';
export type { TokenSource } from './security.ts';
export {
  SourceFilter,
  type SourceFilterState,
  type SourcePosition,
  formatSourcePosition,
  parseSourcePosition,
} from './source-filter.ts';
export { declarationOf, declaredTopics, isDeadLetterQueue, topicNamed } from './topic-names.ts';
export type { TopicDifference, TopicStatus, Topics } from './topics.ts';

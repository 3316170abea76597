/** The bus: everything that a service or a tool does with Kafka and the schema registry. */
import type { TopicName } from '@tickmesh/contracts';
import { type ErrorCode, faultOf } from '@tickmesh/kernel';
import type { Kafka } from 'kafkajs';
import { type Acls, acls } from './acls.ts';
import { type BatchingProducer, batchingProducer } from './batching-producer.ts';
import { type BusConfig, checkConfig } from './config.ts';
import { type ConsumerDeps, groupConsumer } from './consumer.ts';
import { type DeadLetterQueues, deadLetterQueues } from './dead-letter-queue.ts';
import { kafkaClient } from './kafka-client.ts';
import { letterSender } from './letter-sender.ts';
import { type BusLimits, LIMITS } from './limits.ts';
import { type LogReader, logReader } from './log-reader.ts';
import { type BusLog, type BusMetrics, type BusTracer, noMetrics, noTracer } from './observe.ts';
import type { Consumer, ConsumerOptions, ConsumerState, Publisher } from './port.ts';
import { type PublisherDeps, typedPublisher } from './publisher.ts';
import { type Reading, reading } from './reading.ts';
import { recordDecoder } from './record-decoder.ts';
import { type SchemaRegistry, schemaRegistry } from './schema-registry.ts';
import { type SchemaReport, type TopicSchemas, topicSchemas } from './schemas.ts';
import type { TokenSource } from './security.ts';
import { type TopicNames, metricsByDeclaredName, topicNames } from './topic-names.ts';
import { type Topics, topics, withAdmin } from './topics.ts';

export interface BusDeps {
  readonly log?: BusLog;
  readonly metrics?: BusMetrics;
  readonly tracer?: BusTracer;
  /** For OAUTHBEARER. */
  readonly tokens?: TokenSource;
  readonly limits?: Partial<BusLimits>;
}

export interface BusHealth {
  readonly broker: PartHealth;
  readonly registry: PartHealth;
  readonly consumers: readonly (ConsumerState & { readonly groupId: string })[];
}

export interface PartHealth {
  readonly isUp: boolean;
  readonly address: string;
  readonly reason?: string;
  readonly code?: ErrorCode;
}

export interface Bus extends Reading {
  readonly publisher: Publisher;
  /** Makes a consumer; `start` joins the group. */
  consumer<T extends TopicName>(options: ConsumerOptions<T>): Consumer;
  readonly topics: Topics;
  /** Rights on the broker, as contracts/topics.yaml declares them. */
  readonly acls: Acls;
  /** At deploy time: all schemas (of `only`), each under FULL_TRANSITIVE. */
  registerSchemas(only?: readonly TopicName[]): Promise<readonly SchemaReport[]>;
  /** At start: the ids of what is to be published, so that the first message waits for nothing. */
  lookupSchemaIds(topics: readonly TopicName[]): Promise<void>;
  readonly deadLetters: DeadLetterQueues;
  health(): Promise<BusHealth>;
  /** Stops the consumers, sends what is queued, closes every connection. */
  close(): Promise<void>;
}

/**
 * Opens nothing yet: connections are made by their first use, so that a service can start before its
 * broker.
 * @throws Fault CONFIG_INVALID with every problem of the configuration
 */
export function connectBus(config: BusConfig, deps: BusDeps = {}): Bus {
  checkConfig(config, deps.tokens !== undefined);
  const parts = busParts(config, deps);
  const { client, reader, letters, names, log, registry, schemas, publisher, reads } = parts;
  const consumers: { readonly groupId: string; readonly consumer: Consumer }[] = [];
  const { replicationFactor, minInsyncReplicas, principalPattern } = config;
  return {
    ...reads,
    publisher,
    consumer: (options) => {
      const consumer = groupConsumer(options, parts.consumerDeps);
      consumers.push({ groupId: options.groupId, consumer });
      return consumer;
    },
    topics: topics({ client, names, log, replicationFactor, minInsyncReplicas }),
    acls: acls({ client, names, groupPrefix: config.topicPrefix ?? '', principalPattern }),
    registerSchemas: (only) => schemas.register(only),
    lookupSchemaIds: async (wanted) => {
      for (const topic of wanted) await schemas.idOf(topic);
    },
    deadLetters: deadLetterQueues({ reader, producer: letters, names, log }),
    health: async () => ({
      broker: await partHealth(config.kafka.brokers.join(','), parts.pingBroker),
      registry: await partHealth(config.registry.url, () => registry.ping()),
      consumers: consumers.map(({ groupId, consumer }) => ({ groupId, ...consumer.state() })),
    }),
    close: async () => {
      await Promise.all(consumers.map(({ consumer }) => consumer.stop()));
      await publisher.close();
      await letters.close();
      await reader.close();
    },
  };
}

interface BusParts {
  readonly client: Kafka;
  readonly reader: LogReader;
  /** Dead letters have a producer of their own: what is wrong with a queue hinders nothing else. */
  readonly letters: BatchingProducer;
  readonly names: TopicNames;
  readonly log: BusLog;
  readonly registry: SchemaRegistry;
  readonly schemas: TopicSchemas;
  readonly publisher: Publisher;
  readonly reads: Reading;
  readonly consumerDeps: ConsumerDeps;
  /** Answers at once, also when nobody is there. */
  readonly pingBroker: () => Promise<void>;
}

function busParts({ kafka, registry: at, topicPrefix = '' }: BusConfig, deps: BusDeps): BusParts {
  const { log = () => undefined, tracer = noTracer, tokens } = deps;
  const newClient = (): Kafka => kafkaClient(kafka, log, tokens);
  const client = newClient();
  const names = topicNames(kafka, topicPrefix);
  const metrics = metricsByDeclaredName(deps.metrics ?? noMetrics, names);
  const registry = schemaRegistry(at);
  const decoder = recordDecoder(registry);
  const schemas = topicSchemas(registry, names, log);
  const newReader = (): LogReader => logReader(client);
  const reader = newReader();
  const reads = reading({ client, newReader, reader, decoder, names });
  const producerDeps = { client, config: kafka, log, metrics };
  const letters = batchingProducer(producerDeps);
  const producer: PublisherDeps['producer'] = (beforeSend) =>
    batchingProducer({ ...producerDeps, beforeSend });
  const publisher = typedPublisher({ producer, schemas, names, metrics, tracer });
  const consumerDeps: ConsumerDeps = {
    newClient,
    kafka,
    names,
    decoder,
    reader,
    lettersOf: (groupId) => letterSender({ producer: letters, names, metrics, log }, groupId),
    lagOf: (groupId, partitions) => reads.lagOf(groupId, partitions),
    limits: { ...LIMITS, ...deps.limits },
    log,
    metrics,
    tracer,
  };
  const impatient = kafkaClient(kafka, log, tokens, { retries: 0 });
  const pingBroker = (): Promise<void> =>
    withAdmin(impatient, async (admin) => {
      await admin.describeCluster();
    });
  return {
    client,
    reader,
    letters,
    names,
    log,
    registry,
    schemas,
    publisher,
    reads,
    consumerDeps,
    pingBroker,
  };
}

async function partHealth(address: string, ask: () => Promise<void>): Promise<PartHealth> {
  try {
    await ask();
    return { isUp: true, address };
  } catch (error) {
    const { message, code } = faultOf(error);
    return { isUp: false, address, reason: message, code };
  }
}

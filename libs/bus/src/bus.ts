/** The bus: everything that a service or a tool does with Kafka and the schema registry. */
import type { TopicName } from '@tickmesh/contracts';
import { faultOf } from '@tickmesh/kernel';
import { type BatchingProducer, batchingProducer } from './batching-producer.ts';
import { type BusConfig, checkConfig } from './config.ts';
import { groupConsumer } from './consumer.ts';
import { deadLetter } from './dead-letter.ts';
import { type DeadLetterQueues, deadLetterQueues, queueOf } from './dead-letter-queue.ts';
import { kafkaClient } from './kafka-client.ts';
import type { SendLetter } from './lane.ts';
import { type BusLimits, LIMITS } from './limits.ts';
import { logReader } from './log-reader.ts';
import {
  type BusLog,
  type BusMetrics,
  type BusTracer,
  faultFields,
  noMetrics,
  noTracer,
} from './observe.ts';
import type { Consumer, ConsumerOptions, ConsumerState, Publisher } from './port.ts';
import { typedPublisher } from './publisher.ts';
import { type Reading, reading } from './reading.ts';
import { recordDecoder } from './record-decoder.ts';
import { schemaRegistry } from './schema-registry.ts';
import { type SchemaReport, topicSchemas } from './schemas.ts';
import type { TokenSource } from './security.ts';
import { metricsByDeclaredName, topicNames } from './topic-names.ts';
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
}

export interface Bus extends Reading {
  readonly publisher: Publisher;
  /** Makes a consumer; `start` joins the group. */
  consumer<T extends TopicName>(options: ConsumerOptions<T>): Consumer;
  readonly topics: Topics;
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
  const log = deps.log ?? (() => undefined);
  const tracer = deps.tracer ?? noTracer;
  const limits: BusLimits = { ...LIMITS, ...deps.limits };
  const newClient = () => kafkaClient(config.kafka, log, deps.tokens);
  const client = newClient();
  const names = topicNames(config.kafka, config.topicPrefix ?? '');
  const metrics = metricsByDeclaredName(deps.metrics ?? noMetrics, names);
  const registry = schemaRegistry(config.registry);
  const decoder = recordDecoder(registry);
  const schemas = topicSchemas(registry, names, log);
  const newReader = () => logReader(client);
  const reader = newReader();
  const reads = reading({ client, newReader, decoder, names });
  const producerDeps = { client, config: config.kafka, log, metrics };
  const letters = lazily(() => batchingProducer(producerDeps));
  const publisher = typedPublisher({
    producer: (beforeSend) => batchingProducer({ ...producerDeps, beforeSend }),
    schemas,
    names,
    metrics,
    tracer,
  });
  const sendLetter =
    (groupId: string): SendLetter =>
    async (topic, record, failure) => {
      const queue = queueOf(topic);
      const letter = deadLetter(record, failure, groupId, names.onBroker(queue));
      await letters.get().send(letter);
      const error_type = failure.fault.code;
      metrics.deadLettered(queue, topic, error_type);
      const { partition, offset } = record;
      const facts = {
        group: groupId,
        topic,
        partition,
        offset,
        queue,
        ...faultFields(failure.fault),
      };
      log('warn', 'record.dead_lettered', facts);
    };
  const consumers: { readonly groupId: string; readonly consumer: Consumer }[] = [];
  return {
    ...reads,
    publisher,
    consumer: (options) => {
      const consumer = groupConsumer(options, {
        client: newClient,
        kafka: config.kafka,
        names,
        decoder,
        reader,
        sendLetter,
        lagOf: reads.lagOf,
        limits,
        log,
        metrics,
        tracer,
      });
      consumers.push({ groupId: options.groupId, consumer });
      return consumer;
    },
    topics: topics({
      client,
      names,
      log,
      replicationFactor: config.replicationFactor,
      minInsyncReplicas: config.minInsyncReplicas,
    }),
    registerSchemas: (only) => schemas.register(only),
    lookupSchemaIds: async (wanted) => {
      for (const topic of wanted) await schemas.idOf(topic);
    },
    deadLetters: deadLetterQueues({ reader, producer: letters.get, names, log }),
    health: async () => ({
      broker: await partHealth(config.kafka.brokers.join(','), async () => {
        await withAdmin(client, (admin) => admin.describeCluster());
      }),
      registry: await partHealth(config.registry.url, () => registry.ping()),
      consumers: consumers.map(({ groupId, consumer }) => ({ groupId, ...consumer.state() })),
    }),
    close: async () => {
      await Promise.all(consumers.map(({ consumer }) => consumer.stop()));
      await publisher.close();
      await letters.opened()?.close();
      await reader.close();
    },
  };
}

interface Lazy<Value> {
  readonly get: () => Value;
  readonly opened: () => Value | undefined;
}

function lazily(open: () => BatchingProducer): Lazy<BatchingProducer> {
  let producer: BatchingProducer | undefined;
  return { get: () => (producer ??= open()), opened: () => producer };
}

async function partHealth(address: string, ask: () => Promise<void>): Promise<PartHealth> {
  try {
    await ask();
    return { isUp: true, address };
  } catch (error) {
    return { isUp: false, address, reason: faultOf(error).message };
  }
}

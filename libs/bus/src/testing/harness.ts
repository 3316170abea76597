/** What the suites of the bus share: a bus on topics of its own, messages that count, records as bytes. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicName } from '@tickmesh/contracts';
import type { IHeaders, Kafka } from 'kafkajs';
import { type BatchingProducer, batchingProducer } from '../batching-producer.ts';
import { type Bus, type BusDeps, connectBus } from '../bus.ts';
import type { BusConfig, BusKafkaConfig } from '../config.ts';
import { kafkaClient } from '../kafka-client.ts';
import { type BusEvent, type BusMetrics, noMetrics } from '../observe.ts';
import { type OidcClient, oidcTokens } from '../oidc-tokens.ts';
import type { DeliveryBatch, EventHeaders, OutgoingMessage, RecordPosition } from '../port.ts';
import { topicNames } from '../topic-names.ts';

/** The real parts that the suites run against. */
export interface BusParts {
  /** host:port of a broker. */
  readonly broker: string;
  /** Base of a registry's Confluent-compatible API. */
  readonly registryUrl: string;
  /** How that broker wants to be approached; in plain text when absent. */
  readonly security?: BrokerSecurity;
}

export interface BrokerSecurity {
  readonly kafka: Pick<BusKafkaConfig, 'securityProtocol' | 'tls' | 'sasl'>;
  /** Who gets the tokens of OAUTHBEARER. */
  readonly oidc?: OidcClient;
}

export interface LoggedEvent {
  readonly event: BusEvent;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A bus on topics that nobody else uses, and a way to put bytes on them. */
export interface TestBus {
  readonly bus: Bus;
  readonly config: BusConfig;
  readonly events: LoggedEvent[];
  /** What a member in a process of its own needs to come to the same topics. */
  readonly identity: { readonly config: BusConfig; readonly oidc: OidcClient | undefined };
  /** The bare client, for what a bus does not do. */
  newClient(): Kafka;
  /** Unique group ids of this bus. */
  group(name: string): string;
  onBroker(topic: TopicName): string;
  /** Puts bytes on a topic, whatever they are. */
  putBytes(
    topic: TopicName,
    key: string | null,
    value: Buffer | null,
    headers?: IHeaders,
  ): Promise<RecordPosition>;
  close(): Promise<void>;
}

export interface TestBusOptions {
  readonly topics: readonly TopicName[];
  readonly kafka?: Partial<BusKafkaConfig>;
  readonly deps?: BusDeps;
  /** Joins the topics of another test bus. */
  readonly prefix?: string;
}

/** Short sessions, so that a member that is killed is replaced soon. */
const SESSION_TIMEOUT_MS = 3_000;
const HEARTBEAT_INTERVAL_MS = 500;

export function kafkaConfig(broker: string): BusKafkaConfig {
  return {
    brokers: [broker],
    clientId: 'bus-suite',
    securityProtocol: 'PLAINTEXT',
    tls: undefined,
    sasl: undefined,
    tickerTopic: 'ticks.v1.raw',
    orderbookTopic: 'orderbook.v1.raw',
    dlqTopic: 'events.v1.dlq',
    compression: 'zstd',
    lingerMs: 0,
    batchSizeBytes: 131_072,
    connectionTimeoutMs: 10_000,
    requestTimeoutMs: 10_000,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  };
}

export async function openTestBus(parts: BusParts, options: TestBusOptions): Promise<TestBus> {
  const prefix = options.prefix ?? `bus-suite-${randomUUID().slice(0, 8)}-`;
  const config: BusConfig = {
    kafka: { ...kafkaConfig(parts.broker), ...parts.security?.kafka, ...options.kafka },
    registry: { url: parts.registryUrl, timeoutMs: 10_000 },
    topicPrefix: prefix,
  };
  const events: LoggedEvent[] = [];
  const oidc = parts.security?.oidc;
  const tokens = oidc === undefined ? undefined : oidcTokens(oidc);
  const newClient = (): Kafka => kafkaClient(config.kafka, () => undefined, tokens);
  const bus = connectBus(config, {
    log: (_, event, fields) => {
      if (event !== 'kafka.client') events.push({ event, fields });
    },
    ...(tokens === undefined ? {} : { tokens }),
    ...options.deps,
  });
  const names = topicNames(config.kafka, prefix);
  let producer: BatchingProducer | undefined;
  if (options.prefix === undefined) {
    await bus.topics.create(options.topics);
    await bus.registerSchemas(options.topics);
  }
  return {
    bus,
    config,
    events,
    identity: { config, oidc },
    newClient,
    group: (name) => `${prefix}${name}`,
    onBroker: names.onBroker,
    putBytes: (topic, key, value, headers = {}) => {
      producer ??= batchingProducer({
        client: newClient(),
        config: config.kafka,
        log: () => undefined,
        metrics: noMetrics,
      });
      const bytes = key === null ? null : Buffer.from(key, 'utf8');
      return producer.send({ topic: names.onBroker(topic), key: bytes, value, headers });
    },
    close: async () => {
      await bus.close();
      await producer?.close();
    },
  };
}

export type StoreMessage = OutgoingMessage<'store_events'>;

/** A message whose key and number say where it belongs. */
export function storeMessage(key: string, number: number): StoreMessage {
  return {
    topic: 'store_events',
    value: {
      entity_id: key,
      entity_type: 'Order',
      version: 1,
      event_type: 'CREATED',
      position: number,
      tx_time: 1_760_000_000_000_000 + number,
    },
    headers: eventHeaders(`${key}#${number}`),
  };
}

/** `count` messages over `keys` keys, numbered through. */
export function storeMessages(count: number, keys: number, from = 0): StoreMessage[] {
  return Array.from({ length: count }, (_, i) => storeMessage(`E${(from + i) % keys}`, from + i));
}

export function frameMessage(
  symbol: string,
  sequence: number,
  payload: Uint8Array,
): OutgoingMessage<'market_raw'> {
  return {
    topic: 'market_raw',
    value: {
      exchange: 'BINANCE',
      symbol,
      connection_id: 'c1',
      connection_sequence: sequence,
      kind: 'FRAME',
      stream: null,
      received_at: 1_760_000_000_000_000,
      received_at_ns: 1_760_000_000_000_000_000n,
      venue_time: null,
      venue_sequence: null,
      time_shift_micros: 0,
      historical: false,
      payload,
    },
    headers: eventHeaders(`${symbol}#${sequence}`),
  };
}

export function eventHeaders(id: string): EventHeaders {
  return { event_id: id, run_id: 'suite', mode: 'replay' };
}

/** Collects what is applied, by key, in the order in which it came. */
export class Applied {
  readonly byKey = new Map<string, number[]>();
  readonly batches: number[] = [];
  count = 0;

  readonly handle = (batch: DeliveryBatch<'store_events'>): Promise<void> => {
    this.batches.push(batch.deliveries.length);
    for (const { value } of batch.deliveries) {
      let numbers = this.byKey.get(value.entity_id);
      if (numbers === undefined) this.byKey.set(value.entity_id, (numbers = []));
      numbers.push(value.position);
      this.count++;
    }
    return Promise.resolve();
  };

  numbers(): number[] {
    return [...this.byKey.values()].flat().toSorted((a, b) => a - b);
  }

  /** Whether the numbers of every key go up. */
  isInOrder(): boolean {
    return [...this.byKey.values()].every((numbers) =>
      numbers.every((number, i) => i === 0 || number > numbers[i - 1]!),
    );
  }
}

/** Counts what the bus reports. */
export class CountedMetrics implements BusMetrics {
  readonly counts = new Map<string, number>();

  readonly published = (topic: string, type: string, exchange: string, n: number): void => {
    this.#add(`published ${topic} ${type} ${exchange}`, n);
  };
  readonly deliveryFailed = (topic: string, n: number): void => {
    this.#add(`deliveryFailed ${topic}`, n);
  };
  readonly queueDropped = (topic: string, n: number): void => {
    this.#add(`queueDropped ${topic}`, n);
  };
  readonly committed = (topic: string): void => {
    this.#add(`committed ${topic}`, 1);
  };
  readonly consumeFailed = (topic: string): void => {
    this.#add(`consumeFailed ${topic}`, 1);
  };
  readonly deadLettered = (queue: string, topic: string, type: string): void => {
    this.#add(`deadLettered ${queue} ${topic} ${type}`, 1);
  };
  readonly lag = (group: string, topic: string, partition: number, records: number): void => {
    this.counts.set(`lag ${group} ${topic} ${partition}`, records);
  };
  readonly batchApplied = (_group: string, records: number): void => {
    this.#add('batchApplied', records);
  };
  readonly batchSent = (topic: string, records: number): void => {
    this.#add(`batchSent ${topic}`, records);
  };
  readonly endToEndLatency = (): void => {
    this.#add('endToEndLatency', 1);
  };
  readonly pausedPartitions = (_group: string, count: number): void => {
    const most = this.counts.get('pausedMost') ?? 0;
    this.counts.set('pausedMost', Math.max(most, count));
  };
  readonly offsetReset = (_group: string, topic: string): void => {
    this.#add(`offsetReset ${topic}`, 1);
  };

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  #add(name: string, n: number): void {
    this.counts.set(name, this.of(name) + n);
  }
}

/** Waits until it holds; the limit only ends a test that has failed already. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 30_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms in vain until ${what}`);
    await sleep(20);
  }
}

/** Something to wait at. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

export function closedGate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    passed,
    open: () => {
      open();
    },
  };
}

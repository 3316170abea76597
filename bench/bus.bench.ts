/**
 * The bus against the bare Kafka client, on a real broker: the same records, headers and packing, batches
 * of the same size, acknowledged by all replicas. Ours checks the rules, encodes Avro and chooses the
 * partition when it sends, and decodes and checks the rules when it receives; the bare client sends bytes
 * that were made before, and looks at nothing but the length of what it gets. Both run in this process in
 * turns, so that the bare client has the cures of ours too. BENCH_RECORDS makes it smaller.
 */
import { randomUUID } from 'node:crypto';
import { type Bus, type BusKafkaConfig, type OutgoingMessage, connectBus } from '@tickmesh/bus';
import { codecOf } from '@tickmesh/contracts';
import kafkajs, { type Message } from 'kafkajs';
import type { BenchRow } from './row.ts';

const RECORDS = Number(process.env['BENCH_RECORDS'] ?? 200_000);
const BATCH = 1_000;
const SAMPLES = 3;
const TOPIC = 'ticks.v1.raw';

export async function bench(): Promise<BenchRow[]> {
  const kafka = kafkaConfig();
  const prefix = `bench-${randomUUID().slice(0, 8)}-`;
  const bus = connectBus({
    kafka,
    registry: { url: `${process.env['TICKMESH_TEST_REGISTRY'] ?? ''}/apis/ccompat/v7` },
    topicPrefix: prefix,
  });
  try {
    await bus.topics.create([TOPIC]);
    const [schema] = await bus.registerSchemas([TOPIC]);
    return await rows(bus, `${prefix}${TOPIC}`, schema?.id ?? 0);
  } finally {
    await bus.close();
  }
}

async function rows(bus: Bus, topic: string, schemaId: number): Promise<BenchRow[]> {
  const messages = Array.from({ length: RECORDS }, (_, i) => ticker(i));
  const bytes = messages.map((message) => bareMessage(message, schemaId));
  const client = new kafkajs.Kafka({
    clientId: 'bench',
    brokers: [broker()],
    logLevel: kafkajs.logLevel.ERROR,
  });
  const ours: Sample[] = [];
  const bare: Sample[] = [];
  const oursRead: Sample[] = [];
  const bareRead: Sample[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const turns = [
      async () => bare.push(await timed(() => publishBare(client, topic, bytes))),
      async () => ours.push(await timed(() => publishOurs(bus, messages))),
    ];
    for (const turn of i % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const total = 2 * SAMPLES * RECORDS;
  for (let i = 0; i < SAMPLES; i++) {
    const turns = [
      async () => bareRead.push(await timed(() => consumeBare(client, topic, total))),
      async () => oursRead.push(await timed(() => consumeOurs(bus, total))),
    ];
    for (const turn of i % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  return [row('bus, publish tickers', ours, bare), row('bus, consume tickers', oursRead, bareRead)];
}

interface Sample {
  readonly perSecond: number;
  readonly result: number;
}

async function timed(
  work: () => Promise<{ readonly records: number; readonly ms: number; readonly result: number }>,
): Promise<Sample> {
  const { records, ms, result } = await work();
  return { perSecond: (records / ms) * 1000, result };
}

function row(name: string, ours: readonly Sample[], bare: readonly Sample[]): BenchRow {
  const our = median(ours);
  const their = median(bare);
  const results = new Set([...ours, ...bare].map(({ result }) => result));
  return {
    name,
    unit: 'records/s',
    ours: Math.round(our),
    baseline: Math.round(their),
    baselineName: 'kafkajs, bytes only',
    ratio: our / their,
    aim: '>= 0.8',
    equal: results.size === 1,
  };
}

function median(samples: readonly Sample[]): number {
  const sorted = samples.map(({ perSecond }) => perSecond).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

interface Work {
  readonly records: number;
  readonly ms: number;
  readonly result: number;
}

async function publishOurs(bus: Bus, messages: readonly OutgoingMessage[]): Promise<Work> {
  const startedMs = performance.now();
  for (let i = 0; i < messages.length; i += BATCH) {
    await bus.publisher.publishAll(messages.slice(i, i + BATCH));
  }
  return done(messages.length, startedMs, messages.length);
}

async function publishBare(
  client: kafkajs.Kafka,
  topic: string,
  messages: readonly Message[],
): Promise<Work> {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const startedMs = performance.now();
  for (let i = 0; i < messages.length; i += BATCH) {
    await producer.send({
      topic,
      acks: -1,
      compression: kafkajs.CompressionTypes.ZSTD,
      messages: messages.slice(i, i + BATCH),
    });
  }
  const work = done(messages.length, startedMs, messages.length);
  await producer.disconnect();
  return work;
}

/** The result is the sum of what the records say; time counts from the first batch. */
async function consumeOurs(bus: Bus, total: number): Promise<Work> {
  let startedMs = 0;
  let records = 0;
  const finished = Promise.withResolvers<undefined>();
  const consumer = bus.consumer({
    groupId: `bench-${randomUUID()}`,
    topics: [TOPIC],
    assignment: 'co-partitioned',
    ordering: 'partition',
    fallback: 'earliest',
    batchRecordsMax: BATCH,
    handle: ({ deliveries }) => {
      startedMs ||= performance.now();
      records += deliveries.length;
      if (records >= total) finished.resolve(undefined);
      return Promise.resolve();
    },
  });
  await consumer.start();
  await finished.promise;
  const work = done(total, startedMs, records);
  await consumer.stop();
  return work;
}

async function consumeBare(client: kafkajs.Kafka, topic: string, total: number): Promise<Work> {
  let startedMs = 0;
  let records = 0;
  let bytes = 0;
  const finished = Promise.withResolvers<undefined>();
  const consumer = client.consumer({ groupId: `bench-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: true,
    eachBatch: ({ batch }) => {
      startedMs ||= performance.now();
      for (const { value } of batch.messages) bytes += value?.length ?? 0;
      records += batch.messages.length;
      if (records >= total) finished.resolve(undefined);
      return Promise.resolve();
    },
  });
  await finished.promise;
  const work = done(total, startedMs, records);
  await consumer.disconnect();
  if (bytes === 0) throw new Error('The records are empty');
  return work;
}

function done(records: number, startedMs: number, result: number): Work {
  return { records, ms: performance.now() - startedMs, result };
}

function ticker(i: number): OutgoingMessage<typeof TOPIC> {
  const bid = 60_000 + (i % 1_000) / 10;
  return {
    topic: TOPIC,
    value: {
      symbol: `SYM${i % 50}`,
      exchange: 'BINANCE',
      timestamp: 1_760_000_000_000_000 + i * 1_000,
      received_at: 1_760_000_000_000_500 + i * 1_000,
      bid,
      bid_size: 1 + (i % 7),
      ask: bid + 0.1,
      ask_size: 1 + (i % 5),
      last: bid,
      last_size: 0.01 * (i % 100),
      last_side: 'BUY',
      trade_id: i,
      update_id: i,
    },
    headers: {
      event_id: `bench/market_raw/0/${i}#0`,
      run_id: 'bench',
      mode: 'replay',
      source_position: `market_raw/0/${i}/0`,
    },
  };
}

function bareMessage({ value, headers }: OutgoingMessage<typeof TOPIC>, schemaId: number): Message {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(schemaId, 1);
  return {
    key: `${value.exchange}|${value.symbol}`,
    value: Buffer.concat([frame, codecOf('Ticker').encode(value)]),
    headers: { ...headers },
  };
}

function broker(): string {
  return process.env['TICKMESH_TEST_KAFKA'] ?? '127.0.0.1:9092';
}

function kafkaConfig(): BusKafkaConfig {
  return {
    brokers: [broker()],
    clientId: 'bench',
    securityProtocol: 'PLAINTEXT',
    tls: undefined,
    sasl: undefined,
    tickerTopic: TOPIC,
    orderbookTopic: 'orderbook.v1.raw',
    dlqTopic: 'events.v1.dlq',
    compression: 'zstd',
    lingerMs: 0,
    batchSizeBytes: 131_072,
    connectionTimeoutMs: 3_000,
    requestTimeoutMs: 30_000,
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 3_000,
  };
}

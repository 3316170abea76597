/**
 * The bus against the bare Kafka client, on a real broker: the same records, headers and packing, batches
 * of the same size, acknowledged by all replicas. Ours checks the rules, encodes Avro and chooses the
 * partition when it sends, and decodes and checks the rules when it receives; the bare client sends bytes
 * that were made before, and looks at nothing but the length of what it gets. In turns, medians of five.
 * BENCH_RECORDS makes it smaller.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bus, type BusKafkaConfig, connectBus } from '@tickmesh/bus';
import { BATCH, type BareTask, TOPIC, ticker } from './bus.records.ts';
import type { BenchRow } from './row.ts';

const RECORDS = Number(process.env['BENCH_RECORDS'] ?? 200_000);
const SAMPLES = 5;
const BROKER = process.env['TICKMESH_TEST_KAFKA'] ?? '127.0.0.1:9092';
const REGISTRY = process.env['TICKMESH_TEST_REGISTRY'] ?? 'http://127.0.0.1:8081';
const BARE = fileURLToPath(new URL('./bus.bare.js', import.meta.url));

export async function bench(): Promise<BenchRow[]> {
  const topicPrefix = `bench-${randomUUID().slice(0, 8)}-`;
  const registry = { url: `${REGISTRY}/apis/ccompat/v7` };
  const bus = connectBus({ kafka: kafkaConfig(), registry, topicPrefix });
  try {
    await bus.topics.create([TOPIC]);
    const [schema] = await bus.registerSchemas([TOPIC]);
    const task = { broker: BROKER, topic: `${topicPrefix}${TOPIC}`, schemaId: schema?.id ?? 0 };
    return [await publishing(bus, task), await consuming(bus, task)];
  } finally {
    await bus.close();
  }
}

type Place = Pick<BareTask, 'broker' | 'topic' | 'schemaId'>;

async function publishing(bus: Bus, place: Place): Promise<BenchRow> {
  const messages = Array.from({ length: RECORDS }, (_, i) => ticker(i));
  const ours = async (): Promise<number> => {
    const startedMs = performance.now();
    for (let i = 0; i < messages.length; i += BATCH) {
      await bus.publisher.publishAll(messages.slice(i, i + BATCH));
    }
    return performance.now() - startedMs;
  };
  const bare = (): Promise<number> => runBare({ kind: 'publish', records: RECORDS, ...place });
  const medians = await inTurns(ours, bare);
  const ends = await bus.endOffsets(TOPIC);
  const written = ends.reduce((sum, { next }) => sum + Number(next), 0);
  return row('bus, publish tickers', RECORDS, medians, written === 2 * SAMPLES * RECORDS);
}

async function consuming(bus: Bus, place: Place): Promise<BenchRow> {
  const records = 2 * SAMPLES * RECORDS;
  let isEqual = true;
  const ours = async (): Promise<number> => {
    const seen = await consumeOurs(bus, records);
    isEqual &&= seen.tradeIds === 2 * SAMPLES * ((RECORDS * (RECORDS - 1)) / 2);
    return seen.ms;
  };
  const bare = (): Promise<number> => runBare({ kind: 'consume', records, ...place });
  const medians = await inTurns(ours, bare);
  return row('bus, consume tickers', records, medians, isEqual);
}

/** Time counts from the moment the group is joined; the sum shows that every record was read. */
async function consumeOurs(
  bus: Bus,
  total: number,
): Promise<{ readonly ms: number; readonly tradeIds: number }> {
  let records = 0;
  let tradeIds = 0;
  const finished = Promise.withResolvers<undefined>();
  const consumer = bus.consumer({
    groupId: `bench-${randomUUID()}`,
    topics: [TOPIC],
    assignment: 'co-partitioned',
    ordering: 'partition',
    fallback: 'earliest',
    batchRecordsMax: BATCH,
    handle: ({ deliveries }) => {
      for (const { value } of deliveries) tradeIds += value.trade_id ?? 0;
      records += deliveries.length;
      if (records >= total) finished.resolve(undefined);
      return Promise.resolve();
    },
  });
  await consumer.start();
  const startedMs = performance.now();
  await finished.promise;
  const ms = performance.now() - startedMs;
  await consumer.stop();
  return { ms, tradeIds };
}

async function runBare(task: BareTask): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, BARE], {
    env: { ...process.env, NODE_NO_WARNINGS: '1', BENCH_TASK: JSON.stringify(task) },
  });
  return Number(stdout);
}

interface Medians {
  readonly oursMs: number;
  readonly bareMs: number;
}

/** One after the other, the order changing, so that what else the machine does meets both. */
async function inTurns(ours: () => Promise<number>, bare: () => Promise<number>): Promise<Medians> {
  const oursMs: number[] = [];
  const bareMs: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    if (i % 2 === 0) bareMs.push(await bare());
    oursMs.push(await ours());
    if (i % 2 === 1) bareMs.push(await bare());
  }
  return { oursMs: median(oursMs), bareMs: median(bareMs) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function row(name: string, records: number, { oursMs, bareMs }: Medians, equal: boolean): BenchRow {
  return {
    name,
    unit: 'records/s',
    ours: Math.round((records / oursMs) * 1000),
    baseline: Math.round((records / bareMs) * 1000),
    baselineName: 'kafkajs, bytes only',
    ratio: bareMs / oursMs,
    aim: '>= 0.8',
    equal,
  };
}

function kafkaConfig(): BusKafkaConfig {
  return {
    brokers: [BROKER],
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

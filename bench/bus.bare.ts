/**
 * The bare Kafka client, in a process of its own so that it has none of our cures. Takes its task from
 * BENCH_TASK and prints the milliseconds that it took.
 */
import { randomUUID } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, { type Message } from 'kafkajs';
import { BATCH, type BareTask, bareMessage, ticker } from './bus.records.ts';

const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: (records: { readonly buffer: Buffer }) =>
    Promise.resolve(zstdCompressSync(records.buffer, LEVEL)),
  decompress: (packed: Buffer) => Promise.resolve(zstdDecompressSync(packed)),
});

const task = JSON.parse(process.env['BENCH_TASK'] ?? '{}') as BareTask;
const client = new kafkajs.Kafka({
  clientId: 'bench',
  brokers: [task.broker],
  logLevel: kafkajs.logLevel.ERROR,
});
const ms = task.kind === 'publish' ? await publish() : await consume();
process.stdout.write(`${ms}\n`);

async function publish(): Promise<number> {
  const messages: Message[] = Array.from({ length: task.records }, (_, i) =>
    bareMessage(ticker(i), task.schemaId),
  );
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const startedMs = performance.now();
  for (let i = 0; i < messages.length; i += BATCH) {
    await producer.send({
      topic: task.topic,
      acks: -1,
      compression: kafkajs.CompressionTypes.ZSTD,
      messages: messages.slice(i, i + BATCH),
    });
  }
  const tookMs = performance.now() - startedMs;
  await producer.disconnect();
  return tookMs;
}

async function consume(): Promise<number> {
  let startedMs = 0;
  let records = 0;
  let bytes = 0;
  const finished = Promise.withResolvers<undefined>();
  const consumer = client.consumer({ groupId: `bench-${randomUUID()}` });
  consumer.on('consumer.group_join', () => {
    startedMs = performance.now();
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [task.topic], fromBeginning: true });
  await consumer.run({
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) bytes += value?.length ?? 0;
      records += batch.messages.length;
      if (records >= task.records && bytes > 0) finished.resolve(undefined);
      return Promise.resolve();
    },
  });
  await finished.promise;
  const tookMs = performance.now() - startedMs;
  await consumer.disconnect();
  return tookMs;
}

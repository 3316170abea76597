/**
 * Batches by their own clock: whatever gathered while the last request was under way goes as soon as it
 * is answered. No fixed linger, so a lone message leaves at once, and under load batches grow by
 * themselves. Order is the order of `send`, for each partition.
 *
 * After a request that failed nothing is known of its records. The messages behind it on the same
 * partitions fail with it (else a caller's retry would come after them), and the idempotent producer is
 * replaced: kafkajs takes back the sequence numbers of a failed request, and the broker would take the
 * next, different records under the same numbers for repetitions and drop them without a word.
 */
import { Fault, assert } from '@tickmesh/kernel';
import kafkajs, {
  type IHeaders,
  type Kafka,
  type Message,
  type Producer,
  type RecordMetadata,
  type TopicMessages,
} from 'kafkajs';
import { brokerFault, typeOf } from './broker-faults.ts';
import { compressionType } from './compression.ts';
import type { BusKafkaConfig } from './config.ts';
import { type BusLog, type BusMetrics, faultFields } from './observe.ts';
import { placedMessages } from './kafkajs-produce.ts';
import { partitionOfKey } from './partitioner.ts';
import type { RecordPosition } from './port.ts';

/** A message as bytes, for a topic by its name on the broker. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
}

export interface BatchingProducer {
  /**
   * Resolves with its place when all in-sync replicas have the record.
   * @throws Fault of the broker; the record may or may not be in the log then
   */
  send(record: OutgoingRecord): Promise<RecordPosition>;
  /** As `send`, for all; one promise for the lot. */
  sendAll(records: readonly OutgoingRecord[]): Promise<void>;
  /** Resolves when nothing is queued or under way. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface BatchingProducerDeps {
  readonly client: Kafka;
  readonly config: Pick<BusKafkaConfig, 'compression' | 'lingerMs' | 'batchSizeBytes'>;
  readonly log: BusLog;
  readonly metrics: BusMetrics;
  /** Called with each batch before it leaves, for what is known late, such as a schema's id. */
  readonly beforeSend?: (records: readonly OutgoingRecord[]) => Promise<void>;
}

interface Queued {
  readonly record: OutgoingRecord;
  readonly bytes: number;
  /** -1 until the topic's partitions are known. */
  partition: number;
  readonly done: (position: RecordPosition) => void;
  readonly failed: (fault: Fault) => void;
}

/** A request holds at most this, over all its partitions. */
const REQUEST_BYTES_MAX = 1024 * 1024;
/** Beyond this, `send` waits for room. */
const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
/** Callers that may wait for room; those beyond are refused, so that memory is bounded. */
const WAITING_MAX = 10_000;
/** Far below 2^31 records of one partition, where kafkajs' sequence numbers go wrong. */
const PRODUCER_RECORDS_MAX = 1_000_000_000;
const RECORD_OVERHEAD_BYTES = 64;
/** Batches below this travel as they are. */
const PACKED_BYTES_MIN = 2 * 1024;

export function batchingProducer(deps: BatchingProducerDeps): BatchingProducer {
  const sender = new Sender(deps);
  return {
    send: (record) => sender.send(record),
    sendAll: (records) => sender.sendAll(records),
    flush: () => sender.flush(),
    close: () => sender.close(),
  };
}

class Sender {
  readonly #deps: BatchingProducerDeps;
  readonly #compression;
  readonly #partitionCounts = new Map<string, number>();
  #producer: Promise<Producer> | undefined;
  #producerRecords = 0;
  #queue: Queued[] = [];
  #head = 0;
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #waiting: (() => void)[] = [];
  #closed = false;
  #roundRobin = 0;

  constructor(deps: BatchingProducerDeps) {
    this.#deps = deps;
    this.#compression = compressionType(deps.config.compression);
  }

  async send(record: OutgoingRecord): Promise<RecordPosition> {
    if (this.#isFull()) await this.#room(record.topic, 1);
    return new Promise((done, failed) => {
      this.#enqueue({ record, bytes: bytesOf(record), partition: -1, done, failed });
    });
  }

  async sendAll(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    if (this.#isFull()) await this.#room(records[0]!.topic, records.length);
    await new Promise<void>((resolve, reject) => {
      let left = records.length;
      const done = (): void => {
        if (--left === 0) resolve();
      };
      for (const record of records) {
        this.#enqueue({ record, bytes: bytesOf(record), partition: -1, done, failed: reject });
      }
    });
  }

  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flush();
    this.#closed = true;
    await this.#discardProducer();
  }

  #enqueue(queued: Queued): void {
    if (this.#closed) {
      queued.failed(new Fault('BROKER_REFUSED', { reason: 'the publisher is closed' }));
      return;
    }
    this.#queue.push(queued);
    this.#queuedBytes += queued.bytes;
    this.#running ??= this.#run();
  }

  #isFull(): boolean {
    return this.#queuedBytes > QUEUE_BYTES_MAX || this.#waiting.length > 0;
  }

  #room(topic: string, count: number): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#deps.metrics.queueDropped(topic, count);
      throw new Fault('BROKER_REFUSED', { topic, reason: 'the send queue is full' });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends until nothing is left; never throws. */
  async #run(): Promise<void> {
    // One turn of the event loop: what is sent in one go leaves in one request.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#head < this.#queue.length) {
      if (this.#deps.config.lingerMs > 0) await this.#linger();
      const batch = this.#take();
      await this.#deliver(batch);
      await this.#letIn();
    }
    this.#queue = [];
    this.#head = 0;
    this.#running = undefined;
  }

  /** Those who wait for room, one after the other; each puts its records behind the last. */
  async #letIn(): Promise<void> {
    while (this.#queuedBytes <= QUEUE_BYTES_MAX) {
      const enter = this.#waiting.shift();
      if (enter === undefined) return;
      enter();
      await Promise.resolve();
    }
  }

  /** KAFKA_LINGER_MS: waits for company unless a batch is full. */
  async #linger(): Promise<void> {
    if (this.#queuedBytes >= this.#deps.config.batchSizeBytes) return;
    await new Promise((resolve) => setTimeout(resolve, this.#deps.config.lingerMs));
  }

  /** From the front of the queue, until a partition's batch or the request is full; at least one. */
  #take(): Queued[] {
    const { batchSizeBytes } = this.#deps.config;
    const bytesOfTopic = new Map<string, number[]>();
    const batch: Queued[] = [];
    let bytes = 0;
    for (let next = this.#queue[this.#head]; next !== undefined; next = this.#queue[this.#head]) {
      const { topic } = next.record;
      let filled = bytesOfTopic.get(topic);
      if (filled === undefined) bytesOfTopic.set(topic, (filled = []));
      // Until the partitions are known they count as one.
      const slot = Math.max(this.#placeOne(next), 0);
      const slotBytes = (filled[slot] ?? 0) + next.bytes;
      const isFull = slotBytes > batchSizeBytes || bytes + next.bytes > REQUEST_BYTES_MAX;
      if (isFull && batch.length > 0) break;
      filled[slot] = slotBytes;
      bytes += next.bytes;
      batch.push(next);
      this.#head++;
    }
    this.#queuedBytes -= bytes;
    if (this.#head > 4096 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return batch;
  }

  /** Gives the record its partition where that is known; answers -1 where it is not. */
  #placeOne(queued: Queued): number {
    const { topic, key } = queued.record;
    const count = this.#partitionCounts.get(topic);
    if (queued.partition < 0 && count !== undefined) {
      queued.partition = key === null ? this.#roundRobin++ % count : partitionOfKey(key, count);
    }
    return queued.partition;
  }

  async #deliver(batch: readonly Queued[]): Promise<void> {
    const topics = new Set(batch.map(({ record }) => record.topic));
    try {
      await this.#deps.beforeSend?.(batch.map(({ record }) => record));
      await this.#learnPartitions(topics);
      const sent = this.#place(batch);
      const producer = await this.#openProducer();
      const answers = await producer.sendBatch({
        acks: -1,
        compression: this.#codecFor(batch),
        topicMessages: sent.topicMessages,
      });
      this.#acknowledge(sent, answers);
    } catch (error) {
      await this.#fail(batch, topics, brokerFault(error, { topics: [...topics] }), typeOf(error));
    }
  }

  /** A few small records gain next to nothing, and packing them would cost both sides more than sending them. */
  #codecFor(batch: readonly Queued[]): kafkajs.CompressionTypes {
    const bytes = batch.reduce((sum, queued) => sum + queued.bytes, 0);
    return bytes < PACKED_BYTES_MIN ? kafkajs.CompressionTypes.None : this.#compression;
  }

  #place(batch: readonly Queued[]): PlacedRecords {
    const byTopic = new Map<string, Map<number, Queued[]>>();
    for (const queued of batch) {
      const { topic } = queued.record;
      const partition = this.#placeOne(queued);
      let partitions = byTopic.get(topic);
      if (partitions === undefined) byTopic.set(topic, (partitions = new Map<number, Queued[]>()));
      const records = partitions.get(partition);
      if (records === undefined) partitions.set(partition, [queued]);
      else records.push(queued);
    }
    return { byTopic, topicMessages: [...byTopic].map(messagesOf) };
  }

  /**
   * kafkajs reports success for a partition that moved to a broker which had already answered, without
   * having sent it: every partition must have its own answer.
   */
  #acknowledge({ byTopic }: PlacedRecords, answers: readonly RecordMetadata[]): void {
    const offsets = new Map(
      answers.map((answer) => [
        `${answer.topicName}/${answer.partition}`,
        answer.baseOffset ?? answer.offset,
      ]),
    );
    const acknowledged: (() => void)[] = [];
    for (const [topic, partitions] of byTopic) {
      for (const [partition, records] of partitions) {
        const text = offsets.get(`${topic}/${partition}`);
        if (text === undefined) {
          throw new Fault('BROKER_UNREACHABLE', { topic, partition, reason: 'not acknowledged' });
        }
        const base = BigInt(text);
        acknowledged.push(() => {
          records.forEach(({ done }, index) => {
            done({ topic, partition, offset: base + BigInt(index) });
          });
        });
        this.#producerRecords += records.length;
        this.#deps.metrics.batchSent(topic, records.length);
      }
    }
    for (const tell of acknowledged) tell();
    if (this.#producerRecords > PRODUCER_RECORDS_MAX) void this.#discardProducer();
  }

  async #fail(
    batch: readonly Queued[],
    topics: ReadonlySet<string>,
    fault: Fault,
    type: string | undefined,
  ): Promise<void> {
    const behind = this.#queue.slice(this.#head).filter(({ record }) => topics.has(record.topic));
    const lost = new Set(behind);
    this.#queue = this.#queue.slice(this.#head).filter((queued) => !lost.has(queued));
    this.#head = 0;
    for (const { bytes } of behind) this.#queuedBytes -= bytes;
    for (const topic of topics) this.#partitionCounts.delete(topic);
    await this.#discardProducer();
    this.#deps.log('warn', 'publish.failed', {
      topics: [...topics],
      records: batch.length + behind.length,
      ...(type === undefined ? {} : { broker_error: type }),
      ...faultFields(fault),
    });
    for (const { record, failed } of [...batch, ...behind]) {
      this.#deps.metrics.deliveryFailed(record.topic, 1);
      failed(fault);
    }
  }

  async #learnPartitions(topics: ReadonlySet<string>): Promise<void> {
    const unknown = [...topics].filter((topic) => !this.#partitionCounts.has(topic));
    if (unknown.length === 0) return;
    const admin = this.#deps.client.admin();
    try {
      await admin.connect();
      const metadata = await admin.fetchTopicMetadata({ topics: unknown });
      for (const { name, partitions } of metadata.topics) {
        assert(partitions.length > 0, 'A topic has partitions');
        this.#partitionCounts.set(name, partitions.length);
      }
    } finally {
      await admin.disconnect();
    }
  }

  #openProducer(): Promise<Producer> {
    this.#producer ??= this.#connect();
    return this.#producer;
  }

  async #connect(): Promise<Producer> {
    const producer = this.#deps.client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      createPartitioner: () => () => {
        throw new Fault('INVARIANT', { invariant: 'Every message is placed before it is sent' });
      },
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    this.#producerRecords = 0;
    return producer;
  }

  async #discardProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    this.#producerRecords = 0;
    try {
      await (await producer)?.disconnect();
    } catch {
      // It is given up either way: what it could not say is told by its last request.
    }
  }
}

interface PlacedRecords {
  readonly byTopic: ReadonlyMap<string, ReadonlyMap<number, readonly Queued[]>>;
  readonly topicMessages: TopicMessages[];
}

function messagesOf([topic, partitions]: [string, Map<number, Queued[]>]): TopicMessages {
  const placed = new Map<number, Message[]>();
  for (const [partition, records] of partitions) {
    placed.set(
      partition,
      records.map(({ record: { key, value, headers } }) => ({ key, value, headers })),
    );
  }
  return { topic, messages: placedMessages(placed) };
}

function bytesOf({ key, value }: OutgoingRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
}

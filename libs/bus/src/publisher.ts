/** Typed messages out: rules, encoding, frame, key, headers. */
import {
  AvroWriter,
  type Codec,
  type TopicName,
  codecOf,
  partitionKey,
  requireValid,
} from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import type { BatchingProducer, OutgoingRecord } from './batching-producer.ts';
import { encodeHeaders } from './event-headers.ts';
import { stamp } from './framing.ts';
import type { BusMetrics, BusTracer } from './observe.ts';
import type { OutgoingMessage, Publisher, RecordPosition } from './port.ts';
import type { TopicSchemas } from './schemas.ts';
import { type TopicNames, declarationOf } from './topic-names.ts';

export interface PublisherDeps {
  /** Makes the producer; `beforeSend` is called with each batch before it leaves. */
  readonly producer: (
    beforeSend: (records: readonly OutgoingRecord[]) => Promise<void>,
  ) => BatchingProducer;
  readonly schemas: TopicSchemas;
  readonly names: TopicNames;
  readonly metrics: BusMetrics;
  readonly tracer: BusTracer;
}

export function typedPublisher(deps: PublisherDeps): Publisher {
  return new TypedPublisher(deps);
}

/** Behind key, value and headers: the batch's own header and lengths. */
const RECORD_OVERHEAD_BYTES = 512;

class TypedPublisher implements Publisher {
  readonly #deps: PublisherDeps;
  readonly #producer: BatchingProducer;
  readonly #writer = new AvroWriter();
  /** Records whose schema id was not known yet when they were encoded. */
  readonly #unstamped = new Map<OutgoingRecord, TopicName>();

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#producer = deps.producer((records) => this.#stamp(records));
  }

  async publish<T extends TopicName>(message: OutgoingMessage<T>): Promise<RecordPosition> {
    const record = this.#encode(message);
    try {
      const { partition, offset } = await this.#producer.send(record);
      this.#count(message);
      return { topic: message.topic, partition, offset };
    } finally {
      this.#unstamped.delete(record);
    }
  }

  async publishAll(messages: readonly OutgoingMessage[]): Promise<void> {
    // All are encoded first: one that breaks a rule stops the lot before anything left.
    const records = messages.map((message) => this.#encode(message));
    try {
      await this.#producer.sendAll(records);
    } finally {
      for (const record of records) this.#unstamped.delete(record);
    }
    for (const message of messages) this.#count(message);
  }

  flush(): Promise<void> {
    return this.#producer.flush();
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  #encode<T extends TopicName>({ topic, value, headers }: OutgoingMessage<T>): OutgoingRecord {
    const declaration = declarationOf(topic);
    const { schema } = declaration;
    if (schema !== 'json' && schema !== 'any') requireValid(schema, value as never, 'writer');
    const key = partitionKey(topic, value);
    const schemaId = this.#deps.schemas.knownIdOf(topic);
    const body = this.#bytesOf(topic, value, schemaId ?? 0);
    const record: OutgoingRecord = {
      topic: this.#deps.names.onBroker(topic),
      key: key === '' ? null : Buffer.from(key, 'utf8'),
      value: body,
      headers: encodeHeaders(headers, this.#deps.tracer.current()),
    };
    const bytes = body.length + (record.key?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    if (bytes > declaration.maxMessageBytes) {
      throw new Fault('MSG_TOO_LARGE', { topic, bytes, maxBytes: declaration.maxMessageBytes });
    }
    if (schemaId === undefined && declaration.schema !== 'json') this.#unstamped.set(record, topic);
    return record;
  }

  #bytesOf(topic: TopicName, value: unknown, schemaId: number): Buffer {
    const { schema } = declarationOf(topic);
    if (schema === 'json') return Buffer.from(JSON.stringify(value), 'utf8');
    if (schema === 'any') {
      throw new Fault('ARGUMENT_INVALID', { topic, reason: 'dead letters are not published' });
    }
    const codec = codecOf(schema) as unknown as Codec<unknown>;
    this.#writer.reset();
    this.#writer.frame(schemaId);
    codec.encodeInto(value, this.#writer);
    return this.#writer.copy();
  }

  /** Ids are looked up when the batch leaves, not when a message comes: so order is the order of calls. */
  async #stamp(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#unstamped.size === 0) return;
    for (const record of records) {
      const topic = this.#unstamped.get(record);
      if (topic === undefined) continue;
      const id = this.#deps.schemas.knownIdOf(topic) ?? (await this.#deps.schemas.idOf(topic));
      if (id !== undefined && record.value !== null) stamp(record.value, id);
    }
  }

  #count({ topic, value }: OutgoingMessage): void {
    const { event_type: type, exchange } = value as {
      readonly event_type?: unknown;
      readonly exchange?: unknown;
    };
    const { schema } = declarationOf(topic);
    this.#deps.metrics.published(
      topic,
      typeof type === 'string' ? type : schema,
      typeof exchange === 'string' ? exchange : '',
      1,
    );
  }
}

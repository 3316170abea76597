/**
 * Cure of kafkajs' produce requests, for speed. It builds a buffer of half a kilobyte for each record and for each of
 * its headers, and copies each into the next larger one: most of what a producer of small records does, and most of
 * the garbage that it makes; before that it copies the list of a partition once for each message. Here a request is written once, front to back, into one buffer. The bytes are the same.
 *
 * Format: Kafka protocol guide, Produce request v3 and later; record batch v2 (magic 2).
 */
import { assert } from '@tickmesh/kernel';
import type { Message } from 'kafkajs';

interface Encoder {
  buf: Buffer;
  offset: number;
}

type EncoderClass = new (initialBytes: number) => Encoder;

type HeaderValue = Buffer | string | null;

/** As a producer hands it over. */
interface ProducedMessage {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  /** Milliseconds since 1970. */
  readonly timestamp?: string | number;
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;
}

interface ProducedPartition {
  readonly partition: number;
  readonly firstSequence?: number;
  readonly messages: readonly ProducedMessage[];
}

/** What kafkajs makes a request of. */
export interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  /** A 64-bit number: kafkajs' own, or -1. */
  readonly producerId?: { toString(): string };
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly ProducedPartition[];
  }[];
}

interface ProtocolRequest {
  encode(): Promise<Encoder>;
}

export type ProduceRequestMaker = (options: ProduceOptions) => {
  readonly request: ProtocolRequest;
  readonly response: unknown;
};

interface ProduceDefinition {
  protocol: (wanted: { readonly version: number }) => ProduceRequestMaker;
}

interface Compression {
  lookupCodec(type: number): { compress(records: { readonly buffer: Buffer }): Promise<Buffer> };
}

/** The first version with record batches of today. */
const RECORD_BATCH_VERSION = 3;
const CODEC_MASK = 0x07;
const TRANSACTIONAL_MASK = 0x10;
const MAGIC = 2;
/** From the batch's length to its checksum: leader epoch, magic byte. */
const HEAD_BYTES = 4 + 1;
const INITIAL_BYTES = 4 * 1024;

export function cureProduce(require: NodeJS.Require): void {
  const produce = require('kafkajs/src/protocol/requests/produce') as ProduceDefinition;
  const { protocol } = produce;
  assert(typeof protocol === 'function', 'kafkajs looks up the version of a produce request');
  assertGrouping(require('kafkajs/src/producer/groupMessagesPerPartition') as GroupMessages);
  const parts: ProduceParts = {
    encoderClass: require('kafkajs/src/protocol/encoder') as EncoderClass,
    compression: require('kafkajs/src/protocol/message/compression') as Compression,
    crc32C: require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number,
  };
  produce.protocol = ({ version }) => {
    const make = protocol({ version });
    if (version < RECORD_BATCH_VERSION) return make;
    return (options) => {
      const made = make(options);
      assert(typeof made.request.encode === 'function', 'A request of kafkajs encodes itself');
      made.request.encode = () => encodeProduce(parts, options);
      return made;
    };
  };
}

/**
 * The messages of a topic for `sendBatch`, as they are placed. kafkajs sorts them into partitions by copying the list
 * of a partition for each message of it, in one call of `reduce`; this list answers that call with what is known.
 */
export function placedMessages(partitions: ReadonlyMap<number, readonly Message[]>): Message[] {
  const messages = [...partitions.values()].flat();
  const reduce = (): Record<string, readonly Message[]> => Object.fromEntries(partitions);
  return Object.defineProperty(messages, 'reduce', { value: reduce });
}

type GroupMessages = (options: {
  readonly topic: string;
  readonly partitionMetadata: readonly object[];
  readonly messages: readonly Message[];
  readonly partitioner: () => number;
}) => Readonly<Record<string, unknown>>;

function assertGrouping(group: GroupMessages): void {
  const mine = [{ value: null }];
  const placed = placedMessages(new Map([[7, mine]]));
  const partitioner = (): number => 0;
  const grouped = group({ topic: '', partitionMetadata: [{}], messages: placed, partitioner });
  assert(grouped['7'] === mine, 'kafkajs sorts messages into partitions by one call of reduce');
}

interface ProduceParts {
  readonly encoderClass: EncoderClass;
  readonly compression: Compression;
  readonly crc32C: (bytes: Buffer) => number;
}

async function encodeProduce(parts: ProduceParts, options: ProduceOptions): Promise<Encoder> {
  const writer = new Writer();
  const { transactionalId, acks, timeout, topicData } = options;
  writer.string(transactionalId ?? null);
  writer.int16(acks);
  writer.int32(timeout);
  writer.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const data of partitions) {
      writer.int32(data.partition);
      const length = writer.reserve(4);
      await writeBatch(parts, writer, options, data);
      writer.int32At(length, writer.at - length - 4);
    }
  }
  const encoder = new parts.encoderClass(1);
  encoder.buf = writer.bytes;
  encoder.offset = writer.at;
  return encoder;
}

async function writeBatch(
  parts: ProduceParts,
  writer: Writer,
  options: ProduceOptions,
  { messages, firstSequence = 0 }: ProducedPartition,
): Promise<void> {
  const { compression = 0, transactionalId, producerId = -1, producerEpoch = 0 } = options;
  const codec = compression & CODEC_MASK;
  const isTransactional = transactionalId != null && transactionalId !== '';
  const times = timesOf(messages);
  writer.int64(0n); // The broker gives the offsets.
  const length = writer.reserve(4);
  writer.int32(0); // The leader's epoch is not for a producer to know.
  writer.int8(MAGIC);
  const checksum = writer.reserve(4);
  writer.int16(codec | (isTransactional ? TRANSACTIONAL_MASK : 0));
  writer.int32(messages.length - 1);
  writer.int64(BigInt(times.first));
  writer.int64(BigInt(times.last));
  writer.int64(BigInt(producerId.toString()));
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(messages.length);
  const records = codec === 0 ? writer : new Writer();
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    writeRecord(records, message, i, timeOf(message, times.now) - times.first);
  }
  if (codec !== 0) {
    const buffer = records.bytes.subarray(0, records.at);
    writer.raw(await parts.compression.lookupCodec(codec).compress({ buffer }));
  }
  writer.int32At(length, writer.at - length - 4);
  const summed = writer.bytes.subarray(length + 4 + HEAD_BYTES + 4, writer.at);
  writer.int32At(checksum, parts.crc32C(summed) | 0);
}

/** Milliseconds; a message without a time of its own is of now. */
function timesOf(messages: readonly ProducedMessage[]): {
  readonly first: number;
  readonly last: number;
  readonly now: number;
} {
  const now = Date.now();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const message of messages) {
    const time = timeOf(message, now);
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last, now };
}

const timeOf = ({ timestamp }: ProducedMessage, now: number): number =>
  timestamp === undefined ? now : Number(timestamp);

function writeRecord(
  writer: Writer,
  { key, value, headers }: ProducedMessage,
  offsetDelta: number,
  timeDelta: number,
): void {
  const start = writer.beginSized();
  writer.int8(0); // A record has no attributes.
  writer.varLong(timeDelta);
  writer.varInt(offsetDelta);
  writer.varBytes(key ?? null);
  writer.varBytes(value);
  writeHeaders(writer, headers ?? {});
  writer.endSized(start);
}

function writeHeaders(writer: Writer, headers: NonNullable<ProducedMessage['headers']>): void {
  const names = Object.keys(headers);
  let count = 0;
  for (const name of names) {
    const value = headers[name];
    count += Array.isArray(value) ? value.length : 1;
  }
  writer.varInt(count);
  for (const name of names) {
    const value = headers[name] ?? null;
    if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) {
      writer.varBytes(name);
      writer.varBytes(value);
      continue;
    }
    for (const each of value) {
      writer.varBytes(name);
      writer.varBytes(each);
    }
  }
}

/** A 32-bit number takes at most so much. */
const VARINT_BYTES_MAX = 5;
/** Longer texts are copied faster by Node than by a loop. */
const LOOP_CHARACTERS_MAX = 60;

/** Bytes that grow. Numbers are big-endian; variable-length ones zig-zag, in groups of seven bits, low first. */
class Writer {
  bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  at = 0;

  int8(value: number): void {
    this.#room(1);
    this.bytes[this.at++] = value & 0xff;
  }

  int16(value: number): void {
    this.#room(2);
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.#room(4);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.#room(8);
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  int32At(at: number, value: number): void {
    this.bytes.writeInt32BE(value, at);
  }

  /** Leaves room; answers where. */
  reserve(bytes: number): number {
    this.#room(bytes);
    this.at += bytes;
    return this.at - bytes;
  }

  raw(value: Buffer): void {
    this.#room(value.length);
    value.copy(this.bytes, this.at);
    this.at += value.length;
  }

  /** Length in two bytes, then UTF-8. */
  string(value: string | null): void {
    if (value === null) {
      this.int16(-1);
      return;
    }
    const bytes = Buffer.byteLength(value);
    this.int16(bytes);
    this.#room(bytes);
    this.bytes.write(value, this.at);
    this.at += bytes;
  }

  varInt(value: number): void {
    this.#room(VARINT_BYTES_MAX);
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  varLong(value: number): void {
    if (value === (value | 0)) {
      this.varInt(value);
      return;
    }
    const wide = BigInt(value);
    let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
    this.#room(10);
    while (rest > 0x7fn) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
  }

  /** Variable length, then the bytes, a text as UTF-8; nothing has the length -1. */
  varBytes(value: Buffer | string | null): void {
    if (value === null) this.varInt(-1);
    else if (typeof value === 'string') this.#text(value);
    else {
      this.varInt(value.length);
      this.raw(value);
    }
  }

  /** What is written from here to `endSized` gets its length, of variable size, in front. */
  beginSized(): number {
    return this.reserve(VARINT_BYTES_MAX);
  }

  endSized(start: number): void {
    const from = start + VARINT_BYTES_MAX;
    const to = this.at;
    this.at = start;
    this.varInt(to - from);
    this.bytes.copyWithin(this.at, from, to);
    this.at += to - from;
  }

  #text(value: string): void {
    if (value.length <= LOOP_CHARACTERS_MAX && this.#shortAscii(value)) return;
    const bytes = Buffer.byteLength(value);
    this.varInt(bytes);
    this.#room(bytes);
    this.bytes.write(value, this.at);
    this.at += bytes;
  }

  /** Most headers are that. Answers whether it was; if not, nothing is written. */
  #shortAscii(value: string): boolean {
    const { length } = value;
    this.#room(length + 1);
    const { bytes, at } = this;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[at + 1 + i] = code;
    }
    bytes[at] = length << 1;
    this.at = at + 1 + length;
    return true;
  }

  #room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + bytes));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

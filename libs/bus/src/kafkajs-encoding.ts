/**
 * Cures of kafkajs' wire format, for speed and for odd header names. It writes every variable-length
 * number through a list and a buffer of its own, handles times and offsets as 64-bit objects parsed
 * from text record by record, and copies the headers read so far for each further one. Here numbers
 * are written and read in place, what a batch repeats is parsed once, and headers stay packed until
 * somebody asks: a record that waits in a queue is a few objects, not ten more. They are unpacked by any
 * name: a header called `constructor` is a header.
 */
import { assert } from '@tickmesh/kernel';

interface Encoder {
  buf: Buffer;
  offset: number;
  ensureAvailable(bytes: number): void;
}

interface EncoderClass {
  sizeOfVarLong: (this: EncoderClass, value: number) => number;
  readonly prototype: {
    writeUVarInt: (this: Encoder, value: number) => Encoder;
    writeVarLong: (this: Encoder, value: number) => Encoder;
  };
}

interface Decoder {
  readonly buffer: Buffer;
  offset: number;
  readVarInt(): number;
  readVarIntString(): string | null;
  readVarIntBytes(): Buffer | null;
}

interface DecoderClass {
  new (bytes: Buffer): Decoder;
  readonly prototype: {
    readVarLong: (this: Decoder) => Long;
    readVarIntArray: (this: Decoder, reader: unknown) => unknown;
  };
}

/** Immutable. */
interface Long {
  readonly value: bigint;
}

interface LongClass {
  fromNumber(value: number): Long;
  fromString: (this: LongClass, text: string) => Long;
}

type Header = Buffer | null;
type Headers = Record<string, Header | Header[]>;

export function cureWireFormat(require: NodeJS.Require): void {
  const long = require('kafkajs/src/utils/long') as LongClass;
  cureEncoder(require('kafkajs/src/protocol/encoder') as EncoderClass);
  cureDecoder(
    require('kafkajs/src/protocol/decoder') as DecoderClass,
    require('kafkajs/src/protocol/recordBatch/header/v0/decoder'),
    long,
  );
  cureLong(long);
}

function cureEncoder(encoder: EncoderClass): void {
  const { sizeOfVarLong } = encoder;
  const { writeUVarInt, writeVarLong } = encoder.prototype;
  assert(typeof sizeOfVarLong === 'function', 'kafkajs sizes time deltas');
  assert(typeof writeUVarInt === 'function', 'kafkajs writes variable-length numbers');
  encoder.sizeOfVarLong = (value) =>
    isSmall(value) ? bytesOf(zigZag(value)) : sizeOfVarLong.call(encoder, value);
  encoder.prototype.writeUVarInt = function (value) {
    return writeBits(this, value);
  };
  encoder.prototype.writeVarLong = function (value) {
    return isSmall(value) ? writeBits(this, zigZag(value)) : writeVarLong.call(this, value);
  };
}

function cureDecoder(decoder: DecoderClass, headerReader: unknown, long: LongClass): void {
  const { readVarIntArray, readVarLong } = decoder.prototype;
  assert(typeof readVarLong === 'function', 'kafkajs reads time deltas');
  assert(typeof headerReader === 'function', 'kafkajs reads headers one by one');
  decoder.prototype.readVarLong = function () {
    const value = readSmall(this);
    return value === undefined ? readVarLong.call(this) : long.fromNumber(value);
  };
  decoder.prototype.readVarIntArray = function (reader) {
    return reader === headerReader ? packedHeaders(this) : readVarIntArray.call(this, reader);
  };
}

/** A batch's first offset and first time are asked for again with each of its records. */
function cureLong(long: LongClass): void {
  const { fromString } = long;
  assert(typeof fromString === 'function', 'kafkajs parses offsets from text');
  const recent: { text: string; value: Long }[] = [];
  long.fromString = (text) => {
    for (const known of recent) if (known.text === text) return known.value;
    const value = fromString.call(long, text);
    if (recent.length === 2) recent.shift();
    recent.push({ text, value });
    return value;
  };
}

const isSmall = (value: unknown): value is number =>
  typeof value === 'number' && value === (value | 0);

/** Zig-zag numbers in groups of seven bits, low first (Protocol Buffers' encoding, as Kafka has it). */
const zigZag = (value: number): number => (value << 1) ^ (value >> 31);

function bytesOf(bits: number): number {
  return bits === 0 ? 1 : Math.ceil((32 - Math.clz32(bits)) / 7);
}

function writeBits(encoder: Encoder, bits: number): Encoder {
  encoder.ensureAvailable(5);
  const { buf } = encoder;
  let rest = bits;
  let at = encoder.offset;
  while ((rest & ~0x7f) !== 0) {
    buf[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buf[at++] = rest;
  encoder.offset = at;
  return encoder;
}

/** A number of at most 28 bits; undefined, and nothing read, for a larger one. */
function readSmall(decoder: Decoder): number | undefined {
  const { buffer, offset } = decoder;
  let bits = 0;
  for (let i = 0; i < 4; i++) {
    const byte = buffer[offset + i] ?? 0x80;
    bits |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      decoder.offset = offset + i + 1;
      return (bits >>> 1) ^ -(bits & 1);
    }
  }
  return undefined;
}

/** kafkajs folds a list of headers into an object; what this list folds into are the bytes. */
function packedHeaders(decoder: Decoder): { reduce(): PackedHeaders } {
  const { offset } = decoder;
  const count = decoder.readVarInt();
  for (let i = 0; i < count * 2; i++) {
    const bytes = decoder.readVarInt();
    if (bytes > 0) decoder.offset += bytes;
  }
  const packed = new PackedHeaders(decoder.constructor as DecoderClass, decoder.buffer, offset);
  return { reduce: () => packed };
}

/** The headers of a fetched record as they lie in its batch. */
export class PackedHeaders {
  readonly #decoderClass: DecoderClass;
  readonly #bytes: Buffer;
  readonly #offset: number;

  constructor(decoderClass: DecoderClass, bytes: Buffer, offset: number) {
    this.#decoderClass = decoderClass;
    this.#bytes = bytes;
    this.#offset = offset;
  }

  unpack(): Headers {
    const decoder = new this.#decoderClass(this.#bytes);
    decoder.offset = this.#offset;
    const headers = Object.create(null) as Headers;
    const count = decoder.readVarInt();
    for (let i = 0; i < count; i++) {
      const name = decoder.readVarIntString() ?? '';
      const value = decoder.readVarIntBytes();
      const before = headers[name];
      if (before === undefined) headers[name] = value;
      else if (Array.isArray(before)) before.push(value);
      else headers[name] = [before, value];
    }
    return headers;
  }
}

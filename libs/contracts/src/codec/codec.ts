import { STRAIGHT_LINE } from '../gen/codecs.ts';
import { SCHEMAS } from '../gen/schemas.ts';
import type { RecordInputs, RecordName, RecordTypes } from '../gen/types.ts';
import { AvroReader } from './reader.ts';
import { AvroWriter } from './writer.ts';

/** Avro's binary form of one record, without a frame. */
export interface Codec<Value, Input = Value> {
  readonly name: RecordName;
  /** Schema text, as registered. */
  readonly schema: string;
  /** @throws Fault MSG_RULE_BROKEN when a value is not of its field's type */
  encode(value: Input): Buffer;
  /** Appends to what the writer holds. */
  encodeInto(value: Input, writer: AvroWriter): void;
  /**
   * @param offset where the record starts; it must end where the bytes end
   * @throws Fault MSG_UNREADABLE
   */
  decode(bytes: Uint8Array, offset?: number): Value;
}

/** Encoding and decoding never yield, so one reader and one writer serve all codecs. */
const reader = new AvroReader();
const shared = new AvroWriter();

class StraightLineCodec<Name extends RecordName> implements Codec<
  RecordTypes[Name],
  RecordInputs[Name]
> {
  readonly name: Name;
  readonly schema: string;
  readonly #write: (writer: AvroWriter, value: RecordInputs[Name]) => void;
  readonly #read: (reader: AvroReader) => RecordTypes[Name];

  constructor(name: Name) {
    this.name = name;
    this.schema = SCHEMAS[name];
    this.#write = STRAIGHT_LINE[name].write;
    this.#read = STRAIGHT_LINE[name].read;
  }

  encode(value: RecordInputs[Name]): Buffer {
    shared.reset();
    this.#write(shared, value);
    return shared.take();
  }

  encodeInto(value: RecordInputs[Name], writer: AvroWriter): void {
    this.#write(writer, value);
  }

  decode(bytes: Uint8Array, offset = 0): RecordTypes[Name] {
    reader.reset(bytes, offset);
    const value = this.#read(reader);
    reader.finish();
    return value;
  }
}

const CODECS = new Map(
  (Object.keys(SCHEMAS) as RecordName[]).map((name) => [name, new StraightLineCodec(name)]),
);

/** The codec of a record, by its name in contracts/avro. */
export function codecOf<Name extends RecordName>(
  name: Name,
): Codec<RecordTypes[Name], RecordInputs[Name]> {
  return CODECS.get(name) as unknown as Codec<RecordTypes[Name], RecordInputs[Name]>;
}

/** Every record that has a codec. */
export const RECORD_NAMES: readonly RecordName[] = [...CODECS.keys()];

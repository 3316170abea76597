import type avro from 'avsc';
import { Fault, faultOf, isFault } from '@tickmesh/kernel';
import type { RecordName, RecordTypes } from '../gen/types.ts';
import { avroTypeOf } from './avro-types.ts';
import { type Codec, codecOf } from './codec.ts';
import { walkerFor } from './walk.ts';

/** Reads records of one writer schema as ours. */
export type RecordReader<Value> = Pick<Codec<Value>, 'decode'>;

/** A registry holds a few versions of each schema; beyond this someone makes them up. */
const READERS_MAX = 256;
const readers = new Map<string, RecordReader<unknown> | Fault>();

/**
 * The reader of records that were written with another schema, of an older or newer mesh say, resolved
 * by Avro's rules: by field name, with our defaults, unknown symbols as the enum's default. Cached by
 * schema text. When the schema is ours the codec itself is returned.
 * @throws Fault MSG_SCHEMA_WRONG when the schema is none, or its records cannot become ours
 */
export function readerFor<Name extends RecordName>(
  writerSchema: string,
  name: Name,
): RecordReader<RecordTypes[Name]> {
  const key = `${name} ${writerSchema}`;
  let reader = readers.get(key);
  if (reader === undefined) {
    reader = makeReader(writerSchema, name);
    if (readers.size >= READERS_MAX) readers.delete(readers.keys().next().value as string);
    readers.set(key, reader);
  }
  if (isFault(reader)) throw reader;
  return reader as RecordReader<RecordTypes[Name]>;
}

function makeReader(writerSchema: string, name: RecordName): RecordReader<unknown> | Fault {
  const codec = codecOf(name);
  try {
    const writer = JSON.parse(writerSchema) as unknown;
    if (essence(writer) === essence(JSON.parse(codec.schema))) return codec;
    const ours = avroTypeOf(JSON.parse(codec.schema));
    return resolvingReader(writer, ours, ours.createResolver(avroTypeOf(writer)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return new Fault('MSG_SCHEMA_WRONG', { record: name, reason }, error);
  }
}

function resolvingReader(
  writer: unknown,
  type: avro.Type,
  resolver: unknown,
): RecordReader<unknown> {
  const walk = walkerFor(writer);
  return {
    decode(bytes, offset = 0) {
      walk(bytes, offset);
      const body = Buffer.from(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset);
      try {
        return type.fromBuffer(body, resolver as never) as unknown;
      } catch (error) {
        const reason = faultOf(error).details['message'];
        throw new Fault('MSG_UNREADABLE', { reason }, error);
      }
    },
  };
}

/** What decides how bytes are read: everything but the words for people, keys in one order. */
function essence(schema: unknown): string {
  return JSON.stringify(schema, (key, value: unknown) => {
    if (key === 'doc') return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * From a record to a message: frame, schema, fields, headers, rules. What the registry answered is
 * remembered, unknown ids too (for a while, and not without bound), so that a stream of poison is not
 * a stream of requests, and a registry that is away hinders only what nobody has seen before.
 */
import { type TopicName, type TopicPayload, readerFor, requireValid } from '@tickmesh/contracts';
import { Fault, isFault } from '@tickmesh/kernel';
import { decodeHeaders, requireHeaders } from './event-headers.ts';
import { FRAME_BYTES, frameOf } from './framing.ts';
import type { Delivery, EventHeaders, TransportRecord } from './port.ts';
import type { SchemaRegistry } from './schema-registry.ts';
import { declarationOf } from './topic-names.ts';

export interface RecordDecoder {
  /**
   * Asks the registry where the record's schema is not known yet; undefined when nothing is to ask.
   * @throws Fault REGISTRY_UNREACHABLE
   */
  prepare(topic: TopicName, record: TransportRecord): Promise<void> | undefined;
  /**
   * @throws Fault MSG_NOT_FRAMED, MSG_SCHEMA_UNKNOWN, MSG_SCHEMA_WRONG, MSG_UNREADABLE, MSG_RULE_BROKEN
   */
  decode<T extends TopicName>(topic: T, record: TransportRecord): Delivery<T>;
}

type Read = (bytes: Uint8Array, offset: number) => unknown;

/** What is known of a schema id, for one topic. */
type Known =
  | { readonly kind: 'readable'; readonly read: Read }
  | { readonly kind: 'wrong'; readonly fault: Fault }
  | { readonly kind: 'unknown'; readonly untilMs: number };

/** An id that nobody knows may be registered later: asked again after this. */
const UNKNOWN_FOR_MS = 30_000;
/** Ids remembered for a topic; ids are few unless somebody makes them up. */
const KNOWN_IDS_MAX = 1_000;

export function recordDecoder(registry: SchemaRegistry): RecordDecoder {
  const topics = new Map<TopicName, Map<number, Known>>();
  const asking = new Map<string, Promise<void>>();

  const knownOf = (topic: TopicName): Map<number, Known> => {
    let known = topics.get(topic);
    if (known === undefined) topics.set(topic, (known = new Map<number, Known>()));
    return known;
  };
  const ask = async (topic: TopicName, id: number): Promise<void> => {
    const schema = await registry.schemaById(id);
    const known = knownOf(topic);
    for (const oldest of known.keys()) {
      if (known.size < KNOWN_IDS_MAX) break;
      known.delete(oldest);
    }
    known.set(id, judgeSchema(topic, id, schema));
  };
  return {
    prepare: (topic, record) => {
      const id = frameId(topic, record.value);
      if (id === undefined) return undefined;
      const known = knownOf(topic).get(id);
      if (known !== undefined && (known.kind !== 'unknown' || known.untilMs > Date.now())) {
        return undefined;
      }
      const name = `${topic}/${id}`;
      let asked = asking.get(name);
      if (asked === undefined) {
        asked = ask(topic, id).finally(() => asking.delete(name));
        asking.set(name, asked);
      }
      return asked;
    },
    decode: (topic, record) => {
      const value = decodeValue(topic, record.value, knownOf(topic));
      const { schema } = declarationOf(topic);
      if (schema !== 'json' && schema !== 'any') requireValid(schema, value as never);
      requireHeaders(record.headers);
      return new DecodedRecord(topic, record, value);
    },
  };
}

/** Decodes its headers when somebody asks: most handlers look at few of them. */
class DecodedRecord<T extends TopicName> implements Delivery<T> {
  readonly topic: T;
  readonly record: TransportRecord;
  readonly value: TopicPayload[T];
  #headers: EventHeaders | undefined;

  constructor(topic: T, record: TransportRecord, value: TopicPayload[T]) {
    this.topic = topic;
    this.record = record;
    this.value = value;
  }

  get headers(): EventHeaders {
    return (this.#headers ??= decodeHeaders(this.record.headers));
  }

  get partition(): number {
    return this.record.partition;
  }

  get offset(): bigint {
    return this.record.offset;
  }

  get timestampMs(): number {
    return this.record.timestampMs;
  }

  get key(): string | null {
    return this.record.key?.toString('utf8') ?? null;
  }
}

/** undefined for topics without a schema and for values without a frame. */
function frameId(topic: TopicName, value: Buffer | null): number | undefined {
  const { schema } = declarationOf(topic);
  if (schema === 'json' || schema === 'any') return undefined;
  try {
    return frameOf(value).id;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

function decodeValue<T extends TopicName>(
  topic: T,
  value: Buffer | null,
  known: ReadonlyMap<number, Known>,
): TopicPayload[T] {
  const { schema } = declarationOf(topic);
  if (schema === 'any') return value as TopicPayload[T];
  if (schema === 'json') return parseJson(value) as TopicPayload[T];
  const { id, bytes } = frameOf(value);
  const schemaOfId = known.get(id);
  if (schemaOfId === undefined || schemaOfId.kind === 'unknown') {
    throw new Fault('MSG_SCHEMA_UNKNOWN', { schemaId: id });
  }
  if (schemaOfId.kind === 'wrong') throw schemaOfId.fault;
  return schemaOfId.read(bytes, FRAME_BYTES) as TopicPayload[T];
}

function parseJson(value: Buffer | null): unknown {
  if (value === null) throw new Fault('MSG_UNREADABLE', { reason: 'the record has no value' });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)) as unknown;
  } catch (error) {
    throw new Fault('MSG_UNREADABLE', { reason: 'the value is not JSON in UTF-8' }, error);
  }
}

function judgeSchema(topic: TopicName, id: number, schema: string | undefined): Known {
  if (schema === undefined) return { kind: 'unknown', untilMs: Date.now() + UNKNOWN_FOR_MS };
  const name = declarationOf(topic).schema;
  if (name === 'json' || name === 'any') {
    return { kind: 'wrong', fault: new Fault('MSG_SCHEMA_WRONG', { schemaId: id }) };
  }
  try {
    const reader = readerFor(schema, name);
    return { kind: 'readable', read: (bytes, offset) => reader.decode(bytes, offset) };
  } catch (error) {
    const details = { schemaId: id, expected: name };
    return { kind: 'wrong', fault: new Fault('MSG_SCHEMA_WRONG', details, error) };
  }
}

import { Fault } from '@tickmesh/kernel';
import { AvroReader } from './reader.ts';

/** Deeper than any schema in use; a foreign one may be recursive. */
const DEPTH_MAX = 64;
/** avsc loses the lowest bit of negative longs beyond this. */
const LONG_MAX = 2n ** 52n;

type Walk = (reader: AvroReader, depth: number) => void;
type Json = Readonly<Record<string, unknown>>;

/**
 * Walks a record by any Avro schema and keeps nothing. avsc trusts lengths that it reads, so bytes of
 * a foreign schema pass through here first: they must be whole, end where the record ends, and hold no
 * text that is not UTF-8.
 * @param schema parsed Avro schema
 * @returns a check that throws Fault MSG_UNREADABLE
 */
export function walkerFor(schema: unknown): (bytes: Uint8Array, offset: number) => void {
  const walk = new Compiler().walkOf(schema, '');
  const reader = new AvroReader();
  return (bytes, offset) => {
    reader.reset(bytes, offset);
    walk(reader, 0);
    reader.finish();
  };
}

class Compiler {
  readonly #named = new Map<string, Walk>();

  walkOf(schema: unknown, namespace: string): Walk {
    if (typeof schema === 'string') return this.#reference(schema, namespace);
    if (Array.isArray(schema)) return this.#union(schema, namespace);
    const json = schema as Json;
    const type = json['type'];
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(json, namespace);
      case 'enum': {
        const symbols = (json['symbols'] as readonly unknown[]).length;
        return this.#define(json, namespace, (reader) => void reader.index(symbols));
      }
      case 'fixed': {
        const size = json['size'] as number;
        return this.#define(json, namespace, (reader) => {
          reader.skip(size);
        });
      }
      case 'array':
        return blocks(this.walkOf(json['items'], namespace));
      case 'map': {
        const value = this.walkOf(json['values'], namespace);
        return blocks((reader, depth) => {
          reader.string();
          value(reader, depth);
        });
      }
      case 'long':
        if (json['representation'] === 'bigint') return (reader) => void reader.bigLong();
        return this.walkOf(type, namespace);
      default:
        return this.walkOf(type, namespace);
    }
  }

  #reference(name: string, namespace: string): Walk {
    const primitive = PRIMITIVES[name];
    if (primitive !== undefined) return primitive;
    const full = fullName(name, namespace);
    // Looked up when it runs, not now: the record that it names may still be under way.
    return (reader, depth) => {
      const walk = this.#named.get(full);
      if (walk === undefined) throw new Fault('MSG_SCHEMA_WRONG', { reason: 'unknown name', name });
      walk(reader, depth);
    };
  }

  #union(schema: readonly unknown[], namespace: string): Walk {
    const branches = schema.map((branch) => this.walkOf(branch, namespace));
    return (reader, depth) => {
      (branches[reader.index(branches.length)] as Walk)(reader, depth);
    };
  }

  #record(json: Json, namespace: string): Walk {
    const inner = namespaceOf(json, namespace);
    const fields = (json['fields'] as readonly Json[]).map((field) =>
      this.walkOf(field['type'], inner),
    );
    return this.#define(json, namespace, (reader, depth) => {
      if (depth > DEPTH_MAX) {
        throw new Fault('MSG_UNREADABLE', { reason: `nested deeper than ${DEPTH_MAX}` });
      }
      for (const field of fields) field(reader, depth + 1);
    });
  }

  #define(json: Json, namespace: string, walk: Walk): Walk {
    this.#named.set(fullName(json['name'] as string, namespaceOf(json, namespace)), walk);
    return walk;
  }
}

const PRIMITIVES: Readonly<Record<string, Walk>> = {
  null: () => undefined,
  boolean: (reader) => void reader.boolean(),
  int: (reader) => void reader.int(),
  long: (reader) => {
    const value = reader.bigLong();
    if (value > LONG_MAX || value < -LONG_MAX) {
      throw new Fault('MSG_UNREADABLE', {
        reason: 'a long beyond 2^52 of a foreign schema',
        value,
      });
    }
  },
  float: (reader) => {
    reader.skip(4);
  },
  double: (reader) => {
    reader.skip(8);
  },
  bytes: (reader) => void reader.bytes(),
  string: (reader) => void reader.string(),
};

function blocks(item: Walk): Walk {
  return (reader, depth) => {
    for (let count = reader.blockCount(1); count > 0; count = reader.blockCount(1)) {
      for (let i = 0; i < count; i += 1) item(reader, depth);
    }
  };
}

function namespaceOf(json: Json, outer: string): string {
  const name = json['name'] as string;
  if (name.includes('.')) return name.slice(0, name.lastIndexOf('.'));
  return (json['namespace'] as string | undefined) ?? outer;
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

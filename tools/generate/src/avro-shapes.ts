/**
 * The subset of Avro that the contracts use, read into shapes that the renderers walk. Anything else
 * (maps, unions other than ["null", T], recursion) is refused here, so that no renderer has to think of it.
 */
export type Shape =
  | { readonly kind: 'boolean' | 'int' | 'long' | 'bigint' | 'micros' | 'double' }
  | { readonly kind: 'string' | 'bytes' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'enum'; readonly name: string }
  | { readonly kind: 'record'; readonly name: string }
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'nullable'; readonly inner: Shape };

export interface FieldShape {
  readonly name: string;
  readonly doc: string;
  readonly shape: Shape;
  /** As the schema writes it; undefined when the field has none. */
  readonly defaultValue: unknown;
}

export interface RecordShape {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly FieldShape[];
}

export interface EnumShape {
  readonly name: string;
  readonly doc: string;
  readonly symbols: readonly string[];
  /** What a reader makes of a symbol that it does not know. */
  readonly fallback: string;
}

/** All the record files together. Every name means one thing, whichever file it stands in. */
export interface Contracts {
  /** Records with a file of their own, by name: those with a codec and a schema. */
  readonly roots: ReadonlyMap<string, string>;
  /** Every record, inner ones before those that hold them. */
  readonly records: ReadonlyMap<string, RecordShape>;
  readonly enums: ReadonlyMap<string, EnumShape>;
}

type Json = Readonly<Record<string, unknown>>;

/** @param files schema text by file name, `Ticker.avsc` */
export function readContracts(files: ReadonlyMap<string, string>): Contracts {
  const reading = new Reading();
  const roots = new Map<string, string>();
  for (const [file, text] of files) {
    const schema = JSON.parse(text) as Json;
    reading.names.clear();
    const shape = reading.shapeOf(schema, file);
    if (shape.kind !== 'record' || `${shape.name}.avsc` !== file) {
      throw new Error(`${file}: expected one record of the file's name`);
    }
    roots.set(shape.name, JSON.stringify(schema));
  }
  return { roots, records: reading.records, enums: reading.enums };
}

class Reading {
  readonly records = new Map<string, RecordShape>();
  readonly enums = new Map<string, EnumShape>();
  /** Names defined so far in the file being read: Avro wants each once, before its use. */
  readonly names = new Map<string, Shape>();

  shapeOf(schema: unknown, where: string): Shape {
    if (typeof schema === 'string') return this.#named(schema, where);
    if (Array.isArray(schema)) return this.#nullable(schema, where);
    const json = schema as Json;
    switch (json['type']) {
      case 'record':
        return this.#record(json, where);
      case 'enum':
        return this.#enum(json, where);
      case 'array':
        return { kind: 'array', items: this.shapeOf(json['items'], where) };
      case 'long':
        if (json['logicalType'] === 'timestamp-micros') return { kind: 'micros' };
        if (json['representation'] === 'bigint') return { kind: 'bigint' };
        throw new Error(`${where}: a long that is neither timestamp-micros nor a bigint`);
      case 'bytes':
        return decimal(json, where);
      default:
        throw new Error(`${where}: ${JSON.stringify(schema)} is not among the types in use`);
    }
  }

  #named(name: string, where: string): Shape {
    switch (name) {
      case 'boolean':
      case 'int':
      case 'long':
      case 'double':
      case 'string':
      case 'bytes':
        return { kind: name };
      default: {
        const known = this.names.get(name);
        if (known === undefined) throw new Error(`${where}: ${name} is used before it is defined`);
        return known;
      }
    }
  }

  #nullable(schema: readonly unknown[], where: string): Shape {
    if (schema.length !== 2 || schema[0] !== 'null') {
      throw new Error(`${where}: the only union in use is ["null", T]`);
    }
    return { kind: 'nullable', inner: this.shapeOf(schema[1], where) };
  }

  #record(json: Json, where: string): Shape {
    const name = json['name'] as string;
    const fields = (json['fields'] as readonly Json[]).map((field): FieldShape => {
      const place = `${where} ${name}.${String(field['name'])}`;
      const shape = this.shapeOf(field['type'], place);
      if (shape.kind === 'nullable' && field['default'] !== null) {
        throw new Error(`${place}: what may be null is null by default`);
      }
      return {
        name: field['name'] as string,
        doc: documented(field, place),
        shape,
        defaultValue: field['default'],
      };
    });
    if (fields.length === 0) throw new Error(`${where}: ${name} has no fields`);
    const record: RecordShape = { name, doc: documented(json, where), fields };
    sameAsBefore(this.records, record, where);
    const shape: Shape = { kind: 'record', name };
    this.names.set(name, shape);
    return shape;
  }

  #enum(json: Json, where: string): Shape {
    const name = json['name'] as string;
    const symbols = json['symbols'] as readonly string[];
    const fallback = json['default'];
    if (typeof fallback !== 'string' || fallback !== symbols[0]) {
      throw new Error(
        `${where}: the default of ${name} is its first symbol, which no input may use`,
      );
    }
    sameAsBefore(this.enums, { name, doc: documented(json, where), symbols, fallback }, where);
    const shape: Shape = { kind: 'enum', name };
    this.names.set(name, shape);
    return shape;
  }
}

function decimal(json: Json, where: string): Shape {
  const { logicalType, precision, scale } = json;
  if (logicalType !== 'decimal' || typeof precision !== 'number' || typeof scale !== 'number') {
    throw new Error(`${where}: expected decimal with precision and scale`);
  }
  return { kind: 'decimal', precision, scale };
}

function documented(json: Json, where: string): string {
  const doc = json['doc'];
  if (typeof doc !== 'string' || doc === '') throw new Error(`${where}: has no doc`);
  return doc;
}

/** Files repeat what they share, since each must stand alone in the registry; the copies must agree. */
function sameAsBefore<T extends { readonly name: string }>(
  known: Map<string, T>,
  found: T,
  where: string,
): void {
  const before = known.get(found.name);
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(found)) {
    throw new Error(`${where}: ${found.name} differs from the one in another file`);
  }
  known.set(found.name, found);
}

import { isFault, parseDecimal, parseRfc3339 } from '@tickmesh/kernel';
import { SHAPES } from '../gen/shapes.ts';
import type { RecordTypes } from '../gen/types.ts';
import type { Violation } from '../rules/rule.ts';
import type { FieldShape, Shape } from '../shape.ts';
import { isJsonObject, JsonNumber, type JsonObject, type JsonTree } from './tree.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Reads trees by the records' shapes; what does not fit is listed, with its path, and never coerced. */
export class ShapeReader {
  readonly found: Violation[] = [];
  /** Whether an optional field may say null instead of being left out. */
  readonly #nullsAllowed: boolean;

  constructor(nullsAllowed: boolean) {
    this.#nullsAllowed = nullsAllowed;
  }

  /** @param skip fields that the caller fills in when they are missing */
  record(
    name: keyof RecordTypes,
    tree: JsonObject,
    path: string,
    skip: readonly string[] = [],
  ): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    for (const field of SHAPES[name]) {
      if (skip.includes(field.name) && !tree.has(field.name)) continue;
      record[field.name] = this.#field(field, tree.get(field.name), `${path}${field.name}`);
    }
    return record;
  }

  #field(field: FieldShape, tree: JsonTree | undefined, path: string): unknown {
    const { shape, defaultValue } = field;
    if (tree === undefined) {
      // The type of an event has a default for older Avro readers; in JSON it must be said.
      if (defaultValue === undefined || path === 'event_type') {
        return this.#broken(path, 'required', undefined);
      }
      return defaultValue;
    }
    if (shape.kind !== 'nullable') return this.#value(shape, tree, path);
    if (tree !== null) return this.#value(shape.inner, tree, path);
    return this.#nullsAllowed ? null : this.#broken(path, 'not null: leave the field out', null);
  }

  #value(shape: Shape, tree: JsonTree, path: string): unknown {
    switch (shape.kind) {
      case 'boolean':
        return typeof tree === 'boolean' ? tree : this.#broken(path, 'true or false', tree);
      case 'int':
      case 'long':
        return this.#integer(tree, path);
      case 'bigint':
        return this.#decimal(tree, 0, path);
      case 'decimal':
        return this.#decimal(tree, shape.scale, path);
      case 'double':
        return this.#double(tree, path);
      case 'micros':
        return this.#time(tree, path);
      case 'string':
        return this.#string(tree, path);
      case 'bytes':
        return this.#bytes(tree, path);
      case 'enum':
        if (typeof tree === 'string' && shape.symbols.includes(tree)) return tree;
        return this.#broken(path, shape.symbols.slice(1).join(' '), tree);
      case 'array':
        if (!Array.isArray(tree)) return this.#broken(path, 'a list', tree);
        return (tree as readonly JsonTree[]).map((item, i) =>
          this.#value(shape.items, item, `${path}[${i}]`),
        );
      case 'record':
        if (shape.name === 'PriceLevel') return this.#priceLevel(tree, path);
        if (!isJsonObject(tree)) return this.#broken(path, 'an object', tree);
        return this.record(shape.name, tree, `${path}.`);
      case 'nullable':
        return tree === null ? null : this.#value(shape.inner, tree, path);
    }
  }

  /** Levels are pairs: a book of objects would be three times as long. */
  #priceLevel(tree: JsonTree, path: string): unknown {
    if (!Array.isArray(tree) || tree.length !== 2) {
      return this.#broken(path, 'a pair [price, size]', tree);
    }
    const [price, size] = tree as [JsonTree, JsonTree];
    return { price: this.#double(price, `${path}[0]`), size: this.#double(size, `${path}[1]`) };
  }

  #double(tree: JsonTree, path: string): unknown {
    const value = tree instanceof JsonNumber ? Number(tree.text) : NaN;
    return Number.isFinite(value) ? value : this.#broken(path, 'a finite number', tree);
  }

  #integer(tree: JsonTree, path: string): unknown {
    const units = this.#decimal(tree, 0, path);
    if (typeof units !== 'bigint') return units;
    const value = Number(units);
    return Number.isSafeInteger(value)
      ? value
      : this.#broken(path, 'a whole number within 2^53', tree);
  }

  #decimal(tree: JsonTree, scale: number, path: string): unknown {
    if (!(tree instanceof JsonNumber)) return this.#broken(path, 'a number', tree);
    if (!tree.exact) {
      return this.#broken(path, 'a number of at most 15 digits, or its source text', tree);
    }
    try {
      return parseDecimal(tree.text, scale);
    } catch (error) {
      if (!isFault(error)) throw error;
      const rule = scale === 0 ? 'a whole number' : `at most ${scale} decimal places and 38 digits`;
      return this.#broken(path, rule, tree);
    }
  }

  #time(tree: JsonTree, path: string): unknown {
    const micros = typeof tree === 'string' ? parseRfc3339(tree) : undefined;
    return micros ?? this.#broken(path, 'an RFC 3339 time with a zone', tree);
  }

  #string(tree: JsonTree, path: string): unknown {
    if (typeof tree !== 'string') return this.#broken(path, 'text', tree);
    return LONE_SURROGATE.test(tree) ? this.#broken(path, 'well-formed text', tree) : tree;
  }

  #bytes(tree: JsonTree, path: string): unknown {
    if (typeof tree !== 'string') return this.#broken(path, 'bytes in base64', tree);
    const bytes = Buffer.from(tree, 'base64');
    return bytes.toString('base64') === tree ? bytes : this.#broken(path, 'bytes in base64', tree);
  }

  /** Notes the violation; the record is not used once there is one. */
  #broken(field: string, rule: string, tree: JsonTree | undefined): undefined {
    this.found.push({ field, rule, value: plain(tree) });
    return undefined;
  }
}

/** A tree as people and logs show it. */
export function plain(tree: JsonTree | undefined): unknown {
  if (tree instanceof JsonNumber) {
    const value = Number(tree.text);
    return String(value) === tree.text && Number.isFinite(value) ? value : tree.text;
  }
  if (Array.isArray(tree)) return (tree as readonly JsonTree[]).map(plain);
  if (tree === undefined || tree === null || typeof tree !== 'object') return tree;
  const object = tree as JsonObject;
  return Object.fromEntries([...object].map(([key, value]) => [key, plain(value)]));
}

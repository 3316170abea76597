/**
 * The five types of the language and the limits of what it accepts.
 *
 * A number is a finite double. A timestamp is whole microseconds since the epoch in UTC, a duration
 * whole microseconds; both stay within the integers that a double holds exactly. Null belongs to
 * every type.
 */
export const VALUE_TYPES = ['number', 'string', 'boolean', 'timestamp', 'duration'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** A value that is not null. Timestamps and durations are numbers of microseconds. */
export type Scalar = number | string | boolean;
export type Value = Scalar | null;

/** What a column of a type holds in JavaScript. */
export interface ScalarOf {
  readonly number: number;
  readonly string: string;
  readonly boolean: boolean;
  readonly timestamp: number;
  readonly duration: number;
}

/** The fields an expression is evaluated over. A field that is missing is null. */
export type Row = Readonly<Record<string, unknown>>;

/** What is known of a field: its type, and optionally the range of a number. */
export interface FieldSpec {
  readonly type: ValueType;
  /** Least and greatest value, inclusive. Declared bounds let SQL leave out its overflow guards. */
  readonly low?: number;
  readonly high?: number;
  /** The least magnitude of a value that is not 0. */
  readonly leastNonZero?: number;
  /** False when the field is never null. */
  readonly nullable?: boolean;
}

/** Fields by name, as a type or with their bounds. */
export type Schema = Readonly<Record<string, ValueType | FieldSpec>>;

/**
 * What is refused with EXPR_LIMIT. Depth bounds every recursion over the tree; nodes bound the cost of
 * one evaluation; texts bound memory.
 */
export const LIMITS = {
  /** Characters (UTF-16 units) of an expression's text or JSON text. */
  sourceLength: 262_144,
  /** Nested nodes of the tree, brackets and prefixes of the text. */
  depth: 100,
  nodes: 5_000,
  /** Characters (UTF-16 units) of a string constant. */
  stringLength: 16_384,
  /** Characters of a field's name: what a PostgreSQL identifier holds. */
  nameLength: 63,
  /** Code points of a text that `replace` makes; a longer one is null. */
  replacedLength: 1_000_000,
} as const;

/** The integers that a double holds exactly: the domain of timestamps and durations, microseconds. */
export const MICROS_MAX = Number.MAX_SAFE_INTEGER;

const FIELD_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isFieldName(name: string): boolean {
  return name.length <= LIMITS.nameLength && FIELD_NAME.test(name);
}

/** The specification of a field, undefined when the schema does not name it. */
export function fieldSpec(schema: Schema, name: string): FieldSpec | undefined {
  const entry = Object.hasOwn(schema, name) ? schema[name] : undefined;
  return typeof entry === 'string' ? { type: entry } : entry;
}

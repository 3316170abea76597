/**
 * PostgreSQL text of a tree. It needs no function or type of ours in the database, never raises where
 * the language says null, and means what `evaluate` means. PostgreSQL 18, a database in UTF-8.
 *
 * Numbers are double precision. Timestamps are microseconds as double precision inside the text, and
 * timestamptz at its edges, so that times have the numbers' arithmetic on every target. Strings of the
 * expression travel as parameters; numbers and names are validated before they are written.
 */
import { Fault } from '@tickmesh/kernel';
import { functionNamed } from './functions/table.ts';
import { infer, type Typing } from './infer.ts';
import type { CallNode, ConstantNode, FieldNode, Node } from './node.ts';
import { micros, sqlNumber } from './sql-number.ts';
import { sqlParseTimestamp } from './functions/casts.ts';
import {
  ANY_NUMBER,
  bindOperands,
  sqlValue,
  wholeRange,
  type NumberRange,
  type SqlValue,
} from './sql-value.ts';
import {
  fieldSpec,
  isFieldName,
  MICROS_MAX,
  type FieldSpec,
  type Schema,
  type ValueType,
} from './types.ts';

export interface SqlOptions {
  /** Types of the fields; needed where the expression does not tell them. */
  readonly schema?: Schema;
  /**
   * Where the fields are: keys of a jsonb column (`data` unless named), or columns of their own, of the
   * types double precision or numeric or integer, text, boolean, timestamptz, and numbers of
   * microseconds for durations.
   */
  readonly source?:
    | { readonly kind: 'jsonb'; readonly column: string; readonly table?: string }
    | { readonly kind: 'columns'; readonly table?: string };
  /** The number of the first parameter, 1 unless stated. */
  readonly firstParameter?: number;
  /** Microseconds; needed by expressions that ask for now(). */
  readonly now?: number;
}

export interface Sql {
  readonly text: string;
  /** Values of the parameters $n, n from `firstParameter`. */
  readonly parameters: readonly (string | number)[];
  /** Of the value; a timestamp is a timestamptz, a duration a number of microseconds. */
  readonly type: ValueType;
}

/**
 * @throws Fault EXPR_TYPE when the type of a field is neither told nor given, EXPR_FIELD for names that
 *   are none, ARGUMENT_INVALID when now() is asked and not given
 */
export function toSql(node: Node, options: SqlOptions = {}): Sql {
  const writer = new SqlWriter(infer(node, options.schema, 'open'), options);
  const value = writer.write(node);
  return { text: writer.atTheEdge(value), parameters: writer.parameters, type: value.type };
}

class SqlWriter {
  readonly parameters: (string | number)[] = [];
  readonly #typing: Typing;
  readonly #options: SqlOptions;
  readonly #known = new Map<string, string>();

  constructor(typing: Typing, options: SqlOptions) {
    this.#typing = typing;
    this.#options = options;
  }

  write(node: Node): SqlValue {
    switch (node.kind) {
      case 'constant':
        return this.#constant(node);
      case 'field':
        return this.#field(node);
      case 'call':
        return this.#call(node);
    }
  }

  atTheEdge(value: SqlValue): string {
    if (value.type !== 'timestamp') return value.text;
    // Exact: a whole number of microseconds times one microsecond.
    return `(timestamptz '1970-01-01 00:00:00+00' + ${value.text} * interval '1 microsecond')`;
  }

  #typeOf(node: Node): ValueType {
    return this.#typing.typeOf(node) ?? 'string';
  }

  #constant(node: ConstantNode): SqlValue {
    const { value } = node;
    const type = this.#typeOf(node);
    if (value === null) {
      return sqlValue(type, `NULL::${SQL_TYPES[type]}`, { atomic: true, range: wholeRange(0, 0) });
    }
    if (typeof value === 'number') return sqlNumber(value, type);
    if (typeof value === 'boolean') {
      return sqlValue('boolean', String(value).toUpperCase(), { atomic: true, nullable: false });
    }
    return sqlValue('string', this.#parameter(value, 'text'), { atomic: true, nullable: false });
  }

  #parameter(value: string | number, type: string): string {
    const key = `${typeof value} ${value}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const index = this.parameters.push(value) - 1 + (this.#options.firstParameter ?? 1);
    const text = `$${index}::${type}`;
    this.#known.set(key, text);
    return text;
  }

  #now(): SqlValue {
    const { now } = this.#options;
    if (now === undefined || !Number.isSafeInteger(now)) {
      throw new Fault('ARGUMENT_INVALID', {
        argument: 'now',
        expected: 'whole microseconds, because the expression asks for now()',
      });
    }
    return sqlValue('timestamp', this.#parameter(now, 'float8'), {
      atomic: true,
      nullable: false,
      range: TIME_RANGE,
    });
  }

  #field(node: FieldNode): SqlValue {
    const type = this.#typing.typeOf(node);
    const spec =
      this.#options.schema === undefined ? undefined : fieldSpec(this.#options.schema, node.name);
    const source = this.#options.source ?? { kind: 'jsonb', column: 'data' };
    const nullable = spec?.nullable ?? true;
    if (source.kind === 'columns') {
      return columnValue(located(source.table, node.name), told(type, node), spec, nullable);
    }
    const row = located(source.table, source.column);
    return jsonValue(row, node.name, told(type, node), spec, nullable);
  }

  #call(node: CallNode): SqlValue {
    const row = functionNamed(node.name);
    const [only] = node.args;
    // Whether an undeclared field is null can be told without its type.
    if (
      node.name === 'isnull' &&
      only?.kind === 'field' &&
      this.#typing.typeOf(only) === undefined
    ) {
      const text = this.#rawField(only);
      return sqlValue('boolean', `(${text} IS NULL)`, { nullable: false });
    }
    return row.sql(
      node.args.map((arg) => this.write(arg)),
      {
        result: this.#typeOf(node),
        now: () => this.#now(),
        constants: node.args.map((arg) => (arg.kind === 'constant' ? arg.value : undefined)),
      },
    );
  }

  #rawField(node: FieldNode): string {
    const source = this.#options.source ?? { kind: 'jsonb', column: 'data' };
    if (source.kind === 'columns') return located(source.table, node.name);
    return `(${located(source.table, source.column)}->>'${node.name}')`;
  }
}

function told(type: ValueType | undefined, node: FieldNode): ValueType {
  if (type !== undefined) return type;
  throw new Fault('EXPR_TYPE', {
    field: node.name,
    expected: 'a type for the field, in the schema',
  });
}

const SQL_TYPES: Readonly<Record<ValueType, string>> = {
  number: 'float8',
  string: 'text',
  boolean: 'boolean',
  timestamp: 'float8',
  duration: 'float8',
};

const TIME_RANGE: NumberRange = wholeRange(-MICROS_MAX, MICROS_MAX);

/** An identifier; names are letters, digits and _ only, quoting keeps capitals and reserved words. */
function quoted(name: string): string {
  if (!isFieldName(name))
    throw new Fault('EXPR_FIELD', {
      field: name,
      expected: 'a letter or _, then letters, digits or _',
    });
  return `"${name}"`;
}

/** `data` needs no quotes, and reads better without. */
function located(table: string | undefined, column: string): string {
  const name = column === 'data' ? column : quoted(column);
  return table === undefined ? name : `${quoted(table)}.${name}`;
}

function rangeOfField(type: ValueType, spec: FieldSpec | undefined): NumberRange {
  if (type === 'timestamp' || type === 'duration') return TIME_RANGE;
  const low = spec?.low ?? ANY_NUMBER.low;
  const high = spec?.high ?? ANY_NUMBER.high;
  // Bounds on one side of 0 tell how near to it a value can come.
  const nearest = low > 0 ? low : high < 0 ? -high : ANY_NUMBER.leastNonZero;
  return { low, high, leastNonZero: Math.max(nearest, spec?.leastNonZero ?? 0) };
}

/** Field names hold no quote, so a name between quotes is itself. */
function jsonValue(
  row: string,
  name: string,
  type: ValueType,
  spec: FieldSpec | undefined,
  nullable: boolean,
): SqlValue {
  const raw = `(${row}->>'${name}')`;
  const range = rangeOfField(type, spec);
  if (type === 'string') return sqlValue(type, raw, { atomic: true, nullable });
  if (type === 'timestamp') {
    // RFC 3339 text, or microseconds.
    const text =
      `(CASE jsonb_typeof(${row}->'${name}') WHEN 'number' THEN ${raw}::float8 ` +
      `WHEN 'string' THEN ${sqlParseTimestamp(raw)} END)`;
    return { ...micros(sqlValue('timestamp', text), type), nullable };
  }
  return sqlValue(type, `${raw}::${SQL_TYPES[type]}`, { atomic: true, nullable, range });
}

function columnValue(
  column: string,
  type: ValueType,
  spec: FieldSpec | undefined,
  nullable: boolean,
): SqlValue {
  if (type === 'string' || type === 'boolean')
    return sqlValue(type, column, { atomic: true, nullable });
  if (type === 'timestamp') {
    const text = `(extract(epoch from ${column}) * 1000000)::float8`;
    return { ...micros(sqlValue(type, text), type), nullable };
  }
  const range = rangeOfField(type, spec);
  // A bounded column is finite; any other may hold NaN or an infinity, which the language calls null.
  if (spec?.low !== undefined && spec.high !== undefined) {
    return sqlValue(type, `${column}::float8`, { atomic: true, nullable, range });
  }
  const text = bindOperands(
    [sqlValue(type, `${column}::float8`, { atomic: true })],
    ([x = '']) => `(CASE WHEN abs(${x}) < 'infinity' THEN ${x} END)`,
  );
  return sqlValue(type, text, { nullable: true, range });
}

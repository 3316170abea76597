/**
 * An expression: a tree whose types have been checked, with its four ways out, and the fluent API.
 *
 * `Expression<T>` knows its type in the compiler. A field of unknown type is an `Expression<never>`:
 * it fits wherever some type is asked for and takes its type from there, as it does when it runs.
 */
import { Fault } from '@tickmesh/kernel';
import { compileReader } from './evaluate.ts';
import type { Reader } from './functions/definition.ts';
import { infer, inferAt, TypeProblem, type Typing } from './infer.ts';
import { nodeFromJson, nodeToJson, type JsonNode } from './json.ts';
import { compileKernel, type Kernel } from './kernel.ts';
import { functionCalled } from './functions/table.ts';
import { callNode, constant, fieldNode, type Node } from './node.ts';
import { parseDefinitionText, parseText } from './parser.ts';
import { printNode } from './print.ts';
import { toPure, type PureOptions } from './pure.ts';
import { toSql, type Sql, type SqlOptions } from './sql.ts';
import {
  fieldSpec,
  type FieldSpec,
  type Row,
  type ScalarOf,
  type Schema,
  type Value,
  type ValueType,
} from './types.ts';

declare const typeMark: unique symbol;

/** Something of type T: an expression, or for numbers, strings and booleans a plain value or null. */
export type Operand<T extends ValueType> =
  Expression<T> | (T extends 'number' | 'string' | 'boolean' ? ScalarOf[T] : never) | null;

type Numeric = 'number' | 'duration';
type Ordered = 'number' | 'string' | 'timestamp' | 'duration';

export interface EvaluateOptions {
  /** Microseconds since the epoch; needed by expressions that ask for now(). */
  readonly now?: number;
}

export class Expression<out T extends ValueType = ValueType> {
  declare readonly [typeMark]: T;
  readonly node: Node;
  readonly #typing: Typing;
  /** What was declared of its fields when it was built. */
  readonly declared: Schema;
  #reader: Reader | undefined;

  /** Made by `parse`, `fromJson`, `field` and the methods below, which check the types. */
  constructor(node: Node, typing: Typing, declared: Schema = {}) {
    this.node = node;
    this.#typing = typing;
    this.declared = declared;
  }

  /** Undefined while it depends on the types of fields that nobody declared. */
  get type(): ValueType | undefined {
    return this.#typing.typeOf(this.node);
  }

  /** The fields it reads, with their types as far as they are known. */
  get fields(): ReadonlyMap<string, ValueType | undefined> {
    return this.#typing.fields;
  }

  get usesNow(): boolean {
    return this.#typing.usesNow;
  }

  /**
   * The value over a row. A missing field is null.
   * @throws Fault EXPR_TYPE when a field holds a value of another type, ARGUMENT_INVALID when now() is
   *   asked and not given
   */
  evaluate(row: Row, options?: EvaluateOptions): ScalarOf[T] | null {
    const now = options?.now ?? NaN;
    if (this.#typing.usesNow && !Number.isSafeInteger(now)) {
      throw new Fault('ARGUMENT_INVALID', {
        argument: 'now',
        expected: 'whole microseconds, because the expression asks for now()',
      });
    }
    this.#reader ??= compileReader(this.node, this.#typing);
    return this.#reader(row, now) as ScalarOf[T] | null;
  }

  /** The reference's JSON form; `fromJson` gives the same expression back. */
  toJson(): JsonNode {
    return nodeToJson(this.node);
  }

  /** So that JSON.stringify writes the JSON form. */
  toJSON(): JsonNode {
    return this.toJson();
  }

  /** The text form; `parse` gives the same expression back. */
  toString(): string {
    return printNode(this.node);
  }

  /** PostgreSQL text and parameters; see SqlOptions. */
  toSql(options: SqlOptions = {}): Sql {
    return toSql(this.node, { schema: this.declared, ...options });
  }

  /** Legend Pure text. */
  toPure(options: PureOptions = {}): string {
    return toPure(this.node, { schema: this.declared, ...options });
  }

  /**
   * A loop over columns.
   * @param schema the columns' types; when left out, those that the expression tells
   * @throws Fault EXPR_TYPE when a column's type is told by neither
   */
  compile(schema?: Schema): Kernel {
    return compileKernel(this.node, schema ?? schemaOf(this.#typing));
  }

  add(this: Expression<'number'>, other: Operand<'number'>): Expression<'number'>;
  add(this: Expression<'timestamp'>, other: Operand<'duration'>): Expression<'timestamp'>;
  add(this: Expression<'duration'>, other: Operand<'timestamp'>): Expression<'timestamp'>;
  add(this: Expression<'duration'>, other: Operand<'duration'>): Expression<'duration'>;
  add(other: AnyOperand): Expression {
    return call('add', [this, other]);
  }

  sub(this: Expression<'number'>, other: Operand<'number'>): Expression<'number'>;
  sub(this: Expression<'timestamp'>, other: Operand<'duration'>): Expression<'timestamp'>;
  sub(this: Expression<'timestamp'>, other: Operand<'timestamp'>): Expression<'duration'>;
  sub(this: Expression<'duration'>, other: Operand<'duration'>): Expression<'duration'>;
  sub(other: AnyOperand): Expression {
    return call('subtract', [this, other]);
  }

  mul(this: Expression<'number'>, other: Operand<'number'>): Expression<'number'>;
  mul(this: Expression<'number'>, other: Operand<'duration'>): Expression<'duration'>;
  mul(this: Expression<'duration'>, other: Operand<'number'>): Expression<'duration'>;
  mul(other: AnyOperand): Expression {
    return call('multiply', [this, other]);
  }

  div(this: Expression<'number'>, other: Operand<'number'>): Expression<'number'>;
  div(this: Expression<'duration'>, other: Operand<'number'>): Expression<'duration'>;
  div(this: Expression<'duration'>, other: Operand<'duration'>): Expression<'number'>;
  div(other: AnyOperand): Expression {
    return call('divide', [this, other]);
  }

  mod(this: Expression<'number'>, other: Operand<'number'>): Expression<'number'> {
    return call('modulo', [this, other]);
  }

  pow(this: Expression<'number'>, other: Operand<'number'>): Expression<'number'> {
    return call('power', [this, other]);
  }

  neg<S extends Numeric>(this: Expression<S>): Expression<S> {
    return call('negate', [this]);
  }

  abs<S extends Numeric>(this: Expression<S>): Expression<S> {
    return call('abs', [this]);
  }

  eq<S extends ValueType>(this: Expression<S>, other: Operand<NoInfer<S>>): Expression<'boolean'> {
    return call('eq', [this, other]);
  }

  ne<S extends ValueType>(this: Expression<S>, other: Operand<NoInfer<S>>): Expression<'boolean'> {
    return call('ne', [this, other]);
  }

  lt<S extends Ordered>(this: Expression<S>, other: Operand<NoInfer<S>>): Expression<'boolean'> {
    return call('lt', [this, other]);
  }

  le<S extends Ordered>(this: Expression<S>, other: Operand<NoInfer<S>>): Expression<'boolean'> {
    return call('le', [this, other]);
  }

  gt<S extends Ordered>(this: Expression<S>, other: Operand<NoInfer<S>>): Expression<'boolean'> {
    return call('gt', [this, other]);
  }

  ge<S extends Ordered>(this: Expression<S>, other: Operand<NoInfer<S>>): Expression<'boolean'> {
    return call('ge', [this, other]);
  }

  between<S extends Ordered>(
    this: Expression<S>,
    low: Operand<NoInfer<S>>,
    high: Operand<NoInfer<S>>,
  ): Expression<'boolean'> {
    return call('between', [this, low, high]);
  }

  isIn<S extends ValueType>(
    this: Expression<S>,
    ...choices: readonly [Operand<NoInfer<S>>, ...Operand<NoInfer<S>>[]]
  ): Expression<'boolean'> {
    return call('in', [this, ...choices]);
  }

  and(this: Expression<'boolean'>, other: Operand<'boolean'>): Expression<'boolean'> {
    return call('and', [this, other]);
  }

  or(this: Expression<'boolean'>, other: Operand<'boolean'>): Expression<'boolean'> {
    return call('or', [this, other]);
  }

  not(this: Expression<'boolean'>): Expression<'boolean'> {
    return call('not', [this]);
  }

  isNull(): Expression<'boolean'> {
    return call('isnull', [this]);
  }

  like(this: Expression<'string'>, pattern: string): Expression<'boolean'> {
    return call('like', [this, pattern]);
  }

  contains(this: Expression<'string'>, text: Operand<'string'>): Expression<'boolean'> {
    return call('contains', [this, text]);
  }

  startsWith(this: Expression<'string'>, text: Operand<'string'>): Expression<'boolean'> {
    return call('starts_with', [this, text]);
  }

  endsWith(this: Expression<'string'>, text: Operand<'string'>): Expression<'boolean'> {
    return call('ends_with', [this, text]);
  }

  concat(this: Expression<'string'>, text: Operand<'string'>): Expression<'string'> {
    return call('concat', [this, text]);
  }

  upper(this: Expression<'string'>): Expression<'string'> {
    return call('upper', [this]);
  }

  lower(this: Expression<'string'>): Expression<'string'> {
    return call('lower', [this]);
  }

  length(this: Expression<'string'>): Expression<'number'> {
    return call('length', [this]);
  }

  /** The start of the bin of that width. */
  bin<S extends 'number' | 'timestamp' | 'duration'>(
    this: Expression<S>,
    width: Operand<S extends 'number' ? 'number' : 'duration'>,
  ): Expression<S> {
    return call('bin', [this, width]);
  }
}

type AnyOperand = Expression | Value;

/** @throws Fault EXPR_SYNTAX, EXPR_TYPE, EXPR_FIELD, EXPR_LIMIT with the `position` in the text */
export function parse(text: string, schema?: Schema): Expression {
  const { node, typing } = parseText(text, schema);
  return new Expression(node, typing, schema);
}

/** A definition, `notional = price * quantity`. @throws as parse */
export function parseDefinition(
  text: string,
  schema?: Schema,
): { readonly name: string; readonly expression: Expression } {
  const { name, node, typing } = parseDefinitionText(text, schema);
  return { name, expression: new Expression(node, typing, schema) };
}

/**
 * @param json the reference's form, as a value or as JSON text
 * @throws Fault EXPR_SYNTAX, EXPR_TYPE, EXPR_FIELD, EXPR_LIMIT with the `path` in the JSON
 */
export function fromJson(json: unknown, schema?: Schema): Expression {
  const { node, paths } = nodeFromJson(json);
  const typing = inferAt(node, schema);
  if (typing instanceof TypeProblem) throw typing.fault({ path: paths.get(typing.node) });
  return new Expression(node, typing, schema);
}

/** A field. Without a type it takes its type from use. */
export function field(name: string): Expression<never>;
export function field<T extends ValueType>(
  name: string,
  type: T | (FieldSpec & { readonly type: T }),
): Expression<T>;
export function field(name: string, type?: ValueType | FieldSpec): Expression {
  return build(fieldNode(name), type === undefined ? undefined : { [name]: type });
}

/** Typed fields of a schema: `const { price, quantity } = fields({ price: 'number', quantity: 'number' })`. */
export function fields<const S extends Schema>(
  schema: S,
): { readonly [K in keyof S]: Expression<TypeIn<S[K]>> } {
  const made = Object.entries(schema).map(([name, type]) => [
    name,
    build(fieldNode(name), { [name]: type }),
  ]);
  return Object.fromEntries(made) as { readonly [K in keyof S]: Expression<TypeIn<S[K]>> };
}

type TypeIn<E> = E extends ValueType
  ? E
  : E extends { readonly type: infer U extends ValueType }
    ? U
    : never;

/** A constant. */
export function literal(value: number): Expression<'number'>;
export function literal(value: string): Expression<'string'>;
export function literal(value: boolean): Expression<'boolean'>;
export function literal(value: null): Expression<never>;
export function literal(value: Value): Expression {
  return build(constant(value), undefined);
}

/** A duration, in microseconds. */
export function duration(micros: number): Expression<'duration'> {
  return build(constant(micros, 'duration'), undefined) as Expression<'duration'>;
}

/** A point in time, in microseconds since the epoch. */
export function timestamp(micros: number): Expression<'timestamp'> {
  return build(constant(micros, 'timestamp'), undefined) as Expression<'timestamp'>;
}

/** The time of the evaluation. */
export function now(): Expression<'timestamp'> {
  return call('now', []);
}

/** `then` where the condition is true, else `otherwise`. */
export function when(
  condition: Operand<'boolean'>,
  then: Operand<'number'>,
  otherwise: Operand<'number'>,
): Expression<'number'>;
export function when(
  condition: Operand<'boolean'>,
  then: Operand<'string'>,
  otherwise: Operand<'string'>,
): Expression<'string'>;
export function when(
  condition: Operand<'boolean'>,
  then: Operand<'boolean'>,
  otherwise: Operand<'boolean'>,
): Expression<'boolean'>;
export function when(
  condition: Operand<'boolean'>,
  then: Operand<'timestamp'>,
  otherwise: Operand<'timestamp'>,
): Expression<'timestamp'>;
export function when(
  condition: Operand<'boolean'>,
  then: Operand<'duration'>,
  otherwise: Operand<'duration'>,
): Expression<'duration'>;
export function when(...operands: [AnyOperand, AnyOperand, AnyOperand]): Expression {
  return call('if', operands);
}

/** The first that is not null. */
export function coalesce(...values: Several<'number'>): Expression<'number'>;
export function coalesce(...values: Several<'string'>): Expression<'string'>;
export function coalesce(...values: Several<'boolean'>): Expression<'boolean'>;
export function coalesce(...values: Several<'timestamp'>): Expression<'timestamp'>;
export function coalesce(...values: Several<'duration'>): Expression<'duration'>;
export function coalesce(...values: AnyOperand[]): Expression {
  return call('coalesce', values);
}

/** The least; null when one is null. */
export function min(...values: Several<'number'>): Expression<'number'>;
export function min(...values: Several<'string'>): Expression<'string'>;
export function min(...values: Several<'timestamp'>): Expression<'timestamp'>;
export function min(...values: Several<'duration'>): Expression<'duration'>;
export function min(...values: AnyOperand[]): Expression {
  return call('min', values);
}

/** The greatest; null when one is null. */
export function max(...values: Several<'number'>): Expression<'number'>;
export function max(...values: Several<'string'>): Expression<'string'>;
export function max(...values: Several<'timestamp'>): Expression<'timestamp'>;
export function max(...values: Several<'duration'>): Expression<'duration'>;
export function max(...values: AnyOperand[]): Expression {
  return call('max', values);
}

type Several<T extends ValueType> = [Operand<T>, ...Operand<T>[]];

/** Any function of the table by its name: `apply('sqrt', x)`. */
export function apply<T extends ValueType = ValueType>(
  name: string,
  ...args: readonly AnyOperand[]
): Expression<T> {
  return call(name, args);
}

function build(node: Node, schema: Schema | undefined): Expression {
  return new Expression(node, infer(node, schema), schema);
}

/** Checks the call as a whole. Fields keep the types that the operands declared for them. */
function call<T extends ValueType>(name: string, operands: readonly AnyOperand[]): Expression<T> {
  if (functionCalled(name)?.name !== name) {
    throw new Fault('EXPR_TYPE', { function: name, expected: 'a function of the language' });
  }
  const expressions = operands.map((operand) =>
    operand instanceof Expression ? operand : build(constant(operand), undefined),
  );
  const node = callNode(
    name,
    expressions.map((expression) => expression.node),
  );
  const declared = declaredBy(expressions);
  return new Expression(node, infer(node, declared, 'open'), declared);
}

/** @throws Fault EXPR_TYPE when two operands declare the same field with different types */
function declaredBy(expressions: readonly Expression[]): Schema {
  const all: Record<string, ValueType | FieldSpec> = {};
  for (const { declared } of expressions) {
    for (const name of Object.keys(declared)) {
      const spec = fieldSpec(declared, name);
      const known = fieldSpec(all, name);
      if (known !== undefined && spec !== undefined && known.type !== spec.type) {
        throw new Fault('EXPR_TYPE', { field: name, expected: known.type, found: spec.type });
      }
      if (known === undefined && declared[name] !== undefined) all[name] = declared[name];
    }
  }
  return all;
}

function schemaOf(typing: Typing): Schema {
  const entries = [...typing.fields].map(([name, type]) => {
    if (type !== undefined) return [name, type] as const;
    throw new Fault('EXPR_TYPE', { field: name, expected: 'a type for the column, in the schema' });
  });
  return Object.fromEntries(entries);
}

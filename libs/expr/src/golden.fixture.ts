/** The golden expressions, read for the tests. Tags: golden files write what JSON has no number for as an object. */
import { Fault } from '@tickmesh/kernel';
import type { Expression } from './expression.ts';
import { inferSchema } from './sample.ts';
import type { FieldSpec, Row, Scalar, ValueType } from './types.ts';

export interface GoldenCase {
  readonly id: string;
  readonly expr: unknown;
  readonly contexts: readonly {
    readonly ctx: Row;
    readonly ours: {
      readonly value?: Scalar;
      readonly null?: true;
      readonly refused?: true;
      readonly free?: true;
    };
  }[];
}

export function goldenCases(text: string): readonly GoldenCase[] {
  return (untag(JSON.parse(text)) as { readonly cases: readonly GoldenCase[] }).cases;
}

const FLOATS: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '-inf': -Infinity,
  '-0': -0,
};

function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  const { $float: float, $int: integer } = value as { $float?: string; $int?: string };
  if (float !== undefined) return FLOATS[float];
  if (integer !== undefined) return Number(integer);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, untag(inner)]));
}

/**
 * Types of an expression's fields as a context has them; a field that is null takes its type from use.
 * @throws Fault EXPR_TYPE for a field that holds what no expression can
 */
export function schemaOfContext(
  expression: Expression,
  ctx: Row,
): Record<string, ValueType | FieldSpec> {
  const schema: Record<string, ValueType | FieldSpec> = { ...inferSchema([ctx]) };
  for (const [name, type] of expression.fields) {
    if (Object.hasOwn(schema, name)) continue;
    if ((ctx[name] ?? null) !== null)
      throw new Fault('EXPR_TYPE', { field: name, found: typeof ctx[name] });
    schema[name] = type ?? likely(expression, schema);
  }
  return schema;
}

/** A field that is null and whose type nothing tells: that of the others, so that all agree. */
function likely(
  expression: Expression,
  schema: Readonly<Record<string, ValueType | FieldSpec>>,
): ValueType {
  for (const name of expression.fields.keys()) {
    const spec = schema[name];
    if (spec !== undefined) return typeof spec === 'string' ? spec : spec.type;
  }
  return 'number';
}

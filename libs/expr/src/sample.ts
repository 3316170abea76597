import { Fault } from '@tickmesh/kernel';
import type { Expression } from './expression.ts';
import { isFieldName, type FieldSpec, type Row, type ValueType } from './types.ts';

type SampledSpec = { -readonly [K in keyof FieldSpec]: FieldSpec[K] };

/**
 * The schema of rows of data: the type of every field, and of numbers the bounds, with which SQL needs
 * no guards against what the data cannot do. A field that is null throughout is left out, and so is
 * one whose name is none or that holds lists or objects: they cannot be expressed.
 * @throws Fault EXPR_TYPE when a field holds values of different types
 */
export function inferSchema(rows: Iterable<Row>): Readonly<Record<string, FieldSpec>> {
  const specs = new Map<string, SampledSpec>();
  const counts = new Map<string, number>();
  let rowCount = 0;
  for (const row of rows) {
    rowCount++;
    for (const [name, value] of Object.entries(row)) {
      const type = scalarType(value);
      if (type === undefined || !isFieldName(name)) continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const spec = specs.get(name) ?? { type };
      if (spec.type !== type)
        throw new Fault('EXPR_TYPE', { field: name, expected: spec.type, found: type });
      specs.set(name, spec);
      if (typeof value === 'number') widen(spec, value);
    }
  }
  for (const [name, spec] of specs) if (counts.get(name) === rowCount) spec.nullable = false;
  return Object.fromEntries(specs);
}

/**
 * The schema of an expression's fields as rows of data have them. A field that is null throughout takes
 * its type from use, and from the expression's other fields where the use does not tell.
 * @throws Fault EXPR_TYPE for a field that holds different types, or what no expression can hold
 */
export function schemaFor(
  expression: Expression,
  rows: readonly Row[],
): Readonly<Record<string, FieldSpec>> {
  const schema: Record<string, FieldSpec> = {};
  const sampled = inferSchema(rows.map((row) => pick(row, expression.fields)));
  const told = [...expression.fields].map(([name, type]) => type ?? sampled[name]?.type);
  const likely = told.find((type) => type !== undefined) ?? 'number';
  for (const [name, type] of expression.fields) {
    const spec = sampled[name];
    const isTime = type === 'timestamp' || type === 'duration';
    schema[name] = spec === undefined || isTime ? { type: type ?? likely } : spec;
  }
  return schema;
}

/** @throws Fault EXPR_TYPE when a value is a list or an object */
function pick(row: Row, names: ReadonlyMap<string, unknown>): Row {
  const entries = [...names.keys()].map(
    (name) => [name, Object.hasOwn(row, name) ? row[name] : null] as const,
  );
  for (const [name, value] of entries) {
    if (typeof value === 'object' && value !== null) {
      throw new Fault('EXPR_TYPE', {
        field: name,
        expected: 'a number, a string or a boolean',
        found: Array.isArray(value) ? 'a list' : 'an object',
      });
    }
  }
  return Object.fromEntries(entries);
}

function scalarType(value: unknown): ValueType | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? 'number' : undefined;
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : undefined;
}

function widen(spec: SampledSpec, value: number): void {
  spec.low = Math.min(spec.low ?? value, value);
  spec.high = Math.max(spec.high ?? value, value);
  if (value !== 0) spec.leastNonZero = Math.min(spec.leastNonZero ?? Infinity, Math.abs(value));
  spec.leastNonZero ??= Number.MAX_VALUE;
}

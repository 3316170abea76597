import { Fault } from '@tickmesh/kernel';
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

import { SHAPES } from './gen/shapes.ts';
import type { RecordInputs, RecordTypes } from './gen/types.ts';
import type { Shape } from './shape.ts';

/** The record that a reader will see of what a producer passes: every field with a default filled in. */
export function complete<Name extends keyof RecordTypes>(
  name: Name,
  input: RecordInputs[Name],
): RecordTypes[Name] {
  const given = input as unknown as Readonly<Record<string, unknown>>;
  const record: Record<string, unknown> = {};
  for (const { name: field, shape, defaultValue } of SHAPES[name]) {
    const value = given[field] === undefined ? defaultValue : given[field];
    record[field] = value === undefined || value === null ? value : completeValue(shape, value);
  }
  return record as unknown as RecordTypes[Name];
}

function completeValue(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'nullable':
      return completeValue(shape.inner, value);
    case 'record':
      return complete(shape.name, value as never);
    case 'array':
      return (value as readonly unknown[]).map((item) => completeValue(shape.items, item));
    default:
      return value;
  }
}

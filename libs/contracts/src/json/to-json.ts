import { Fault, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { SHAPES } from '../gen/shapes.ts';
import type { RecordInputs, RecordName, RecordTypes } from '../gen/types.ts';
import type { Shape } from '../shape.ts';
import { isBody } from './flat-market-event.ts';

/**
 * The JSON text of a record, on one line: the form that fromJson reads. Decimals are written digit by
 * digit, never through a double; what is null is left out.
 * @throws Fault MSG_RULE_BROKEN for a number that JSON has no form for
 */
export function toJson<Name extends RecordName>(name: Name, value: RecordInputs[Name]): string {
  return `{${fields(name, value as unknown as Readonly<Record<string, unknown>>).join(',')}}`;
}

function fields(name: keyof RecordTypes, record: Readonly<Record<string, unknown>>): string[] {
  return SHAPES[name].flatMap((field) => {
    const found = record[field.name];
    const value = found === undefined ? field.defaultValue : found;
    if (value === null || value === undefined) return [];
    const shape = field.shape.kind === 'nullable' ? field.shape.inner : field.shape;
    if (name === 'MarketEvent' && isBody(field.name) && shape.kind === 'record') {
      return fields(shape.name, value as Readonly<Record<string, unknown>>);
    }
    return [`${JSON.stringify(field.name)}:${text(shape, value, field.name)}`];
  });
}

function text(shape: Shape, value: unknown, path: string): string {
  switch (shape.kind) {
    case 'decimal':
      return formatDecimal(value as bigint, shape.scale);
    case 'bigint':
      return String(value);
    case 'micros':
      return JSON.stringify(formatRfc3339(value as number));
    case 'bytes':
      return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'));
    case 'int':
    case 'long':
    case 'double':
      if (!Number.isFinite(value)) {
        throw new Fault('MSG_RULE_BROKEN', { field: path, rule: 'a finite number', value });
      }
      return JSON.stringify(value);
    case 'array':
      return `[${(value as readonly unknown[]).map((item) => text(shape.items, item, path)).join(',')}]`;
    case 'record':
      return record(shape.name, value as Readonly<Record<string, unknown>>, path);
    case 'nullable':
      return value === null ? 'null' : text(shape.inner, value, path);
    default:
      return JSON.stringify(value);
  }
}

function record(
  name: keyof RecordTypes,
  value: Readonly<Record<string, unknown>>,
  path: string,
): string {
  if (name !== 'PriceLevel') return `{${fields(name, value).join(',')}}`;
  const double: Shape = { kind: 'double' };
  return `[${text(double, value['price'], path)},${text(double, value['size'], path)}]`;
}

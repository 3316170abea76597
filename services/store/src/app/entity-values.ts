/** Values on their way into the log: checked against the registry, and in the one form that is stored. */
import { type Entity, entityFromJson, entityToJson } from '@tickmesh/domain-columns';
import type { Row } from '@tickmesh/expr';
import { Fault, decimalToNumber } from '@tickmesh/kernel';
import { isText } from './arguments.ts';
import type { JsonData } from './ports.ts';

/** Of the values of one version as JSON text. */
const DATA_CHARACTERS_MAX = 262_144;

export interface CheckedValues {
  /** The JSON form, every field named. */
  readonly data: JsonData;
  readonly text: string;
  /** As expressions see them: decimals as numbers, times as microseconds. */
  readonly row: Row;
}

/** @throws Fault COLUMN_VALUE with every rule that is broken */
export function checkValues(entity: Entity, json: JsonData): CheckedValues {
  const value = entityFromJson(entity, json);
  const data = entityToJson(entity, value);
  const problems: { field: string; rule: string }[] = [];
  const text = JSON.stringify(data, (field: string, part: unknown) => {
    if (typeof part === 'string' && !isText(part)) problems.push({ field, rule: 'text' });
    return part;
  });
  if (text.length > DATA_CHARACTERS_MAX) {
    problems.push({ field: '', rule: `at most ${DATA_CHARACTERS_MAX} characters of JSON` });
  }
  if (problems.length > 0) throw new Fault('COLUMN_VALUE', { entity: entity.name, problems });
  return { data, text, row: rowOf(entity, value) };
}

/** Stored values, which have been checked, as expressions see them. */
export function storedRow(entity: Entity, data: JsonData): Row {
  return rowOf(entity, entityFromJson(entity, data));
}

function rowOf(entity: Entity, value: Readonly<Record<string, unknown>>): Row {
  const pairs = Object.entries(entity.fields).map(([field, { definition }]) => {
    const held = value[field] ?? null;
    return [field, typeof held === 'bigint' ? decimalToNumber(held, definition.scale) : held];
  });
  return Object.fromEntries(pairs) as Row;
}

/** The function table: every function of the language, declared once for all targets. */
import { assert } from '@tickmesh/kernel';
import { ARITHMETIC } from './arithmetic.ts';
import { CASTS } from './casts.ts';
import { COMPARISON } from './comparison.ts';
import type { FunctionDefinition } from './definition.ts';
import { LOGIC } from './logic.ts';
import { NUMBERS } from './numbers.ts';
import { PRICING } from './pricing-functions.ts';
import { TEXT } from './text.ts';
import { TIME } from './time.ts';

export const FUNCTIONS: readonly FunctionDefinition[] = [
  ...ARITHMETIC,
  ...COMPARISON,
  ...LOGIC,
  ...NUMBERS,
  ...TEXT,
  ...TIME,
  ...CASTS,
  ...PRICING,
];

const BY_NAME = new Map(FUNCTIONS.map((row) => [row.name, row]));

/** Names that a call in the text may use: the row's own and its aliases. */
const BY_CALL = new Map(
  FUNCTIONS.flatMap((row) =>
    [row.name, ...(row.aliases ?? [])].map((name) => [name, row] as const),
  ),
);

const BY_JSON = new Map(FUNCTIONS.map((row) => [jsonKey(row.json.type, jsonName(row)), row]));

/** The row of a node in the tree; a name that is not in the table is our bug. */
export function functionNamed(name: string): FunctionDefinition {
  const row = BY_NAME.get(name);
  assert(row !== undefined, 'A call of the tree names a row of the function table');
  return row;
}

export function functionCalled(name: string): FunctionDefinition | undefined {
  return BY_CALL.get(name);
}

export function functionOfJson(
  type: string,
  name: string | undefined,
): FunctionDefinition | undefined {
  return BY_JSON.get(jsonKey(type, name));
}

/** The operator or name that tells rows of one JSON type apart. */
export function jsonName(row: FunctionDefinition): string | undefined {
  if ('op' in row.json) return row.json.op;
  return row.json.type === 'Func' ? row.name : undefined;
}

function jsonKey(type: string, name: string | undefined): string {
  return `${type} ${name ?? ''}`;
}

/** Rows of values as columns and back, for tests that run a kernel on what `evaluate` reads. */
import { NULL_BOOLEAN, NULL_CODE, TextDictionary, type Column } from './columns.ts';
import { newColumn } from './kernel.ts';
import type { Row, Value, ValueType } from './types.ts';

export function columnsOf(
  rows: readonly Row[],
  types: Readonly<Record<string, ValueType>>,
): Record<string, Column> {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      columnOf(
        rows.map((row) => row[name]),
        type,
      ),
    ]),
  );
}

function columnOf(values: readonly unknown[], type: ValueType): Column {
  const column = emptyColumn(type, values.length);
  values.forEach((value, i) => {
    if (value === null || value === undefined) return;
    if (column.type === 'string') column.codes[i] = column.dictionary.intern(value as string);
    else column.values[i] = Number(value);
  });
  return column;
}

export function emptyColumn(type: ValueType, rows: number): Column {
  if (type === 'string') return newColumn(type, rows, new TextDictionary());
  return type === 'boolean' ? newColumn(type, rows) : newColumn(type, rows);
}

export function valueAt(column: Column, row: number): Value {
  if (column.type === 'string') {
    const code = column.codes[row] ?? NULL_CODE;
    return code === NULL_CODE ? null : column.dictionary.textOf(code);
  }
  const value = column.values[row] ?? NaN;
  if (column.type === 'boolean') return value === NULL_BOOLEAN ? null : value === 1;
  return Number.isNaN(value) ? null : value;
}

/** Equal values; numbers within a relative tolerance, 0 equals -0. */
export function sameValue(a: Value, b: Value, tolerance = 1e-12): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

import { readFileSync } from 'node:fs';
import { Fault } from '@tickmesh/kernel';

export type DataRow = Readonly<Record<string, unknown>>;

/**
 * The rows of a file: a JSON object, a JSON array of objects, JSON lines, or CSV with a header (by the
 * name's ending). `-` is the standard input.
 * @throws Fault ARGUMENT_INVALID when the file cannot be read or is none of these
 */
export function readDataFile(path: string): readonly DataRow[] {
  const text = readText(path);
  return path.toLowerCase().endsWith('.csv') ? rowsOfCsv(text) : rowsOfJson(text);
}

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8').replace(/^\uFEFF/, '');
  } catch (thrown) {
    throw new Fault(
      'ARGUMENT_INVALID',
      { argument: '--data', expected: 'a file', found: path },
      thrown,
    );
  }
}

export function rowsOfJson(text: string): readonly DataRow[] {
  const whole = parsed(text);
  if (whole !== undefined) return (Array.isArray(whole) ? whole : [whole]).map(asRow);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, i) => asRow(parsed(line), i));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRow(value: unknown, index: number): DataRow {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as DataRow;
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--data',
    expected: 'JSON objects: one, an array of them, or one a line',
    row: index + 1,
  });
}

/**
 * RFC 4180. An empty cell is null; a column of numbers alone is numbers, one of true and false alone
 * is booleans, any other is text.
 */
export function rowsOfCsv(text: string): readonly DataRow[] {
  const [header = [], ...records] = csvRecords(text);
  const columns = header.map(
    (name, i) => [name, cellsOf(records.map((record) => record[i] ?? ''))] as const,
  );
  return records.map((_, row) =>
    Object.fromEntries(columns.map(([name, cells]) => [name, cells[row] ?? null])),
  );
}

function cellsOf(texts: readonly string[]): readonly (string | number | boolean | null)[] {
  const present = texts.filter((text) => text !== '');
  const isNumber = present.every((text) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text));
  const isBoolean = present.every((text) => text === 'true' || text === 'false');
  return texts.map((text) => {
    if (text === '') return null;
    if (isNumber) return Number(text);
    return isBoolean ? text === 'true' : text;
  });
}

function csvRecords(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|$)/y;
  for (let at = 0; at < text.length; at = cells.lastIndex) {
    cells.lastIndex = at;
    const match = cells.exec(text);
    if (match === null)
      throw new Fault('ARGUMENT_INVALID', { argument: '--data', expected: 'CSV', position: at });
    record.push(match[1]?.replace(/""/g, '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  if (text.endsWith(',')) records.push([...record, '']);
  return records;
}

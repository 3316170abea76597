/** Kernels: an expression compiled to one loop over typed arrays. */
import { Fault } from '@tickmesh/kernel';
import {
  NULL_BOOLEAN,
  NULL_CODE,
  type BooleanColumn,
  type Column,
  type Dictionary,
  type NumberColumn,
  type StringColumn,
} from './columns.ts';
import { compileReader } from './evaluate.ts';
import type { Reader } from './functions/definition.ts';
import { infer } from './infer.ts';
import { finiteOrNaN, KernelWriter, type Lookup } from './kernel-code.ts';
import { KERNEL_FUNCTIONS } from './kernel-functions.ts';
import type { Node } from './node.ts';
import type { Schema, ValueType } from './types.ts';

/** One run: rows `from` to `to` (exclusive) of the columns into the same rows of `out`. */
export interface KernelRun {
  readonly columns: Readonly<Record<string, Column>>;
  readonly out: Column;
  /** 0 when left out. */
  readonly from?: number;
  readonly to: number;
  /** Microseconds; needed by expressions that ask for now(). */
  readonly now?: number;
}

export interface Kernel {
  readonly type: ValueType;
  /** The columns it reads. */
  readonly fields: readonly string[];
  /** The generated code, to look at. */
  readonly source: string;
  /** @throws Fault EXPR_FIELD for a missing column, EXPR_TYPE for one of another type or too short */
  run(run: KernelRun): void;
}

/**
 * Compiles a checked tree for columns of these types. Compiling costs a fraction of a millisecond, the
 * first runs are interpreted; keep the kernel.
 * @throws Fault EXPR_TYPE, EXPR_FIELD when the tree does not fit the schema
 */
export function compileKernel(node: Node, schema: Schema): Kernel {
  const typing = infer(node, schema);
  const writer = new KernelWriter(typing);
  const code = writer.write(node);
  const type = writer.typeOf(node);
  const source = loopSource(writer, resultLines(writer, code, type));
  const loop = instantiate(source);
  const tables = writer.lookups.map(
    (lookup) => new LookupTable(lookup, compileReader(lookup.node, typing)),
  );
  const { fields, strings, functions } = writer;
  const types = fields.map((field) => typing.fields.get(field) ?? 'number');
  return {
    type,
    fields,
    source,
    run({ columns, out, from = 0, to, now = NaN }) {
      if (typing.usesNow && !Number.isFinite(now))
        throw new Fault('EXPR_FIELD', { field: 'now()', expected: 'the time of the evaluation' });
      const inputs = fields.map((field, i) => columnOf(columns, field, types[i] ?? 'number', to));
      const output = checked(out, 'the result', type, to);
      loop(
        inputs.map(arrayOf),
        inputs.map((column) => (column.type === 'string' ? column.dictionary : undefined)),
        tables.map((table) => table.over(inputs[fields.indexOf(table.field)])),
        writer.codedTexts.map(({ field, text }) => codeIn(inputs[fields.indexOf(field)], text)),
        arrayOf(output),
        output.type === 'string' ? output.dictionary : undefined,
        from,
        to,
        now,
        strings,
        functions,
        FUNCTIONS_IN_REACH,
      );
    },
  };
}

type CellArray = Float64Array | Uint8Array | Int32Array;
type Loop = (
  columns: readonly CellArray[],
  dictionaries: readonly (Dictionary | undefined)[],
  tables: readonly unknown[],
  codes: readonly number[],
  out: CellArray,
  outDictionary: Dictionary | undefined,
  from: number,
  to: number,
  now: number,
  strings: readonly string[],
  functions: readonly unknown[],
  functionsInReach: unknown,
) => void;

const FUNCTIONS_IN_REACH = {
  ...KERNEL_FUNCTIONS,
  textOf: (dictionary: Dictionary, code: number): string | null =>
    code === NULL_CODE ? null : dictionary.textOf(code),
};

/** A column of the result's type for `rows` rows. */
export function newColumn(type: 'number' | 'timestamp' | 'duration', rows: number): NumberColumn;
export function newColumn(type: 'boolean', rows: number): BooleanColumn;
export function newColumn(type: 'string', rows: number, dictionary: Dictionary): StringColumn;
export function newColumn(type: ValueType, rows: number, dictionary?: Dictionary): Column {
  if (type === 'boolean') return { type, values: new Uint8Array(rows).fill(NULL_BOOLEAN) };
  if (type !== 'string') return { type, values: new Float64Array(rows).fill(NaN) };
  if (dictionary === undefined) throw new Fault('ARGUMENT_INVALID', { expected: 'a dictionary' });
  return { type, codes: new Int32Array(rows).fill(NULL_CODE), dictionary };
}

function resultLines(
  writer: KernelWriter,
  code: ReturnType<KernelWriter['write']>,
  type: ValueType,
): string[] {
  if (code.kind === 'boolean') return [`out[i] = ${writer.tri(code)};`];
  if (code.kind === 'number' && type !== 'string') {
    return [code.settled ? `out[i] = ${code.text};` : `out[i] = ${finiteOrNaN(code.text)};`];
  }
  const text = code.kind === 'string' ? code.text : 'null';
  // The same text comes many times in a row: the dictionary is asked when it changes.
  return [
    `const text = ${text};`,
    `if (text !== lastText) { lastText = text; lastCode = text === null ? ${NULL_CODE} : words.intern(text); }`,
    'out[i] = lastCode;',
  ];
}

function loopSource(writer: KernelWriter, result: readonly string[]): string {
  const { fields, lookups, codedTexts } = writer;
  return [
    '"use strict";',
    ...fields.map((_, i) => `const c${i} = columns[${i}], d${i} = dictionaries[${i}];`),
    ...lookups.map((_, i) => `const t${i} = tables[${i}];`),
    ...codedTexts.map((_, i) => `const q${i} = codes[${i}];`),
    `let lastText = null, lastCode = ${NULL_CODE};`,
    'for (let i = from; i < to; i++) {',
    ...fields.map((_, i) => `  const f${i} = c${i}[i];`),
    ...writer.lines.map((line) => `  ${line}`),
    ...result.map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

function instantiate(source: string): Loop {
  // The source is made of numbered names and finite numbers only: see kernel-code.ts.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function(
    ...['columns', 'dictionaries', 'tables', 'codes', 'out', 'words'],
    ...['from', 'to', 'now', 'k', 'e', 'h'],
    source,
  ) as Loop;
}

/** The values of a subtree for null and for every text of a dictionary; grows with the dictionary. */
class LookupTable {
  readonly field: string;
  readonly #type: ValueType;
  readonly #read: Reader;
  #dictionary: Dictionary | undefined;
  #known = 0;
  #values: Float64Array | Uint8Array | (string | null)[];

  constructor(lookup: Lookup, read: Reader) {
    this.field = lookup.field;
    this.#type = lookup.type;
    this.#read = read;
    this.#values = this.#array(0);
  }

  /** At index code + 1, so that null, code -1, is at 0. */
  over(column: Column | undefined): Float64Array | Uint8Array | (string | null)[] {
    const dictionary = column?.type === 'string' ? column.dictionary : undefined;
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary;
      this.#known = 0;
    }
    const size = (dictionary?.size ?? 0) + 1;
    if (size > this.#known) this.#extend(size, dictionary);
    return this.#values;
  }

  #extend(size: number, dictionary: Dictionary | undefined): void {
    const before = this.#values;
    if (!Array.isArray(before) && before.length < size) {
      const grown = this.#array(size * 2);
      if (!Array.isArray(grown)) grown.set(before);
      this.#values = grown;
    }
    for (let i = this.#known; i < size; i++) {
      const text = i === 0 || dictionary === undefined ? null : dictionary.textOf(i - 1);
      const value = this.#read({ [this.field]: text }, NaN);
      if (Array.isArray(this.#values)) this.#values[i] = value as string | null;
      else if (this.#type === 'boolean') this.#values[i] = KERNEL_FUNCTIONS.boolean(value);
      else this.#values[i] = KERNEL_FUNCTIONS.number(value);
    }
    this.#known = size;
  }

  #array(length: number): Float64Array | Uint8Array | (string | null)[] {
    if (this.#type === 'string') return [];
    return this.#type === 'boolean' ? new Uint8Array(length) : new Float64Array(length);
  }
}

/** A code that no cell has stands for a text that the dictionary does not have. */
const ABSENT_CODE = -2;

function codeIn(column: Column | undefined, text: string): number {
  return (column?.type === 'string' ? column.dictionary.codeOf(text) : undefined) ?? ABSENT_CODE;
}

function columnOf(
  columns: KernelRun['columns'],
  field: string,
  type: ValueType,
  rows: number,
): Column {
  const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
  if (column === undefined)
    throw new Fault('EXPR_FIELD', { field, expected: `a column of type ${type}` });
  return checked(column, field, type, rows);
}

function checked(column: Column, field: string, type: ValueType, rows: number): Column {
  if (column.type !== type)
    throw new Fault('EXPR_TYPE', { field, expected: type, found: column.type });
  if (arrayOf(column).length < rows) {
    throw new Fault('EXPR_TYPE', {
      field,
      expected: `${rows} rows`,
      found: arrayOf(column).length,
    });
  }
  return column;
}

function arrayOf(column: Column): CellArray {
  return column.type === 'string' ? column.codes : column.values;
}

/**
 * expr.json: expressions in JSON form over contexts, each answered by `evaluate` and by a kernel over
 * columns of one row. The SQL of the same cases runs on PostgreSQL in libs/expr/src/sql.int.spec.ts.
 */
import {
  fromJson,
  newColumn,
  NULL_BOOLEAN,
  NULL_CODE,
  schemaFor,
  TextDictionary,
  type Column,
  type Row,
  type Value,
  type ValueType,
} from '@tickmesh/expr';
import { faultOf } from '@tickmesh/kernel';
import { Cases, type SuiteResult } from './suite.ts';
import { untag } from './tagged.ts';

interface Golden {
  readonly cases: readonly {
    readonly id: string;
    readonly expr: unknown;
    readonly contexts: readonly { readonly ctx: Row; readonly ours: Answer }[];
  }[];
}

/** What a case expects: `free` leaves it open, `refused` may happen when built or when evaluated. */
interface Answer {
  readonly value?: number | string | boolean;
  readonly null?: boolean;
  readonly refused?: boolean;
  readonly free?: boolean;
}

type Found = { readonly value: Value } | { readonly refused: string };

/** Relative, for numbers. */
const TOLERANCE = 1e-12;

/** A case passes when every context of it does, on both targets. */
export function run(golden: unknown): SuiteResult {
  const cases = new Cases();
  for (const { id, expr, contexts } of (numbers(untag(golden)) as Golden).cases) {
    const wrong = contexts.flatMap(({ ctx, ours }) => [
      ...differs('evaluate', ours, ctx, () => fromJson(expr).evaluate(ctx)),
      ...differs('kernel', ours, ctx, () => throughKernel(expr, ctx)),
    ]);
    if (wrong.length === 0) cases.passed += 1;
    else cases.fail(id, wrong.join('; '));
  }
  return cases;
}

function differs(target: string, ours: Answer, ctx: Row, compute: () => Value): string[] {
  if (ours.free === true) return [];
  const found = attempt(compute);
  if (agrees(ours, found)) return [];
  return [
    `${target} over ${JSON.stringify(ctx)}: expected ${JSON.stringify(ours)}, found ${JSON.stringify(found)}`,
  ];
}

function attempt(compute: () => Value): Found {
  try {
    return { value: compute() };
  } catch (thrown) {
    return { refused: faultOf(thrown).message };
  }
}

function agrees(ours: Answer, found: Found): boolean {
  if ('refused' in found) return ours.refused === true;
  if (ours.refused === true) return false;
  const expected = ours.value ?? null;
  const { value } = found;
  if (typeof expected !== 'number' || typeof value !== 'number') return expected === value;
  return Math.abs(expected - value) <= TOLERANCE * Math.max(Math.abs(expected), Math.abs(value));
}

/** The expression compiled for the types that the context has, over columns of one row. */
function throughKernel(expr: unknown, ctx: Row): Value {
  const schema = schemaFor(fromJson(expr), [ctx]);
  const kernel = fromJson(expr, schema).compile();
  const columns = Object.fromEntries(
    Object.entries(schema).map(([name, { type }]) => [name, columnOf(type, ctx[name])]),
  );
  const out = columnOf(kernel.type, null);
  kernel.run({ columns, out, to: 1 });
  return cellOf(out);
}

function columnOf(type: ValueType, value: unknown): Column {
  if (type === 'string') {
    const column = newColumn(type, 1, new TextDictionary());
    if (typeof value === 'string') column.codes[0] = column.dictionary.intern(value);
    return column;
  }
  const column = type === 'boolean' ? newColumn(type, 1) : newColumn(type, 1);
  if (value !== null && value !== undefined) column.values[0] = Number(value);
  return column;
}

function cellOf(column: Column): Value {
  if (column.type === 'string') {
    const code = column.codes[0] ?? NULL_CODE;
    return code === NULL_CODE ? null : column.dictionary.textOf(code);
  }
  const value = column.values[0] ?? NaN;
  if (column.type === 'boolean') return value === NULL_BOOLEAN ? null : value === 1;
  return Number.isNaN(value) ? null : value;
}

/** The language has one number type: an integer beyond a double's is the nearest double. */
function numbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(numbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, numbers(inner)]));
}

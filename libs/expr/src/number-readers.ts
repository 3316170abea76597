/**
 * The readers that most formulas are made of, written out. They mean what the function table means, which
 * the properties of SQL and kernels hold them to; a call through the table cannot be inlined and takes
 * half as long again (bench/expr.bench.ts).
 */
import type { Reader } from './functions/definition.ts';
import type { Value } from './types.ts';

/** @param refuse called with a value that is neither a number nor null */
export function numberFieldReader(name: string, refuse: (raw: unknown) => never): Reader {
  return (row) => {
    const raw = Object.hasOwn(row, name) ? row[name] : null;
    if (typeof raw === 'number') return finiteOrNull(raw);
    return raw === null || raw === undefined ? null : refuse(raw);
  };
}

/** The reader of a call over numbers; undefined for a function that has none of its own. */
export function numberReader(name: string, args: readonly Reader[]): Reader | undefined {
  const [left, right] = args;
  const build = Object.hasOwn(BUILDERS, name) ? BUILDERS[name] : undefined;
  return left === undefined || right === undefined ? undefined : build?.(left, right);
}

type Build = (left: Reader, right: Reader) => Reader;

/** Each is a function of its own, so that the compiler can specialise it. */
const BUILDERS: Readonly<Record<string, Build>> = {
  add: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? finiteOrNull(a + b) : null;
  },
  subtract: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? finiteOrNull(a - b) : null;
  },
  multiply: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? finiteOrNull(a * b) : null;
  },
  divide: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? finiteOrNull(a / b) : null;
  },
  lt: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? a < b : null;
  },
  le: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? a <= b : null;
  },
  gt: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? a > b : null;
  },
  ge: (left, right) => (row, now) => {
    const a = left(row, now);
    const b = right(row, now);
    return isNumber(a) && isNumber(b) ? a >= b : null;
  },
};

const isNumber = (value: Value): value is number => typeof value === 'number';

/** Only a finite number less itself is 0. */
const finiteOrNull = (value: number): number | null => (value - value === 0 ? value : null);

import type { ValueType } from './types.ts';

/**
 * A piece of generated SQL: its text, and what is known of its value. Knowledge lets an operator leave
 * out a guard that cannot be needed: PostgreSQL raises an error where the language says null (overflow,
 * underflow, division by zero), so whatever might raise is guarded.
 */
export interface SqlValue {
  readonly text: string;
  readonly type: ValueType;
  /** Cheap to write twice: a field, a constant, a column of a bound subquery. */
  readonly atomic: boolean;
  readonly nullable: boolean;
  /** Of numbers, timestamps and durations. */
  readonly range: NumberRange;
}

/** The values a number may take, other than null. */
export interface NumberRange {
  readonly low: number;
  readonly high: number;
  /** Least magnitude of a value that is not 0. */
  readonly leastNonZero: number;
}

/** What a row of the function table is told of the call it writes. */
export interface SqlCall {
  readonly result: ValueType;
  /** The time of the evaluation as a parameter. */
  readonly now: () => SqlValue;
  /** Values of arguments that are constants, undefined for the others. */
  readonly constants: readonly (string | number | boolean | null | undefined)[];
}

export const ANY_NUMBER: NumberRange = {
  low: -Number.MAX_VALUE,
  high: Number.MAX_VALUE,
  leastNonZero: Number.MIN_VALUE,
};

/** Whole numbers within bounds. */
export function wholeRange(low: number, high: number): NumberRange {
  return { low, high, leastNonZero: 1 };
}

export function rangeOf(value: number): NumberRange {
  const size = Math.abs(value);
  return { low: value, high: value, leastNonZero: size === 0 ? Number.MAX_VALUE : size };
}

/** The greatest magnitude. */
export function most(range: NumberRange): number {
  return Math.max(Math.abs(range.low), Math.abs(range.high));
}

export function mayBeZero(range: NumberRange): boolean {
  return range.low <= 0 && range.high >= 0;
}

/** A range around several. */
export function union(ranges: readonly NumberRange[]): NumberRange {
  return {
    low: Math.min(...ranges.map((range) => range.low)),
    high: Math.max(...ranges.map((range) => range.high)),
    leastNonZero: Math.min(...ranges.map((range) => range.leastNonZero)),
  };
}

interface Properties {
  readonly range?: NumberRange;
  readonly nullable?: boolean;
  readonly atomic?: boolean;
}

/** A value that is not atomic and may be null, unless stated. */
export function sqlValue(type: ValueType, text: string, known: Properties = {}): SqlValue {
  return {
    text,
    type,
    atomic: known.atomic ?? false,
    nullable: known.nullable ?? true,
    range: known.range ?? ANY_NUMBER,
  };
}

/**
 * Writes a text that mentions its operands more than once. Operands that are not atomic are computed
 * once in a subquery, so that nesting makes the text longer, not exponentially longer; OFFSET 0 keeps
 * the planner from pulling it apart again. Subqueries and their columns are named by numbers, which no
 * field, column or alias of ours can be, and a subquery by a greater one than any that its operands
 * mention: so nothing is captured. What `write` mentions besides must be one of the operands.
 */
export function bindOperands(
  operands: readonly SqlValue[],
  write: (names: readonly string[]) => string,
): string {
  if (operands.every((operand) => operand.atomic)) return write(operands.map(({ text }) => text));
  const level = 1 + Math.max(...operands.map(({ text }) => greatestLevel(text)));
  const columns: string[] = [];
  const names = operands.map((operand) => {
    if (operand.atomic) return operand.text;
    const name = `"${columns.length + 1}"`;
    columns.push(`${operand.text} AS ${name}`);
    return `"${level}".${name}`;
  });
  return `(SELECT ${write(names)} FROM (SELECT ${columns.join(', ')} OFFSET 0) AS "${level}")`;
}

function greatestLevel(text: string): number {
  let greatest = 0;
  for (const match of text.matchAll(/"(\d+)"\."\d/g))
    greatest = Math.max(greatest, Number(match[1]));
  return greatest;
}

/** `left IS NULL OR right IS NULL`, of those that may be null; undefined when none may. */
export function anyNull(
  operands: readonly SqlValue[],
  names: readonly string[],
): string | undefined {
  const tests = names.filter((_, i) => operands[i]?.nullable).map((name) => `${name} IS NULL`);
  return tests.length === 0 ? undefined : tests.join(' OR ');
}

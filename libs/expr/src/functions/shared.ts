/** The shapes that most rows of the table share. */
import type { Evaluation, JsonForm, NumberKernel } from './definition.ts';
import { signature, type Signature } from '../signature.ts';
import type { Scalar, Value, ValueType } from '../types.ts';

/** A function of values that are not null; the signatures have already checked their types. */
export function strict(apply: (...args: never[]) => Value): Evaluation {
  return { kind: 'strict', apply: apply as unknown as (...args: Scalar[]) => Value };
}

export function signatures(...texts: readonly string[]): readonly Signature[] {
  return texts.map(signature);
}

export const FUNC: JsonForm = { type: 'Func' };

export function binary(op: string): JsonForm {
  return { type: 'BinOp', op };
}

export function textOperation(op: string): JsonForm {
  return { type: 'StrOp', op };
}

/** Kernel code of an operator between two numbers. */
export function infix(operator: string, settles: NumberKernel['settles'] = 'none'): NumberKernel {
  return { code: ([a = '', b = '']) => `(${a} ${operator} ${b})`, settles, finite: false };
}

/** Kernel code of a call; `finite` as in NumberKernel. */
export function callOf(name: string, finite: boolean): NumberKernel {
  return { code: (args) => `${name}(${args.join(', ')})`, settles: 'all', finite };
}

/** Pure text of a function call. */
export function pureCall(name: string): (args: readonly string[]) => string {
  return (args) => `${name}(${args.join(', ')})`;
}

const PURE_TYPES: Readonly<Record<ValueType, string>> = {
  number: 'Number',
  string: 'String',
  boolean: 'Boolean',
  timestamp: 'DateTime',
  duration: 'Number',
};

/**
 * Pure text that names an operand twice: through a lambda when it is long, so that nesting does not
 * double the text each time.
 */
export function pureBind(
  operand: string,
  type: ValueType | undefined,
  write: (name: string) => string,
): string {
  if (/^(?:[$\w.]+|'[^']*')$/.test(operand)) return write(operand);
  const inner = [...operand.matchAll(/\$v(\d+)\b/g)].map((match) => Number(match[1]));
  const name = `v${1 + Math.max(0, ...inner)}`;
  const typed = `${name}: ${PURE_TYPES[type ?? 'number']}[0..1]`;
  return `{${typed}|${write(`$${name}`)}}->eval(${operand})`;
}

/** Microseconds are counted from here. */
export const PURE_EPOCH = '%1970-01-01T00:00:00.000000';

/** A timestamp and a duration in Pure: durations are microseconds. */
export function pureAdjust(timestamp: string, duration: string): string {
  return `adjust(${timestamp}, ${duration}, DurationUnit.MICROSECONDS)`;
}

/**
 * Evaluation over one row: the tree becomes closures once, and each row runs them. This is the meaning
 * of the language; kernels and SQL are tested against it.
 */
import { Fault } from '@tickmesh/kernel';
import { parseTimestamp } from './calendar.ts';
import type { Reader, StrictFunction } from './functions/definition.ts';
import { functionNamed } from './functions/table.ts';
import type { Typing } from './infer.ts';
import type { CallNode, Node } from './node.ts';
import { roundHalfEven } from './number-math.ts';
import { numberFieldReader, numberReader } from './number-readers.ts';
import { describeMask, maskOf } from './signature.ts';
import { MICROS_MAX, type Scalar, type Value, type ValueType } from './types.ts';

/** @returns a function that reads a row; it throws Fault EXPR_TYPE for a field of another type */
export function compileReader(node: Node, typing: Typing): Reader {
  switch (node.kind) {
    case 'constant': {
      const { value } = node;
      return () => value;
    }
    case 'field':
      return fieldReader(node, typing);
    case 'call':
      return callReader(node, typing);
  }
}

function callReader(node: CallNode, typing: Typing): Reader {
  const args = node.args.map((arg) => compileReader(arg, typing));
  const { evaluate } = functionNamed(node.name);
  if (evaluate.kind === 'lazy') return evaluate.build(args);
  if (node.args.every((arg) => typing.typeOf(arg) === 'number')) {
    const direct = numberReader(node.name, args);
    if (direct !== undefined) return direct;
  }
  const type = typing.typeOf(node);
  const isTime = type === 'timestamp' || type === 'duration';
  return strictReader(
    isTime ? (...values) => wholeMicros(evaluate.apply(...values)) : evaluate.apply,
    args,
  );
}

/** Null when an argument is; by arity, because spreading every row's arguments is three times slower. */
function strictReader(apply: StrictFunction, args: readonly Reader[]): Reader {
  const [first, second] = args as readonly [Reader, Reader];
  if (args.length === 1) {
    return (row, now) => {
      const a = first(row, now);
      return a === null ? null : finite(apply(a));
    };
  }
  if (args.length === 2) {
    return (row, now) => {
      const a = first(row, now);
      const b = second(row, now);
      return a === null || b === null ? null : finite(apply(a, b));
    };
  }
  return (row, now) => {
    const values: Scalar[] = [];
    for (const arg of args) {
      const value = arg(row, now);
      if (value === null) return null;
      values.push(value);
    }
    return finite(apply(...values));
  };
}

function finite(value: Value): Value {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

/** Times are whole microseconds within the exact integers; anything else is null. */
export function wholeMicros(value: Value): Value {
  if (typeof value !== 'number') return value;
  const whole = roundHalfEven(value);
  return Math.abs(whole) <= MICROS_MAX ? whole : null;
}

function fieldReader(node: Node & { readonly kind: 'field' }, typing: Typing): Reader {
  const { name } = node;
  const type = typing.typeOf(node);
  const mask = typing.maskOf(node);
  const refuse = (raw: unknown): never => {
    throw new Fault('EXPR_TYPE', {
      field: name,
      expected: describeMask(mask),
      found: shownType(raw),
    });
  };
  if (type === 'number') return numberFieldReader(name, refuse);
  const convert = type === undefined ? undefined : CONVERSIONS[type];
  return (row) => {
    const raw = Object.hasOwn(row, name) ? row[name] : undefined;
    if (raw === undefined || raw === null) return null;
    const value = convert === undefined ? openValue(raw, mask) : convert(raw);
    return value === undefined ? refuse(raw) : value;
  };
}

type Conversion = (raw: unknown) => Value | undefined;

/** Undefined when the value is not of the type. */
const CONVERSIONS: Readonly<Record<ValueType, Conversion>> = {
  number: (raw) => (typeof raw === 'number' ? finite(raw) : undefined),
  string: (raw) => (typeof raw === 'string' ? raw : undefined),
  boolean: (raw) => (typeof raw === 'boolean' ? raw : undefined),
  /** Microseconds, or RFC 3339 text. */
  timestamp: (raw) => {
    if (typeof raw === 'number') return wholeMicros(raw);
    return typeof raw === 'string' ? (parseTimestamp(raw) ?? undefined) : undefined;
  },
  duration: (raw) => (typeof raw === 'number' ? wholeMicros(raw) : undefined),
};

/** A field whose type depends on its value. */
function openValue(raw: unknown, mask: number): Value | undefined {
  const type = typeof raw;
  if (type !== 'number' && type !== 'string' && type !== 'boolean') return undefined;
  return (mask & maskOf(type)) === 0 ? undefined : finite(raw as Scalar);
}

function shownType(raw: unknown): string {
  return Array.isArray(raw) ? 'a list' : typeof raw;
}

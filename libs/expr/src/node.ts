import { Fault } from '@tickmesh/kernel';
import { LIMITS, MICROS_MAX, isFieldName, type Value } from './types.ts';

/**
 * The one tree. Operators, conditionals and functions are all calls, by the name of their row in the
 * function table; how a call is spelled in text, JSON, SQL or Pure is that row's business.
 * Nodes are frozen and may be shared.
 */
export type Node = ConstantNode | FieldNode | CallNode;

export interface ConstantNode {
  readonly kind: 'constant';
  readonly value: Value;
  /** A number of microseconds that is a time rather than a number. */
  readonly unit: 'timestamp' | 'duration' | undefined;
  readonly depth: 1;
  readonly size: 1;
}

export interface FieldNode {
  readonly kind: 'field';
  readonly name: string;
  readonly depth: 1;
  readonly size: 1;
}

export interface CallNode {
  readonly kind: 'call';
  /** A name of the function table. */
  readonly name: string;
  readonly args: readonly Node[];
  readonly depth: number;
  /** Nodes of the tree as written: a shared node counts each time. */
  readonly size: number;
}

/**
 * A constant. Non-finite numbers become null and -0 becomes 0, as everywhere in the language.
 * @throws Fault EXPR_LIMIT for a string that is too long, EXPR_TYPE for one that is no Unicode text,
 *   or a time that is not whole microseconds
 */
export function constant(value: Value, unit?: 'timestamp' | 'duration'): ConstantNode {
  if (typeof value === 'string') checkText(value);
  if (unit !== undefined && !(Number.isInteger(value) && Math.abs(value as number) <= MICROS_MAX)) {
    throw new Fault('EXPR_TYPE', { expected: `${unit} in whole microseconds`, found: value });
  }
  return Object.freeze({ kind: 'constant', value: cleaned(value), unit, depth: 1, size: 1 });
}

/** @throws Fault EXPR_FIELD unless the name is a letter or _ and then letters, digits and _ */
export function fieldNode(name: string): FieldNode {
  if (!isFieldName(name)) {
    throw new Fault('EXPR_FIELD', {
      field: name.slice(0, LIMITS.nameLength),
      expected: `a letter or _, then letters, digits or _, ${LIMITS.nameLength} at most`,
    });
  }
  return Object.freeze({ kind: 'field', name, depth: 1, size: 1 });
}

/** @throws Fault EXPR_LIMIT when the tree becomes too deep or too large */
export function callNode(name: string, args: readonly Node[]): CallNode {
  let depth = 0;
  let size = 1;
  for (const arg of args) {
    depth = Math.max(depth, arg.depth);
    size += arg.size;
  }
  if (depth >= LIMITS.depth) throw new Fault('EXPR_LIMIT', { limit: 'depth', most: LIMITS.depth });
  if (size > LIMITS.nodes) throw new Fault('EXPR_LIMIT', { limit: 'nodes', most: LIMITS.nodes });
  return Object.freeze({
    kind: 'call',
    name,
    args: Object.freeze(args.map(ownNull)),
    depth: depth + 1,
    size,
  });
}

/** A null takes the type of its place, so no two places may share one. */
function ownNull(node: Node): Node {
  return node.kind === 'constant' && node.value === null ? Object.freeze({ ...node }) : node;
}

function cleaned(value: Value): Value {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? value + 0 : null;
}

/** PostgreSQL cannot hold a NUL or half a surrogate pair, so no target may. */
function checkText(text: string): void {
  if (text.length > LIMITS.stringLength) {
    throw new Fault('EXPR_LIMIT', { limit: 'string constant', most: LIMITS.stringLength });
  }
  if (/[\0\p{Surrogate}]/u.test(text)) {
    throw new Fault('EXPR_TYPE', { expected: 'well-formed Unicode text without NUL' });
  }
}

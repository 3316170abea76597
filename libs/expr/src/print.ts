/** The text of a tree, with the brackets it needs: parsing it gives the tree back. */
import { formatRfc3339 } from '@tickmesh/kernel';
import { formatDuration } from './calendar.ts';
import { functionNamed } from './functions/table.ts';
import { RESERVED } from './lexer.ts';
import type { CallNode, ConstantNode, Node } from './node.ts';

/** Of the operand's own operator; higher binds tighter. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  not: 3,
  eq: 4,
  ne: 4,
  lt: 4,
  le: 4,
  gt: 4,
  ge: 4,
  in: 4,
  between: 4,
  like: 4,
  add: 5,
  subtract: 5,
  multiply: 6,
  divide: 6,
  modulo: 6,
  negate: 7,
  power: 8,
};
const NEGATION = 7;
const TIGHTEST = 9;
const COMPARISON_LEVEL = 4;

export function printNode(node: Node): string {
  switch (node.kind) {
    case 'constant':
      return printConstant(node);
    case 'field':
      return RESERVED.has(node.name) ? `\`${node.name}\`` : node.name;
    case 'call':
      return printCall(node);
  }
}

function printConstant({ value, unit }: ConstantNode): string {
  if (unit === 'timestamp') return `@${formatRfc3339(Number(value))}`;
  if (unit === 'duration') return formatDuration(Number(value));
  return typeof value === 'string' ? quoteText(value) : String(value);
}

export function quoteText(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/[\n\r\t]/g, (one) => SHORT[one] ?? one);
  return `"${escaped.replace(/\p{Cc}/gu, (one) => `\\u{${one.charCodeAt(0).toString(16)}}`)}"`;
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function printCall(node: CallNode): string {
  const row = functionNamed(node.name);
  const level = PRECEDENCE[node.name];
  if (level === undefined) return `${node.name}(${node.args.map(printNode).join(', ')})`;
  const [first, second, third] = node.args;
  if (first === undefined) return `${node.name}()`;
  if (node.name === 'not') return `not ${within(first, level)}`;
  if (node.name === 'negate')
    return `-${within(first, first.kind === 'constant' ? TIGHTEST + 1 : level)}`;
  if (second === undefined) return `${node.name}(${printNode(first)})`;
  if (node.name === 'in') {
    return `${within(first, level + 1)} in (${node.args.slice(1).map(printNode).join(', ')})`;
  }
  if (node.name === 'between' && third !== undefined) {
    return `${within(first, level + 1)} between ${within(second, level + 1)} and ${within(third, level + 1)}`;
  }
  // Powers lean right and take an unary minus on the right; comparisons do not chain at all.
  const left = node.name === 'power' ? TIGHTEST : level === COMPARISON_LEVEL ? level + 1 : level;
  const right = node.name === 'power' ? NEGATION : level + 1;
  return `${within(first, left)} ${row.operator ?? ''} ${within(second, right)}`;
}

/** In brackets when its operator binds looser than `least`. */
function within(node: Node, least: number): string {
  const text = printNode(node);
  return precedenceOf(node) < least ? `(${text})` : text;
}

function precedenceOf(node: Node): number {
  if (node.kind === 'call') return PRECEDENCE[node.name] ?? TIGHTEST;
  if (node.kind === 'field' || typeof node.value !== 'number') return TIGHTEST;
  return node.value < 0 && node.unit !== 'timestamp' ? NEGATION : TIGHTEST;
}

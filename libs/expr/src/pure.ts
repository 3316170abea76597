/**
 * Legend Pure text of a tree, over a variable that holds the row. Null is the empty collection `[]`.
 * Where the language has no answer (division by 0, the root of a negative number) the text says so
 * itself; overflow is left to the engine that runs it. Durations are microseconds.
 */
import { Fault, formatRfc3339 } from '@tickmesh/kernel';
import { functionNamed } from './functions/table.ts';
import { infer, type Typing } from './infer.ts';
import type { CallNode, ConstantNode, Node } from './node.ts';
import { isFieldName, type Schema } from './types.ts';

export interface PureOptions {
  readonly schema?: Schema;
  /** The variable of the row, `row` unless stated. */
  readonly variable?: string;
}

/**
 * @throws Fault EXPR_TYPE for a function that Pure does not have, EXPR_FIELD for a variable that is
 *   no name
 */
export function toPure(node: Node, options: PureOptions = {}): string {
  const variable = options.variable ?? 'row';
  if (!isFieldName(variable))
    throw new Fault('EXPR_FIELD', { field: variable, expected: 'the name of a variable' });
  return write(node, infer(node, options.schema, 'open'), variable);
}

function write(node: Node, typing: Typing, variable: string): string {
  switch (node.kind) {
    case 'constant':
      return writeConstant(node);
    case 'field':
      return `$${variable}.${node.name}`;
    case 'call':
      return writeCall(node, typing, variable);
  }
}

function writeCall(node: CallNode, typing: Typing, variable: string): string {
  const { pure } = functionNamed(node.name);
  if (pure === undefined) {
    throw new Fault('EXPR_TYPE', { expected: 'a function that Pure has too', found: node.name });
  }
  return pure(
    node.args.map((arg) => write(arg, typing, variable)),
    node.args.map((arg) => typing.typeOf(arg) ?? 'number'),
  );
}

function writeConstant({ value, unit }: ConstantNode): string {
  if (value === null) return '[]';
  if (typeof value === 'string') return pureText(value);
  if (unit === 'timestamp') return `%${formatRfc3339(Number(value)).replace('Z', '')}`;
  return typeof value === 'number' ? pureNumber(value) : String(value);
}

/** Pure knows no plus sign in an exponent, and whole numbers of 64 bits only: a larger one is a float. */
function pureNumber(value: number): string {
  const text = String(value).replace('e+', 'e');
  return Math.abs(value) > Number.MAX_SAFE_INTEGER && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function pureText(text: string): string {
  const escaped = text.replace(/[\\']/g, '\\$&');
  return `'${escaped.replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')}'`;
}

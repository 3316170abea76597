/**
 * JavaScript for the body of a kernel's loop. Only checked trees come here, and nothing of what a user
 * wrote reaches the code: fields are numbered, strings arrive in an array, and a number is printed from
 * a finite double. So no input can become code.
 *
 * Numbers that are null are NaN. Arithmetic carries an overflow along as an infinity, which becomes NaN
 * only where it could otherwise turn back into a number (`settled`): most formulas pay one test a row.
 * Booleans are a pair of conditions, "is true" and "is false", so that a branch tests one of them.
 */
import { assert } from '@tickmesh/kernel';
import { NULL_CODE } from './columns.ts';
import type { StrictFunction } from './functions/definition.ts';
import { functionNamed } from './functions/table.ts';
import type { Typing } from './infer.ts';
import type { CallNode, ConstantNode, Node } from './node.ts';
import type { ValueType } from './types.ts';

/** Code of a value that can be written twice: names, literals and comparisons of them. */
export type Code = NumberCode | BooleanCode | StringCode;

interface NumberCode {
  readonly kind: 'number';
  readonly text: string;
  /** Never infinite. */
  readonly settled: boolean;
}

interface BooleanCode {
  readonly kind: 'boolean';
  readonly isTrue: string;
  readonly isFalse: string;
}

/** A string or null. */
interface StringCode {
  readonly kind: 'string';
  readonly text: string;
}

/** A subtree over one string field: computed once for each text of the dictionary. */
export interface Lookup {
  readonly field: string;
  readonly node: Node;
  readonly type: ValueType;
}

/** A constant that a string field is compared with: each run looks its code up in the field's dictionary. */
export interface CodedText {
  readonly field: string;
  readonly text: string;
}

const INFIX: Readonly<Record<string, readonly [isTrue: string, isFalse: string]>> = {
  lt: ['<', '>='],
  le: ['<=', '>'],
  gt: ['>', '<='],
  ge: ['>=', '<'],
};

export class KernelWriter {
  readonly fields: string[] = [];
  readonly strings: string[] = [];
  readonly functions: StrictFunction[] = [];
  readonly lookups: Lookup[] = [];
  readonly codedTexts: CodedText[] = [];
  readonly #typing: Typing;
  readonly #onlyField = new Map<Node, string | null>();
  #lines: string[] = [];
  /** Names that are settled already where the code stands, by what they are settled from. */
  #settled = new Map<string, string>();
  #names = 0;

  constructor(typing: Typing) {
    this.#typing = typing;
    this.fields.push(...typing.fields.keys());
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  typeOf(node: Node): ValueType {
    // Only a tree of nulls is left open once the columns are known.
    return this.#typing.typeOf(node) ?? 'number';
  }

  write(node: Node): Code {
    if (node.kind === 'constant') return this.#constant(node);
    if (node.kind === 'field') return this.#field(node.name, this.typeOf(node));
    return this.#codeTest(node) ?? this.#lifted(node) ?? this.#call(node);
  }

  /** A number that is finite or NaN, written twice for free. */
  settled(code: Code): string {
    assert(code.kind === 'number', 'A number is settled');
    if (code.settled) return code.text;
    const known = this.#settled.get(code.text);
    if (known !== undefined) return known;
    const name = this.#bind(finiteOrNaN(this.#bind(code.text)));
    this.#settled.set(code.text, name);
    return name;
  }

  /** 0, 1 or 2. */
  tri(code: Code): string {
    assert(code.kind === 'boolean', 'A boolean has three values');
    return `(${code.isTrue} ? 1 : ${code.isFalse} ? 0 : 2)`;
  }

  #constant({ value }: ConstantNode): Code {
    if (typeof value === 'string') {
      return { kind: 'string', text: `k[${this.strings.push(value) - 1}]` };
    }
    if (typeof value === 'boolean') {
      return { kind: 'boolean', isTrue: String(value), isFalse: String(!value) };
    }
    return { kind: 'number', text: value === null ? 'NaN' : `(${value})`, settled: true };
  }

  /** A null constant where another type is asked for. */
  #nullOf(type: ValueType): Code {
    if (type === 'string') return { kind: 'string', text: 'null' };
    if (type === 'boolean') return { kind: 'boolean', isTrue: 'false', isFalse: 'false' };
    return { kind: 'number', text: 'NaN', settled: true };
  }

  #operand(node: Node): Code {
    const isNull = node.kind === 'constant' && node.value === null;
    return isNull ? this.#nullOf(this.typeOf(node)) : this.write(node);
  }

  #field(name: string, type: ValueType): Code {
    const text = `f${this.fields.indexOf(name)}`;
    if (type === 'string')
      return { kind: 'string', text: this.#bind(`h.textOf(d${text.slice(1)}, ${text})`) };
    if (type === 'boolean')
      return { kind: 'boolean', isTrue: `(${text} === 1)`, isFalse: `(${text} === 0)` };
    return { kind: 'number', text, settled: false };
  }

  /** A string field against a constant, by code: a table in the loop costs a fifth of a branchy formula. */
  #codeTest(node: CallNode): Code | undefined {
    if (node.name !== 'eq' && node.name !== 'ne') return undefined;
    const field = node.args.find((arg) => arg.kind === 'field');
    const constant = node.args.find((arg) => arg.kind === 'constant');
    if (field === undefined || typeof constant?.value !== 'string') return undefined;
    const code = this.codedTexts.push({ field: field.name, text: constant.value }) - 1;
    const cell = `f${this.fields.indexOf(field.name)}`;
    const equal = `(${cell} === q${code})`;
    const different = `(${cell} !== q${code} && ${cell} !== ${NULL_CODE})`;
    return node.name === 'eq'
      ? { kind: 'boolean', isTrue: equal, isFalse: different }
      : { kind: 'boolean', isTrue: different, isFalse: equal };
  }

  #lifted(node: CallNode): Code | undefined {
    const field = this.#fieldOf(node);
    if (field === null || field === '' || this.#typing.fields.get(field) !== 'string')
      return undefined;
    const type = this.typeOf(node);
    const table = this.lookups.push({ field, node, type }) - 1;
    const entry = `t${table}[f${this.fields.indexOf(field)} + 1]`;
    if (type === 'string') return { kind: 'string', text: this.#bind(entry) };
    if (type !== 'boolean') return { kind: 'number', text: this.#bind(entry), settled: true };
    const name = this.#bind(entry);
    return { kind: 'boolean', isTrue: `(${name} === 1)`, isFalse: `(${name} === 0)` };
  }

  /** The only field of a subtree, '' when there is none, null when there are several or it asks the time. */
  #fieldOf(node: Node): string | null {
    if (node.kind === 'constant') return '';
    if (node.kind === 'field') return node.name;
    const known = this.#onlyField.get(node);
    if (known !== undefined) return known;
    let only: string | null = node.name === 'now' ? null : '';
    for (const arg of node.args) {
      const field = this.#fieldOf(arg);
      if (field === null || (only !== '' && field !== '' && field !== only)) only = null;
      else if (only === '') only = field;
      if (only === null) break;
    }
    this.#onlyField.set(node, only);
    return only;
  }

  #call(node: CallNode): Code {
    const special = SPECIAL[node.name];
    if (special !== undefined) return special(this, node);
    const { kernel } = functionNamed(node.name);
    const overNumbers = node.args.every((arg) => NUMERIC.has(this.typeOf(arg)));
    if (kernel === undefined || !overNumbers) return this.#functionCall(node);
    const args = node.args.map((arg) => this.#operand(arg));
    const texts = args.map((arg, i) => {
      const settles = kernel.settles === 'all' || (kernel.settles === 'second' && i === 1);
      return settles ? this.settled(arg) : textOf(arg);
    });
    const type = this.typeOf(node);
    const code = kernel.code(texts);
    if (type !== 'number')
      return { kind: 'number', text: this.#bind(`h.micros(${code})`), settled: true };
    const settled = kernel.finite && args.every((arg) => arg.kind === 'number' && arg.settled);
    const certain = kernel.finite && kernel.settles === 'all';
    return { kind: 'number', text: this.#bind(code), settled: settled || certain };
  }

  /** Calls the table's own function, when no argument is null. */
  #functionCall(node: CallNode): Code {
    const { evaluate } = functionNamed(node.name);
    assert(evaluate.kind === 'strict', 'A function without kernel code is strict');
    const index = this.functions.push(evaluate.apply) - 1;
    const args = node.args.map((arg) => this.#argument(arg));
    const present = args.map((arg) => arg.present).join(' && ');
    const call = `e[${index}](${args.map((arg) => arg.value).join(', ')})`;
    const type = this.typeOf(node);
    if (type === 'string')
      return { kind: 'string', text: this.#bind(`${present} ? ${call} : null`) };
    if (type === 'boolean') {
      const name = this.#bind(`${present} ? h.boolean(${call}) : 2`);
      return { kind: 'boolean', isTrue: `(${name} === 1)`, isFalse: `(${name} === 0)` };
    }
    const number = type === 'number' ? `h.number(${call})` : `h.micros(h.number(${call}))`;
    return {
      kind: 'number',
      text: this.#bind(`${present} ? ${number} : NaN`),
      settled: type !== 'number',
    };
  }

  #argument(node: Node): { readonly present: string; readonly value: string } {
    const code = this.#operand(node);
    if (code.kind === 'string') return { present: `${code.text} !== null`, value: code.text };
    if (code.kind === 'boolean') {
      const name = this.#bind(this.tri(code));
      return { present: `${name} !== 2`, value: `(${name} === 1)` };
    }
    const text = this.settled(code);
    return { present: `${text} === ${text}`, value: text };
  }

  comparison(node: CallNode, leftNode: Node, rightNode: Node, name: string): BooleanCode {
    const left = this.#operand(leftNode);
    const right = this.#operand(rightNode);
    if (left.kind === 'string' && right.kind === 'string')
      return compareStrings(left.text, right.text, name);
    if (left.kind === 'boolean' && right.kind === 'boolean')
      return this.#compareBooleans(left, right, name);
    assert(left.kind === right.kind, 'Operands of a comparison have one type');
    const a = this.settled(left);
    const b = this.settled(right);
    const operators = INFIX[name];
    if (operators !== undefined) {
      return {
        kind: 'boolean',
        isTrue: `(${a} ${operators[0]} ${b})`,
        isFalse: `(${a} ${operators[1]} ${b})`,
      };
    }
    const equal = `(${a} === ${b})`;
    const different = `(${a} < ${b} || ${a} > ${b})`;
    return name === 'eq'
      ? { kind: 'boolean', isTrue: equal, isFalse: different }
      : { kind: 'boolean', isTrue: different, isFalse: equal };
  }

  #compareBooleans(left: BooleanCode, right: BooleanCode, name: string): BooleanCode {
    const a = this.#bind(this.tri(left));
    const b = this.#bind(this.tri(right));
    const known = `${a} !== 2 && ${b} !== 2`;
    const equal = `(${known} && ${a} === ${b})`;
    const different = `(${known} && ${a} !== ${b})`;
    return name === 'eq'
      ? { kind: 'boolean', isTrue: equal, isFalse: different }
      : { kind: 'boolean', isTrue: different, isFalse: equal };
  }

  condition(node: Node): BooleanCode {
    const code = this.#operand(node);
    assert(code.kind === 'boolean', 'A condition is a boolean');
    return code;
  }

  /** `then` when the condition holds, else `otherwise`; only one of them is computed. */
  branch(test: string, type: ValueType, then: () => Code, otherwise: () => Code): Code {
    const name = this.#newName();
    const [outer, settledBefore] = [this.#lines, this.#settled];
    const [first, second] = [then, otherwise].map((side) => {
      this.#lines = [];
      this.#settled = new Map(settledBefore);
      const code = side();
      return { lines: this.#lines, code };
    }) as [{ lines: string[]; code: Code }, { lines: string[]; code: Code }];
    this.#lines = outer;
    this.#settled = settledBefore;
    const assign = ({ lines, code }: typeof first): string =>
      `{ ${[...lines, `${name} = ${code.kind === 'boolean' ? this.tri(code) : code.text};`].join(' ')} }`;
    const zero = type === 'string' ? 'null' : type === 'boolean' ? '2' : 'NaN';
    this.#lines.push(
      `let ${name} = ${zero};`,
      `if (${test}) ${assign(first)} else ${assign(second)}`,
    );
    if (type === 'string') return { kind: 'string', text: name };
    if (type === 'boolean') {
      return { kind: 'boolean', isTrue: `(${name} === 1)`, isFalse: `(${name} === 0)` };
    }
    const settled = [first, second].every(({ code }) => code.kind === 'number' && code.settled);
    return { kind: 'number', text: name, settled };
  }

  /** The condition under which a value is null. */
  nullTest(code: Code): string {
    if (code.kind === 'string') return `(${code.text} === null)`;
    if (code.kind === 'boolean') return `(${this.#bind(this.tri(code))} === 2)`;
    const text = this.settled(code);
    return `(${text} !== ${text})`;
  }

  operand(node: Node): Code {
    return this.#operand(node);
  }

  #bind(text: string): string {
    if (/^\w+$/.test(text)) return text;
    const name = this.#newName();
    this.#lines.push(`const ${name} = ${text};`);
    return name;
  }

  #newName(): string {
    return `v${this.#names++}`;
  }
}

const NUMERIC: ReadonlySet<ValueType> = new Set(['number', 'timestamp', 'duration']);

/**
 * A finite number as it is, anything else as NaN: without a branch, which costs a loop over three
 * columns six times its work (bench/expr.bench.ts).
 */
export function finiteOrNaN(name: string): string {
  return `${name} + (${name} - ${name})`;
}

type Special = (writer: KernelWriter, node: CallNode) => Code;

/** Calls whose meaning is not "null when an argument is". */
const SPECIAL: Readonly<Record<string, Special>> = {
  eq: compare,
  ne: compare,
  lt: compare,
  le: compare,
  gt: compare,
  ge: compare,
  and: (writer, node) =>
    connect(
      node.args.map((arg) => writer.condition(arg)),
      '&&',
      '||',
    ),
  or: (writer, node) =>
    connect(
      node.args.map((arg) => writer.condition(arg)),
      '||',
      '&&',
    ),
  not: (writer, node) => {
    const { isTrue, isFalse } = writer.condition(argument(node, 0));
    return { kind: 'boolean', isTrue: isFalse, isFalse: isTrue };
  },
  in: (writer, node) => {
    const [subject, ...choices] = node.args as readonly [Node, ...Node[]];
    const tests = choices.map((choice) => writer.comparison(node, subject, choice, 'eq'));
    return connect(tests, '||', '&&');
  },
  between: (writer, node) => {
    const [subject, low, high] = node.args as readonly [Node, Node, Node];
    const above = writer.comparison(node, subject, low, 'ge');
    return connect([above, writer.comparison(node, subject, high, 'le')], '&&', '||');
  },
  if: (writer, node) => {
    const { isTrue } = writer.condition(argument(node, 0));
    const side = (index: number) => () => writer.operand(argument(node, index));
    return writer.branch(isTrue, writer.typeOf(node), side(1), side(2));
  },
  coalesce: (writer, node) => coalesceFrom(writer, node, 0),
  isnull: (writer, node) => {
    const test = writer.nullTest(writer.operand(argument(node, 0)));
    return { kind: 'boolean', isTrue: test, isFalse: `(!${test})` };
  },
  now: () => ({ kind: 'number', text: 'now', settled: true }),
};

function compare(writer: KernelWriter, node: CallNode): Code {
  return writer.comparison(node, argument(node, 0), argument(node, 1), node.name);
}

function coalesceFrom(writer: KernelWriter, node: CallNode, index: number): Code {
  const code = writer.operand(argument(node, index));
  if (index === node.args.length - 1) return code;
  const first: Code =
    code.kind === 'number' ? { kind: 'number', text: writer.settled(code), settled: true } : code;
  return writer.branch(
    writer.nullTest(first),
    writer.typeOf(node),
    () => coalesceFrom(writer, node, index + 1),
    () => first,
  );
}

function connect(tests: readonly BooleanCode[], whenTrue: string, whenFalse: string): BooleanCode {
  return {
    kind: 'boolean',
    isTrue: `(${tests.map((test) => test.isTrue).join(` ${whenTrue} `)})`,
    isFalse: `(${tests.map((test) => test.isFalse).join(` ${whenFalse} `)})`,
  };
}

function compareStrings(a: string, b: string, name: string): BooleanCode {
  const known = `${a} !== null && ${b} !== null`;
  if (name === 'eq' || name === 'ne') {
    const equal = `(${known} && ${a} === ${b})`;
    const different = `(${known} && ${a} !== ${b})`;
    return name === 'eq'
      ? { kind: 'boolean', isTrue: equal, isFalse: different }
      : { kind: 'boolean', isTrue: different, isFalse: equal };
  }
  const [isTrue, isFalse] = INFIX[name] ?? ['<', '>='];
  const order = `h.compareText(${a}, ${b})`;
  return {
    kind: 'boolean',
    isTrue: `(${known} && ${order} ${isTrue} 0)`,
    isFalse: `(${known} && ${order} ${isFalse} 0)`,
  };
}

function argument(node: CallNode, index: number): Node {
  const arg = node.args[index];
  assert(arg !== undefined, 'A checked call has its arguments');
  return arg;
}

function textOf(code: Code): string {
  return code.kind === 'boolean' ? code.isTrue : code.text;
}

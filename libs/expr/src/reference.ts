/** The reference page of the language, generated from the function table. */
import type { FunctionDefinition, FunctionGroup } from './functions/definition.ts';
import { FUNCTIONS } from './functions/table.ts';
import { inferAt } from './infer.ts';
import { nodeToJson } from './json.ts';
import { callNode, fieldNode, type Node } from './node.ts';
import { parseText } from './parser.ts';
import { printNode } from './print.ts';
import { toPure } from './pure.ts';
import { slotAt, type Signature } from './signature.ts';
import { toSql } from './sql.ts';
import { compileKernel } from './kernel.ts';
import { typeOf } from './signature.ts';
import { LIMITS, type FieldSpec, type Schema, type ValueType } from './types.ts';

const GROUPS: readonly FunctionGroup[] = [
  'Arithmetic',
  'Comparison',
  'Logic and nulls',
  'Numbers',
  'Text',
  'Time',
  'Casts',
  'Pricing',
];

/** Markdown of docs/reference/expressions.md. */
export function renderReference(): string {
  const sections = GROUPS.map((group) => {
    const rows = FUNCTIONS.filter((row) => row.group === group);
    return [`## ${group}`, '', summary(rows), '', ...rows.map(details)].join('\n');
  });
  return `${[HEADER, ...sections].join('\n\n').trimEnd()}\n`;
}

const HEADER = `# Expressions: every function

<!-- Generated from the function table (libs/expr/src/functions); a test keeps it fresh. -->

How the language works, with examples: [the guide](../guides/expressions.md). Here is every function: its
types, what it does with null, and its text on every target. The texts are for fields \`a\`, \`b\`, \`c\` of
moderate numbers (1e-6 to 1e12 in magnitude, or 0) in a jsonb column \`data\`; without declared bounds the
SQL adds guards, so that overflow is null there too. T is one type for the whole call, \`T...\` any number
of further arguments. Unless stated, the result is null when an argument is.

Limits: ${LIMITS.depth} nested levels, ${LIMITS.nodes} nodes, ${LIMITS.sourceLength} characters of source, ${LIMITS.stringLength} characters in a
string constant.`;

function summary(rows: readonly FunctionDefinition[]): string {
  const lines = rows.map((row) => {
    const [text, value] = row.example;
    const names = [row.operator, row.name, ...(row.aliases ?? [])].filter(
      (name) => name !== undefined,
    );
    const spelled = [...new Set(names)].map(code).join(' ');
    return `| ${spelled} | ${cell(row.doc)} | ${code(text)} is ${code(JSON.stringify(value))} |`;
  });
  return ['| name | meaning | example |', '| --- | --- | --- |', ...lines].join('\n');
}

function details(row: FunctionDefinition): string {
  const [signature] = row.signatures;
  const types = row.signatures.map((one) => code(one.text)).join('<br>');
  const sample = signature === undefined ? undefined : sampleCall(row, signature);
  const lines = [
    ['types', types],
    ['null', row.nulls ?? 'null when an argument is'],
    ...(sample === undefined ? [] : targets(sample.node, sample.schema)),
  ];
  const table = lines.map(([name = '', text = '']) => `| ${name} | ${cell(text)} |`);
  return [`### ${row.name}`, '', '| | |', '| --- | --- |', ...table, ''].join('\n');
}

interface Sample {
  readonly node: Node;
  readonly schema: Schema;
}

/** The call over fields; where it asks for constants, its example. */
function sampleCall(row: FunctionDefinition, signature: Signature): Sample {
  const count = signature.parameters.length + (signature.rest === undefined ? 0 : 1);
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].slice(0, count);
  const node = callNode(row.name, names.map(fieldNode));
  const schema = Object.fromEntries(
    names.map((name, i) => {
      const slot = slotAt(signature, i);
      const type = slot === 'same' ? 'number' : typeOf(slot.only);
      return [name, specOf(type ?? 'number')];
    }),
  );
  const fits = !('details' in inferAt(node, schema));
  return fits ? { node, schema } : { node: parseText(row.example[0]).node, schema: {} };
}

function specOf(type: ValueType): FieldSpec {
  return type === 'number' ? { type, low: -1e12, high: 1e12, leastNonZero: 1e-6 } : { type };
}

function targets(node: Node, schema: Schema): [string, string][] {
  const sql = toSql(node, { schema, now: 0 });
  const kernel = compileKernel(node, schema).source.split('\n');
  const loop = kernel.slice(kernel.findIndex((line) => line.startsWith('for')) + 1, -1);
  const work = loop.map((line) => line.trim()).filter((line) => !/^const f\d/.test(line));
  return [
    ['text', code(printNode(node))],
    ['JSON', code(JSON.stringify(nodeToJson(node)))],
    ['PostgreSQL', code(sql.text)],
    ['Pure', pureText(node, schema)],
    ['kernel', code(work.join(' '))],
  ];
}

function pureText(node: Node, schema: Schema): string {
  const hasPure =
    node.kind !== 'call' || FUNCTIONS.find((row) => row.name === node.name)?.pure !== undefined;
  return hasPure
    ? code(toPure(node, { schema }))
    : 'none: Pure has no such function, and it is refused';
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replace(/\|/g, '\\|');
}

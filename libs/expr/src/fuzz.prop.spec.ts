/**
 * Whatever arrives as text or JSON is an expression or a coded refusal, and nothing that was written in
 * it reaches SQL, Pure or generated code except as a checked name, a number or a quoted string.
 */
import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import fc from 'fast-check';
import { fromJson, parse, type Expression } from './expression.ts';
import { FUNCTIONS } from './functions/table.ts';
import { likePattern, matchesLike } from './text-math.ts';
import { textValue } from './random-tree.fixture.ts';

const RUNS = 1000 * Number(process.env['PROP_RUNS'] ?? 1);

const WORDS = [
  ...FUNCTIONS.flatMap((row) => [row.name, row.operator ?? row.name]),
  '(',
  ')',
  ',',
  'x',
  'price',
  '"',
  "'",
  '`',
  '1',
  '5m',
  '@',
  '\\',
  'null',
  'true',
  'is',
  '1e400',
  ';',
  '--',
  '/*',
  '$1',
  '${x}',
  '{}',
  '[]',
  '\0',
  '\ud800',
  'constructor',
  '__proto__',
];
const INJECTIONS = [
  `'; DROP TABLE orders; --`,
  `"); process.exit(1); ("`,
  `\\'); SELECT 1; --`,
  '${process.exit(1)}',
  `') || '`,
  '`',
  '\u2028',
];

const nearlyText = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 20 }).map((words) => words.join(' ')),
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const nearlyJson = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      type: fc.constant('Const'),
      value: fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.object()),
    }),
    fc.record({
      type: fc.constant('Field'),
      name: fc.oneof(fc.constantFrom('x', '__proto__', ...INJECTIONS), fc.string()),
    }),
    fc.record({
      type: fc.constant('BinOp'),
      op: fc.constantFrom('+', '==', 'and', '<', '//', '__proto__'),
      left: tie('node'),
      right: tie('node'),
    }),
    fc.record(
      {
        type: fc.constantFrom('UnaryOp', 'StrOp'),
        op: fc.constantFrom('neg', 'not', 'abs', 'upper', 'concat'),
        operand: tie('node'),
        arg: tie('node'),
      },
      { requiredKeys: ['type', 'op', 'operand'] },
    ),
    fc.record({
      type: fc.constant('Func'),
      name: fc.oneof(fc.constantFrom(...FUNCTIONS.map((row) => row.name)), fc.string()),
      args: fc.array(tie('node'), { maxLength: 4 }),
    }),
    fc.record(
      {
        type: fc.constantFrom('If', 'IsNull', 'Coalesce'),
        condition: tie('node'),
        then: tie('node'),
        else: tie('node'),
        operand: tie('node'),
        exprs: fc.array(tie('node'), { maxLength: 3 }),
      },
      { requiredKeys: ['type'] },
    ),
    fc.object({ key: fc.constantFrom('type', 'value', 'name', 'args', '__proto__') }),
  ),
})).node;

/** The expression, or nothing when it was refused with a code of the language. */
function attempt(build: () => Expression): Expression | undefined {
  try {
    return build();
  } catch (thrown) {
    if (isFault(thrown) && thrown.code.startsWith('EXPR_')) return undefined;
    throw thrown;
  }
}

/** SQL and Pure of whatever was accepted are well-formed, and its code holds nothing but what we wrote. */
function checkOutputs(expression: Expression): void {
  const schema = Object.fromEntries(
    [...expression.fields].map(([name, type]) => [name, type ?? ('number' as const)]),
  );
  const typed = attempt(() => fromJson(expression.toJson(), schema));
  if (typed === undefined) return;
  checkSource(typed.compile().source);
  checkSql(typed.toSql({ now: 0 }).text);
}

/** Generated code is made of our own words, numbers, and numbered names. */
function checkSource(source: string): void {
  const words = source.match(/[A-Za-z_$][\w$]*|"[^"]*"|'[^']*'|`/g) ?? [];
  expect(words.filter((word) => !KERNEL_WORD.test(word))).toEqual([]);
}

const KERNEL_WORD =
  /^(?:[cdefkqtv]\d*|"use strict"|const|let|if|else|for|null|NaN|true|false|Math|abs|sign|sqrt|floor|ceil|trunc|log|min|max|e\d*|h|i|from|to|now|out|text|words|intern|lastText|lastCode|columns|dictionaries|tables|codes|textOf|floorModulo|power|exponential|binStart|roundDigits|round|density|distribution|compareText|micros|number|boolean)$/;

/** Outside string literals there is no quote, no semicolon and no comment; strings of users are parameters. */
function checkSql(text: string): void {
  const bare = text.replace(/E?'(?:[^']|'')*'/g, 'L').replace(/"[\w]+"/g, 'I');
  expect(bare).not.toMatch(/['";`\\]|--|\/\*/);
}

describe('anything that arrives', () => {
  it('as text is an expression or a refusal with a code', () => {
    fc.assert(
      fc.property(nearlyText, (text) => {
        const expression = attempt(() => parse(text));
        if (expression !== undefined) checkOutputs(expression);
      }),
      { numRuns: RUNS },
    );
  });

  it('as JSON is an expression or a refusal with a code', () => {
    fc.assert(
      fc.property(nearlyJson, (json) => {
        const expression = attempt(() => fromJson(json));
        if (expression !== undefined) checkOutputs(expression);
      }),
      { numRuns: RUNS },
    );
  });

  it('cannot bring a string of its own into SQL, code or out of quotes in Pure', () => {
    fc.assert(
      fc.property(
        fc.oneof(textValue, fc.constantFrom(...INJECTIONS), fc.string({ unit: 'grapheme' })),
        (text) => {
          const json = {
            type: 'BinOp',
            op: '==',
            left: { type: 'Field', name: 'x' },
            right: { type: 'Const', value: text },
          };
          const expression = attempt(() => fromJson(json, { x: 'string' }));
          if (expression === undefined) return;
          expect(expression.toSql()).toEqual({
            text: `((data->>'x') = $1::text)`,
            parameters: [text],
            type: 'boolean',
          });
          checkSource(expression.compile().source);
          const quoted = /^\(\$row\.x == ('(?:[^'\\]|\\.)*')\)$/su.exec(expression.toPure());
          expect(quoted).not.toBeNull();
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('is refused as a name unless it is one, wherever a name goes', () => {
    for (const name of [...INJECTIONS, 'my field', 'a.b', '', '1x', 'é', 'x'.repeat(64)]) {
      expect(attempt(() => fromJson({ type: 'Field', name }))).toBeUndefined();
      const one = parse('x + 1');
      expect(() => one.toSql({ source: { kind: 'jsonb', column: name } })).toThrow('names a field');
      expect(() => one.toSql({ source: { kind: 'columns', table: name } })).toThrow(
        'names a field',
      );
      expect(() => one.toPure({ variable: name })).toThrow('names a field');
    }
  });

  it('matches patterns in steps bounded by their lengths, where a regular expression would hang', () => {
    const pattern = likePattern(`${'%a'.repeat(60)}b`) ?? [];
    expect(matchesLike('a'.repeat(2000), pattern)).toBe(false);
  });

  it('cannot make texts grow without bound', () => {
    const twice = (text: string): string => `replace(${text}, "a", "aaaaaaaaaaaaaaaa")`;
    const bomb = parse(Array.from({ length: 40 }).reduce<string>((text) => twice(text), 's'));
    expect(bomb.evaluate({ s: 'a' })).toBeNull();
  });

  it('cannot pollute what other expressions see', () => {
    const row = JSON.parse('{"__proto__": {"x": 1}}') as Record<string, unknown>;
    expect(parse('x').evaluate(row)).toBeNull();
    expect(parse('__proto__ is null').evaluate({})).toBe(true);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

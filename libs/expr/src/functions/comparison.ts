import { Fault } from '@tickmesh/kernel';
import type { Evaluation, FunctionDefinition, Reader } from './definition.ts';
import { binary, FUNC, pureBind, signatures, strict } from './shared.ts';
import { compareText, likePattern, matchesLike, type LikePattern } from '../text-math.ts';
import { sqlValue, type SqlValue } from '../sql-value.ts';
import type { Scalar, Value } from '../types.ts';

/** Values of a field whose type nobody declared are compared only when they turn out to be alike. */
function alike(a: Scalar, b: Scalar): void {
  if (typeof a !== typeof b) {
    throw new Fault('EXPR_TYPE', {
      expected: 'values of one type',
      found: `${typeof a} and ${typeof b}`,
    });
  }
}

/** Negative, 0 or positive: numbers by value, strings by code point. */
export function compareValues(a: Scalar, b: Scalar): number {
  alike(a, b);
  if (typeof a === 'string') return compareText(a, b as string);
  if (typeof a === 'boolean')
    throw new Fault('EXPR_TYPE', { expected: 'an ordered type', found: 'boolean' });
  return a - (b as number);
}

export function equalValues(a: Scalar, b: Scalar): boolean {
  alike(a, b);
  return a === b;
}

function comparing(test: (a: Scalar, b: Scalar) => boolean): Evaluation {
  return { kind: 'strict', apply: (...[a, b]) => test(a as Scalar, b as Scalar) };
}

/** Strings are ordered by code point in PostgreSQL under the C collation only. */
function ordered(value: SqlValue): string {
  return value.type === 'string' ? `(${value.text} COLLATE "C")` : value.text;
}

function comparison(
  row: Pick<FunctionDefinition, 'name' | 'doc' | 'example'>,
  operator: string,
  sql: string,
  test: (a: Scalar, b: Scalar) => boolean,
): FunctionDefinition {
  const isEquality = operator === '==' || operator === '!=';
  return {
    ...row,
    operator,
    group: 'Comparison',
    json: binary(operator),
    signatures: signatures(isEquality ? 'T, T -> boolean' : 'T, T -> boolean where T is ordered'),
    evaluate: comparing(test),
    sql: (args) => {
      const texts = args.map((arg) => (isEquality ? arg.text : ordered(arg)));
      return sqlValue('boolean', `(${texts.join(` ${sql} `)})`);
    },
    pure: ([a = '', b = '']) => `(${a} ${operator} ${b})`,
  };
}

/** True when one is equal, null when none is and one is null, else false. */
function isIn(args: readonly Reader[]): Reader {
  const [subject, ...choices] = args as readonly [Reader, ...Reader[]];
  return (row, now) => {
    const value = subject(row, now);
    if (value === null) return null;
    let answer: Value = false;
    for (const choice of choices) {
      const other = choice(row, now);
      if (other === null) answer = null;
      else if (equalValues(value, other)) return true;
    }
    return answer;
  };
}

/** x >= low and x <= high, three-valued. */
function isBetween(args: readonly Reader[]): Reader {
  const [subject, from, to] = args as readonly [Reader, Reader, Reader];
  return (row, now) => {
    const value = subject(row, now);
    const low = from(row, now);
    const high = to(row, now);
    if (value === null) return null;
    const above = low === null ? null : compareValues(value, low) >= 0;
    const below = high === null ? null : compareValues(value, high) <= 0;
    if (above === false || below === false) return false;
    return above === null || below === null ? null : true;
  };
}

/** Patterns are constants, so few are ever seen; the bound is for programs that build them. */
const PATTERNS = new Map<string, LikePattern | undefined>();
const PATTERNS_MAX = 1000;

function like(text: string, pattern: string): boolean | null {
  let parts = PATTERNS.get(pattern);
  if (parts === undefined) {
    if (PATTERNS.size >= PATTERNS_MAX) PATTERNS.clear();
    parts = likePattern(pattern);
    PATTERNS.set(pattern, parts);
  }
  return parts === undefined ? null : matchesLike(text, parts);
}

/** The pattern as a regular expression of literal characters, `.` and `.*`: Pure knows only those. */
function purePattern(quoted: string): string {
  const pattern = quoted.slice(1, -1).replace(/\\\\/g, '\\').replace(/\\'/g, "'");
  const parts = likePattern(pattern) ?? [];
  const regular = parts
    .map((part) =>
      part === 0 ? '.*' : part === 1 ? '.' : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
    )
    .join('');
  return `'^${regular.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}$'`;
}

export const COMPARISON: readonly FunctionDefinition[] = [
  comparison(
    { name: 'eq', doc: 'Equal; also written =.', example: ['2 == 2', true] },
    '==',
    '=',
    equalValues,
  ),
  comparison(
    { name: 'ne', doc: 'Not equal; also written <>.', example: ['"a" != "b"', true] },
    '!=',
    '<>',
    (a, b) => !equalValues(a, b),
  ),
  comparison(
    { name: 'lt', doc: 'Less; strings by code point.', example: ['"a" < "b"', true] },
    '<',
    '<',
    (a, b) => compareValues(a, b) < 0,
  ),
  comparison(
    { name: 'le', doc: 'Less or equal.', example: ['2 <= 2', true] },
    '<=',
    '<=',
    (a, b) => compareValues(a, b) <= 0,
  ),
  comparison(
    { name: 'gt', doc: 'Greater.', example: ['2 > 3', false] },
    '>',
    '>',
    (a, b) => compareValues(a, b) > 0,
  ),
  comparison(
    { name: 'ge', doc: 'Greater or equal.', example: ['2 >= 3', false] },
    '>=',
    '>=',
    (a, b) => compareValues(a, b) >= 0,
  ),
  {
    name: 'in',
    operator: 'in',
    group: 'Comparison',
    json: FUNC,
    signatures: signatures('T, T, T... -> boolean'),
    doc: 'Whether the value is one of those listed.',
    nulls: 'null when the value is, or when nothing listed is equal and something listed is null',
    example: ['"BUY" in ("BUY", "SELL")', true],
    evaluate: { kind: 'lazy', build: isIn },
    sql: ([subject, ...choices]) => {
      const list = choices.map((choice) => choice.text).join(', ');
      return sqlValue('boolean', `(${subject?.text ?? ''} IN (${list}))`);
    },
    pure: ([subject = '', ...choices], [type]) =>
      pureBind(
        subject,
        type,
        (name) => `(${choices.map((choice) => `(${name} == ${choice})`).join(' || ')})`,
      ),
  },
  {
    name: 'between',
    operator: 'between',
    group: 'Comparison',
    json: FUNC,
    signatures: signatures('T, T, T -> boolean where T is ordered'),
    doc: 'Whether the value lies within both bounds, inclusive.',
    nulls: 'as `x >= low and x <= high`',
    example: ['5 between 1 and 5', true],
    evaluate: { kind: 'lazy', build: isBetween },
    sql: (args) => {
      const [subject = '', low = '', high = ''] = args.map(ordered);
      return sqlValue('boolean', `(${subject} BETWEEN ${low} AND ${high})`);
    },
    pure: ([subject = '', low = '', high = ''], [type]) =>
      pureBind(subject, type, (name) => `((${name} >= ${low}) && (${name} <= ${high}))`),
  },
  {
    name: 'like',
    operator: 'like',
    group: 'Comparison',
    json: FUNC,
    signatures: signatures('string, string -> boolean'),
    doc: 'Whether the whole text matches a constant pattern: % is any run of characters, _ any one, \\ takes the next one literally.',
    example: ['"BTCUSDT" like "BTC%"', true],
    checkArguments: ([, pattern]) =>
      typeof pattern === 'string' && likePattern(pattern) !== undefined
        ? undefined
        : 'a constant pattern that does not end in \\',
    evaluate: strict(like),
    sql: ([subject, pattern]) =>
      sqlValue('boolean', `(${subject?.text ?? ''} LIKE ${pattern?.text ?? ''})`),
    pure: ([subject = '', pattern = '']) => `matches(${subject}, ${purePattern(pattern)})`,
  },
];

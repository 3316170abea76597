import { Fault } from '@tickmesh/kernel';
import { DURATION_UNITS, parseTimestamp } from './calendar.ts';
import { LIMITS, MICROS_MAX } from './types.ts';

/** A piece of the text. `start` and `end` are UTF-16 positions, `end` exclusive. */
export type Token = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** In microseconds. */
  | { readonly kind: 'duration' | 'timestamp'; readonly value: number }
  | { readonly kind: 'name'; readonly value: string; readonly quoted: boolean }
  | { readonly kind: 'symbol'; readonly value: string }
  | { readonly kind: 'end' }
);

/** Words that are operators or constants; a field of such a name is written in backquotes. */
export const RESERVED: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'between',
  'like',
  'is',
  'null',
  'true',
  'false',
]);

const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED_NAME = /`([A-Za-z_][A-Za-z0-9_]*)`/y;
const SYMBOL = /\*\*|==|!=|<>|<=|>=|&&|\|\||[-+*/%^<>=!(),]/y;
const BLANK = /[ \t\r\n]+/y;
const DURATION_PART = /(\d+)(ms|us|[wdhms])/y;

/** Everything that can be told about an error in a text. */
export function syntaxFault(
  text: string,
  position: number,
  expected: string,
  found?: string,
): Fault {
  return new Fault('EXPR_SYNTAX', {
    position,
    ...lineAndColumn(text, position),
    expected,
    found: found ?? foundAt(text, position),
  });
}

/** Both from 1; columns count code points. */
export function lineAndColumn(
  text: string,
  position: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position);
  const lines = before.split('\n');
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 };
}

/** @throws Fault EXPR_SYNTAX, EXPR_LIMIT */
export function tokenize(text: string): readonly Token[] {
  if (text.length > LIMITS.sourceLength) {
    throw new Fault('EXPR_LIMIT', { limit: 'text', most: LIMITS.sourceLength });
  }
  const tokens: Token[] = [];
  let at = skipBlank(text, 0);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at = skipBlank(text, token.end);
  }
  tokens.push({ kind: 'end', start: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, start: number): Token {
  const first = text[start] ?? '';
  if (first === '"' || first === "'") return readString(text, start, first);
  if (first === '@') return readTimestamp(text, start);
  if (first === '`') return readQuotedName(text, start);
  const number = matchAt(NUMBER, text, start);
  if (number !== undefined) return readNumber(text, start, number[0]);
  const name = matchAt(NAME, text, start);
  if (name !== undefined) {
    return { kind: 'name', value: name[0], quoted: false, start, end: start + name[0].length };
  }
  const symbol = matchAt(SYMBOL, text, start);
  if (symbol === undefined) throw syntaxFault(text, start, 'an expression or an operator');
  return { kind: 'symbol', value: symbol[0], start, end: start + symbol[0].length };
}

/** A number, or a duration such as `5m` or `1h30m`. */
function readNumber(text: string, start: number, digits: string): Token {
  const end = start + digits.length;
  if (!/[A-Za-z_]/.test(text[end] ?? '')) {
    return { kind: 'number', value: Number(digits), start, end };
  }
  let at = start;
  let micros = 0;
  for (;;) {
    const part = matchAt(DURATION_PART, text, at);
    if (part === undefined) break;
    micros += Number(part[1]) * (DURATION_UNITS[part[2] ?? ''] ?? 0);
    at += part[0].length;
  }
  const units = 'a duration in whole w, d, h, m, s, ms or us';
  if (at === start || /[A-Za-z0-9_.]/.test(text[at] ?? '')) {
    throw syntaxFault(text, at === start ? end : at, units);
  }
  if (micros > MICROS_MAX) throw syntaxFault(text, start, 'a duration of 285 years at most');
  return { kind: 'duration', value: micros, start, end: at };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Either quote; a backslash takes the next character literally, but \n, \r, \t and \u{...} are special. */
function readString(text: string, start: number, quote: string): Token {
  let value = '';
  let at = start + 1;
  while (text[at] !== quote) {
    if (at >= text.length)
      throw syntaxFault(text, at, `${quote} to close the text begun at ${start + 1}`);
    if (text[at] !== '\\') {
      value += text[at++] ?? '';
      continue;
    }
    const unicode = matchAt(/\\u\{([0-9A-Fa-f]{1,6})\}/y, text, at);
    if (unicode === undefined) {
      const next = text[at + 1];
      if (next === undefined) throw syntaxFault(text, at + 1, 'a character after \\');
      value += ESCAPES[next] ?? next;
      at += 2;
      continue;
    }
    const point = Number.parseInt(unicode[1] ?? '', 16);
    if (point > 0x10ffff) throw syntaxFault(text, at, 'a code point of at most 10FFFF');
    value += String.fromCodePoint(point);
    at += unicode[0].length;
  }
  return { kind: 'string', value, start, end: at + 1 };
}

/** `@` and an RFC 3339 time. */
function readTimestamp(text: string, start: number): Token {
  const written = matchAt(/@([0-9TtZz:.+-]*)/y, text, start)?.[1] ?? '';
  const value = parseTimestamp(written);
  if (value === null) {
    throw syntaxFault(
      text,
      start,
      'a time such as @2026-03-01T14:03:00Z, from 1684 to 2255',
      written,
    );
  }
  return { kind: 'timestamp', value, start, end: start + 1 + written.length };
}

function readQuotedName(text: string, start: number): Token {
  const match = matchAt(QUOTED_NAME, text, start);
  if (match === undefined) throw syntaxFault(text, start, 'a field name in backquotes');
  return { kind: 'name', value: match[1] ?? '', quoted: true, start, end: start + match[0].length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function skipBlank(text: string, at: number): number {
  return at + (matchAt(BLANK, text, at)?.[0].length ?? 0);
}

function foundAt(text: string, position: number): string {
  const point = text.codePointAt(position);
  return point === undefined ? 'the end of the text' : String.fromCodePoint(point);
}

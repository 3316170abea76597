/** Text functions over code points, as PostgreSQL counts characters. */
import { LIMITS } from './types.ts';

/** Order by code point. JavaScript's own order is by UTF-16 unit and differs above U+FFFF. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

export function lengthOf(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) if (isLeading(text, i)) length--;
  return length;
}

function isLeading(text: string, i: number): boolean {
  return (
    (text.charCodeAt(i) & 0xfc00) === 0xd800 &&
    i + 1 < text.length &&
    (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
  );
}

/** Index of the UTF-16 unit where the code point of that index starts. */
function unitIndex(text: string, codePoint: number): number {
  let i = 0;
  for (let seen = 0; seen < codePoint && i < text.length; seen++) i += isLeading(text, i) ? 2 : 1;
  return i;
}

/** Farther positions than any text has: keeps PostgreSQL's integers from overflowing. */
export const POSITION_MAX = 1_000_000_000;

/**
 * Characters at the positions start <= p < start + length that exist, counted from 1, as PostgreSQL
 * does. Fractions are cut down to whole numbers. Null when the length is negative.
 */
export function substring(text: string, start: number, length?: number): string | null {
  const from = position(start);
  const first = unitIndex(text, Math.max(from - 1, 0));
  if (length === undefined) return text.slice(first);
  const count = position(length);
  if (count < 0) return null;
  const end = from - 1 + count;
  return end <= 0 ? '' : text.slice(first, Math.max(first, unitIndex(text, end)));
}

function position(value: number): number {
  return Math.floor(Math.min(Math.max(value, -POSITION_MAX), POSITION_MAX));
}

/** Every occurrence; an empty needle replaces nothing. Null when the result would be too long. */
export function replaceAll(text: string, needle: string, replacement: string): string | null {
  if (needle === '') return text;
  const parts = text.split(needle);
  const grown = lengthOf(text) + (parts.length - 1) * (lengthOf(replacement) - lengthOf(needle));
  return grown > LIMITS.replacedLength ? null : parts.join(replacement);
}

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
export function isBlank(text: string, i: number): boolean {
  const unit = text.charCodeAt(i);
  return unit === 32 || (unit >= 9 && unit <= 13);
}

export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start++;
  while (end > start && isBlank(text, end - 1)) end--;
  return text.slice(start, end);
}

/** A `like` pattern, read once: literal code points, `%` and `_`. */
export type LikePattern = readonly (string | typeof ANY_RUN | typeof ANY_ONE)[];
const ANY_RUN = 0;
const ANY_ONE = 1;

/** Undefined when the pattern ends in its escape character, which PostgreSQL refuses too. */
export function likePattern(pattern: string): LikePattern | undefined {
  const parts: (string | 0 | 1)[] = [];
  const points = [...pattern];
  for (let i = 0; i < points.length; i++) {
    const point = points[i] ?? '';
    if (point === '\\') {
      const next = points[++i];
      if (next === undefined) return undefined;
      parts.push(next);
    } else if (point === '%') {
      if (parts.at(-1) !== ANY_RUN) parts.push(ANY_RUN);
    } else parts.push(point === '_' ? ANY_ONE : point);
  }
  return parts;
}

/**
 * Greedy matching that returns to the last `%` only: at most pattern times text steps, whatever the
 * pattern, where a regular expression could take exponentially many.
 */
export function matchesLike(text: string, pattern: LikePattern): boolean {
  const points = [...text];
  let p = 0;
  let run = -1;
  let retry = 0;
  for (let t = 0; t < points.length;) {
    const part = pattern[p];
    if (part === ANY_RUN) {
      run = p++;
      retry = t;
    } else if (part !== undefined && (part === ANY_ONE || part === points[t])) {
      p++;
      t++;
    } else if (run >= 0) {
      p = run + 1;
      t = ++retry;
    } else return false;
  }
  while (pattern[p] === ANY_RUN) p++;
  return p === pattern.length;
}

const NUMBER_TEXT =
  /^[+-]?(?:[0-9]{1,255}(?:\.[0-9]{0,255})?|\.[0-9]{1,255})(?:[eE][+-]?[0-9]{1,3})?$/;

/** The double nearest to a decimal; null when the text is none, or is out of range. */
export function parseNumber(text: string): number | null {
  if (!NUMBER_TEXT.test(text)) return null;
  const value = Number(text);
  const vanished = value === 0 && /[1-9]/.test(text.replace(/[eE].*$/, ''));
  return Number.isFinite(value) && !vanished ? value : null;
}

/** The grammar of `parseNumber` for PostgreSQL. */
export const NUMBER_TEXT_SQL =
  '^[+-]?([0-9]{1,255}(\\.[0-9]{0,255})?|\\.[0-9]{1,255})([eE][+-]?[0-9]{1,3})?$';

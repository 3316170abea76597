/** The values that workflows take, give and record: JSON, checked, so that what a replay reads is what was written. */
import { Fault } from '@tickmesh/kernel';

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

/** What steps and workflows may return: JSON, or nothing, which is recorded as null. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function without a return gives Promise<void>
export type Returned = Json | void;

/** A message can be any JSON but null, which is how `recv` says that none came in time. */
export type Message = Exclude<Json, null>;

/** Of one value, as UTF-8 JSON. Larger things belong in the store; a workflow carries their ids. */
export const JSON_BYTES_MAX = 256 * 1024;
const DEPTH_MAX = 64;

/**
 * Checks a value and returns a copy made through its JSON text, so that all engines hand on the same. `undefined` for
 * the whole counts as null (a function without a result); inside, it is refused.
 * @param field what the fault calls the value
 * @throws Fault ARGUMENT_INVALID with the path of what is not JSON, or when it is too large or too deep
 */
export function checkedJson(value: unknown, field: string): Json {
  if (value === undefined) return null;
  checkPart(value, field, 0);
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > JSON_BYTES_MAX) {
    throw new Fault('ARGUMENT_INVALID', {
      field,
      expected: `at most ${JSON_BYTES_MAX} bytes`,
      bytes,
    });
  }
  return JSON.parse(text) as Json;
}

function checkPart(value: unknown, field: string, depth: number): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (depth === DEPTH_MAX) {
    throw new Fault('ARGUMENT_INVALID', { field, expected: `at most ${DEPTH_MAX} levels` });
  }
  if (Array.isArray(value)) {
    // By index: a hole is undefined, and JSON would make it null without a word.
    for (let i = 0; i < value.length; i++) checkPart(value[i], `${field}[${i}]`, depth + 1);
    return;
  }
  if (typeof value === 'object' && isPlain(value)) {
    for (const [name, part] of Object.entries(value))
      checkPart(part, `${field}.${name}`, depth + 1);
    return;
  }
  throw new Fault('ARGUMENT_INVALID', { field, expected: 'JSON', found: nameOf(value) });
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !('toJSON' in value);
}

/** Of a value's kind, never of what it holds. */
function nameOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object' && value !== null) return value.constructor.name;
  return typeof value;
}

/** What callers may pass: forms and bounds, checked before the database is asked. */
import { Fault, formatRfc3339 } from '@tickmesh/kernel';
import type { Micros } from '@tickmesh/domain-store';
import type { ValidTimes } from './ports.ts';

export const BATCH_MAX = 1_000;
export const PAGE_MAX = 1_000;
export const PAGE_DEFAULT = 100;
const KEY_CHARACTERS_MAX = 200;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** As sign-in takes them: printable, no line of its own. */
const NAME = /^[^\p{C}\p{Z}][^\p{C}\p{Zl}\p{Zp}]{0,99}$/u;
/** 0001-01-01 and 9999-12-31, what RFC 3339 can write. */
const MICROS_MIN = -62_135_596_800_000_000;
const MICROS_END = 253_402_300_800_000_000;

export const invalid = (name: string, rule: string, value: unknown): Fault =>
  new Fault('ARGUMENT_INVALID', { name, rule, value });

export function checkEntityId(entityId: string): string {
  if (UUID.test(entityId)) return entityId;
  throw invalid('entity_id', 'a UUID in lower case', entityId);
}

export function checkName(field: string, name: string): string {
  if (NAME.test(name)) return name;
  throw invalid(field, 'a name of at most 100 printable characters', name);
}

export function checkKey(key: string | undefined): string | null {
  if (key === undefined) return null;
  if (key.length > 0 && key.length <= KEY_CHARACTERS_MAX && isText(key)) return key;
  throw invalid('key', `from 1 to ${KEY_CHARACTERS_MAX} characters`, key);
}

/** It names a call in the caller's own logs and headers: no spaces, and nothing that is not printed. */
const TRANSITION_KEY = /^[\x21-\x7e]{1,200}$/;

export function checkTransitionKey(key: string): string {
  if (TRANSITION_KEY.test(key)) return key;
  throw invalid('key', 'from 1 to 200 printable ASCII characters without spaces', key);
}

/** PostgreSQL holds every text but the character zero, and no half of a surrogate pair. */
export const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

export function checkVersion(version: number): number {
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw invalid('expected_version', 'a whole number from 1', version);
}

export function checkLimit(limit: number | undefined): number {
  if (limit === undefined) return PAGE_DEFAULT;
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= PAGE_MAX) return limit;
  throw invalid('page_size', `a whole number from 1 to ${PAGE_MAX}`, limit);
}

export function checkBatch(field: string, items: readonly unknown[]): void {
  if (items.length >= 1 && items.length <= BATCH_MAX) return;
  throw invalid(field, `from 1 to ${BATCH_MAX} of them`, items.length);
}

/** Text for PostgreSQL; null stays. */
export function timeText(field: string, micros: Micros | undefined): string | null {
  if (micros === undefined) return null;
  // Beyond 2255 a double skips microseconds, so it is no safe integer and still a time.
  const isTime = Number.isInteger(micros) && micros >= MICROS_MIN && micros < MICROS_END;
  if (!isTime) throw invalid(field, 'microseconds between the years 1 and 9999', micros);
  return formatRfc3339(micros);
}

export function validTimeTexts({ validFrom, validTo }: ValidTimes): {
  readonly from: string | null;
  readonly to: string | null;
} {
  const from = timeText('valid_from', validFrom);
  const to = timeText('valid_to', validTo);
  if (validFrom !== undefined && validTo !== undefined && validFrom >= validTo) {
    throw invalid('valid_to', `after valid_from, ${String(from)}`, to);
  }
  return { from, to };
}

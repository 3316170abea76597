/** What people type to `mesh log`: values, times, versions. */
import { readFileSync } from 'node:fs';
import type { JsonData, PlainStore } from '@tickmesh/client';
import { type ColumnType, registry } from '@tickmesh/domain-columns';
import { Fault, parseRfc3339 } from '@tickmesh/kernel';

export interface ValidOptions {
  readonly validFrom?: string;
  readonly validTo?: string;
}

export interface TimeOptions {
  readonly txTime?: string;
  readonly validTime?: string;
}

const PAIR = /^([A-Za-z_]\w*)=(.*)$/s;
const VERSION = /^@([1-9]\d{0,8})$/;

/**
 * `symbol=AAPL quantity=100`, one JSON object, or `@FILE` with one. An empty value is null.
 * @throws Fault ARGUMENT_INVALID, COLUMN_UNKNOWN
 */
export function valuesOf(words: readonly string[]): JsonData {
  const [first = '', ...others] = words;
  if (others.length === 0 && first.startsWith('@')) return objectOf(readFile(first.slice(1)));
  if (others.length === 0 && first.startsWith('{')) return objectOf(first);
  return Object.fromEntries(words.map(pairOf));
}

export function validTimesOf({ validFrom, validTo }: ValidOptions) {
  return { validFrom: timeOf('--valid-from', validFrom), validTo: timeOf('--valid-to', validTo) };
}

/**
 * The times of a question.
 * @param entityId whose version `--tx-time @VERSION` means; without one a version is refused
 * @throws Fault ARGUMENT_INVALID; NOT_FOUND for a version that the caller does not see
 */
export async function timesOf(
  store: PlainStore,
  { txTime, validTime }: TimeOptions,
  entityId?: string,
) {
  const version = VERSION.exec(txTime ?? '')?.[1];
  const isVersion = version !== undefined && entityId !== undefined;
  return {
    txTime: isVersion
      ? await recordedAt(store, entityId, Number(version))
      : timeOf('--tx-time', txTime),
    validTime: timeOf('--valid-time', validTime),
  };
}

/** @throws Fault ARGUMENT_INVALID for a time without a zone */
export function timeOf(argument: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const micros = parseRfc3339(text);
  if (micros !== undefined) return micros;
  throw new Fault('ARGUMENT_INVALID', {
    argument,
    expected: 'an RFC 3339 time with a zone, as 2026-02-22T10:00:00Z',
    found: text,
  });
}

/** @throws Fault NOT_FOUND */
export async function latestOf(store: PlainStore, entityId: string) {
  const event = await store.read(entityId);
  if (event !== undefined) return event;
  throw new Fault('NOT_FOUND', {
    entity_id: entityId,
    cure: 'it is deleted, was never there, or is not shared with you: mesh log history ID',
  });
}

async function recordedAt(store: PlainStore, entityId: string, version: number): Promise<number> {
  const page = await store.history(entityId, { afterVersion: version - 1, pageSize: 1 });
  const [event] = page.items;
  if (event !== undefined) return event.txTime;
  throw new Fault('NOT_FOUND', { entity_id: entityId, version });
}

function pairOf(word: string): [string, unknown] {
  const [, field = '', text = ''] = PAIR.exec(word) ?? [];
  if (field !== '') return [field, text === '' ? null : valueOf(field, text)];
  throw new Fault('ARGUMENT_INVALID', {
    argument: 'values',
    expected: 'FIELD=VALUE ..., one JSON object, or @FILE with one',
    found: word,
  });
}

/** The JSON form of a field's value, by the column that the field is. @throws Fault COLUMN_UNKNOWN */
function valueOf(field: string, text: string): unknown {
  const { type } = registry.resolve(field).definition;
  return TEXTUAL.includes(type) ? text : parsed(text);
}

/** Columns whose JSON form is a text. */
const TEXTUAL: readonly ColumnType[] = ['string', 'timestamp', 'decimal', 'bigint', 'bytes'];

/** What is no JSON goes to the store as it is, which tells what is wrong with it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function objectOf(text: string): JsonData {
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonData;
  }
  throw new Fault('ARGUMENT_INVALID', { argument: 'values', expected: 'one JSON object' });
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new Fault('ARGUMENT_INVALID', { argument: 'values', expected: 'a file', path }, thrown);
  }
}

/** Requests over HTTP, read from plain JSON and from query strings. Times are RFC 3339 with their zone. */
import { formatRfc3339 } from '@tickmesh/kernel';
import { invalid } from '../app/arguments.ts';
import type {
  AuditEntry,
  Delete,
  JsonData,
  Query,
  Selection,
  ShareRight,
  StoredEvent,
  TransitionWish,
  Update,
  ValidTimes,
  VersionPage,
  Write,
} from '../app/ports.ts';
import { isPlain, microsOfText } from './store-messages.ts';

export type Plain = Readonly<Record<string, unknown>>;
export type QueryString = Readonly<Record<string, string | readonly string[] | undefined>>;

const WRITE = ['entity_type', 'data', 'key', 'valid_from', 'valid_to'];
const UPDATE = ['entity_id', 'expected_version', 'data', 'valid_from', 'valid_to'];
const TRANSITION = [...UPDATE, 'to_state', 'key'];
const DELETE = ['entity_id', 'expected_version', 'valid_from'];

export function readWrite(body: unknown): Write {
  const plain = plainOf(body, WRITE);
  return {
    entityType: textOf(plain, 'entity_type'),
    data: dataOf(plain),
    key: keyOf(plain),
    ...validOf(plain),
  };
}

/** @param entityId of the path; in a batch each body names its own */
export function readUpdate(body: unknown, entityId?: string): Update {
  const plain = plainOf(body, UPDATE);
  return { ...changeOf(plain, entityId), data: dataOf(plain), ...validOf(plain) };
}

export function readTransition(body: unknown, entityId?: string): TransitionWish {
  const plain = plainOf(body, TRANSITION);
  return {
    ...changeOf(plain, entityId),
    toState: textOf(plain, 'to_state'),
    data: plain['data'] === undefined ? undefined : dataOf(plain),
    key: keyOf(plain),
    ...validOf(plain),
  };
}

/** Of a batch. */
export function readDelete(body: unknown): Delete {
  const plain = plainOf(body, DELETE);
  return { ...changeOf(plain, undefined), validFrom: timeOf(plain, 'valid_from') };
}

export function readDeleteQuery(entityId: string, query: QueryString): Delete {
  const expectedVersion = wholeOf(query, 'expected_version');
  if (expectedVersion === undefined) {
    throw invalid('expected_version', 'a whole number', expectedVersion);
  }
  const validFrom = microsOfText('valid_from', one(query, 'valid_from'));
  return { entityId, expectedVersion, validFrom };
}

/** The list of a batch, item by item. */
export function readBatch<T>(body: unknown, field: string, read: (item: unknown) => T): T[] {
  const list = plainOf(body, [field])[field];
  if (!Array.isArray(list)) throw invalid(field, 'a list', list);
  return list.map((item) => read(item));
}

export function readPage(entityId: string, query: QueryString): VersionPage {
  const afterVersion = wholeOf(query, 'after_version');
  return { entityId, afterVersion, limit: wholeOf(query, 'page_size') };
}

export function readTimes(query: QueryString) {
  return {
    txTime: microsOfText('tx_time', one(query, 'tx_time')),
    validTime: microsOfText('valid_time', one(query, 'valid_time')),
  };
}

export function readSelection(query: QueryString): Selection {
  const states = query['state'] ?? [];
  return {
    entityType: one(query, 'entity_type'),
    filter: one(query, 'filter'),
    states: typeof states === 'string' ? [states] : states,
    ...readTimes(query),
  };
}

export function readQuery(query: QueryString): Query {
  const { entityType, ...rest } = readSelection(query);
  if (entityType === undefined) throw invalid('entity_type', 'a type', entityType);
  const pageToken = one(query, 'page_token');
  return { ...rest, entityType, limit: wholeOf(query, 'page_size'), pageToken };
}

export function readFlag(query: QueryString, name: string): boolean {
  const value = one(query, name) ?? 'false';
  if (value !== 'true' && value !== 'false') throw invalid(name, 'true or false', value);
  return value === 'true';
}

export function readRight(text: string): ShareRight {
  if (text === 'read' || text === 'write') return text;
  throw invalid('right', 'read or write', text);
}

export function one(query: QueryString, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(name, 'given once', value);
}

export const eventBody = (event: StoredEvent): Plain => ({
  entity_id: event.entityId,
  entity_type: event.entityType,
  version: event.version,
  event_type: event.eventType,
  state: event.state,
  data: event.data,
  owner: event.owner,
  changed_by: event.changedBy,
  ...timeBodies(event),
});

export const auditBody = (entry: AuditEntry): Plain => ({
  version: entry.version,
  event_type: entry.eventType,
  owner: entry.owner,
  changed_by: entry.changedBy,
  state: entry.state,
  state_change:
    entry.stateChange === null
      ? null
      : {
          from_state: entry.stateChange.fromState,
          to_state: entry.stateChange.toState,
          guard: entry.stateChange.guard,
          allowed_by: entry.stateChange.allowedBy,
        },
  ...timeBodies(entry),
});

function plainOf(body: unknown, known: readonly string[]): Plain {
  if (!isPlain(body)) throw invalid('body', 'a JSON object', body);
  const unknownField = Object.keys(body).find((field) => !known.includes(field));
  if (unknownField === undefined) return body;
  throw invalid(unknownField, `one of ${known.join(', ')}`, body[unknownField]);
}

function changeOf(plain: Plain, ofPath: string | undefined) {
  const entityId = ofPath ?? textOf(plain, 'entity_id');
  const version = plain['expected_version'];
  if (ofPath !== undefined && plain['entity_id'] !== undefined) {
    throw invalid('entity_id', 'in the path alone', plain['entity_id']);
  }
  if (typeof version !== 'number') throw invalid('expected_version', 'a whole number', version);
  return { entityId, expectedVersion: version };
}

function textOf(plain: Plain, name: string): string {
  const value = plain[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(name, 'a text', value);
}

const keyOf = (plain: Plain): string | undefined =>
  plain['key'] === undefined ? undefined : textOf(plain, 'key');

function dataOf(plain: Plain): JsonData {
  const value = plain['data'];
  if (isPlain(value)) return value;
  throw invalid('data', 'a JSON object', value);
}

const validOf = (plain: Plain): ValidTimes => ({
  validFrom: timeOf(plain, 'valid_from'),
  validTo: timeOf(plain, 'valid_to'),
});

function timeOf(plain: Plain, name: string): number | undefined {
  return plain[name] === undefined ? undefined : microsOfText(name, textOf(plain, name));
}

function wholeOf(query: QueryString, name: string): number | undefined {
  const text = one(query, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalid(name, 'a whole number', text);
  return Number(text);
}

const timeBodies = ({
  txTime,
  validFrom,
  validTo,
}: Pick<StoredEvent, 'txTime' | 'validFrom' | 'validTo'>): Plain => ({
  tx_time: formatRfc3339(txTime),
  valid_from: formatRfc3339(validFrom),
  valid_to: validTo === null ? null : formatRfc3339(validTo),
});

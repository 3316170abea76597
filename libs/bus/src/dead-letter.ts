/**
 * A dead letter: the record as it came, and why it could not be applied. Key, value and headers stay
 * untouched; ours come behind them, so that a header of the same name is kept beside ours.
 */
import { type Fault, formatRfc3339 } from '@tickmesh/kernel';
import type { IHeaders } from 'kafkajs';
import type { OutgoingRecord } from './batching-producer.ts';
import type { TransportHeaders, TransportRecord } from './port.ts';
import { outgoingHeaders } from './transport-record.ts';

export const LETTER_HEADERS = [
  'source_topic',
  'source_partition',
  'source_offset',
  'error_type',
  'error_message',
  'attempts',
  'first_failed_at',
  'last_failed_at',
  'consumer_group',
] as const;
export type LetterHeader = (typeof LETTER_HEADERS)[number];

export interface Failure {
  readonly fault: Fault;
  readonly attempts: number;
  /** Microseconds since the epoch. */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
}

const MESSAGE_CHARACTERS_MAX = 1_000;

export function deadLetter(
  record: TransportRecord,
  { fault, attempts, firstFailedAt, lastFailedAt }: Failure,
  groupId: string,
  dlq: string,
): OutgoingRecord {
  const facts: Readonly<Record<LetterHeader, string>> = {
    source_topic: record.topic,
    source_partition: String(record.partition),
    source_offset: record.offset.toString(),
    error_type: fault.code,
    error_message: oneLine(fault.message),
    attempts: String(attempts),
    first_failed_at: formatRfc3339(firstFailedAt),
    last_failed_at: formatRfc3339(lastFailedAt),
    consumer_group: groupId,
  };
  return {
    topic: dlq,
    key: record.key,
    value: record.value,
    headers: withHeaders(outgoingHeaders(record.headers), facts),
  };
}

/** Adds each value behind what the name holds already. */
export function withHeaders(headers: IHeaders, added: Readonly<Record<string, string>>): IHeaders {
  for (const [name, value] of Object.entries(added)) {
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return headers;
}

/** The value that was added last; undefined when there is none. */
export function lastValue(headers: TransportHeaders, name: string): string | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  const last = Buffer.isBuffer(value) ? value : (value as readonly Buffer[]).at(-1);
  return last?.toString('utf8');
}

/** The headers without the value that was added last under each of the names. */
export function withoutLast(headers: TransportHeaders, names: readonly string[]): IHeaders {
  const result = Object.create(null) as IHeaders;
  for (const [name, value] of Object.entries(outgoingHeaders(headers))) {
    if (!names.includes(name)) {
      result[name] = value;
      continue;
    }
    const [first, ...more] = Array.isArray(value) ? value.slice(0, -1) : [];
    if (first !== undefined) result[name] = more.length === 0 ? first : [first, ...more];
  }
  return result;
}

/** What a record made a fault say must not break the lines of a log or a terminal. */
function oneLine(text: string): string {
  return text
    .slice(0, MESSAGE_CHARACTERS_MAX)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

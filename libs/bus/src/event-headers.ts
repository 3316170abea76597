/** Headers of our messages, to and from Kafka's. */
import { Fault } from '@tickmesh/kernel';
import type { IHeaders } from 'kafkajs';
import { headerText } from './observe.ts';
import type { EventHeaders, Mode, TransportHeaders } from './port.ts';

const OPTIONAL = [
  'causation_id',
  'correlation_id',
  'source_position',
  'traceparent',
  'replayed_from',
  'replay_count',
  'target_group',
] as const satisfies readonly (keyof EventHeaders)[];
const MODES: readonly string[] = ['live', 'paper', 'replay'] satisfies readonly Mode[];

export function encodeHeaders(headers: EventHeaders, traceparent: string | undefined): IHeaders {
  const result: IHeaders = {
    event_id: headers.event_id,
    run_id: headers.run_id,
    mode: headers.mode,
  };
  for (const name of OPTIONAL) {
    const value = headers[name];
    if (value !== undefined) result[name] = value;
  }
  if (traceparent !== undefined && result['traceparent'] === undefined) {
    result['traceparent'] = traceparent;
  }
  return result;
}

/**
 * That the headers which every message carries are there, without decoding the rest of them.
 * @throws Fault MSG_RULE_BROKEN
 */
export function requireHeaders(headers: TransportHeaders): void {
  if (!hasBytes(headers['event_id'])) throw broken('event_id', 'a text');
  if (!hasBytes(headers['run_id'])) throw broken('run_id', 'a text');
  const mode = headerText(headers, 'mode') ?? '';
  if (!MODES.includes(mode)) throw broken('mode', `one of ${MODES.join(', ')}`);
}

/** Of headers that passed `requireHeaders`. */
export function decodeHeaders(headers: TransportHeaders): EventHeaders {
  const result: Record<string, string> = {
    event_id: headerText(headers, 'event_id') ?? '',
    run_id: headerText(headers, 'run_id') ?? '',
    mode: headerText(headers, 'mode') ?? '',
  };
  for (const name of OPTIONAL) {
    const value = headerText(headers, name);
    if (value !== undefined) result[name] = value;
  }
  return result as unknown as EventHeaders;
}

/** kafkajs knows headers without a value, its types do not. */
function hasBytes(value: TransportHeaders[string] | null | undefined): boolean {
  const first = Buffer.isBuffer(value) ? value : value?.[0];
  return Buffer.isBuffer(first) && first.length > 0;
}

function broken(name: string, expected: string): Fault {
  return new Fault('MSG_RULE_BROKEN', { field: `headers.${name}`, rule: 'required', expected });
}

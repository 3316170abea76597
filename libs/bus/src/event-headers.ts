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

/** @throws Fault MSG_RULE_BROKEN when one that every message carries is missing */
export function decodeHeaders(headers: TransportHeaders): EventHeaders {
  const mode = required(headers, 'mode');
  if (!MODES.includes(mode)) throw broken('mode', `one of ${MODES.join(', ')}`);
  const result: Record<string, string> = {
    event_id: required(headers, 'event_id'),
    run_id: required(headers, 'run_id'),
    mode,
  };
  for (const name of OPTIONAL) {
    const value = headerText(headers, name);
    if (value !== undefined) result[name] = value;
  }
  return result as unknown as EventHeaders;
}

function required(headers: TransportHeaders, name: string): string {
  const value = headerText(headers, name);
  if (value === undefined || value === '') throw broken(name, 'a text');
  return value;
}

function broken(name: string, expected: string): Fault {
  return new Fault('MSG_RULE_BROKEN', { field: `headers.${name}`, rule: 'required', expected });
}

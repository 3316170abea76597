/** A record of kafkajs as the port has it: bytes untouched. */
import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { TransportHeaders, TransportRecord } from './port.ts';

const NO_HEADERS: TransportHeaders = Object.freeze({});

export function transportRecord(
  topic: string,
  partition: number,
  message: KafkaMessage,
): TransportRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: transportHeaders(message.headers),
  };
}

/** What comes off the wire is always bytes; the type of the client also allows what is sent. */
function transportHeaders(headers: IHeaders | undefined): TransportHeaders {
  return headers === undefined ? NO_HEADERS : (headers as TransportHeaders);
}

/** Headers as the client sends them. */
export function outgoingHeaders(headers: TransportHeaders): IHeaders {
  const result: IHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    result[name] = Buffer.isBuffer(value) ? value : [...(value as readonly Buffer[])];
  }
  return result;
}

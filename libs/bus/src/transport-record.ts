/** A record of kafkajs as the port has it: bytes untouched. */
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { PackedHeaders } from './kafkajs-encoding.ts';
import type { TransportHeaders, TransportRecord } from './port.ts';

const NO_HEADERS: TransportHeaders = Object.freeze({});

export function transportRecord(
  topic: string,
  partition: number,
  message: KafkaMessage,
): TransportRecord {
  return new FetchedRecord(topic, partition, message);
}

/** Offset and time come as text, headers packed; they are parsed when somebody asks. */
class FetchedRecord implements TransportRecord {
  readonly topic: string;
  readonly partition: number;
  readonly #message: KafkaMessage;
  #headers: TransportHeaders | undefined;

  constructor(topic: string, partition: number, message: KafkaMessage) {
    this.topic = topic;
    this.partition = partition;
    this.#message = message;
  }

  get offset(): bigint {
    return BigInt(this.#message.offset);
  }

  get timestampMs(): number {
    return Number(this.#message.timestamp);
  }

  get key(): Buffer | null {
    return this.#message.key;
  }

  get value(): Buffer | null {
    return this.#message.value;
  }

  get headers(): TransportHeaders {
    return (this.#headers ??= transportHeaders(this.#message.headers));
  }
}

/** What comes off the wire is always bytes; the type of the client also allows what is sent. */
function transportHeaders(headers: IHeaders | PackedHeaders | undefined): TransportHeaders {
  if (headers === undefined) return NO_HEADERS;
  return (headers instanceof PackedHeaders ? headers.unpack() : headers) as TransportHeaders;
}

/** Headers as the client sends them; without a prototype, so that any name is only a name. */
export function outgoingHeaders(headers: TransportHeaders): IHeaders {
  const result = Object.create(null) as IHeaders;
  for (const [name, value] of Object.entries(headers)) {
    result[name] = Buffer.isBuffer(value) ? value : [...(value as readonly Buffer[])];
  }
  return result;
}

import type { EventHeaders, OutgoingMessage } from '@tickmesh/bus';
import type { MarketOutput } from '@tickmesh/domain-market';

/** The record that outputs derive from: all that their identity is made of. */
export interface SourceRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly headers: EventHeaders;
}

/**
 * Outputs of the pipeline as messages. Ids come from the run, the source position and an index, so that a frame
 * that is applied again after a crash makes the same messages, and consumers drop what they have seen.
 */
export function messagesOf(
  outputs: readonly MarketOutput[],
  source: SourceRecord,
): OutgoingMessage[] {
  const messages: OutgoingMessage[] = [];
  for (const output of outputs) {
    const headers = headersOf(source, messages.length);
    switch (output.kind) {
      case 'ticker':
        messages.push({ topic: 'ticks.v1.raw', value: output.record, headers });
        break;
      case 'order_book':
        messages.push({ topic: 'orderbook.v1.raw', value: output.record, headers });
        break;
      case 'market_event':
        messages.push({ topic: 'market_events', value: output.record, headers });
        break;
      case 'ofi_event':
        messages.push({ topic: 'ofi_events', value: output.record, headers });
        break;
      default:
        break;
    }
  }
  return messages;
}

function headersOf(source: SourceRecord, index: number): EventHeaders {
  const { topic, partition, offset, headers } = source;
  const place = `${topic}/${partition}/${offset}`;
  return {
    event_id: `${headers.run_id}/${place}#${index}`,
    causation_id: headers.event_id,
    correlation_id: headers.correlation_id ?? headers.event_id,
    run_id: headers.run_id,
    mode: headers.mode,
    source_position: `${place}/${index}`,
    ...(headers.traceparent === undefined ? {} : { traceparent: headers.traceparent }),
  };
}

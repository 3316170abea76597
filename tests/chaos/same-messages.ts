/** What a consumer sees of a topic once repetitions are dropped: what must not depend on crashes. */
import { type Delivery, SourceFilter } from '@tickmesh/bus';

/** Magic byte and schema id; the body behind them is what the message says. */
const FRAME_BYTES = 5;

export interface SeenTopic {
  /** `partition key event_id body` of each message that is new, in order within its partition. */
  readonly messages: readonly string[];
  /** Messages that repeat what was seen. */
  readonly repetitions: number;
}

export function seenBy(deliveries: readonly Delivery[]): SeenTopic {
  const filter = new SourceFilter();
  const fresh = deliveries.filter((delivery) => filter.admits(delivery));
  const byPartition = fresh.toSorted((a, b) => a.partition - b.partition);
  return {
    messages: byPartition.map(describe),
    repetitions: deliveries.length - fresh.length,
  };
}

function describe({ partition, key, headers, record }: Delivery): string {
  const { traceparent: _, ...kept } = headers;
  const body = record.value?.subarray(FRAME_BYTES).toString('hex') ?? '';
  return `${String(partition)} ${key ?? ''} ${JSON.stringify(kept)} ${body}`;
}

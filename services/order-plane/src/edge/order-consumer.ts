/** The one consumer of the order plane: market events for marks and matching, intents for decisions. */
import type {
  Bus,
  Consumer,
  Delivery,
  DeliveryBatch,
  PartitionStart,
  RecordPosition,
} from '@tickmesh/bus';
import type { OrderPlane } from '../app/order-plane.ts';
import type { MarketBoard } from '../app/market-board.ts';
import type { PaperBroker } from './paper-broker.ts';

type OrderTopic = 'order_intents' | 'market_events';

export interface ConsumedParts {
  readonly plane: Pick<OrderPlane, 'take'>;
  readonly board: MarketBoard;
  readonly paper: Pick<PaperBroker, 'show'>;
}

export const ORDER_GROUP = 'order-plane';

/**
 * One member has everything, so that marks and decisions are in one place; the others stand by. A market's events and
 * its intents share a worker, and of one batch the events come first: an intent meets the market it was made in.
 */
export function orderConsumer(
  bus: Pick<Bus, 'consumer' | 'endOffsets' | 'tail'>,
  parts: ConsumedParts,
  groupId: string = ORDER_GROUP,
): Consumer {
  return bus.consumer<OrderTopic>({
    groupId,
    topics: ['order_intents', 'market_events'],
    assignment: 'single-owner',
    ordering: 'slice',
    // Every intent is answered, also one that came before the first start: too late, then, but answered.
    fallback: 'earliest',
    batchRecordsMax: 500,
    handle: (batch) => handleBatch(parts, batch),
    onAssigned: async (partitions) => {
      const recent = await recentQuotes(bus, partitions);
      await showRecent(bus, parts.board, recent);
      return recent;
    },
  });
}

/** Records of each partition of the market that are read again at a start, to know where it stands. */
const RECENT_RECORDS = 500n;

/** Quotes are read from shortly before the end: older ones are nothing to decide on, and none is an effect. */
async function recentQuotes(
  bus: Pick<Bus, 'endOffsets'>,
  partitions: readonly PartitionStart[],
): Promise<readonly RecordPosition[]> {
  const topic = 'market_events';
  const mine = new Set(
    partitions.filter((held) => held.topic === topic).map((held) => held.partition),
  );
  const ends = await bus.endOffsets(topic);
  return ends
    .filter(({ partition }) => mine.has(partition))
    .map(({ partition, first, next }) => ({
      topic,
      partition,
      offset: next - RECENT_RECORDS > first ? next - RECENT_RECORDS : first,
    }));
}

/**
 * Shows the board where the markets stand before any intent is decided: the broker may deliver an intent that waited
 * sooner than the quotes it was made on. The quotes are delivered again after this, and change nothing.
 */
async function showRecent(
  bus: Pick<Bus, 'tail'>,
  board: MarketBoard,
  starts: readonly RecordPosition[],
): Promise<void> {
  for (const { partition, offset } of starts) {
    for await (const record of bus.tail('market_events', { from: offset, partition })) {
      if (record.kind === 'message') board.show(record.delivery.value);
    }
  }
}

async function handleBatch(parts: ConsumedParts, batch: DeliveryBatch<OrderTopic>): Promise<void> {
  const intents: Delivery<'order_intents'>[] = [];
  for (const delivery of batch.deliveries) {
    if (isIntent(delivery)) intents.push(delivery);
    else if (isMarketEvent(delivery)) {
      parts.board.show(delivery.value);
      parts.paper.show(delivery.value);
    }
  }
  if (intents.length === 0 || !batch.isOwned()) return;
  const byReceived = new Map(
    intents.map((delivery) => [
      {
        intent: delivery.value,
        headers: delivery.headers,
        source: `${delivery.topic}/${delivery.partition}/${delivery.offset}`,
      },
      delivery,
    ]),
  );
  for (const { received, fault } of await parts.plane.take([...byReceived.keys()])) {
    const delivery = byReceived.get(received);
    if (delivery !== undefined) batch.reject(delivery, fault);
  }
}

const isIntent = (delivery: Delivery<OrderTopic>): delivery is Delivery<'order_intents'> =>
  delivery.topic === 'order_intents';
const isMarketEvent = (delivery: Delivery<OrderTopic>): delivery is Delivery<'market_events'> =>
  delivery.topic === 'market_events';

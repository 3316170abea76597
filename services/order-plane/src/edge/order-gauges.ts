/** Looks at the book now and then, so that what waits there is seen without anybody asking. */
import type { Queryable } from '@tickmesh/database';
import { type Fault, faultOf } from '@tickmesh/kernel';
import type { Metrics } from '@tickmesh/telemetry';
import { countBook } from '../app/book-counts.ts';

const INTERVAL_MS = 2_000;

export interface GaugeParts {
  readonly database: Queryable;
  readonly metrics: Metrics;
  /** Told when the book could not be read; the gauges keep what they said. */
  readonly onFault: (fault: Fault) => void;
}

/** Starts to look; the result ends it. */
export function watchBook(parts: GaugeParts): () => void {
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      await showBook(parts);
    } catch (thrown) {
      parts.onFault(faultOf(thrown));
    } finally {
      isLooking = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), INTERVAL_MS);
  return () => {
    clearInterval(timer);
  };
}

/** Several accounts may trade through one broker. */
export async function showBook({ database, metrics }: Omit<GaugeParts, 'onFault'>): Promise<void> {
  const counts = await countBook(database);
  const unknownByBroker = new Map<string, number>();
  let outboxRows = 0;
  for (const { account, broker, openOrders, unknownOrders, unpublishedReports } of counts) {
    metrics.gauge('orders_open', { account }).set(openOrders);
    unknownByBroker.set(broker, (unknownByBroker.get(broker) ?? 0) + unknownOrders);
    outboxRows += unpublishedReports;
  }
  for (const [broker, orders] of unknownByBroker) {
    metrics.gauge('orders_unknown', { broker }).set(orders);
  }
  metrics.gauge('orders_outbox_rows', {}).set(outboxRows);
}

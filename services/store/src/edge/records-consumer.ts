/** The consumer of intents and reports: hands batches on, and nothing else. */
import type { Bus, Consumer } from '@tickmesh/bus';
import { type RecordParts, type RecordTopic, keepRecords } from '../app/records.ts';

export const RECORDS_GROUP = 'store';

/** One member records, the others stand by: positions are of accounts, which are on every partition. */
export function recordsConsumer(
  bus: Pick<Bus, 'consumer'>,
  parts: RecordParts,
  groupId: string = RECORDS_GROUP,
): Consumer {
  return bus.consumer<RecordTopic>({
    groupId,
    topics: ['order_intents', 'exec_reports'],
    assignment: 'single-owner',
    ordering: 'all',
    fallback: 'earliest',
    batchRecordsMax: 200,
    handle: async (batch) => {
      if (batch.isOwned()) await keepRecords(parts, batch.deliveries);
    },
  });
}

/** The consumer of intents and reports: hands batches on, and nothing else. */
import type { Bus, Consumer } from '@tickmesh/bus';
import { type RecordParts, type RecordTopic, keepRecords } from '../app/records.ts';

export const RECORDS_GROUP = 'store';

/** What comes within this is one transaction: a record is looked at by people, and each commit costs the same. */
const FETCH_PAUSE_MS = 200;

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
    fetchPauseMs: FETCH_PAUSE_MS,
    handle: async (batch) => {
      if (batch.isOwned()) await keepRecords(parts, batch.deliveries);
    },
  });
}

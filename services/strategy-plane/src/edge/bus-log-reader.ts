import type { Bus, Delivery } from '@tickmesh/bus';
import { type StrategyJournal, TOPICS, type TopicName, partitionKey } from '@tickmesh/contracts';
import { partitionOfKey } from '@tickmesh/bus';
import type { LogReader } from '../app/ports.ts';

/** Reads checkpoints, journal and records of the bus without a group. */
export function busLogReader(bus: Bus): LogReader {
  return {
    lastCheckpoint: async (strategyId) => {
      const latest = await bus.readCompacted('strategy_checkpoints');
      const found = [...latest.values()].find(({ value }) => value.strategy_id === strategyId);
      return found?.value ?? null;
    },
    journalFrom: async (strategyId, offset) => {
      const partition = journalPartition(strategyId);
      const entries: { offset: bigint; entry: StrategyJournal }[] = [];
      const options = { from: offset, partition } as const;
      for await (const record of bus.tail('strategy_journal', options)) {
        if (record.kind !== 'message') continue;
        const { value } = record.delivery;
        if (value.strategy_id === strategyId) {
          entries.push({ offset: record.delivery.offset, entry: value });
        }
      }
      return entries;
    },
    highestEpoch: async (strategyId, after, before) => {
      let highest = 0;
      const between = {
        partition: journalPartition(strategyId),
        first: after + 1n,
        last: before - 1n,
      };
      for (const record of await bus.between('strategy_journal', between)) {
        if (record.kind !== 'message') continue;
        const { strategy_id, epoch } = record.delivery.value;
        if (strategy_id === strategyId && epoch > highest) highest = epoch;
      }
      return highest;
    },
    records: async <T extends TopicName>(
      topic: T,
      partition: number,
      first: bigint,
      last: bigint,
    ) => {
      const read = await bus.between(topic, { partition, first, last });
      return read.flatMap((record): Delivery<T>[] =>
        record.kind === 'message' ? [record.delivery] : [],
      );
    },
    starts: async (topics) => {
      const starts = await Promise.all(
        topics.map(async (topic) =>
          (await bus.endOffsets(topic)).map(({ partition, first, next }) => ({
            topic,
            partition,
            // The last word of people counts, however long ago it was said.
            offset: TOPICS[topic].cleanup === 'compact' ? first : next,
          })),
        ),
      );
      return starts.flat();
    },
  };
}

/** Where the entries of a strategy lie: the partition of its key. */
function journalPartition(strategyId: string): number {
  const key = partitionKey('strategy_journal', {
    strategy_id: strategyId,
  } as StrategyJournal);
  return partitionOfKey(Buffer.from(key), TOPICS.strategy_journal.partitions);
}

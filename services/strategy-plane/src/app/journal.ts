import type { DeliveryBatch } from '@tickmesh/bus';
import type { StrategyTopic } from './ports.ts';

/** Records of one partition that were consumed one after the other. */
export interface JournalSlice {
  readonly topic: string;
  readonly partition: number;
  readonly first_offset: number;
  last_offset: number;
}

/**
 * The order of consumption as runs of consecutive records, behind what is there already; what comes from another
 * partition breaks a run.
 */
export function addSlices(
  slices: JournalSlice[],
  deliveries: DeliveryBatch<StrategyTopic>['deliveries'],
): void {
  for (const { topic, partition, offset } of deliveries) {
    const last = slices.at(-1);
    if (last?.topic === topic && last.partition === partition) last.last_offset = Number(offset);
    else
      slices.push({ topic, partition, first_offset: Number(offset), last_offset: Number(offset) });
  }
}

import type { Delivery, RecordPosition, SourceFilterState } from '@tickmesh/bus';
import type { StrategyCheckpoint, StrategyJournal, TopicName } from '@tickmesh/contracts';

/** The topics that strategies consume. */
export type StrategyTopic = 'market_events' | 'ofi_events' | 'exec_reports' | 'strategy_control';
export const STRATEGY_TOPICS = [
  'market_events',
  'ofi_events',
  'exec_reports',
  'strategy_control',
] as const satisfies readonly StrategyTopic[];

/** Reading the log outside a group: what recovery needs. */
export interface LogReader {
  /** The last checkpoint of the strategy, or null. */
  lastCheckpoint(strategyId: string): Promise<StrategyCheckpoint | null>;
  /** The strategy's entries of the journal from an offset to the end as it is now, in order. */
  journalFrom(
    strategyId: string,
    offset: bigint,
  ): Promise<readonly { readonly offset: bigint; readonly entry: StrategyJournal }[]>;
  /** The highest epoch that the strategy's journal names between two offsets, both left out; 0 when none does. */
  highestEpoch(strategyId: string, after: bigint, before: bigint): Promise<number>;
  /** Records first to last, both included, in order; poison ones are left out, as they were when consumed. */
  records<T extends TopicName>(
    topic: T,
    partition: number,
    first: bigint,
    last: bigint,
  ): Promise<readonly Delivery<T>[]>;
  /** Where to start without a checkpoint: the end of each partition, of a compacted topic the beginning. */
  starts(topics: readonly TopicName[]): Promise<readonly RecordPosition[]>;
}

/** Says of each delivery whether it is new: a producer that was restarted publishes some records again. */
export interface RepetitionFilter {
  admits(delivery: Delivery): boolean;
  state(): SourceFilterState;
}

import type { Delivery, RecordPosition, SourceFilterState } from '@tickmesh/bus';
import type { StrategyCheckpoint, StrategyJournal, TopicName } from '@tickmesh/contracts';

/** The topics that strategies consume. */
export type StrategyTopic = 'market_events' | 'ofi_events' | 'exec_reports';
export const STRATEGY_TOPICS = [
  'market_events',
  'ofi_events',
  'exec_reports',
] as const satisfies readonly StrategyTopic[];

/** Reading the log outside a group: what recovery needs. */
export interface LogReader {
  /** The last record of a key of a compacted topic, or null. */
  lastCheckpoint(strategyId: string): Promise<StrategyCheckpoint | null>;
  /** The strategy's entries of the journal from an offset to the end as it is now, in order. */
  journalFrom(
    strategyId: string,
    offset: bigint,
  ): Promise<readonly { readonly offset: bigint; readonly entry: StrategyJournal }[]>;
  /** Records first to last, both included, in order; poison ones are left out, as they were when consumed. */
  records<T extends TopicName>(
    topic: T,
    partition: number,
    first: bigint,
    last: bigint,
  ): Promise<readonly Delivery<T>[]>;
  /** Where to start without a checkpoint: the end of each partition. */
  ends(topics: readonly TopicName[]): Promise<readonly RecordPosition[]>;
}

/** Says of each delivery whether it is new: a producer that was restarted publishes some records again. */
export interface RepetitionFilter {
  admits(delivery: Delivery): boolean;
  state(): SourceFilterState;
}

import type { SourceFilterState } from '@tickmesh/bus';
import type { StrategyCheckpoint } from '@tickmesh/contracts';

type SavedPositions = StrategyCheckpoint['source_positions'];

/** What the filter has seen, as the checkpoint writes it: one record for each pair of partitions. */
export function sourcePositionsOf(state: SourceFilterState): SavedPositions {
  return Object.entries(state).map(([pair, position]) => {
    const [consumed = '', source = ''] = pair.split('<');
    const slash = consumed.lastIndexOf('/');
    return {
      topic: consumed.slice(0, slash),
      partition: Number(consumed.slice(slash + 1)),
      source,
      position,
    };
  });
}

export function filterStateOf(saved: SavedPositions): SourceFilterState {
  return Object.fromEntries(
    saved.map(({ topic, partition, source, position }) => [
      `${topic}/${partition}<${source}`,
      position,
    ]),
  );
}

import type { Bus } from '@tickmesh/bus';
import type { DataPlaneCheckpoint } from '@tickmesh/contracts';

/** The last checkpoint of each partition of market_raw. */
export async function readCheckpoints(bus: Bus): Promise<ReadonlyMap<number, DataPlaneCheckpoint>> {
  const latest = await bus.readCompacted('data_checkpoints');
  return new Map([...latest.values()].map(({ value }) => [value.partition, value]));
}

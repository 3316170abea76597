import { Fault, faultOf } from '@tickmesh/kernel';
import type { PersistSink } from './persist.ts';

type Data = Readonly<Record<string, unknown>>;

/** The part of the store that is needed to keep entities; its log and its clients have it. */
export interface EntityWriter {
  /** @throws Fault VERSION_CONFLICT with `entity_id` and `actual` when the key has an entity already */
  write(wish: {
    readonly entityType: string;
    readonly data: Data;
    readonly key: string;
  }): Promise<Kept>;
  /** @throws Fault VERSION_CONFLICT when somebody else wrote in between */
  update(wish: {
    readonly entityId: string;
    readonly expectedVersion: number;
    readonly data: Data;
  }): Promise<Kept>;
}

export interface Kept {
  readonly entityId: string;
  readonly version: number;
}

export interface StoreSinkOptions {
  /** Type of the entity that a node is kept as. */
  readonly entityType: (node: string) => string;
  /** The values in the JSON form of the entity's columns; absent: as they are. */
  readonly toData?: (node: string, values: Data) => Data;
}

/**
 * Keeps nodes as entities of the store, each under its own name as the key: after a restart the same node is the same
 * entity, and its next version follows the last. A version that somebody else wrote meanwhile is a fault, told once;
 * the node's next version then stands on theirs.
 */
export function storeSink(store: EntityWriter, options: StoreSinkOptions): PersistSink {
  const { entityType } = options;
  const toData = options.toData ?? ((_: string, values: Data): Data => values);
  const kept = new Map<string, Kept>();
  return {
    async write(node, values) {
      const data = toData(node, values);
      const known = kept.get(node);
      // Until the store has answered, nothing is known of the version.
      kept.delete(node);
      const { entityId, version } =
        known === undefined
          ? await begin(store, { entityType: entityType(node), data, key: node })
          : await store.update({
              entityId: known.entityId,
              expectedVersion: known.version,
              data,
            });
      kept.set(node, { entityId, version });
    },
  };
}

async function begin(
  store: EntityWriter,
  wish: Parameters<EntityWriter['write']>[0],
): Promise<Kept> {
  try {
    return await store.write(wish);
  } catch (thrown) {
    const fault = faultOf(thrown);
    const { entity_id: entityId, actual } = fault.details;
    if (fault.code !== 'VERSION_CONFLICT' || typeof entityId !== 'string') throw fault;
    const expectedVersion = Number(actual);
    if (!Number.isSafeInteger(expectedVersion)) throw new Fault('VERSION_CONFLICT', {}, fault);
    return store.update({ entityId, expectedVersion, data: wish.data });
  }
}

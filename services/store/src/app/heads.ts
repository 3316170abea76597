/** The newest state of entities that are about to change. */
import type { Queryable, Row } from '@tickmesh/database';
import { Fault } from '@tickmesh/kernel';
import { checkEntityId, checkVersion, invalid } from './arguments.ts';
import type { Caller, JsonData } from './ports.ts';
import { asked } from './refusals.ts';
import { statement } from './statement.ts';

export interface Head extends Row {
  readonly entity_id: string;
  readonly entity_type: string;
  readonly owner: string;
  readonly version: bigint;
  readonly state: string | null;
  readonly is_deleted: boolean;
  readonly may_write: boolean;
  readonly data: JsonData;
}

interface Wish {
  readonly entityId: string;
  readonly expectedVersion: number;
}

const HEADS = statement(
  `select entity_id, entity_type, owner, version, state, is_deleted, may_write, data
   from store.heads($1, $2, $3)`,
);

/**
 * The heads of changes, in their order, each fit to be changed as wished.
 * @param isLocked nobody else changes them until the transaction ends
 * @throws Fault NOT_FOUND, NOT_ALLOWED, ENTITY_DELETED, VERSION_CONFLICT of the first that is not fit;
 * ARGUMENT_INVALID for an entity that comes twice
 */
export async function headsToChange(
  queryable: Queryable,
  caller: Caller,
  { wishes, isLocked }: { readonly wishes: readonly Wish[]; readonly isLocked: boolean },
): Promise<Head[]> {
  const ids = new Set<string>();
  for (const { entityId, expectedVersion } of wishes) {
    checkVersion(expectedVersion);
    if (ids.has(checkEntityId(entityId))) {
      throw invalid('entity_id', 'each entity once in a batch', entityId);
    }
    ids.add(entityId);
  }
  const heads = await asked(() => queryable.query<Head>(HEADS, [caller.name, [...ids], isLocked]));
  const byId = new Map(heads.map((head) => [head.entity_id, head]));
  return wishes.map((wish) => fit(byId.get(wish.entityId), wish));
}

/** The same refusals in the same order as store.append makes them: who may not write learns no more. */
function fit(head: Head | undefined, { entityId, expectedVersion }: Wish): Head {
  if (head === undefined) throw new Fault('NOT_FOUND', { entity_id: entityId });
  if (!head.may_write) {
    const rule = 'its owner and its writers change it';
    throw new Fault('NOT_ALLOWED', { entity_id: entityId, rule });
  }
  const actual = Number(head.version);
  if (head.is_deleted) throw new Fault('ENTITY_DELETED', { entity_id: entityId, version: actual });
  if (actual === expectedVersion) return head;
  throw new Fault('VERSION_CONFLICT', { entity_id: entityId, expected: expectedVersion, actual });
}

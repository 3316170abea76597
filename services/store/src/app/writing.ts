/** Writes, updates and deletions: what is wished, checked, as drafts of events. */
import type { Queryable } from '@tickmesh/database';
import { checkBatch, checkKey, invalid, validTimeTexts } from './arguments.ts';
import { type Draft, append } from './append.ts';
import { checkValues } from './entity-values.ts';
import { type Head, headsToChange } from './heads.ts';
import type { Caller, Delete, StoredEvent, Update, Write } from './ports.ts';
import type { EntityCatalogue } from './stored-entity.ts';

export interface WritingParts {
  readonly database: Queryable;
  readonly catalogue: EntityCatalogue;
}

export async function writeMany(
  { database, catalogue }: WritingParts,
  caller: Caller,
  writes: readonly Write[],
): Promise<StoredEvent[]> {
  checkBatch('writes', writes);
  return eventsOf(await append(database, caller, writeDrafts(catalogue, writes)));
}

export async function updateMany(
  { database, catalogue }: WritingParts,
  caller: Caller,
  updates: readonly Update[],
): Promise<StoredEvent[]> {
  checkBatch('updates', updates);
  // The type of an entity never changes, and the version is checked again under the lock of store.append.
  const heads = await headsToChange(database, caller, { wishes: updates, isLocked: false });
  return eventsOf(await append(database, caller, updateDrafts(catalogue, updates, heads)));
}

export async function deleteMany(
  { database }: WritingParts,
  caller: Caller,
  deletes: readonly Delete[],
): Promise<StoredEvent[]> {
  checkBatch('deletes', deletes);
  for (const { validFrom } of deletes) validTimeTexts({ validFrom });
  const heads = await headsToChange(database, caller, { wishes: deletes, isLocked: false });
  const drafts = heads.map((head, i) => ({
    ...changeOf(head),
    kind: 'delete' as const,
    data: head.data,
    dataText: JSON.stringify(head.data),
    valid: { validFrom: deletes[i]?.validFrom },
  }));
  return eventsOf(await append(database, caller, drafts));
}

/** What a change takes over from the entity as it is. */
export const changeOf = (head: Head) => ({
  entityId: head.entity_id,
  key: null,
  entityType: head.entity_type,
  expectedVersion: Number(head.version),
  owner: head.owner,
  state: head.state,
  stateChange: null,
  workflow: null,
});

/** @throws Fault ENTITY_TYPE_UNKNOWN, COLUMN_VALUE, ARGUMENT_INVALID */
export function writeDrafts(catalogue: EntityCatalogue, writes: readonly Write[]): Draft[] {
  const named = new Set<string>();
  return writes.map((write): Draft => {
    const { entity, machine } = catalogue.get(write.entityType);
    validTimeTexts(write);
    const { data, text } = checkValues(entity, write.data);
    const key = checkKey(write.key);
    if (key !== null) {
      const name = `${entity.name} ${key}`;
      if (named.has(name)) throw invalid('key', 'each key once in a batch', key);
      named.add(name);
    }
    return {
      kind: 'write',
      entityId: null,
      key,
      entityType: entity.name,
      expectedVersion: 0,
      state: machine?.initial ?? null,
      data,
      dataText: text,
      valid: write,
      stateChange: null,
      workflow: null,
    };
  });
}

/** @throws Fault ENTITY_TYPE_UNKNOWN, COLUMN_VALUE, ARGUMENT_INVALID */
export function updateDrafts(
  catalogue: EntityCatalogue,
  updates: readonly Update[],
  heads: readonly Head[],
): Draft[] {
  return heads.map((head, i): Draft => {
    const update = updates[i] as Update;
    const { entity } = catalogue.get(head.entity_type);
    validTimeTexts(update);
    const { data, text } = checkValues(entity, update.data);
    return { ...changeOf(head), kind: 'update', data, dataText: text, valid: update };
  });
}

const eventsOf = (appended: readonly { readonly event: StoredEvent }[]): StoredEvent[] =>
  appended.map(({ event }) => event);

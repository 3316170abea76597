/** Writes, updates and deletions: what is wished, checked, as drafts of events. */
import type { Queryable } from '@tickmesh/database';
import { checkBatch, checkKey, validTimeTexts } from './arguments.ts';
import { type Draft, append } from './append.ts';
import { checkValues } from './entity-values.ts';
import { headsToChange } from './heads.ts';
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
  const drafts = writes.map((write) => writeDraft(catalogue, write));
  return eventsOf(await append(database, caller, drafts));
}

export async function updateMany(
  { database, catalogue }: WritingParts,
  caller: Caller,
  updates: readonly Update[],
): Promise<StoredEvent[]> {
  checkBatch('updates', updates);
  const times = updates.map(validTimeTexts);
  // The type of an entity never changes, and the version is checked again under the lock of store.append.
  const heads = await headsToChange(database, caller, { wishes: updates, isLocked: false });
  const drafts = updates.map((update, i) =>
    updateDraft(catalogue, update, { entityType: heads[i]?.entity_type ?? '', times: times[i] }),
  );
  return eventsOf(await append(database, caller, drafts));
}

export async function deleteMany(
  { database }: WritingParts,
  caller: Caller,
  deletes: readonly Delete[],
): Promise<StoredEvent[]> {
  checkBatch('deletes', deletes);
  const times = deletes.map(({ validFrom }) => validTimeTexts({ validFrom }));
  const heads = await headsToChange(database, caller, { wishes: deletes, isLocked: false });
  const drafts = heads.map((head, i) => ({
    ...NOTHING,
    kind: 'delete' as const,
    entityId: head.entity_id,
    entityType: head.entity_type,
    expectedVersion: Number(head.version),
    data: head.data,
    dataText: JSON.stringify(head.data),
    validFrom: times[i]?.from ?? null,
  }));
  return eventsOf(await append(database, caller, drafts));
}

/** What most drafts do not have. */
export const NOTHING = {
  entityId: null,
  key: null,
  expectedVersion: null,
  state: null,
  validFrom: null,
  validTo: null,
  stateChange: null,
  workflow: null,
} as const;

/** @throws Fault ENTITY_TYPE_UNKNOWN, COLUMN_VALUE, ARGUMENT_INVALID */
export function writeDraft(catalogue: EntityCatalogue, write: Write): Draft {
  const { entity, machine } = catalogue.get(write.entityType);
  const times = validTimeTexts(write);
  const { data, text } = checkValues(entity, write.data);
  return {
    ...NOTHING,
    kind: 'write',
    key: checkKey(write.key),
    entityType: entity.name,
    state: machine?.initial ?? null,
    data,
    dataText: text,
    validFrom: times.from,
    validTo: times.to,
  };
}

/** @throws Fault ENTITY_TYPE_UNKNOWN, COLUMN_VALUE, ARGUMENT_INVALID */
export function updateDraft(
  catalogue: EntityCatalogue,
  update: Update,
  known: {
    readonly entityType: string;
    readonly times?: ReturnType<typeof validTimeTexts> | undefined;
  },
): Draft {
  const { entity } = catalogue.get(known.entityType);
  const times = known.times ?? validTimeTexts(update);
  const { data, text } = checkValues(entity, update.data);
  return {
    ...NOTHING,
    kind: 'update',
    entityId: update.entityId,
    entityType: entity.name,
    expectedVersion: update.expectedVersion,
    data,
    dataText: text,
    validFrom: times.from,
    validTo: times.to,
  };
}

const eventsOf = (appended: readonly { readonly event: StoredEvent }[]): StoredEvent[] =>
  appended.map(({ event }) => event);

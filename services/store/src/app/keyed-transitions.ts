/** Transitions under a key of the caller's: made once, however often they are asked for. */
import type { Database, Queryable, Row } from '@tickmesh/database';
import { Fault, derivedUuid, isFault } from '@tickmesh/kernel';
import type { EntityState, TransitionRequest, TransitionStore } from '@tickmesh/workflow';
import { checkTransitionKey, invalid, isText } from './arguments.ts';
import type { Caller, TransitionWish, Transitioned } from './ports.ts';
import { history } from './reading.ts';
import { asked } from './refusals.ts';
import { statement } from './statement.ts';
import { type TransitionParts, transitionMany } from './transitions.ts';

const KEY_CHARACTERS_MAX = 300;
const SPEAK_FOR = statement('select store.speak_for($1)');
const KNOWN = statement(
  `select entity_id, expected_version, to_state, content from store.transition_keys
   where owner = $1 and key = $2`,
);
/** Waits for another transaction that holds the key, and gives no row when that one keeps it. */
const TAKE = statement(
  `insert into store.transition_keys (owner, key, entity_id, expected_version, to_state, content)
   values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning key`,
);
const STARTED = statement(
  `select workflow_id from store.workflow_outbox where entity_id = $1 and version = $2`,
);

interface KnownRow extends Row {
  readonly entity_id: string;
  readonly expected_version: bigint;
  readonly to_state: string;
  readonly content: string;
}

interface Keyed {
  readonly wish: Omit<TransitionWish, 'key'>;
  readonly key: string;
}

/**
 * The machines of the store as workflows know them: `flow.transition(keyedTransitions(parts, caller), request)`.
 * The effects of a repeated one do not happen again; hooks of one whose process died behind the commit have not
 * happened, as ever.
 * @throws Fault ARGUMENT_INVALID for a key that stands for another request; those of a transition
 */
export function keyedTransitions(parts: TransitionParts, caller: Caller): TransitionStore {
  return {
    transition: async (request, key) => {
      if (key === '' || key.length > KEY_CHARACTERS_MAX || !isText(key)) {
        throw invalid('key', `a text of 1 to ${KEY_CHARACTERS_MAX} characters`, key);
      }
      await makeOnce(parts, caller, { wish: request, key });
      return stateOf(request);
    },
  };
}

/**
 * A transition as callers ask for it: repeated under its key, it is answered with the version that the first one made,
 * whatever became of the entity since, as long as the caller may see it.
 * @throws as keyedTransitions; Fault NOT_FOUND when the caller may not see it any more
 */
export async function transitionUnderKey(
  parts: TransitionParts,
  caller: Caller,
  { key, ...wish }: TransitionWish & { readonly key: string },
): Promise<Transitioned> {
  const made = await makeOnce(parts, caller, { wish, key: checkTransitionKey(key) });
  return made ?? firstAnswer(parts, caller, wish);
}

/** Undefined for one that was made before. */
async function makeOnce(
  parts: TransitionParts,
  caller: Caller,
  keyed: Keyed,
): Promise<Transitioned | undefined> {
  if (await isKnown(parts.database, caller, keyed)) return undefined;
  try {
    const alongside = (transaction: Queryable): Promise<void> => take(transaction, caller, keyed);
    const [made] = await transitionMany({ ...parts, alongside }, caller, [keyed.wish]);
    return made;
  } catch (thrown) {
    // Of two at once, the second finds the key taken, or the entity moved on.
    const isLate = isFault(thrown) && thrown.code === 'VERSION_CONFLICT';
    if (isLate && (await isKnown(parts.database, caller, keyed))) return undefined;
    throw thrown;
  }
}

/** @throws Fault ARGUMENT_INVALID when the key stands for another transition */
async function isKnown(database: Database, caller: Caller, { wish, key }: Keyed): Promise<boolean> {
  const [row] = await asked(() =>
    database.transaction(async (transaction) => {
      await transaction.query(SPEAK_FOR, [caller.name]);
      return transaction.query<KnownRow>(KNOWN, [caller.name, key]);
    }),
  );
  if (row === undefined) return false;
  const isSame =
    row.entity_id === wish.entityId.toLowerCase() &&
    Number(row.expected_version) === wish.expectedVersion &&
    row.to_state === wish.toState &&
    row.content === contentOf(wish);
  if (isSame) return true;
  throw invalid('key', 'not used before for another transition', key);
}

async function take(transaction: Queryable, caller: Caller, { wish, key }: Keyed): Promise<void> {
  const { entityId, expectedVersion, toState } = wish;
  const values = [caller.name, key, entityId, expectedVersion, toState, contentOf(wish)];
  const taken = await asked(async () => {
    await transaction.query(SPEAK_FOR, [caller.name]);
    return transaction.query(TAKE, values);
  });
  if (taken.length > 0) return;
  throw new Fault('VERSION_CONFLICT', { entity_id: entityId, reason: 'the key is taken' });
}

async function firstAnswer(
  { database, catalogue }: TransitionParts,
  caller: Caller,
  { entityId, expectedVersion }: Keyed['wish'],
): Promise<Transitioned> {
  const page = { entityId, afterVersion: expectedVersion, limit: 1 };
  const [event] = (await history(database, caller, page)).items;
  if (event === undefined) throw new Fault('NOT_FOUND', { entity_id: entityId });
  const [started] = await asked(() =>
    database.query<{ workflow_id: string }>(STARTED, [entityId, event.version]),
  );
  // As the first answer had them, to the byte: the database keeps the values without their order.
  const { entity } = catalogue.get(event.entityType);
  const fields = Object.keys(entity.fields).filter((field) => Object.hasOwn(event.data, field));
  const data = Object.fromEntries(fields.map((field) => [field, event.data[field]]));
  return { event: { ...event, data }, workflowId: started?.workflow_id ?? null };
}

/** Empty for a wish without values and times; else a hash that the order of the fields does not change. */
function contentOf({ data, validFrom, validTo }: Keyed['wish']): string {
  if (data === undefined && validFrom === undefined && validTo === undefined) return '';
  const text = JSON.stringify([data ?? null, validFrom ?? null, validTo ?? null], (_, value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : (value as unknown),
  );
  return derivedUuid('transition', text);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const stateOf = ({ entityId, expectedVersion, toState }: TransitionRequest): EntityState => ({
  entityId,
  version: expectedVersion + 1,
  state: toState,
});

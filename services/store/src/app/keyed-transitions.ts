/** Transitions under a key of the caller's: made once, however often they are asked for. */
import type { Database, Queryable, Row } from '@tickmesh/database';
import { Fault, isFault } from '@tickmesh/kernel';
import type { EntityState, TransitionRequest, TransitionStore } from '@tickmesh/workflow';
import { isText, invalid } from './arguments.ts';
import type { Caller } from './ports.ts';
import { asked } from './refusals.ts';
import { statement } from './statement.ts';
import { type TransitionParts, transitionMany } from './transitions.ts';

const KEY_CHARACTERS_MAX = 300;
const SPEAK_FOR = statement('select store.speak_for($1)');
const KNOWN = statement(
  `select entity_id, expected_version, to_state from store.transition_keys
   where owner = $1 and key = $2`,
);
/** Waits for another transaction that holds the key, and gives no row when that one keeps it. */
const TAKE = statement(
  `insert into store.transition_keys (owner, key, entity_id, expected_version, to_state)
   values ($1, $2, $3, $4, $5) on conflict do nothing returning key`,
);

interface KnownRow extends Row {
  readonly entity_id: string;
  readonly expected_version: bigint;
  readonly to_state: string;
}

/** The machines of the store as workflows know them: `flow.transition(keyedTransitions(parts, caller), request)`. */
export function keyedTransitions(parts: TransitionParts, caller: Caller): TransitionStore {
  return { transition: (request, key) => transitionOnce(parts, caller, { request, key }) };
}

/**
 * The answer is what the first transition under the key made, whatever became of the entity since. The effects of a
 * repeated one do not happen again; hooks of one whose process died behind the commit have not happened, as ever.
 * @throws Fault ARGUMENT_INVALID for a key that stands for another request; those of a transition
 */
async function transitionOnce(
  parts: TransitionParts,
  caller: Caller,
  { request, key }: { readonly request: TransitionRequest; readonly key: string },
): Promise<EntityState> {
  if (key === '' || key.length > KEY_CHARACTERS_MAX || !isText(key)) {
    throw invalid('key', `a text of 1 to ${KEY_CHARACTERS_MAX} characters`, key);
  }
  const made = await known(parts.database, caller, { request, key });
  if (made !== undefined) return made;
  try {
    const alongside = (transaction: Queryable): Promise<void> =>
      take(transaction, caller, { request, key });
    await transitionMany({ ...parts, alongside }, caller, [request]);
  } catch (thrown) {
    // Of two at once, the second finds the key taken, or the entity moved on.
    const isLate = isFault(thrown) && thrown.code === 'VERSION_CONFLICT';
    const other = isLate ? await known(parts.database, caller, { request, key }) : undefined;
    if (other === undefined) throw thrown;
    return other;
  }
  return stateOf(request);
}

interface Keyed {
  readonly request: TransitionRequest;
  readonly key: string;
}

async function known(
  database: Database,
  caller: Caller,
  { request, key }: Keyed,
): Promise<EntityState | undefined> {
  const [row] = await asked(() =>
    database.transaction(async (transaction) => {
      await transaction.query(SPEAK_FOR, [caller.name]);
      return transaction.query<KnownRow>(KNOWN, [caller.name, key]);
    }),
  );
  if (row === undefined) return undefined;
  const isSame =
    row.entity_id === request.entityId.toLowerCase() &&
    Number(row.expected_version) === request.expectedVersion &&
    row.to_state === request.toState;
  if (isSame) return stateOf(request);
  throw invalid('key', 'not used before for another transition', key);
}

async function take(
  transaction: Queryable,
  caller: Caller,
  { request, key }: Keyed,
): Promise<void> {
  const { entityId, expectedVersion, toState } = request;
  const values = [caller.name, key, entityId, expectedVersion, toState];
  const taken = await asked(async () => {
    await transaction.query(SPEAK_FOR, [caller.name]);
    return transaction.query(TAKE, values);
  });
  if (taken.length > 0) return;
  throw new Fault('VERSION_CONFLICT', { entity_id: entityId, reason: 'the key is taken' });
}

const stateOf = ({ entityId, expectedVersion, toState }: TransitionRequest): EntityState => ({
  entityId,
  version: expectedVersion + 1,
  state: toState,
});

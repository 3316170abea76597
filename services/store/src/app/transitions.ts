/**
 * Changes of state in three tiers. In one transaction: the heads are locked and read, the machine decides, actions
 * run, and everything is recorded with the starts of workflows. After the commit: the hooks, best effort.
 */
import type { Database, Queryable } from '@tickmesh/database';
import { type Transition, decideTransition } from '@tickmesh/domain-store';
import { type Clock, Fault, faultOf } from '@tickmesh/kernel';
import { type Appended, type Draft, append } from './append.ts';
import { checkBatch, validTimeTexts } from './arguments.ts';
import { checkValues } from './entity-values.ts';
import { type Head, headsToChange } from './heads.ts';
import type { Caller, TransitionWish, Transitioned, Update, Write } from './ports.ts';
import type { StateChangeRow } from './rows.ts';
import type {
  ActionScope,
  EntityCatalogue,
  TransitionEffects,
  TransitionFacts,
} from './stored-entity.ts';
import { changeOf, updateDrafts, writeDrafts } from './writing.ts';

export interface TransitionParts {
  readonly database: Database;
  readonly catalogue: EntityCatalogue;
  readonly clock: Clock;
  /** Told of a hook that failed; the transition stands. */
  readonly hookFailed?: (hook: string, facts: TransitionFacts, fault: Fault) => void;
  /** What is written in the same transaction, once all of it is decided. */
  readonly alongside?: (transaction: Queryable) => Promise<void>;
}

interface Decided {
  readonly edge: Transition<TransitionEffects>;
  readonly facts: TransitionFacts;
  readonly draft: Draft;
}

export async function transitionMany(
  parts: TransitionParts,
  caller: Caller,
  wishes: readonly TransitionWish[],
): Promise<Transitioned[]> {
  checkBatch('transitions', wishes);
  const { decided, appended } = await parts.database.transaction(async (transaction) => {
    const heads = await headsToChange(transaction, caller, { wishes, isLocked: true });
    const decided = wishes.map((wish, i) =>
      decide(parts, caller, { wish, head: heads[i] as Head }),
    );
    const more = await runActions(parts, caller, { transaction, decided });
    await parts.alongside?.(transaction);
    const drafts = [...decided.map(({ draft }) => draft), ...more];
    return { decided, appended: await append(transaction, caller, drafts) };
  });
  await runHooks(parts, decided, appended);
  return decided.map((_, i) => appended[i] as Appended);
}

function decide(
  { catalogue, clock }: TransitionParts,
  caller: Caller,
  { wish, head }: { readonly wish: TransitionWish; readonly head: Head },
): Decided {
  const { entity, machine } = catalogue.get(head.entity_type);
  const { entity_id: entityId, state: from } = head;
  const { toState: to } = wish;
  if (machine === undefined || from === null) {
    throw new Fault('TRANSITION_INVALID', { entity: entity.name, to, rule: 'has no machine' });
  }
  validTimeTexts(wish);
  const { data, text, row } = checkValues(entity, wish.data ?? head.data);
  const nowMicros = clock.nowMicros();
  const edge = decideTransition(machine, { from, to, caller, row, nowMicros });
  const draft: Draft = {
    ...changeOf(head),
    kind: 'transition',
    state: to,
    data,
    dataText: text,
    valid: wish,
    stateChange: stateChangeOf(edge),
    workflow: edge.effects?.startWorkflow ?? null,
  };
  return { edge, facts: { entityId, from, to, data }, draft };
}

function stateChangeOf({ from, to, guard, allowedBy }: Transition): StateChangeRow {
  const text = guard === undefined ? null : String(guard);
  return { from_state: from, to_state: to, guard: text, allowed_by: allowedBy ?? [] };
}

/** Returns what the actions want recorded beside the transitions. */
async function runActions(
  { catalogue }: TransitionParts,
  caller: Caller,
  {
    transaction,
    decided,
  }: { readonly transaction: Queryable; readonly decided: readonly Decided[] },
): Promise<Draft[]> {
  const writes: Write[] = [];
  const updates: Update[] = [];
  const scope: ActionScope = {
    transaction,
    write: (write) => void writes.push(write),
    update: (update) => void updates.push(update),
  };
  for (const { edge, facts } of decided) await edge.effects?.action?.(facts, scope);
  const heads =
    updates.length === 0
      ? []
      : await headsToChange(transaction, caller, { wishes: updates, isLocked: true });
  return [...writeDrafts(catalogue, writes), ...updateDrafts(catalogue, updates, heads)];
}

async function runHooks(
  { hookFailed }: TransitionParts,
  decided: readonly Decided[],
  appended: readonly Appended[],
): Promise<void> {
  for (const [i, { edge, facts }] of decided.entries()) {
    const { event } = appended[i] as Appended;
    for (const hook of ['onExit', 'onEnter'] as const) {
      try {
        await edge.effects?.[hook]?.(facts, event);
      } catch (thrown) {
        hookFailed?.(hook, facts, faultOf(thrown));
      }
    }
  }
}

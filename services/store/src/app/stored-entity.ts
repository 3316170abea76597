/** An entity as the store keeps it: its columns, and the machine of its states with what happens on the way. */
import { type Entity, expressionSchema } from '@tickmesh/domain-columns';
import { type Machine, type MachineDeclaration, defineMachine } from '@tickmesh/domain-store';
import type { Queryable } from '@tickmesh/database';
import { Fault } from '@tickmesh/kernel';
import type { JsonData, StoredEvent, Update, Write } from './ports.ts';

/** What an effect is told. */
export interface TransitionFacts {
  readonly entityId: string;
  readonly from: string;
  readonly to: string;
  /** The values that are recorded with it. */
  readonly data: JsonData;
}

/** What an action may do: its writes are recorded together with the transition, or not at all. */
export interface ActionScope {
  /** The transaction, for tables of the declarer's own. */
  readonly transaction: Queryable;
  write(write: Write): void;
  update(update: Update): void;
}

/** The three tiers, in this order; the last two happen only when the transition is committed. */
export interface TransitionEffects {
  /** In the transaction: when it throws, nothing is recorded, and the caller gets its fault. */
  readonly action?: (facts: TransitionFacts, scope: ActionScope) => Promise<void> | void;
  /** After the commit, best effort: a failure is logged, and changes nothing. */
  readonly onExit?: (facts: TransitionFacts, event: StoredEvent) => Promise<void> | void;
  /** As onExit, after it. */
  readonly onEnter?: (facts: TransitionFacts, event: StoredEvent) => Promise<void> | void;
  /** Name of a registered workflow; its start is recorded in the same transaction, so it is never lost. */
  readonly startWorkflow?: string;
}

export type TransitionMachine = Machine<TransitionEffects>;

export interface StoredEntity {
  readonly entity: Entity;
  readonly machine?: TransitionMachine;
}

/** @throws Fault ENTITY_INVALID, and the EXPR_ codes of a guard */
export function storedEntity(
  entity: Entity,
  machine?: MachineDeclaration<TransitionEffects>,
): StoredEntity {
  return machine === undefined
    ? { entity }
    : { entity, machine: defineMachine(entity.name, expressionSchema(entity), machine) };
}

/** The types that a store declares, by name. */
export class EntityCatalogue {
  readonly #byName = new Map<string, StoredEntity>();

  /** @throws Fault ENTITY_INVALID for two of one name */
  constructor(entities: Iterable<StoredEntity>) {
    for (const stored of entities) {
      const { name } = stored.entity;
      if (this.#byName.has(name)) {
        throw new Fault('ENTITY_INVALID', { entity: name, problems: ['declared twice'] });
      }
      this.#byName.set(name, stored);
    }
  }

  /** @throws Fault ENTITY_TYPE_UNKNOWN */
  get(name: string): StoredEntity {
    const stored = this.#byName.get(name);
    if (stored !== undefined) return stored;
    throw new Fault('ENTITY_TYPE_UNKNOWN', { type: name, known: [...this.#byName.keys()] });
  }
}

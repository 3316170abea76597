/** The operations of the store over entities that are declared of registered columns. */
import {
  type Entity,
  type EntityExpressions,
  type EntityValue,
  checkEntity,
  entityExpressions,
  entityFromJson,
  entityToJson,
  expressionSchema,
} from '@tickmesh/domain-columns';
import { Expression, parse } from '@tickmesh/expr';
import { Fault } from '@tickmesh/kernel';
import type { Calls } from './calls.ts';
import type {
  AsOfTimes,
  AuditEntry,
  Checkpoint,
  Delivered,
  End,
  JsonData,
  Move,
  Moved,
  NewEntity,
  NewVersion,
  Page,
  PageOfSelection,
  QueryPage,
  SeenVersion,
  Selection,
  Share,
  Shares,
  StoredEvent,
  SubscriptionWish,
  TypeCount,
  VersionPage,
} from './plain.ts';
import { PlainStore } from './plain-store.ts';

/** An event of an entity type, with its values as they are in memory. */
export type EventOf<Of extends Entity> = StoredEvent<EntityValue<Of>> & {
  readonly entityType: Of['name'];
};

/** A condition over the fields of a type: text, an expression, or made of the type's fields, which the compiler knows. */
export type Filter<Of extends Entity> =
  string | Expression<'boolean'> | ((fields: EntityExpressions<Of>) => Expression<'boolean'>);

export type TypedSelection<Of extends Entity> = Omit<Selection, 'filter'> & {
  readonly filter?: Filter<Of> | undefined;
};

/** Of several types: the events of all of them, told apart by `entityType`. */
export type EventOfAny<Types extends readonly Entity[]> = {
  [Index in keyof Types]: EventOf<Types[Index]>;
}[number];

/**
 * A store as its users see it. Values are checked against the registry before they leave, and again by the store;
 * times are microseconds. What the caller has no right to see is answered as what is not there.
 *
 * Faults: as PlainStore; COLUMN_VALUE, also for a stored value that this client's registry does not know.
 */
export class StoreClient {
  /** The same store without the types. */
  readonly plain: PlainStore;

  constructor(calls: Calls) {
    this.plain = new PlainStore(calls);
  }

  /** Makes an entity. The caller owns it. */
  async write<Of extends Entity>(
    entity: Of,
    data: EntityValue<Of>,
    options: Omit<NewEntity, 'data'> = {},
  ): Promise<EventOf<Of>> {
    const { name: entityType } = entity;
    const write = { ...options, entityType, data: jsonOf(entity, data) };
    return changedOf(entity, await this.plain.write(write));
  }

  async writeMany<Of extends Entity>(
    entity: Of,
    writes: readonly NewEntity<EntityValue<Of>>[],
  ): Promise<readonly EventOf<Of>[]> {
    const { name: entityType } = entity;
    const plain = writes.map((write) => ({
      ...write,
      entityType,
      data: jsonOf(entity, write.data),
    }));
    return (await this.plain.writeMany(plain)).map((event) => changedOf(entity, event));
  }

  /**
   * Writes the next version. A `validFrom` in the past makes it a correction.
   * @param seen the version that the values stand on, such as an event that was read
   */
  async update<Of extends Entity>(
    entity: Of,
    update: NewVersion<EntityValue<Of>>,
  ): Promise<EventOf<Of>> {
    const plain = { ...update, data: jsonOf(entity, update.data) };
    return changedOf(entity, await this.plain.update(plain));
  }

  async updateMany<Of extends Entity>(
    entity: Of,
    updates: readonly NewVersion<EntityValue<Of>>[],
  ): Promise<readonly EventOf<Of>[]> {
    const plain = updates.map((update) => ({ ...update, data: jsonOf(entity, update.data) }));
    return (await this.plain.updateMany(plain)).map((event) => changedOf(entity, event));
  }

  async transition<Of extends Entity>(
    entity: Of,
    move: Move<EntityValue<Of>>,
  ): Promise<Moved<EntityValue<Of>>> {
    const { event, workflowId } = await this.plain.transition(plainMove(entity, move));
    return { event: changedOf(entity, event), workflowId };
  }

  async transitionMany<Of extends Entity>(
    entity: Of,
    moves: readonly Move<EntityValue<Of>>[],
  ): Promise<readonly Moved<EntityValue<Of>>[]> {
    const moved = await this.plain.transitionMany(moves.map((move) => plainMove(entity, move)));
    return moved.map(({ event, workflowId }) => ({ event: changedOf(entity, event), workflowId }));
  }

  /** Ends an entity with a tombstone. */
  async delete<Of extends Entity>(
    entity: Of,
    seen: SeenVersion,
    options: Omit<End, 'seen'> = {},
  ): Promise<EventOf<Of>> {
    return changedOf(entity, await this.plain.delete({ ...options, seen }));
  }

  async deleteMany<Of extends Entity>(
    entity: Of,
    ends: readonly End[],
  ): Promise<readonly EventOf<Of>[]> {
    return (await this.plain.deleteMany(ends)).map((event) => changedOf(entity, event));
  }

  /** The latest version; undefined when there is none, it is of another type, or it is a tombstone. */
  async read<Of extends Entity>(entity: Of, entityId: string): Promise<EventOf<Of> | undefined> {
    const event = await this.plain.read(entityId, entity.name);
    return event === undefined ? undefined : eventIn(entity, event);
  }

  /** Versions in ascending order, tombstones included; none of an entity of another type. */
  async history<Of extends Entity>(
    entity: Of,
    entityId: string,
    page: VersionPage = {},
  ): Promise<Page<EventOf<Of>>> {
    const { items, hasMore } = await this.plain.history(entityId, page);
    const events = items.flatMap((event) => eventIn(entity, event) ?? []);
    return { items: events, hasMore: hasMore && events.length > 0 };
  }

  /** What was known at one time of how it was at another; undefined when nothing was. */
  async asOf<Of extends Entity>(
    entity: Of,
    entityId: string,
    times: AsOfTimes,
  ): Promise<EventOf<Of> | undefined> {
    const event = await this.plain.asOf(entityId, times);
    return event === undefined ? undefined : eventIn(entity, event);
  }

  /** A page of the entities of a type, newest first. */
  async query<Of extends Entity>(
    entity: Of,
    query: TypedSelection<Of> & PageOfSelection = {},
  ): Promise<QueryPage<EntityValue<Of>>> {
    const page = await this.plain.query(entity.name, plainSelection(entity, query));
    return { ...page, events: page.events.map((event) => changedOf(entity, event)) };
  }

  /** All of them, page by page as they are taken. */
  async *queryAll<Of extends Entity>(
    entity: Of,
    query: TypedSelection<Of> & PageOfSelection = {},
  ): AsyncGenerator<EventOf<Of>, void> {
    let { pageToken } = query;
    do {
      const page = await this.plain.query(entity.name, {
        ...plainSelection(entity, query),
        pageToken,
      });
      yield* page.events.map((event) => changedOf(entity, event));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  async count<Of extends Entity>(entity: Of, selection: TypedSelection<Of> = {}): Promise<bigint> {
    return this.plain.count(entity.name, plainSelection(entity, selection));
  }

  types(): Promise<readonly TypeCount[]> {
    return this.plain.types();
  }

  audit(entityId: string, page: VersionPage = {}): Promise<Page<AuditEntry>> {
    return this.plain.audit(entityId, page);
  }

  share(entityId: string, share: Share): Promise<boolean> {
    return this.plain.share(entityId, share);
  }

  unshare(entityId: string, share: Share): Promise<boolean> {
    return this.plain.unshare(entityId, share);
  }

  shares(entityId: string): Promise<Shares> {
    return this.plain.shares(entityId);
  }

  /** As PlainStore.subscribe, of these types alone. */
  async *subscribe<const Types extends readonly [Entity, ...Entity[]]>(
    entities: Types,
    wish: Omit<SubscriptionWish, 'entityTypes'> = {},
    signal?: AbortSignal,
  ): AsyncGenerator<Delivered<EventOfAny<Types>>, void> {
    const byName = new Map(entities.map((entity) => [entity.name, entity]));
    const plain = { ...wish, entityTypes: [...byName.keys()] };
    for await (const { event, cursor } of this.plain.subscribe(plain, signal)) {
      const entity = event === undefined ? undefined : byName.get(event.entityType);
      const typed =
        event === undefined || entity === undefined ? undefined : eventIn(entity, event);
      yield { event: typed, cursor };
    }
  }

  checkpoint(subscriber: string): Promise<Checkpoint | undefined> {
    return this.plain.checkpoint(subscriber);
  }

  moveCheckpoint(subscriber: string, cursor: string): Promise<void> {
    return this.plain.moveCheckpoint(subscriber, cursor);
  }

  /** Ends the connection; calls under way end in SERVICE_UNREACHABLE. */
  close(): void {
    this.plain.close();
  }
}

/** @throws Fault COLUMN_VALUE with every rule that is broken */
function jsonOf<Of extends Entity>(entity: Of, data: EntityValue<Of>): JsonData {
  return entityToJson(entity, checkEntity(entity, data));
}

function plainMove<Of extends Entity>(entity: Of, move: Move<EntityValue<Of>>): Move {
  const { data, ...rest } = move;
  return data === undefined ? rest : { ...rest, data: jsonOf(entity, data) };
}

/** @throws Fault the EXPR_ codes, before anything is sent */
function plainSelection<Of extends Entity, S extends TypedSelection<Of>>(
  entity: Of,
  { filter, ...rest }: S,
): Omit<S, 'filter'> & Selection {
  if (filter === undefined) return rest;
  const expression =
    typeof filter === 'string'
      ? parse(filter, expressionSchema(entity))
      : filter instanceof Expression
        ? filter
        : filter(entityExpressions(entity));
  return { ...rest, filter: String(expression) };
}

/** Undefined for an event of another type. */
function eventIn<Of extends Entity>(entity: Of, event: StoredEvent): EventOf<Of> | undefined {
  if (event.entityType !== entity.name) return undefined;
  return { ...event, entityType: entity.name, data: entityFromJson(entity, event.data) };
}

function changedOf<Of extends Entity>(entity: Of, event: StoredEvent): EventOf<Of> {
  const typed = eventIn(entity, event);
  if (typed !== undefined) return typed;
  throw new Fault('ENTITY_INVALID', {
    entity: entity.name,
    problems: [`the entity ${event.entityId} is a ${event.entityType}`],
  });
}

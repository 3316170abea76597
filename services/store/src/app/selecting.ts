/**
 * Questions about the entities of a type. The version of each entity is chosen first, and the filter is asked of
 * that one. Pages go by the places of the first versions, newest first: nothing that happens to an entity moves it,
 * so no page border loses one.
 */
import type { Database, Queryable } from '@tickmesh/database';
import { type Entity, expressionSchema } from '@tickmesh/domain-columns';
import { type Expression, parse } from '@tickmesh/expr';
import { type Clock, Fault } from '@tickmesh/kernel';
import { checkLimit, invalid, timeText } from './arguments.ts';
import { type Seal, openPage, sealPage } from './cursors.ts';
import type { Caller, Query, QueryPage, Selection, TypeCount } from './ports.ts';
import { asked } from './refusals.ts';
import { type LogRow, eventOf } from './rows.ts';
import { statement } from './statement.ts';
import type { EntityCatalogue } from './stored-entity.ts';

export interface SelectingParts {
  readonly database: Database;
  readonly catalogue: EntityCatalogue;
  readonly clock: Clock;
  readonly seal: Seal;
}

const STATES_MAX = 100;
const SPEAK_FOR = statement('select store.speak_for($1)');
const SETTLE = statement('select store.settle($1)');
const TYPES = statement(
  `select entity_type, count(*) as count from store.entities where not is_deleted group by 1 order by 1`,
);

/** A filter as PostgreSQL text over the alias l, and its parameters. */
interface Selected {
  readonly from: string;
  readonly where: string;
  readonly values: readonly unknown[];
}

export async function query(
  parts: SelectingParts,
  caller: Caller,
  asking: Query,
): Promise<QueryPage> {
  const { catalogue, seal } = parts;
  const limit = checkLimit(asking.limit);
  const { entity } = catalogue.get(asking.entityType);
  const selected = selectedBy(entity, asking, parts.clock);
  const purpose = purposeOf(asking);
  const { pageToken } = asking;
  const before =
    pageToken === undefined ? undefined : openPage(seal, caller, { purpose, token: pageToken });
  const values = [...selected.values, before ?? null, limit + 1];
  const text =
    `select e.first_position, l.position, l.tx_time, l.entity_id, l.version, l.valid_from, l.valid_to, ` +
    `l.entity_type, l.event_type, l.owner, l.changed_by, l.state, l.data ` +
    `from ${selected.from} where ${selected.where} ` +
    `and e.first_position < coalesce($${values.length - 1}::bigint, ${POSITION_END}) ` +
    `order by e.first_position desc limit $${values.length}`;
  const rows = await speakingFor(parts, caller, asking, (queryable) =>
    queryable.query<LogRow & { readonly first_position: bigint }>(text, values),
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    events: page.map(eventOf),
    nextPageToken:
      last === undefined
        ? undefined
        : sealPage(seal, caller, { purpose, before: last.first_position }),
  };
}

/** The greatest bigint: behind every position. */
const POSITION_END = '9223372036854775807';

/** Without a type every entity counts that is not deleted. */
export async function count(
  parts: SelectingParts,
  caller: Caller,
  asking: Selection,
): Promise<bigint> {
  const { entityType } = asking;
  if (entityType === undefined && asking.filter !== undefined) {
    throw invalid('filter', 'left out, or asked of one entity_type', asking.filter);
  }
  const entity = entityType === undefined ? undefined : parts.catalogue.get(entityType).entity;
  const { from, where, values } = selectedBy(entity, asking, parts.clock);
  const text = `select count(*) as count from ${from} where ${where}`;
  const rows = await speakingFor(parts, caller, asking, (queryable) =>
    queryable.query<{ readonly count: bigint }>(text, values),
  );
  return rows[0]?.count ?? 0n;
}

export async function types(
  parts: Pick<SelectingParts, 'database'>,
  caller: Caller,
): Promise<TypeCount[]> {
  const rows = await speakingFor(parts, caller, {}, (queryable) =>
    queryable.query<{ readonly entity_type: string; readonly count: bigint }>(TYPES),
  );
  return rows.map(({ entity_type: entityType, count: entities }) => ({
    entityType,
    count: entities,
  }));
}

/** Runs queries as a principal; a question about the recorded past is made repeatable first. */
async function speakingFor<T>(
  { database }: Pick<SelectingParts, 'database'>,
  caller: Caller,
  asking: Selection,
  work: (queryable: Queryable) => Promise<T>,
): Promise<T> {
  const knownAt = timeText('tx_time', asking.txTime);
  return asked(() =>
    database.transaction(async (transaction) => {
      await transaction.query(SPEAK_FOR, [caller.name]);
      if (knownAt !== null) await transaction.query(SETTLE, [knownAt]);
      return work(transaction);
    }),
  );
}

function selectedBy(entity: Entity | undefined, asking: Selection, clock: Clock): Selected {
  const knownAt = timeText('tx_time', asking.txTime);
  const heldAt = timeText('valid_time', asking.validTime);
  const isNow = knownAt === null && heldAt === null;
  const values: unknown[] = isNow ? [] : [knownAt, heldAt];
  const conditions = [isNow ? `not e.is_deleted` : `l.event_type <> 'DELETED'`];
  if (entity !== undefined) conditions.push(`e.entity_type = $${values.push(entity.name)}`);
  const { states = [] } = asking;
  if (states.length > STATES_MAX) throw invalid('states', `at most ${STATES_MAX}`, states.length);
  if (states.length > 0) conditions.push(`l.state = any ($${values.push(states)}::text[])`);
  if (entity !== undefined && asking.filter !== undefined) {
    const filter = filterOf(entity, asking.filter);
    const sql = filter.toSql({
      source: { kind: 'jsonb', column: 'data', table: 'l' },
      firstParameter: values.length + 1,
      now: clock.nowMicros(),
    });
    values.push(...sql.parameters);
    conditions.push(`(${sql.text})`);
  }
  return { from: isNow ? NEWEST : AT_TIMES, where: conditions.join(' and '), values };
}

const NEWEST = `store.entities e join store.log l on l.entity_id = e.entity_id and l.tx_time = e.tx_time`;

/** The version of an entity that answers, by the rule of store.as_of; all three are SQL. */
export const versionAt = (entity: string, knownAt: string, heldAt: string): string => `(
  select v.* from store.log v
  where v.entity_id = ${entity}
    and v.tx_time <= coalesce(${knownAt}, 'infinity')
    and v.valid_from <= coalesce(${heldAt}, 'infinity')
    and (${heldAt} is null or v.valid_to is null or ${heldAt} < v.valid_to)
  order by v.tx_time desc limit 1)`;

/** $1 and $2 are the recorded and the valid time. */
const AT_TIMES = `store.entities e cross join lateral ${versionAt('e.entity_id', '$1::timestamptz', '$2::timestamptz')} l`;

/** @throws Fault EXPR_SYNTAX, EXPR_FIELD, EXPR_TYPE, EXPR_LIMIT */
function filterOf(entity: Entity, text: string): Expression {
  const filter = parse(text, expressionSchema(entity));
  if (filter.type === 'boolean') return filter;
  throw new Fault('EXPR_TYPE', { filter: text, expected: 'boolean', found: filter.type });
}

/** What makes two queries the same, so that a page token of one does not fit the other. */
function purposeOf({ entityType, filter, states, txTime, validTime }: Query): string {
  return JSON.stringify([
    entityType,
    filter ?? null,
    states ?? [],
    txTime ?? null,
    validTime ?? null,
  ]);
}

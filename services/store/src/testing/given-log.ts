/** Puts histories with given times into the log, as only a superuser can: what the store itself would never write. */
import type { Database } from '@tickmesh/database';
import type { EventType, TimedEvent } from '@tickmesh/domain-store';
import { formatRfc3339 } from '@tickmesh/kernel';

export interface GivenEvent extends TimedEvent {
  readonly entityId: string;
  readonly eventType: EventType;
  readonly data: object;
  readonly state?: string | null;
}

export interface GivenShares {
  readonly entityId: string;
  readonly readers?: readonly string[];
  readonly writers?: readonly string[];
}

/** Events of an entity in the order of their versions, with ascending tx_time. */
export async function putHistories(
  admin: Database,
  events: readonly GivenEvent[],
  {
    owner = 'alice',
    entityType = 'Trade',
    shares = [] as readonly GivenShares[],
    /** False: as they stand that were recorded before the log kept how far valid times reach. */
    hasReach = true,
  } = {},
): Promise<void> {
  const times = events.map(({ txTime }) => txTime);
  const [first, last] = [Math.min(...times), Math.max(...times)].map(formatRfc3339);
  await admin.query('select store.ensure_log_parts($1, $2)', [first, last]);
  const columns = [
    events.map(({ entityId }) => entityId),
    events.map(({ version }) => version),
    events.map(({ eventType }) => eventType),
    events.map(({ txTime }) => formatRfc3339(txTime)),
    events.map(({ validFrom }) => formatRfc3339(validFrom)),
    events.map(({ validTo }) => (validTo === null ? null : formatRfc3339(validTo))),
    events.map(({ state }) => state ?? null),
    events.map(({ data }) => JSON.stringify(data)),
  ];
  await admin.query(
    `with start as (
       update store.clock set position = position + $11 returning position - $11 as position),
     given as (
       select start.position + g.item as position, g.*,
         case when $12 then max(g.valid_from) over (partition by g.entity_id order by g.version)
           else 'infinity' end as valid_reach
       from start, unnest($1::uuid[], $2::bigint[], $3::text[],
         $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::jsonb[]) with ordinality
         as g(entity_id, version, event_type, tx_time, valid_from, valid_to, state, data, item)),
     heads as (
       insert into store.entities
           (entity_id, first_position, version, tx_time, entity_type, owner, state, is_deleted, valid_reach)
         select distinct on (entity_id) entity_id, min(position) over (partition by entity_id), version,
           tx_time, $9, $10, state, event_type = 'DELETED', valid_reach
         from given order by entity_id, version desc)
     insert into store.log (position, tx_time, entity_id, version, valid_from, valid_to, entity_type,
         event_type, owner, changed_by, state, data, valid_reach)
       select position, tx_time, entity_id, version, valid_from, valid_to, $9, event_type, $10, $10, state, data,
         valid_reach
       from given`,
    [...columns, entityType, owner, events.length, hasReach],
  );
  const grants = shares.flatMap(({ entityId, readers = [], writers = [] }) => [
    ...readers.map((name) => [entityId, name, 'read']),
    ...writers.map((name) => [entityId, name, 'write']),
  ]);
  await admin.query(
    `insert into store.shares (entity_id, grantee, may, granted_by)
       select e::uuid, g, m, $4 from unnest($1::text[], $2::text[], $3::text[]) as s(e, g, m)`,
    [0, 1, 2].map((i) => grants.map((grant) => grant[i])).concat([owner] as never),
  );
}

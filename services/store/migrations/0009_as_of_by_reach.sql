-- compatible: yes
-- As-of far back in valid time, without a walk through all that came later. Each version says how far the valid times of
-- its entity reach up to it, which never falls. So the versions that reach no further than a time asked for are the
-- first ones of the entity, and of the later ones only those can hold at it that were backdated: each kind has an index.
-- What was recorded before this counts as backdated, and is found as it was before.

set local role store_owner;

alter table store.entities add column valid_reach timestamptz not null default 'infinity';
alter table store.log add column valid_reach timestamptz not null default 'infinity';
create index log_by_valid_reach on store.log (entity_id, valid_reach, tx_time);
create index log_backdated on store.log (entity_id, tx_time) where valid_from < valid_reach;

-- As before, with the reach.
create or replace function store.append(
    caller text, kinds text[], ids uuid[], keys text[], types text[], expected bigint[], states text[],
    data jsonb[], valid_froms timestamptz[], valid_tos timestamptz[], state_changes jsonb[], workflows text[],
    out tx_time timestamptz, out entity_ids uuid[], out workflow_ids uuid[])
  language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan
  as $$
#variable_conflict use_column
declare
  events constant integer := pg_catalog.cardinality(kinds);
  changes constant integer := pg_catalog.cardinality(pg_catalog.array_remove(kinds, 'write'));
  are_keyed constant boolean := pg_catalog.cardinality(pg_catalog.array_remove(keys, null)) > 0;
  started bigint;
  recorded timestamptz;
  touched integer;
  conflict jsonb;
begin
  perform store.speak_for(caller);
  entity_ids := ids;
  workflow_ids := array[]::uuid[];
  if changes > 0 then
    perform from store.entities e where e.entity_id = any (ids) order by e.entity_id for no key update;
    perform store.refuse_changes(caller, kinds, ids, expected);
  end if;
  if changes < events then
    entity_ids := array(
      select case
          when w.kind <> 'write' then w.id
          when w.key is null then pg_catalog.uuidv7()
          else store.keyed_id(caller, w.type, w.key) end
        from unnest(kinds, ids, keys, types) with ordinality as w(kind, id, key, type, item)
        order by w.item);
  end if;
  if pg_catalog.cardinality(pg_catalog.array_remove(workflows, null)) > 0 then
    workflow_ids := array(
      select case when w.workflow is not null then pg_catalog.uuidv7() end
        from unnest(workflows) with ordinality as w(workflow, item) order by w.item);
  end if;

  update store.clock c
    set position = c.position + events,
      tx_time = greatest(pg_catalog.clock_timestamp(), c.tx_time + interval '1 microsecond')
    returning c.position - events, c.tx_time into started, recorded;
  tx_time := recorded;

  if are_keyed then
    select pg_catalog.jsonb_build_object(
        'entity_id', e.entity_id, 'key', w.key, 'expected', 0, 'actual', e.version)
      into conflict
      from unnest(entity_ids, keys) with ordinality as w(id, key, item)
      join store.entities e on e.entity_id = w.id
      where w.key is not null
      order by w.item limit 1;
    if found then perform store.refuse('VERSION_CONFLICT', conflict); end if;
  end if;
  if changes < events then
    insert into store.entities (
        entity_id, first_position, version, tx_time, entity_type, owner, state, valid_reach)
      select w.id, started + w.item, 1, recorded, w.type, caller, w.state, coalesce(w.valid_from, recorded)
      from unnest(kinds, entity_ids, types, states, valid_froms) with ordinality
        as w(kind, id, type, state, valid_from, item)
      where w.kind = 'write';
  end if;
  if changes > 0 then
    update store.entities e
      set version = e.version + 1, tx_time = recorded, is_deleted = w.kind = 'delete',
        state = case when w.kind = 'transition' then w.state else e.state end,
        valid_reach = greatest(e.valid_reach, coalesce(w.valid_from, recorded))
      from unnest(kinds, ids, states, valid_froms) as w(kind, id, state, valid_from)
      where e.entity_id = w.id and w.kind <> 'write';
    get diagnostics touched = row_count;
    if touched < changes then
      perform store.refuse('ARGUMENT_INVALID', '{"rule": "each entity once in a batch"}');
    end if;
  end if;

  if changes = 0 then
    insert into store.log (
        position, tx_time, entity_id, version, valid_from, valid_to, entity_type, event_type, owner,
        changed_by, state, data, valid_reach)
      select started + w.item, recorded, w.id, 1, coalesce(w.valid_from, recorded), w.valid_to, w.type,
        'CREATED', caller, caller, w.state, w.data, coalesce(w.valid_from, recorded)
      from unnest(entity_ids, types, states, data, valid_froms, valid_tos) with ordinality
        as w(id, type, state, data, valid_from, valid_to, item);
  else
    insert into store.log (
        position, tx_time, entity_id, version, valid_from, valid_to, entity_type, event_type, owner,
        changed_by, state, data, state_change, valid_reach)
      select started + w.item, recorded, w.id, e.version, coalesce(w.valid_from, recorded), w.valid_to,
        e.entity_type,
        case w.kind
          when 'write' then 'CREATED'
          when 'transition' then 'STATE_CHANGE'
          when 'delete' then 'DELETED'
          else case when w.valid_from < recorded then 'CORRECTED' else 'UPDATED' end end,
        e.owner, caller, e.state, w.data, w.state_change, e.valid_reach
      from unnest(kinds, entity_ids, data, valid_froms, valid_tos, state_changes) with ordinality
        as w(kind, id, data, valid_from, valid_to, state_change, item)
      join store.entities e on e.entity_id = w.id;
    insert into store.workflow_outbox (
        workflow_id, workflow, entity_id, version, position, requested_by, requested_at)
      select w.workflow_id, w.workflow, w.id, e.version, started + w.item, caller, recorded
      from unnest(entity_ids, workflows, workflow_ids) with ordinality as w(id, workflow, workflow_id, item)
      join store.entities e on e.entity_id = w.id
      where w.workflow_id is not null;
  end if;
  -- A hint to look, without a word of what or whose: everybody who is connected can listen.
  perform pg_catalog.pg_notify('store_log', '');
end $$;

create or replace function store.as_of(caller text, entity uuid, known_at timestamptz, held_at timestamptz)
  returns setof store.log
  language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan set enable_sort = off
  set enable_bitmapscan = off set enable_seqscan = off
  as $$
declare
  known_until timestamptz := coalesce(known_at, 'infinity');
  principal text;
  -- The last version that reaches no further than `held_at`: none before it begins later.
  reached timestamptz;
begin
  principal := pg_catalog.set_config('store.principal', caller, true);
  if known_at is not null then perform store.settle(known_at); end if;
  if held_at is null then
    return query
      select l.* from store.log l
      where l.entity_id = entity and l.tx_time <= known_until
      order by l.tx_time desc limit 1;
    return;
  end if;
  select l.tx_time into reached from store.log l
    where l.entity_id = entity and l.valid_reach <= held_at
    order by l.valid_reach desc, l.tx_time desc limit 1;
  reached := coalesce(reached, '-infinity');
  return query
    select l.* from store.log l
    where l.entity_id = entity and l.tx_time > reached and l.tx_time <= known_until
      and l.valid_from < l.valid_reach and l.valid_from <= held_at
      and (l.valid_to is null or held_at < l.valid_to)
    order by l.tx_time desc limit 1;
  if found then return; end if;
  known_until := least(known_until, reached);
  return query
    select l.* from store.log l
    where l.entity_id = entity and l.tx_time <= known_until
      and (l.valid_to is null or held_at < l.valid_to)
    order by l.tx_time desc limit 1;
end $$;

reset role;

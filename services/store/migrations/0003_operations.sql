-- compatible: yes
-- The operations. Those that write run as the owner of the tables, whom row security binds like anybody: they see and
-- change what the principal may. A refusal is an error of the class TM000, its message a fault code, its detail the
-- facts as JSON. What the principal cannot see is refused in the same words as what does not exist.

set local role store_owner;

create function store.refuse(code text, facts jsonb) returns void
  language plpgsql set search_path = ''
  as $$
begin
  raise exception using errcode = 'TM000', message = code, detail = facts::text;
end $$;

create function store.speak_for(caller text) returns void
  language plpgsql set search_path = ''
  as $$
begin
  if coalesce(caller, '') = '' then
    perform store.refuse('ARGUMENT_INVALID', '{"argument": "caller", "rule": "a name"}');
  end if;
  perform pg_catalog.set_config('store.principal', caller, true);
end $$;

-- The id of the entity that a caller calls by a key of his own. The caller is part of it, so that nobody can take,
-- or find out about, an id of somebody else.
create function store.keyed_id(caller text, entity_type text, key text) returns uuid
  language sql immutable parallel safe
  return pg_catalog.encode(
    pg_catalog.substr(
      pg_catalog.sha256(pg_catalog.convert_to(
        pg_catalog.jsonb_build_array(caller, entity_type, key)::text, 'UTF8')), 1, 16),
    'hex')::uuid;

-- The newest state of entities that the caller may see; with `locked`, nobody changes those that he may change
-- until the transaction ends.
create function store.heads(caller text, ids uuid[], locked boolean)
  returns table (
    entity_id uuid, entity_type text, owner text, version bigint, state text, is_deleted boolean,
    may_write boolean, data jsonb)
  language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan
  as $$
#variable_conflict use_column
begin
  perform store.speak_for(caller);
  if locked then
    perform from store.entities e where e.entity_id = any (ids) order by e.entity_id for no key update;
  end if;
  return query
    select e.entity_id, e.entity_type, e.owner, e.version, e.state, e.is_deleted,
      e.owner = caller or exists (
        select from store.shares s
        where s.entity_id = e.entity_id and s.grantee = caller and s.may = 'write'),
      l.data
    from store.entities e join store.log l on l.entity_id = e.entity_id and l.tx_time = e.tx_time
    where e.entity_id = any (ids);
end $$;

-- Refuses the first of some changes that cannot be made to heads which are locked.
create function store.refuse_changes(caller text, kinds text[], ids uuid[], expected bigint[]) returns void
  language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan
  as $$
declare
  wrong record;
begin
  select w.item, w.id, w.expected, e.version, e.is_deleted,
      e.owner = caller or exists (
        select from store.shares s
        where s.entity_id = e.entity_id and s.grantee = caller and s.may = 'write') as may_write
    into wrong
    from unnest(kinds, ids, expected) with ordinality as w(kind, id, expected, item)
    left join store.entities e on e.entity_id = w.id
    where w.kind <> 'write'
      and (e.version is distinct from w.expected or e.is_deleted
        or not (e.owner = caller or exists (
          select from store.shares s
          where s.entity_id = e.entity_id and s.grantee = caller and s.may = 'write')))
    order by w.item limit 1;
  if not found then return; end if;
  if wrong.version is null then
    perform store.refuse('NOT_FOUND', pg_catalog.jsonb_build_object('entity_id', wrong.id));
  elsif not wrong.may_write then
    perform store.refuse('NOT_ALLOWED', pg_catalog.jsonb_build_object(
      'entity_id', wrong.id, 'rule', 'its owner and its writers change it'));
  elsif wrong.is_deleted then
    perform store.refuse('ENTITY_DELETED', pg_catalog.jsonb_build_object(
      'entity_id', wrong.id, 'version', wrong.version));
  else
    perform store.refuse('VERSION_CONFLICT', pg_catalog.jsonb_build_object(
      'entity_id', wrong.id, 'expected', wrong.expected, 'actual', wrong.version));
  end if;
end $$;

-- Records events, all or none, at consecutive positions under one tx_time. The arrays are parallel:
--   kinds         write, update, transition or delete
--   ids           of the entity; null for a write
--   keys          for a write: the caller's own name of the entity, or null for a random id
--   types         of the entity, for a write
--   expected      the version that a change stands on
--   states        the new state, for a write and a transition
--   valid_froms   null: from the recorded time on
-- The answer tells what only the database decides: the time, and the ids of new entities and of workflows, by item.
-- The clock is taken last, so that writers wait for each other only while rows are inserted and committed.
create function store.append(
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
    insert into store.entities (entity_id, first_position, version, tx_time, entity_type, owner, state)
      select w.id, started + w.item, 1, recorded, w.type, caller, w.state
      from unnest(kinds, entity_ids, types, states) with ordinality as w(kind, id, type, state, item)
      where w.kind = 'write';
  end if;
  if changes > 0 then
    update store.entities e
      set version = e.version + 1, tx_time = recorded, is_deleted = w.kind = 'delete',
        state = case when w.kind = 'transition' then w.state else e.state end
      from unnest(kinds, ids, states) as w(kind, id, state)
      where e.entity_id = w.id and w.kind <> 'write';
    get diagnostics touched = row_count;
    if touched < changes then
      perform store.refuse('ARGUMENT_INVALID', '{"rule": "each entity once in a batch"}');
    end if;
  end if;

  if changes = 0 then
    insert into store.log (
        position, tx_time, entity_id, version, valid_from, valid_to, entity_type, event_type, owner,
        changed_by, state, data)
      select started + w.item, recorded, w.id, 1, coalesce(w.valid_from, recorded), w.valid_to, w.type,
        'CREATED', caller, caller, w.state, w.data
      from unnest(entity_ids, types, states, data, valid_froms, valid_tos) with ordinality
        as w(id, type, state, data, valid_from, valid_to, item);
  else
    insert into store.log (
        position, tx_time, entity_id, version, valid_from, valid_to, entity_type, event_type, owner,
        changed_by, state, data, state_change)
      select started + w.item, recorded, w.id, e.version, coalesce(w.valid_from, recorded), w.valid_to,
        e.entity_type,
        case w.kind
          when 'write' then 'CREATED'
          when 'transition' then 'STATE_CHANGE'
          when 'delete' then 'DELETED'
          else case when w.valid_from < recorded then 'CORRECTED' else 'UPDATED' end end,
        e.owner, caller, e.state, w.data, w.state_change
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

-- Makes an answer about the recorded past repeatable: nothing will ever be recorded at or before the time given.
-- A writer that holds the clock is waited for, and a later one gets a later time, also when the machine's clock
-- steps back.
create function store.settle(known_at timestamptz) returns void
  language plpgsql security definer set search_path = ''
  as $$
declare
  present timestamptz;
begin
  if known_at <= (select c.tx_time from store.clock c) then return; end if;
  present := pg_catalog.clock_timestamp();
  if known_at > present then
    perform store.refuse('ARGUMENT_INVALID', pg_catalog.jsonb_build_object(
      'name', 'tx_time', 'rule', 'not after the present of the store', 'present', present, 'value', known_at));
  end if;
  update store.clock c set tx_time = known_at where c.tx_time < known_at;
end $$;

-- The as-of rule: of the versions recorded by `known_at` that hold at `held_at`, the highest, a tombstone included.
-- The order of an entity's versions is that of their tx_time. Null does not narrow.
create function store.as_of(caller text, entity uuid, known_at timestamptz, held_at timestamptz)
  returns setof store.log
  language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan
  as $$
declare
  principal text;
begin
  principal := pg_catalog.set_config('store.principal', caller, true);
  if known_at is not null then perform store.settle(known_at); end if;
  return query
    select l.* from store.log l
    where l.entity_id = entity
      and l.tx_time <= coalesce(known_at, 'infinity')
      and l.valid_from <= coalesce(held_at, 'infinity')
      and (held_at is null or l.valid_to is null or held_at < l.valid_to)
    order by l.tx_time desc limit 1;
end $$;

create function store.history(caller text, entity uuid, after_version bigint, most integer)
  returns setof store.log
  language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan
  as $$
declare
  principal text;
begin
  principal := pg_catalog.set_config('store.principal', caller, true);
  return query
    select l.* from store.log l
    where l.entity_id = entity and l.version > after_version
    order by l.tx_time limit most;
end $$;

-- Shares an entity, or takes a right back; the answer tells whether anything changed.
create function store.share(caller text, entity uuid, whom text, right_to text, is_given boolean)
  returns boolean
  language plpgsql security definer set search_path = ''
  as $$
declare
  head record;
begin
  perform store.speak_for(caller);
  select h.owner, h.may_write into head from store.heads(caller, array[entity], false) h;
  if not found then
    perform store.refuse('NOT_FOUND', pg_catalog.jsonb_build_object('entity_id', entity));
  elsif not head.may_write then
    perform store.refuse('NOT_ALLOWED', pg_catalog.jsonb_build_object(
      'entity_id', entity, 'rule', 'its owner and its writers share it'));
  end if;
  if is_given then
    if whom = head.owner then return false; end if;
    insert into store.shares (entity_id, grantee, may, granted_by) values (entity, whom, right_to, caller)
      on conflict do nothing;
  else
    delete from store.shares s where s.entity_id = entity and s.grantee = whom and s.may = right_to;
  end if;
  return found;
end $$;

-- Who may see and change an entity that the caller may see; no row when he may not.
create function store.shares_of(caller text, entity uuid)
  returns table (owner text, readers text[], writers text[])
  language plpgsql security definer set search_path = ''
  as $$
#variable_conflict use_column
begin
  perform store.speak_for(caller);
  return query
    select e.owner,
      array(select s.grantee from store.shares s where s.entity_id = entity and s.may = 'read' order by 1),
      array(select s.grantee from store.shares s where s.entity_id = entity and s.may = 'write' order by 1)
    from store.entities e where e.entity_id = entity;
end $$;

create function store.log_end(out "position" bigint, out tx_time timestamptz)
  language sql stable security definer set search_path = ''
  as $$ select c.position, c.tx_time from store.clock c $$;

create function store.seal_key() returns bytea
  language sql stable security definer set search_path = ''
  as $$ select s.key from store.seal s $$;

reset role;

-- Runs as the relay, who may read these columns of every row, and no other column of any.
create function store.log_ids(after_position bigint, since timestamptz, most integer)
  returns table (
    "position" bigint, tx_time timestamptz, entity_id uuid, version bigint, entity_type text, event_type text)
  language sql stable security definer set search_path = ''
  as $$
  select l.position, l.tx_time, l.entity_id, l.version, l.entity_type, l.event_type from store.log l
  where l.position > after_position and l.tx_time >= since
  order by l.position limit most;
$$;
grant create on schema store to store_relay;
alter function store.log_ids(bigint, timestamptz, integer) owner to store_relay;
revoke create on schema store from store_relay;

revoke all on all functions in schema store from public;
grant execute on function
    store.speak_for(text), store.heads(text, uuid[], boolean),
    store.append(text, text[], uuid[], text[], text[], bigint[], text[], jsonb[], timestamptz[], timestamptz[],
      jsonb[], text[]),
    store.settle(timestamptz), store.as_of(text, uuid, timestamptz, timestamptz),
    store.history(text, uuid, bigint, integer), store.share(text, uuid, text, text, boolean),
    store.shares_of(text, uuid), store.log_end(), store.seal_key(),
    store.log_ids(bigint, timestamptz, integer), store.refuse(text, jsonb)
  to store_access;

-- compatible: yes
-- Row security, forced: it binds the owner of the tables too, and with him every function that runs as him. A policy
-- that compares with a subquery is evaluated once a statement, not once a row. `offset 0` keeps the look into the shares
-- one by the index: otherwise the planner may read all shares of the principal for the sake of a single row.

set local role store_owner;

alter table store.entities enable row level security;
alter table store.entities force row level security;
alter table store.log enable row level security;
alter table store.log force row level security;
alter table store.shares enable row level security;
alter table store.shares force row level security;
alter table store.clock enable row level security;
alter table store.clock force row level security;
alter table store.checkpoints enable row level security;
alter table store.checkpoints force row level security;
alter table store.workflow_outbox enable row level security;
alter table store.workflow_outbox force row level security;
alter table store.seal enable row level security;
alter table store.seal force row level security;

-- An entity: its owner sees and changes it; a share lets others see it, or see and change it.
create policy entities_seen on store.entities for select to store_owner, store_access
  using (
    owner = (select store.principal())
    or exists (
      select from store.shares
      where shares.entity_id = entities.entity_id and shares.grantee = (select store.principal())
      offset 0));
create policy entities_made on store.entities for insert to store_owner
  with check (owner = (select store.principal()));
create policy entities_changed on store.entities for update to store_owner
  using (
    owner = (select store.principal())
    or exists (
      select from store.shares
      where shares.entity_id = entities.entity_id and shares.grantee = (select store.principal())
        and shares.may = 'write'
      offset 0));

-- A version: whoever sees its entity now sees it, whenever it was recorded.
create policy log_seen on store.log for select to store_owner, store_access
  using (
    owner = (select store.principal())
    or exists (
      select from store.shares
      where shares.entity_id = log.entity_id and shares.grantee = (select store.principal())
      offset 0));
create policy log_written on store.log for insert to store_owner
  with check (
    changed_by = (select store.principal())
    and (
      owner = (select store.principal())
      or exists (
        select from store.shares
        where shares.entity_id = log.entity_id and shares.grantee = (select store.principal())
          and shares.may = 'write'
        offset 0)));

-- The service reads the shares of the principal, which the policies above ask for; the functions below read all of
-- them, and show those of an entity to whoever sees it.
create policy shares_mine on store.shares for select to store_access
  using (grantee = (select store.principal()));
create policy shares_kept on store.shares for all to store_owner
  using (true)
  with check (granted_by = (select store.principal()));

create policy checkpoints_mine on store.checkpoints for all to store_owner, store_access
  using (owner = (select store.principal()))
  with check (owner = (select store.principal()));

-- Nothing of any entity's values is in these.
create policy clock_kept on store.clock for all to store_owner using (true) with check (true);
create policy seal_kept on store.seal for select to store_owner using (true);
create policy outbox_written on store.workflow_outbox for insert to store_owner
  with check (requested_by = (select store.principal()));
create policy outbox_read on store.workflow_outbox for select to store_owner, store_access using (true);
create policy outbox_started on store.workflow_outbox for update to store_access using (true);

-- The relay tells that something changed, never what: columns that hold values are not granted to it.
create policy log_told on store.log for select to store_relay using (true);
grant select (position, tx_time, entity_id, version, entity_type, event_type) on store.log to store_relay;

grant select on store.entities, store.log, store.shares to store_access;
grant select, insert, update on store.checkpoints to store_access;
grant select, update (started_at) on store.workflow_outbox to store_access;

-- Grants alone would do for everybody but the owner of the table: these bind him too.
create function store.refuse_rewriting() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  raise exception 'the log is append-only: % of % is refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
create trigger log_is_append_only before update or delete or truncate on store.log
  for each statement execute function store.refuse_rewriting();

-- Makes the parts of the log for the months from one time to another that are missing. A part is not granted to
-- anybody and has no policy: rows are reached through the log alone, whose policies hold.
create function store.ensure_log_parts(since timestamptz, until timestamptz) returns setof text
  language plpgsql security definer set search_path = ''
  as $$
declare
  month timestamptz := pg_catalog.date_trunc('month', since, 'UTC');
  next_month timestamptz;
  part text;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('store.ensure_log_parts', 0));
  while month <= until loop
    next_month := (month at time zone 'UTC' + interval '1 month') at time zone 'UTC';
    part := 'log_' || pg_catalog.to_char(month at time zone 'UTC', 'YYYY_MM');
    if pg_catalog.to_regclass('store.' || part) is null then
      execute pg_catalog.format('create table store.%I (like store.log including all)', part);
      execute pg_catalog.format('alter table store.%I enable row level security', part);
      execute pg_catalog.format('alter table store.%I force row level security', part);
      execute pg_catalog.format(
        'create trigger part_is_append_only before update or delete or truncate on store.%I '
        'for each statement execute function store.refuse_rewriting()', part);
      execute pg_catalog.format(
        'alter table store.log attach partition store.%I for values from (%L) to (%L)',
        part, month, next_month);
      return next part;
    end if;
    month := next_month;
  end loop;
end $$;

-- Makes the parts of this month and of the months ahead.
create function store.ensure_log_parts_ahead(months integer) returns setof text
  language sql security definer set search_path = ''
  as $$
  select store.ensure_log_parts(
    tx_time, pg_catalog.clock_timestamp() + pg_catalog.make_interval(months => months)) from store.clock;
$$;

-- Takes an old part out of the log, to be archived or dropped. Refused while the newest version of an entity that
-- is not deleted lies in it: such an entity would vanish. For operators; the service may not.
create function store.detach_log_part(part text) returns void
  language plpgsql set search_path = ''
  as $$
declare
  bounds text;
  living bigint;
begin
  if pg_catalog.row_security_active('store.entities') then
    raise exception 'whoever detaches a part must see every entity: run it as a superuser'
      using errcode = 'insufficient_privilege';
  end if;
  select pg_catalog.pg_get_expr(c.relpartbound, c.oid) into bounds
    from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'store.log'::pg_catalog.regclass and c.relname = part;
  if bounds is null then
    raise exception 'no part of store.log is named %', part using errcode = 'undefined_table';
  end if;
  execute pg_catalog.format(
    'select count(*) from store.entities e where not e.is_deleted and exists '
    '(select from store.%I l where l.entity_id = e.entity_id and l.tx_time = e.tx_time)', part) into living;
  if living > 0 then
    raise exception '% entities that are not deleted have their newest version in %', living, part
      using errcode = 'object_in_use', hint = 'detach a part whose entities have moved on or are deleted';
  end if;
  execute pg_catalog.format('alter table store.log detach partition store.%I', part);
end $$;

revoke all on all functions in schema store from public;
grant execute on function store.principal() to store_access, store_relay;
grant execute on function store.ensure_log_parts_ahead(integer) to store_access;

reset role;

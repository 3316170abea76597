-- compatible: yes
-- The bi-temporal log. Run by a role that may create roles; it hands every table to store_owner, which nobody
-- logs in as. The service logs in as a member of store_access: it owns nothing, bypasses nothing, and may only
-- read what a principal may read and call the functions of this schema.
--
-- What the database trusts the service for: that it names the principal truthfully (the setting store.principal,
-- set for one transaction), and that values fit their columns. Everything else is decided here.

do $$
declare
  wanted text;
begin
  -- Roles are of the whole server: several databases may be set up at the same time.
  foreach wanted in array array['store_owner', 'store_access', 'store_relay'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then null;
    end;
    if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user)
      and wanted <> 'store_access'
      and not pg_catalog.pg_has_role(current_user, wanted, 'set') then
      execute format('grant %I to current_user with inherit true, set true', wanted);
    end if;
  end loop;
  -- Nobody makes a table of his own beside ours: a function of his own in a filter is how rows leak.
  execute format('revoke temporary on database %I from public', pg_catalog.current_database());
end $$;

revoke all on schema store from public;
grant usage, create on schema store to store_owner;
grant usage on schema store to store_access, store_relay;
grant select on store.migrations to store_access;

set local role store_owner;

-- Whom the service speaks for in this transaction; null when it says nobody, and then no row is visible.
create function store.principal() returns text
  language sql stable parallel safe
  return nullif(pg_catalog.current_setting('store.principal', true), '');

-- The newest state of every entity. What an entity is and who owns it never changes.
create table store.entities (
  entity_id uuid primary key,
  -- The place of its first version in the log: the order of pages, which no later version changes.
  first_position bigint not null,
  version bigint not null check (version >= 1),
  -- When its newest version was recorded; with the id it is the key of that version in the log.
  tx_time timestamptz not null,
  entity_type text not null,
  owner text not null,
  state text,
  is_deleted boolean not null default false
) with (fillfactor = 85);
create index entities_by_type on store.entities (entity_type, first_position);

-- Every version of every entity, in the order of recording. Rows are inserted by store.append alone, and never change.
create table store.log (
  position bigint not null,
  tx_time timestamptz not null,
  entity_id uuid not null,
  version bigint not null,
  valid_from timestamptz not null,
  -- Exclusive; null: without end.
  valid_to timestamptz,
  entity_type text not null,
  event_type text not null
    check (event_type in ('CREATED', 'UPDATED', 'DELETED', 'STATE_CHANGE', 'CORRECTED')),
  owner text not null,
  changed_by text not null,
  state text,
  data jsonb not null,
  -- Of a change of state: from_state, to_state, guard, allowed_by.
  state_change jsonb,
  constraint log_valid_time check (valid_from < valid_to),
  -- An entity has one version in a transaction, so its versions are in the order of tx_time.
  primary key (entity_id, tx_time),
  unique (position, tx_time)
) partition by range (tx_time);

-- Who besides its owner may see or change an entity.
create table store.shares (
  entity_id uuid not null references store.entities,
  grantee text not null,
  may text not null check (may in ('read', 'write')),
  granted_by text not null,
  granted_at timestamptz not null default pg_catalog.clock_timestamp(),
  primary key (entity_id, grantee, may)
);
create index shares_by_grantee on store.shares (grantee, entity_id);

-- The last position and recorded time that were given out. Its row lock is what makes positions gapless and in the
-- order of commits: whoever writes takes it last and holds it until the commit.
create table store.clock (
  is_only boolean primary key default true check (is_only),
  position bigint not null,
  tx_time timestamptz not null
);
insert into store.clock (position, tx_time) values (0, pg_catalog.clock_timestamp());

-- How far each durable subscriber has come. The name is its owner's own: names of others are not taken.
create table store.checkpoints (
  owner text not null,
  subscriber text not null,
  position bigint not null check (position >= 0),
  tx_time timestamptz not null,
  moved_at timestamptz not null default pg_catalog.clock_timestamp(),
  primary key (owner, subscriber)
);

-- Workflows to start, recorded in the transaction of the transition that starts them.
create table store.workflow_outbox (
  workflow_id uuid primary key,
  workflow text not null,
  entity_id uuid not null,
  version bigint not null,
  position bigint not null,
  requested_by text not null,
  requested_at timestamptz not null,
  started_at timestamptz
);
create index workflow_outbox_waiting on store.workflow_outbox (position) where started_at is null;

-- What seals the cursors that callers hold; made once, and the same for every instance.
create table store.seal (
  is_only boolean primary key default true check (is_only),
  key bytea not null
);
insert into store.seal (key)
  values (pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));

reset role;

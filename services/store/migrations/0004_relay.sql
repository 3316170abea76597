-- compatible: yes
-- The relay of store_events: how far it has come, and which instance may go on. The log itself is the outbox.

set local role store_owner;

create table store.relay (
  is_only boolean primary key default true check (is_only),
  -- Tells this log from every other: part of the ids of its events.
  log_id uuid not null default pg_catalog.gen_random_uuid(),
  -- Everything up to here was acknowledged by the broker.
  position bigint not null default 0,
  tx_time timestamptz not null default '-infinity',
  -- The instance that publishes, and until when nobody else may; the epoch rises with every change.
  holder text,
  epoch bigint not null default 0,
  expires_at timestamptz not null default '-infinity'
);
insert into store.relay default values;

alter table store.relay enable row level security;
alter table store.relay force row level security;
create policy relay_kept on store.relay for all to store_owner, store_access using (true) with check (true);
grant select, update (position, tx_time, holder, epoch, expires_at) on store.relay to store_access;

reset role;

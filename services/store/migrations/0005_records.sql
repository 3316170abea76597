-- compatible: yes
-- What the store keeps beside the records of orders, trades and positions: how far it has read each topic, which
-- messages it has seen, and which entity stands for which order, trade or position. Written in the transaction that
-- records the entities. Nothing of this is for callers.

set local role store_owner;

create table store.record_offsets (
  topic text not null,
  partition integer not null,
  next_offset bigint not null,
  primary key (topic, partition)
);

-- By the message's own id: a report may stand in its topic twice.
create table store.record_inbox (
  message_id text primary key,
  received_at timestamptz not null default pg_catalog.clock_timestamp()
);

create table store.records (
  kind text not null,
  key text not null,
  entity_id uuid not null unique,
  -- Of an order and of a trade.
  intent_id text,
  -- account|exchange|symbol of a trade.
  market text,
  -- With whom it was shared.
  readers text[] not null,
  primary key (kind, key)
);
create index records_of_intent on store.records (intent_id);
create index records_of_market on store.records (market) where market is not null;

alter table store.record_offsets enable row level security;
alter table store.record_offsets force row level security;
alter table store.record_inbox enable row level security;
alter table store.record_inbox force row level security;
alter table store.records enable row level security;
alter table store.records force row level security;
create policy offsets_kept on store.record_offsets for all to store_owner, store_access using (true) with check (true);
create policy inbox_kept on store.record_inbox for all to store_owner, store_access using (true) with check (true);
create policy records_kept on store.records for all to store_owner, store_access using (true) with check (true);
grant select, insert, update (next_offset) on store.record_offsets to store_access;
grant select, insert on store.record_inbox to store_access;
grant select, insert, update (readers), delete on store.records to store_access;

-- A workflow that can never start is set aside with the reason, for a person.
alter table store.workflow_outbox add column refused_at timestamptz, add column refusal text;
grant update (refused_at, refusal) on store.workflow_outbox to store_access;

reset role;

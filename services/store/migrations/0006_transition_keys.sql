-- compatible: yes
-- Transitions that were asked for under a key, written in the transaction that makes them: a caller who lost the answer,
-- as a workflow whose process died behind the commit, asks again under the same key and is told what he was told.

set local role store_owner;

create table store.transition_keys (
  -- The caller, whose own name for the transition the key is: those of others are not taken.
  owner text not null,
  key text not null check (length(key) between 1 and 300),
  entity_id uuid not null,
  expected_version bigint not null,
  to_state text not null,
  made_at timestamptz not null default pg_catalog.clock_timestamp(),
  primary key (owner, key)
);

alter table store.transition_keys enable row level security;
alter table store.transition_keys force row level security;

create policy transition_keys_mine on store.transition_keys for all to store_owner, store_access
  using (owner = (select store.principal()))
  with check (owner = (select store.principal()));

grant select, insert on store.transition_keys to store_access;

reset role;

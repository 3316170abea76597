-- compatible: yes
-- A transition under a key may bring values and times of its own: what they were is kept as a hash, empty for one that
-- brings none, so that the same key with others is refused. Its first answer names the workflow that it started.

set local role store_owner;

alter table store.transition_keys add column content text not null default '';

create index workflow_outbox_of on store.workflow_outbox (entity_id, version);

reset role;

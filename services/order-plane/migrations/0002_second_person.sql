-- compatible: yes
-- Versions of the limits, and what waits for a second person: limits that are raised, switches that are re-armed.

-- The one limits document, version by version; the highest whose time has come is in force. Nothing is changed or removed.
create table order_plane.limits (
  version integer primary key,
  effective_from timestamptz not null,
  -- The whole version as config/limits.yaml has it, decimals as texts.
  document jsonb not null,
  raises jsonb not null,
  changed_by text not null,
  reason text not null,
  requested_at timestamptz not null,
  approved_by text,
  approval_reason text,
  recorded_at timestamptz not null default clock_timestamp(),
  check (approved_by is null or approved_by <> changed_by)
);

-- Changes that raise something, until another person approves or another change is taken first.
create table order_plane.limit_changes (
  change_id uuid primary key,
  base_version integer not null references order_plane.limits,
  effective_from timestamptz,
  document jsonb not null,
  raises jsonb not null,
  requested_by text not null,
  reason text not null,
  requested_at timestamptz not null,
  version integer references order_plane.limits
);
create index limit_changes_recent on order_plane.limit_changes (requested_at);

-- A switch knows which throw of it stands, and who wants it re-armed.
alter table order_plane.kill_switches
  add column version bigint not null default 0,
  add column rearm_requested_by text,
  add column rearm_reason text,
  add column rearm_requested_at timestamptz;
alter table order_plane.kill_switch_history
  add column requested_by text,
  add column request_reason text,
  add column requested_at timestamptz,
  drop constraint kill_switch_history_change_check,
  add check (change in ('halted', 'rearm_requested', 'rearmed'));
update order_plane.kill_switches s set version = coalesce(
  (select max(h.sequence) from order_plane.kill_switch_history h
   where h.level = s.level and h.scope = s.scope and h.change = 'halted'), 0);

-- Cancels and replaces of a moment ago, for their rate.
create index requests_recent on order_plane.requests (account, created_at);

-- Positions of each strategy, kept beside those of its account; the fills are the truth of both.
create table order_plane.strategy_positions (
  account text not null,
  strategy_id text not null,
  exchange text not null,
  symbol text not null,
  quantity numeric not null,
  cost numeric not null,
  realized numeric not null,
  cash_flow numeric not null,
  revision integer not null,
  last_execution_id text,
  last_filled_at timestamptz,
  primary key (account, strategy_id, exchange, symbol)
);

create table order_plane.strategy_fees (
  account text not null,
  strategy_id text not null,
  currency text not null,
  amount numeric not null,
  primary key (account, strategy_id, currency)
);
insert into order_plane.strategy_fees (account, strategy_id, currency, amount)
select f.account, o.strategy_id, f.fee_currency, sum(f.fee)
from order_plane.fills f join order_plane.orders o using (intent_id)
where f.fee_currency is not null group by 1, 2, 3;

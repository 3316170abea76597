-- compatible: yes
-- The book of record of orders. Everything that changes an account's state does so while it holds the account's row.

create table order_plane.accounts (
  account text primary key,
  broker text not null,
  created_at timestamptz not null default now()
);

-- One owner for each account and broker session; the epoch rises with every change of owner.
create table order_plane.leases (
  account text not null references order_plane.accounts,
  broker text not null,
  holder text not null,
  epoch bigint not null,
  expires_at timestamptz not null,
  primary key (account, broker)
);

-- The inbox: one row an intent, for ever.
create table order_plane.intents (
  intent_id uuid primary key,
  content_hash text not null,
  action text not null check (action in ('NEW', 'CANCEL', 'REPLACE')),
  account text not null references order_plane.accounts,
  strategy_id text not null,
  exchange text not null,
  symbol text not null,
  intent jsonb not null,
  headers jsonb not null,
  source text not null,
  received_at timestamptz not null
);

-- What risk said, with every check's numbers and the version of the limits.
create table order_plane.decisions (
  intent_id uuid not null references order_plane.intents,
  stage text not null check (stage in ('intake', 'wire')),
  approved boolean not null,
  limits_version integer,
  checks jsonb not null,
  decided_at timestamptz not null,
  primary key (intent_id, stage)
);

-- One row an order: what the fold of its facts says, for questions and exposure. The facts are the truth.
create table order_plane.orders (
  intent_id uuid primary key references order_plane.intents,
  sequence bigint generated always as identity unique,
  account text not null references order_plane.accounts,
  strategy_id text not null,
  exchange text not null,
  symbol text not null,
  client_order_id text not null unique,
  intent_fact jsonb not null,
  status text not null,
  execution_status text not null,
  is_open boolean not null,
  is_sent boolean not null,
  unresolved boolean not null,
  awaits_answer boolean not null,
  quantity numeric not null,
  leaves_quantity numeric not null,
  filled_quantity numeric not null,
  average_price numeric,
  limit_price numeric,
  reports integer not null,
  attempts integer not null,
  deadline timestamptz,
  sent_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index orders_open on order_plane.orders (account, sequence) where is_open;
create index orders_recent on order_plane.orders (account, created_at);

create table order_plane.facts (
  sequence bigint generated always as identity unique,
  intent_id uuid not null references order_plane.orders,
  fact_key text not null,
  digest text not null,
  fact jsonb not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (intent_id, fact_key, digest)
);

-- What is asked of the broker about an order: by a CANCEL or REPLACE intent, or by a kill switch.
create table order_plane.requests (
  request_id uuid primary key,
  intent_id uuid references order_plane.intents,
  target_intent_id uuid not null references order_plane.orders,
  account text not null,
  kind text not null check (kind in ('cancel', 'replace')),
  state text not null check (state in ('pending', 'sent', 'done')),
  reason text,
  sent_at timestamptz,
  created_at timestamptz not null
);
create index requests_undone on order_plane.requests (account, created_at) where state <> 'done';
create index requests_of_order on order_plane.requests (target_intent_id);

-- The executions that count, as positions are booked from them: corrected ones restated, busted ones gone.
create table order_plane.fills (
  account text not null,
  exchange text not null,
  symbol text not null,
  execution_id text not null,
  intent_id uuid not null references order_plane.orders,
  signed_quantity numeric not null,
  price numeric not null,
  fee numeric not null,
  fee_currency text,
  filled_at timestamptz not null,
  primary key (account, exchange, symbol, execution_id)
);
create index fills_of_order on order_plane.fills (intent_id);

create table order_plane.positions (
  account text not null,
  exchange text not null,
  symbol text not null,
  quantity numeric not null,
  cost numeric not null,
  realized numeric not null,
  cash_flow numeric not null,
  revision integer not null,
  last_execution_id text,
  last_filled_at timestamptz,
  primary key (account, exchange, symbol)
);

create table order_plane.fees (
  account text not null,
  currency text not null,
  amount numeric not null,
  primary key (account, currency)
);

-- Equity at the start of the day and its peak, for the loss limits.
create table order_plane.equity (
  account text not null,
  currency text not null,
  day date not null,
  day_start numeric not null,
  peak numeric not null,
  primary key (account, currency)
);

create table order_plane.kill_switches (
  level text not null check (level in ('strategy', 'instrument', 'account', 'firm')),
  scope text not null,
  thrown_by text not null,
  reason text not null,
  reducing_only boolean not null,
  thrown_at timestamptz not null default clock_timestamp(),
  primary key (level, scope)
);
create table order_plane.kill_switch_history (
  sequence bigint generated always as identity primary key,
  level text not null,
  scope text not null,
  change text not null check (change in ('halted', 'rearmed')),
  changed_by text not null,
  reason text not null,
  changed_at timestamptz not null default clock_timestamp()
);

create table order_plane.outbox (
  id bigint generated always as identity primary key,
  account text not null,
  event_id text not null unique,
  intent_id uuid not null,
  report jsonb not null,
  headers jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  published_at timestamptz
);
create index outbox_unpublished on order_plane.outbox (account, id) where published_at is null;
create index outbox_of_intent on order_plane.outbox (intent_id, id);

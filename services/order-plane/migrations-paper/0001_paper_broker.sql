-- compatible: yes
-- The paper broker's own book: it outlives the order plane's processes as a real broker would.

-- The session with the highest epoch is the only one that may place orders.
create table paper_broker.sessions (
  account text primary key,
  epoch bigint not null
);

create table paper_broker.orders (
  client_order_id text primary key,
  sequence bigint generated always as identity unique,
  account text not null,
  payload jsonb not null,
  digest text not null,
  is_open boolean not null default true,
  created_at timestamptz not null default clock_timestamp()
);
create index orders_open on paper_broker.orders (account, sequence) where is_open;

-- Requests that were taken, so that one that is repeated is answered once.
create table paper_broker.requests (
  client_order_id text not null references paper_broker.orders,
  request_id text not null,
  terms jsonb,
  primary key (client_order_id, request_id)
);

-- Everything that the broker has said, in the order in which it said it.
create table paper_broker.events (
  sequence bigint generated always as identity primary key,
  client_order_id text not null,
  fact jsonb not null
);
create index events_of_order on paper_broker.events (client_order_id, sequence);

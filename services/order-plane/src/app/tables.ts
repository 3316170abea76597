/** The statements of the book of record. Each takes the transaction that it belongs to. */
import type { Queryable, Transaction } from '@tickmesh/database';
import { type HeldPosition, type AccountState, type EquityMarks } from './account-book.ts';
import {
  MONEY_SCALE,
  type KillSwitch,
  type OpenOrder,
  type RecentChange,
  type RecentOrder,
} from '@tickmesh/domain-risk';
import { Fault, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { type PositionRow, parseNumeric, positionOfRow } from './amounts.ts';
import { statement } from './statement.ts';

const ENSURE_ACCOUNT = statement(
  `insert into order_plane.accounts (account, broker) values ($1, $2) on conflict do nothing`,
);

export async function ensureAccount(db: Queryable, account: string, broker: string): Promise<void> {
  await db.query(ENSURE_ACCOUNT, [account, broker]);
}

const LOCK_ACCOUNT = statement(
  `select account from order_plane.accounts where account = $1 for update`,
);

/** The one serial step of an account: whoever holds the row decides and records; the others wait. */
export async function lockAccount(db: Queryable, account: string): Promise<void> {
  const rows = await db.read(LOCK_ACCOUNT, [account]);
  if (rows.length === 0) throw new Fault('NOT_FOUND', { account });
}

const READ_OPEN = statement(
  `select intent_id, strategy_id, symbol, exchange, intent_fact->>'side' as side, leaves_quantity,
     limit_price, unresolved
   from order_plane.orders where account = $1 and is_open order by sequence`,
);
const READ_RECENT = statement(
  `select intent_id, strategy_id, symbol, exchange, intent_fact->>'side' as side, quantity, limit_price,
     created_at
   from order_plane.orders where account = $1 and created_at > $2`,
);
const READ_POSITIONS = statement(
  `select exchange, symbol, quantity, cost, realized, cash_flow, revision, last_execution_id, last_filled_at
   from order_plane.positions where account = $1`,
);
const READ_FEES = statement(`select currency, amount from order_plane.fees where account = $1`);
const READ_EQUITY = statement(
  `select currency, day::text as day, day_start, peak from order_plane.equity where account = $1`,
);
const READ_SWITCHES = statement(
  `select level, scope, thrown_by, reason, reducing_only from order_plane.kill_switches`,
);

interface OrderRow {
  readonly intent_id: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly side: 'BUY' | 'SELL';
  readonly limit_price: string | null;
  readonly [column: string]: unknown;
}

/**
 * Everything that a decision needs, read after the lock.
 * @param recentSinceMicros orders before this no longer count for rates and repetitions
 */
export async function readAccount(
  db: Queryable,
  account: string,
  recentSinceMicros: number,
): Promise<AccountState> {
  const since = formatRfc3339(recentSinceMicros);
  const [open, recent, fees, equity, positions, killSwitches] = await Promise.all([
    readOpenOrders(db, account),
    db.read<OrderRow & { quantity: string; created_at: number }>(READ_RECENT, [account, since]),
    db.read<{ currency: string; amount: string }>(READ_FEES, [account]),
    db.read<{ currency: string; day: string; day_start: string; peak: string }>(READ_EQUITY, [
      account,
    ]),
    readPositions(db, account),
    readSwitches(db),
  ]);
  return {
    account,
    openOrders: open,
    recentOrders: recent.map((row): RecentOrder => ({
      ...identityOf(row),
      quantity: parseNumeric(row.quantity, 9),
      atMicros: row.created_at,
    })),
    recentChanges: [],
    positions,
    fees: new Map(fees.map(({ currency, amount }) => [currency, parseNumeric(amount, 9)])),
    killSwitches,
    equityMarks: new Map(
      equity.map((row): [string, EquityMarks] => [
        row.currency,
        {
          day: row.day,
          dayStart: parseNumeric(row.day_start, MONEY_SCALE),
          peak: parseNumeric(row.peak, MONEY_SCALE),
        },
      ]),
    ),
  };
}

const READ_CHANGES = statement(
  `select r.request_id, i.strategy_id, r.created_at
   from order_plane.requests r join order_plane.intents i on i.intent_id = r.intent_id
   where r.account = $1 and r.created_at > $2`,
);

/** Cancels and replaces that strategies asked for since. */
export async function readRecentChanges(
  db: Queryable,
  account: string,
  sinceMicros: number,
): Promise<RecentChange[]> {
  const rows = await db.read<{ request_id: string; strategy_id: string; created_at: number }>(
    READ_CHANGES,
    [account, formatRfc3339(sinceMicros)],
  );
  return rows.map(({ request_id, strategy_id, created_at }) => ({
    requestId: request_id,
    strategyId: strategy_id,
    atMicros: created_at,
  }));
}

function identityOf(row: OrderRow) {
  return {
    intentId: row.intent_id,
    strategyId: row.strategy_id,
    symbol: row.symbol,
    exchange: row.exchange,
    side: row.side,
    limitPrice: row.limit_price === null ? undefined : parseNumeric(row.limit_price, 9),
  };
}

export async function readOpenOrders(db: Queryable, account: string): Promise<OpenOrder[]> {
  const rows = await db.read<OrderRow & { leaves_quantity: string; unresolved: boolean }>(
    READ_OPEN,
    [account],
  );
  return rows.map((row) => ({
    ...identityOf(row),
    leavesQuantity: parseNumeric(row.leaves_quantity, 9),
    unresolved: row.unresolved,
  }));
}

export async function readPositions(db: Queryable, account: string): Promise<HeldPosition[]> {
  const rows = await db.read<PositionRow>(READ_POSITIONS, [account]);
  return rows.map((row) => ({
    symbol: row.symbol,
    exchange: row.exchange,
    position: positionOfRow(row),
  }));
}

export async function readSwitches(db: Queryable): Promise<KillSwitch[]> {
  const rows = await db.read<{
    level: KillSwitch['level'];
    scope: string;
    thrown_by: string;
    reason: string;
    reducing_only: boolean;
  }>(READ_SWITCHES);
  return rows.map(({ level, scope, thrown_by, reason, reducing_only }) => ({
    level,
    scope,
    by: thrown_by,
    reason,
    reducingOnly: reducing_only,
  }));
}

const WRITE_EQUITY = statement(
  `insert into order_plane.equity (account, currency, day, day_start, peak) values ($1, $2, $3, $4, $5)
   on conflict (account, currency) do update
   set day = excluded.day, day_start = excluded.day_start, peak = excluded.peak
   where (equity.day, equity.day_start, equity.peak) <> (excluded.day, excluded.day_start, excluded.peak)`,
);

export function writeEquity(
  db: Transaction,
  account: string,
  before: ReadonlyMap<string, EquityMarks>,
  after: ReadonlyMap<string, EquityMarks>,
): void {
  for (const [currency, marks] of after) {
    const held = before.get(currency);
    if (held?.day === marks.day && held.peak === marks.peak) continue;
    db.send(WRITE_EQUITY, [
      account,
      currency,
      marks.day,
      formatDecimal(marks.dayStart, MONEY_SCALE),
      formatDecimal(marks.peak, MONEY_SCALE),
    ]);
  }
}

export interface InboxRow {
  readonly intent_id: string;
  readonly content_hash: string;
  readonly action: string;
  readonly account: string;
  readonly strategy_id: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly intent: unknown;
  readonly headers: unknown;
  readonly source: string;
  readonly received_at: string;
}

const WRITE_INBOX = statement(
  `insert into order_plane.intents
     (intent_id, content_hash, action, account, strategy_id, exchange, symbol, intent, headers, source, received_at)
   select intent_id, content_hash, action, account, strategy_id, exchange, symbol, intent, headers, source, received_at
   from jsonb_to_recordset($1::jsonb) as r (intent_id uuid, content_hash text, action text, account text,
     strategy_id text, exchange text, symbol text, intent jsonb, headers jsonb, source text, received_at timestamptz)
   on conflict (intent_id) do nothing
   returning intent_id`,
);
const READ_HASHES = statement(
  `select intent_id, content_hash from order_plane.intents where intent_id = any($1::uuid[])`,
);

/** Takes intents in. Returns those that are new, and the hashes of those that were here before. */
export async function writeInbox(
  db: Queryable,
  rows: readonly InboxRow[],
): Promise<{ readonly taken: ReadonlySet<string>; readonly known: ReadonlyMap<string, string> }> {
  const inserted = await db.query<{ intent_id: string }>(WRITE_INBOX, [JSON.stringify(rows)]);
  const taken = new Set(inserted.map(({ intent_id }) => intent_id));
  const others = rows.filter((row) => !taken.has(row.intent_id)).map((row) => row.intent_id);
  if (others.length === 0) return { taken, known: new Map() };
  const hashes = await db.query<{ intent_id: string; content_hash: string }>(READ_HASHES, [others]);
  return { taken, known: new Map(hashes.map((row) => [row.intent_id, row.content_hash])) };
}

export interface DecisionRow {
  readonly intent_id: string;
  readonly stage: 'intake' | 'wire';
  readonly approved: boolean;
  readonly limits_version: number | null;
  readonly checks: unknown;
  readonly decided_at: string;
}

const WRITE_DECISIONS = statement(
  `insert into order_plane.decisions (intent_id, stage, approved, limits_version, checks, decided_at)
   select intent_id, stage, approved, limits_version, checks, decided_at
   from jsonb_to_recordset($1::jsonb) as r (intent_id uuid, stage text, approved boolean,
     limits_version integer, checks jsonb, decided_at timestamptz)`,
);

export function writeDecisions(db: Transaction, rows: readonly DecisionRow[]): void {
  if (rows.length > 0) db.send(WRITE_DECISIONS, [JSON.stringify(rows)]);
}

export interface RequestRow {
  readonly request_id: string;
  readonly intent_id: string | null;
  readonly target_intent_id: string;
  readonly account: string;
  readonly kind: 'cancel' | 'replace';
  readonly state: 'pending' | 'sent' | 'done';
  readonly reason: string | null;
  readonly created_at: string;
}

const WRITE_REQUESTS = statement(
  `insert into order_plane.requests
     (request_id, intent_id, target_intent_id, account, kind, state, reason, created_at)
   select request_id, intent_id, target_intent_id, account, kind, state, reason, created_at
   from jsonb_to_recordset($1::jsonb) as r (request_id uuid, intent_id uuid, target_intent_id uuid,
     account text, kind text, state text, reason text, created_at timestamptz)
   on conflict (request_id) do nothing`,
);

export function writeRequests(db: Transaction, rows: readonly RequestRow[]): void {
  if (rows.length > 0) db.send(WRITE_REQUESTS, [JSON.stringify(rows)]);
}

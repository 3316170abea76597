/** Answers about orders, limits and switches, straight from the book of record. */
import type { Database, Queryable } from '@tickmesh/database';
import { type KillLevel, limitsToPlain } from '@tickmesh/domain-risk';
import { type Clock, Fault, formatRfc3339 } from '@tickmesh/kernel';
import type { LimitsInForce, Markets } from './ports.ts';
import { statement } from './statement.ts';

export interface QueryParts {
  readonly database: Database;
  readonly markets: Markets;
  readonly limits: LimitsInForce;
  readonly clock: Clock;
}

type Plain = Readonly<Record<string, unknown>>;

const LIST = statement(
  `select sequence, intent_id, account, strategy_id, exchange, symbol, intent_fact->>'side' as side,
     intent_fact->>'orderKind' as order_type, client_order_id as order_id, status, unresolved, quantity,
     filled_quantity, leaves_quantity, average_price, limit_price, created_at, updated_at
   from order_plane.orders
   where ($1::text is null or account = $1) and ($2::text is null or strategy_id = $2)
     and ($3::boolean is null or is_open = $3) and ($4::bigint is null or sequence < $4)
   order by sequence desc limit $5`,
);
const READ_INTENT = statement(
  `select intent, headers, action, account, source, received_at from order_plane.intents where intent_id = $1`,
);
const READ_ORDER = statement(
  `select client_order_id as order_id, status, execution_status, unresolved, quantity, filled_quantity,
     leaves_quantity, average_price, limit_price, attempts, created_at, updated_at
   from order_plane.orders where intent_id = $1`,
);
const READ_DECISIONS = statement(
  `select stage, approved, limits_version, checks, decided_at from order_plane.decisions
   where intent_id = $1 order by decided_at, stage`,
);
const READ_FACTS = statement(
  `select fact, recorded_at from order_plane.facts where intent_id = $1 order by sequence`,
);
const READ_REPORTS = statement(
  `select report, created_at, published_at from order_plane.outbox where intent_id = $1 order by id`,
);
const READ_REQUESTS = statement(
  `select request_id, kind, state, reason, created_at, sent_at from order_plane.requests
   where target_intent_id = $1 order by created_at`,
);
const READ_SWITCHES = statement(
  `select level, scope, thrown_by, reason, reducing_only, thrown_at, version, rearm_requested_by, rearm_reason,
     rearm_requested_at
   from order_plane.kill_switches order by level, scope`,
);

/** Each with the last throw before it. */
const READ_REARMED = statement(
  `select r.level, r.scope, t.sequence as version, t.changed_by as thrown_by, t.reason, t.changed_at as thrown_at,
     r.requested_by, r.changed_by as rearmed_by, r.changed_at as rearmed_at
   from order_plane.kill_switch_history r
   cross join lateral (
     select h.sequence, h.changed_by, h.reason, h.changed_at from order_plane.kill_switch_history h
     where h.level = r.level and h.scope = r.scope and h.change = 'halted' and h.sequence < r.sequence
     order by h.sequence desc limit 1) t
   where r.change = 'rearmed' order by r.sequence desc limit $1`,
);

export interface OrderFilter {
  readonly account?: string | undefined;
  readonly strategy?: string | undefined;
  readonly open?: boolean | undefined;
  /** Sequence of the last order of the page before. */
  readonly before?: bigint | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function listOrders({ database }: QueryParts, filter: OrderFilter): Promise<Plain[]> {
  const rows = await database.query(LIST, [
    filter.account ?? null,
    filter.strategy ?? null,
    filter.open ?? null,
    filter.before ?? null,
    filter.limit,
  ]);
  return rows.map(plain);
}

/**
 * An intent with its whole life: decision with every check, facts, requests, reports.
 * @throws Fault NOT_FOUND
 */
export async function showOrder({ database }: QueryParts, intentId: string): Promise<Plain> {
  const [intent] = await database.query(READ_INTENT, [intentId]);
  if (intent === undefined) throw new Fault('NOT_FOUND', { intent_id: intentId });
  const [order] = await database.query(READ_ORDER, [intentId]);
  return {
    ...plain(intent),
    order: order === undefined ? null : plain(order),
    decisions: (await database.query(READ_DECISIONS, [intentId])).map(plain),
    facts: (await database.query(READ_FACTS, [intentId])).map(plain),
    requests: (await database.query(READ_REQUESTS, [intentId])).map(plain),
    reports: (await database.query(READ_REPORTS, [intentId])).map(plain),
  };
}

export interface Halt extends Plain {
  readonly level: KillLevel;
  readonly scope: string;
  readonly thrown_by: string;
  readonly reason: string;
  readonly reducing_only: boolean;
  /** Microseconds. */
  readonly thrown_at: number;
  /** Which throw of the switch it is. */
  readonly version: bigint;
  /** Who wants it re-armed: another person must. */
  readonly rearm_requested_by: string | null;
  readonly rearm_reason: string | null;
  readonly rearm_requested_at: number | null;
}

/** A switch that was re-armed: both people. */
export interface Rearmed {
  readonly level: KillLevel;
  readonly scope: string;
  readonly version: bigint;
  readonly thrown_by: string;
  readonly reason: string;
  readonly thrown_at: number;
  readonly requested_by: string | null;
  readonly rearmed_by: string;
  readonly rearmed_at: number;
  readonly [column: string]: unknown;
}

/** The kill switches that are thrown. */
export const readHalts = (database: Queryable): Promise<Halt[]> =>
  database.query<Halt>(READ_SWITCHES);

/** The latest switches that were re-armed, newest first. */
export const readRearmed = (database: Queryable, limit: number): Promise<Rearmed[]> =>
  database.query<Rearmed>(READ_REARMED, [limit]);

/** The version in force, and what is halted. */
export async function showLimits({ database, limits }: QueryParts): Promise<Plain> {
  const version = limits();
  return {
    limits: version === undefined ? null : limitsToPlain(version),
    halted: (await readHalts(database)).map(plain),
  };
}

/** Times as RFC 3339, big integers and numerics as texts: fit for JSON. */
export function plain(row: Plain): Plain {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'bigint') return [name, value.toString()];
      if (typeof value === 'number' && name.endsWith('_at')) return [name, formatRfc3339(value)];
      return [name, value];
    }),
  );
}

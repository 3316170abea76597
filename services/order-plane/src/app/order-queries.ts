/** Answers about orders, positions and limits, straight from the book of record. */
import type { Database, Queryable } from '@tickmesh/database';
import { AMOUNT_SCALE, averageCost, unrealized } from '@tickmesh/domain-ledger';
import {
  type KillLevel,
  LIMITS,
  type LimitName,
  type LimitValues,
  type LimitsVersion,
  MONEY_SCALE,
  referenceMid,
} from '@tickmesh/domain-risk';
import { Fault, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { type PositionRow, positionOfRow } from './amounts.ts';
import type { LimitsInForce, Markets } from './ports.ts';
import { statement } from './statement.ts';

export interface QueryParts {
  readonly database: Database;
  readonly markets: Markets;
  readonly limits: LimitsInForce;
  /** As they were or will be at a time. */
  readonly limitsAt: (atMicros: number) => LimitsVersion | undefined;
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
const READ_POSITIONS = statement(
  `select account, exchange, symbol, quantity, cost, realized, cash_flow, revision, last_execution_id,
     last_filled_at
   from order_plane.positions where $1::text is null or account = $1 order by account, exchange, symbol`,
);
const READ_FEES = statement(
  `select account, currency, amount from order_plane.fees where $1::text is null or account = $1
   order by account, currency`,
);
const READ_SWITCHES = statement(
  `select level, scope, thrown_by, reason, reducing_only, thrown_at from order_plane.kill_switches
   order by level, scope`,
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

/** Positions marked at the mid, and fees by currency. Amounts are exact decimals, as texts. */
export async function listPositions(parts: QueryParts, account?: string): Promise<Plain> {
  const positions = await readPositions(parts, account);
  const fees = await parts.database.query(READ_FEES, [account ?? null]);
  return {
    positions: positions.map(({ markedAtMicros, ...position }) => ({
      ...position,
      mark_rule: 'mid',
      marked_at: markedAtMicros === null ? null : formatRfc3339(markedAtMicros),
    })),
    fees: fees.map(plain),
  };
}

/** A position at the mid; null is what is not known. */
export interface PositionAnswer {
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly average_cost: string | null;
  readonly realized: string;
  readonly unrealized: string | null;
  readonly currency: string | null;
  readonly mark: string | null;
  readonly markedAtMicros: number | null;
  readonly revision: number;
}

export async function readPositions(
  parts: Pick<QueryParts, 'database' | 'markets'>,
  account?: string,
): Promise<PositionAnswer[]> {
  const rows = await parts.database.query<PositionRow & { account: string }>(READ_POSITIONS, [
    account ?? null,
  ]);
  return rows.map((row) => positionOf(parts.markets, row));
}

function positionOf(
  markets: Markets,
  row: PositionRow & { readonly account: string },
): PositionAnswer {
  const { account, symbol, exchange, revision } = row;
  const position = positionOfRow(row);
  const instrument = markets.instrument(symbol, exchange);
  const reference = markets.reference(symbol, exchange);
  const mark = referenceMid(reference);
  const average = instrument && averageCost(position, instrument);
  const open =
    instrument && mark !== undefined ? unrealized(position, instrument, mark) : undefined;
  return {
    account,
    exchange,
    symbol,
    quantity: formatDecimal(position.quantity),
    average_cost: average === undefined ? null : formatDecimal(average),
    realized: formatDecimal(position.realized, AMOUNT_SCALE),
    unrealized: open === undefined ? null : formatDecimal(open, AMOUNT_SCALE),
    currency: instrument?.settlement_currency ?? null,
    mark: mark === undefined ? null : formatDecimal(mark),
    markedAtMicros: reference?.atMicros ?? null,
    revision,
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
}

/** The kill switches that are thrown. */
export const readHalts = (database: Queryable): Promise<Halt[]> =>
  database.query<Halt>(READ_SWITCHES);

/** The version in force, and what is halted. */
export async function showLimits({ database, limits }: QueryParts): Promise<Plain> {
  const version = limits();
  return {
    limits: version === undefined ? null : versionOf(version),
    halted: (await readHalts(database)).map(plain),
  };
}

function versionOf(version: LimitsVersion): Plain {
  const values = (limits: LimitValues): Plain =>
    Object.fromEntries(
      (Object.entries(limits) as [LimitName, bigint | number][]).map(
        ([name, value]): [string, unknown] => {
          if (typeof value === 'number') return [name, value];
          return [name, formatDecimal(value, LIMITS[name].form === 'money' ? MONEY_SCALE : 9)];
        },
      ),
    );
  return {
    version: version.version,
    effective_from: formatRfc3339(version.effectiveFromMicros),
    changed_by: version.changedBy,
    reason: version.reason,
    defaults: values(version.defaults),
    accounts: Object.fromEntries(
      [...version.accounts].map(([name, { broker, cash, limits }]) => [
        name,
        {
          broker,
          cash: Object.fromEntries(
            [...cash].map(([c, amount]) => [c, formatDecimal(amount, MONEY_SCALE)]),
          ),
          limits: values(limits),
        },
      ]),
    ),
    strategies: Object.fromEntries(
      [...version.strategies].map(([name, { account, limits }]) => [
        name,
        { account, limits: values(limits) },
      ]),
    ),
    instruments: Object.fromEntries(
      [...version.instruments].map(([name, limits]) => [name, values(limits)]),
    ),
  };
}

/** Times as RFC 3339, big integers and numerics as texts: fit for JSON. */
function plain(row: Plain): Plain {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'bigint') return [name, value.toString()];
      if (typeof value === 'number' && name.endsWith('_at')) return [name, formatRfc3339(value)];
      return [name, value];
    }),
  );
}

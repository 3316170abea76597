/**
 * Kill switches: thrown at once and alone, re-armed by two people. Throwing one cancels the working orders that it is
 * about.
 */
import type { Database, Transaction } from '@tickmesh/database';
import { type KillLevel, type KillSwitch, isSwitchFor } from '@tickmesh/domain-risk';
import { type Clock, Fault, derivedUuid, formatRfc3339 } from '@tickmesh/kernel';
import { OrderLog } from './order-log.ts';
import type { Markets, OrderProbe } from './ports.ts';
import { lockAccount, writeRequests } from './tables.ts';
import { statement } from './statement.ts';

export interface SwitchParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly probe: OrderProbe;
}

/** Thrown again, it is another switch: who wanted the one before re-armed wanted that one. */
const THROW = statement(
  `with remembered as (
     insert into order_plane.kill_switch_history (level, scope, change, changed_by, reason)
     values ($1, $2, 'halted', $3, $4) returning sequence, changed_at)
   insert into order_plane.kill_switches (level, scope, thrown_by, reason, reducing_only, thrown_at, version)
   select $1, $2, $3, $4, $5, changed_at, sequence from remembered
   on conflict (level, scope) do update set thrown_by = excluded.thrown_by, reason = excluded.reason,
     reducing_only = excluded.reducing_only, thrown_at = excluded.thrown_at, version = excluded.version,
     rearm_requested_by = null, rearm_reason = null, rearm_requested_at = null
   returning version`,
);
const READ_SWITCH = statement(
  `select version, rearm_requested_by, rearm_reason, rearm_requested_at
   from order_plane.kill_switches where level = $1 and scope = $2 for update`,
);
const REQUEST_REARM = statement(
  `with remembered as (
     insert into order_plane.kill_switch_history (level, scope, change, changed_by, reason)
     values ($1, $2, 'rearm_requested', $3, $4) returning changed_at)
   update order_plane.kill_switches
   set rearm_requested_by = $3, rearm_reason = $4, rearm_requested_at = changed_at
   from remembered where level = $1 and scope = $2`,
);
const REARM = statement(
  `with gone as (
     delete from order_plane.kill_switches where level = $1 and scope = $2
     returning level, scope, rearm_requested_by, rearm_reason, rearm_requested_at)
   insert into order_plane.kill_switch_history
     (level, scope, change, changed_by, reason, requested_by, request_reason, requested_at)
   select level, scope, 'rearmed', $3, $4, rearm_requested_by, rearm_reason, rearm_requested_at from gone`,
);
const READ_WORKING = statement(
  `select intent_id, account, strategy_id as "strategyId", symbol, exchange
   from order_plane.orders where is_open and account = $1 order by sequence`,
);
const READ_ACCOUNTS = statement(
  `select account, broker from order_plane.accounts order by account`,
);

/** What a halt set going. */
export interface Halted {
  readonly version: number;
  /** Accounts that now have cancels to send. */
  readonly accounts: readonly string[];
  readonly cancelsRequested: number;
}

/**
 * Halts. The switch is committed first, by itself, so that nothing delays it; the cancels follow, account by account.
 * @param canceling whether orders that work are canceled; where reducing ones may pass, none is
 */
export async function halt(
  parts: SwitchParts,
  held: KillSwitch,
  canceling = true,
): Promise<Halted> {
  const { level, scope, by, reason, reducingOnly } = held;
  const [row] = await parts.database.transaction((db) =>
    db.query<{ version: bigint }>(THROW, [level, scope, by, reason, reducingOnly]),
  );
  const version = row?.version ?? 0n;
  parts.probe.halted?.(held);
  if (reducingOnly || !canceling)
    return { version: Number(version), accounts: [], cancelsRequested: 0 };
  const accounts = await parts.database.query<{ account: string; broker: string }>(READ_ACCOUNTS);
  const woken: string[] = [];
  let cancelsRequested = 0;
  for (const { account, broker } of accounts) {
    const canceled = await parts.database.transaction((db) =>
      cancelWorking(db, parts, { account, broker, held, sequence: version }),
    );
    if (canceled.orders > 0) woken.push(account);
    cancelsRequested += canceled.requests;
  }
  return { version: Number(version), accounts: woken, cancelsRequested };
}

export interface WantedRearm {
  readonly level: KillLevel;
  readonly scope: string;
  readonly by: string;
  readonly reason: string;
  /** The switch that the caller has seen: one that was thrown again since stays thrown. Absent: the one that stands. */
  readonly version?: number | undefined;
  /** What the caller means to do: the other is then refused. Absent: whichever it is. */
  readonly step?: RearmStep | undefined;
}

export type RearmStep = 'request' | 'approve';

/**
 * The first call asks for a switch to be re-armed, and leaves it thrown; another person's call re-arms it.
 * @returns what the call did
 * @throws Fault NOT_FOUND when nothing of the scope is halted; VERSION_CONFLICT when it was thrown again,
 *   or stands at another step than the caller means;
 *   SECOND_PERSON_NEEDED to the one who asked for it
 */
export async function rearm(
  parts: SwitchParts,
  wanted: WantedRearm,
): Promise<'requested' | 'rearmed'> {
  const { level, scope, by, reason } = wanted;
  const done = await parts.database.transaction(async (db) => {
    const [row] = await db.query<SwitchRow>(READ_SWITCH, [level, scope]);
    if (row === undefined) throw new Fault('NOT_FOUND', { level, scope });
    const version = Number(row.version);
    if (wanted.version !== undefined && wanted.version !== version) {
      throw new Fault('VERSION_CONFLICT', { level, scope, seen: wanted.version, version });
    }
    const requestedBy = row.rearm_requested_by;
    if (requestedBy === by) {
      throw new Fault('SECOND_PERSON_NEEDED', { level, scope, requested_by: requestedBy });
    }
    const step: RearmStep = requestedBy === null ? 'request' : 'approve';
    if (wanted.step !== undefined && wanted.step !== step) {
      const rule = requestedBy === null ? 'nobody asked for it yet' : 'it was asked for already';
      throw new Fault('VERSION_CONFLICT', { level, scope, step: wanted.step, rule });
    }
    const statement = requestedBy === null ? REQUEST_REARM : REARM;
    await db.query(statement, [level, scope, by, reason]);
    return requestedBy === null ? 'requested' : 'rearmed';
  });
  if (done === 'requested') parts.probe.rearmRequested?.(level, scope, by);
  else parts.probe.rearmed?.(level, scope, by);
  return done;
}

interface SwitchRow {
  readonly version: bigint;
  readonly rearm_requested_by: string | null;
  readonly [column: string]: unknown;
}

async function cancelWorking(
  db: Transaction,
  parts: SwitchParts,
  halted: {
    readonly account: string;
    readonly broker: string;
    readonly held: KillSwitch;
    readonly sequence: bigint;
  },
): Promise<{ readonly orders: number; readonly requests: number }> {
  const { account, broker, held, sequence } = halted;
  await lockAccount(db, account);
  const working = await db.query<{
    intent_id: string;
    account: string;
    strategyId: string;
    symbol: string;
    exchange: string;
  }>(READ_WORKING, [account]);
  const meant = working.filter((order) => isSwitchFor(held, order)).map((order) => order.intent_id);
  if (meant.length === 0) return { orders: 0, requests: 0 };
  const nowMicros = parts.clock.nowMicros();
  const log = new OrderLog(db, {
    account,
    broker,
    instrumentOf: (symbol, exchange) => parts.markets.instrument(symbol, exchange),
    probe: parts.probe,
  });
  await log.load({ intents: meant });
  const requests = [];
  for (const order of log.orders) {
    // What is not sent yet is stopped by the switch itself, at the last hop.
    if (order.fold.state().attempts === 0) continue;
    const requestId = derivedUuid('halt', sequence, order.intentId);
    log.record(order, [{ kind: 'cancel-requested', requestId, atMicros: nowMicros }]);
    requests.push({
      request_id: requestId,
      intent_id: null,
      target_intent_id: order.intentId,
      account,
      kind: 'cancel' as const,
      state: 'pending' as const,
      reason: `halted: ${held.reason}`,
      created_at: formatRfc3339(nowMicros),
    });
  }
  await log.flush(nowMicros);
  writeRequests(db, requests);
  return { orders: meant.length, requests: requests.length };
}

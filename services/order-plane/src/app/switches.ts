/**
 * Kill switches: thrown at once and alone, re-armed with a name and a reason. Throwing one cancels the working orders
 * that it is about.
 */
import type { Database, Queryable } from '@tickmesh/database';
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

const THROW = statement(
  `insert into order_plane.kill_switches (level, scope, thrown_by, reason, reducing_only)
   values ($1, $2, $3, $4, $5)
   on conflict (level, scope) do update set thrown_by = excluded.thrown_by, reason = excluded.reason,
     reducing_only = excluded.reducing_only`,
);
const REARM = statement(
  `delete from order_plane.kill_switches where level = $1 and scope = $2 returning level`,
);
const REMEMBER = statement(
  `insert into order_plane.kill_switch_history (level, scope, change, changed_by, reason)
   values ($1, $2, $3, $4, $5) returning sequence`,
);
const READ_WORKING = statement(
  `select intent_id, account, strategy_id as "strategyId", symbol, exchange
   from order_plane.orders where is_open and account = $1 order by sequence`,
);
const READ_ACCOUNTS = statement(
  `select account, broker from order_plane.accounts order by account`,
);

/**
 * Halts. The switch is committed first, by itself, so that nothing delays it; the cancels follow, account by account.
 * Returns the accounts that now have cancels to send.
 */
export async function halt(parts: SwitchParts, held: KillSwitch): Promise<readonly string[]> {
  const [row] = await parts.database.transaction(async (db) => {
    await db.query(THROW, [held.level, held.scope, held.by, held.reason, held.reducingOnly]);
    return db.query<{ sequence: bigint }>(REMEMBER, [
      held.level,
      held.scope,
      'halted',
      held.by,
      held.reason,
    ]);
  });
  parts.probe.halted?.(held);
  if (held.reducingOnly || row === undefined) return [];
  const accounts = await parts.database.query<{ account: string; broker: string }>(READ_ACCOUNTS);
  const woken: string[] = [];
  for (const { account, broker } of accounts) {
    const canceled = await parts.database.transaction((db) =>
      cancelWorking(db, parts, { account, broker, held, sequence: row.sequence }),
    );
    if (canceled > 0) woken.push(account);
  }
  return woken;
}

/** @throws Fault NOT_FOUND when nothing of the scope is halted */
export async function rearm(
  parts: SwitchParts,
  wanted: {
    readonly level: KillLevel;
    readonly scope: string;
    readonly by: string;
    readonly reason: string;
  },
): Promise<void> {
  const { level, scope, by, reason } = wanted;
  await parts.database.transaction(async (db) => {
    const rows = await db.query(REARM, [level, scope]);
    if (rows.length === 0) throw new Fault('NOT_FOUND', { level, scope });
    await db.query(REMEMBER, [level, scope, 'rearmed', by, reason]);
  });
  parts.probe.rearmed?.(level, scope, by);
}

async function cancelWorking(
  db: Queryable,
  parts: SwitchParts,
  halted: {
    readonly account: string;
    readonly broker: string;
    readonly held: KillSwitch;
    readonly sequence: bigint;
  },
): Promise<number> {
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
  if (meant.length === 0) return 0;
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
  await writeRequests(db, requests);
  return meant.length;
}

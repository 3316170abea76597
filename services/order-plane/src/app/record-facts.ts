/** What the broker says, written down: facts, positions, outcomes and reports in one transaction. */
import type { Database } from '@tickmesh/database';
import type { OrderFact } from '@tickmesh/domain-orders';
import type { Clock } from '@tickmesh/kernel';
import { type LoggedOrder, OrderLog } from './order-log.ts';
import type { BrokerFact, Crash, Markets, OrderProbe } from './ports.ts';
import { lockAccount } from './tables.ts';

export interface RecordParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly crash: Crash;
  readonly probe: OrderProbe;
}

export interface RecordTarget {
  readonly account: string;
  readonly broker: string;
}

/** Facts in the order in which they came. Returns the client order ids that the account does not know. */
export async function recordFacts(
  parts: RecordParts,
  target: RecordTarget,
  facts: readonly BrokerFact[],
): Promise<readonly string[]> {
  if (facts.length === 0) return [];
  const clientOrderIds = [...new Set(facts.map((item) => item.clientOrderId))];
  return recordInto(parts, target, clientOrderIds, (orders, record) => {
    for (const { clientOrderId, fact } of facts) {
      const order = orders.get(clientOrderId);
      if (order !== undefined) record(order, [fact]);
    }
    return clientOrderIds.filter((id) => !orders.has(id));
  });
}

/** Facts of ours about one order, by what is known of it under the lock. Nothing when there is no such order. */
export async function recordAbout(
  parts: RecordParts,
  target: RecordTarget,
  clientOrderId: string,
  factsOf: (order: LoggedOrder) => readonly OrderFact[],
): Promise<void> {
  await recordInto(parts, target, [clientOrderId], (orders, record) => {
    const order = orders.get(clientOrderId);
    if (order !== undefined) record(order, factsOf(order));
  });
}

async function recordInto<T>(
  parts: RecordParts,
  target: RecordTarget,
  clientOrderIds: readonly string[],
  work: (
    orders: ReadonlyMap<string, LoggedOrder>,
    record: (order: LoggedOrder, facts: readonly OrderFact[]) => void,
  ) => T,
): Promise<T> {
  const { reports, result } = await parts.database.transaction(async (db) => {
    const log = new OrderLog(db, {
      ...target,
      instrumentOf: (symbol, exchange) => parts.markets.instrument(symbol, exchange),
      probe: parts.probe,
    });
    await Promise.all([lockAccount(db, target.account), log.load({ clientOrderIds })]);
    const orders = new Map(log.orders.map((order) => [order.clientOrderId, order]));
    const result = work(orders, (order, facts) => {
      log.record(order, facts);
    });
    const reports = await log.flush(parts.clock.nowMicros());
    parts.crash('facts.before_commit');
    return { reports, result };
  });
  parts.crash('facts.after_commit');
  for (const report of reports) parts.probe.reportWritten?.(report);
  return result;
}

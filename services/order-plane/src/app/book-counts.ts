/** How much of the book of record is under way: for gauges and their alerts. */
import type { Queryable } from '@tickmesh/database';
import { statement } from './statement.ts';

const COUNT = statement(
  `select a.account, a.broker,
     (select count(*) from order_plane.orders o where o.account = a.account and o.is_open) as open_orders,
     (select count(*) from order_plane.orders o
      where o.account = a.account and o.is_open and o.unresolved) as unknown_orders,
     (select count(*) from order_plane.outbox b
      where b.account = a.account and b.published_at is null) as unpublished_reports
   from order_plane.accounts a order by a.account`,
);

export interface AccountCounts {
  readonly account: string;
  readonly broker: string;
  readonly openOrders: number;
  /** Of the open orders, those whose state at the broker is not known. */
  readonly unknownOrders: number;
  /** Reports that are committed and not yet published. */
  readonly unpublishedReports: number;
}

/** One row an account. */
export async function countBook(database: Queryable): Promise<readonly AccountCounts[]> {
  const rows = await database.query<{
    account: string;
    broker: string;
    open_orders: bigint;
    unknown_orders: bigint;
    unpublished_reports: bigint;
  }>(COUNT);
  return rows.map((row) => ({
    account: row.account,
    broker: row.broker,
    openOrders: Number(row.open_orders),
    unknownOrders: Number(row.unknown_orders),
    unpublishedReports: Number(row.unpublished_reports),
  }));
}

/** Both sides of the comparison, as texts: the order plane's own tables, and what the store has recorded. */
import type { Database } from '@tickmesh/database';
import { ORDER_RECORD, POSITION_RECORD, TRADE_RECORD } from '@tickmesh/domain-columns';
import { type ComparedBooks, recordedBooks } from '@tickmesh/domain-store';
import type { Caller, JsonData, StoreLog, StoredEvent } from '../app/ports.ts';

const PAGE_MAX = 1_000;

/** Everything recorded that the caller may see. */
export async function booksOfLog(
  log: Pick<StoreLog, 'query'>,
  caller: Caller,
): Promise<ComparedBooks> {
  const all = async (entityType: string): Promise<JsonData[]> => {
    const events: StoredEvent[] = [];
    let pageToken: string | undefined;
    do {
      const page = await log.query(caller, { entityType, limit: PAGE_MAX, pageToken });
      events.push(...page.events);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return events.map(({ data }) => data);
  };
  return recordedBooks({
    orders: await all(ORDER_RECORD.name),
    trades: await all(TRADE_RECORD.name),
    positions: await all(POSITION_RECORD.name),
  });
}

/** @param database in which the order plane keeps its tables, as somebody who may read them */
export async function bookOfRecord(database: Database): Promise<ComparedBooks> {
  const orders = await database.query<Record<string, string | null>>(
    // The last report of an order says it as it stands.
    `select distinct on (o.intent_id) o.intent_id, b.report->>'status' as status,
       o.filled_quantity::text as filled, o.average_price::text as average
     from order_plane.orders o join order_plane.outbox b on b.intent_id = o.intent_id
     order by o.intent_id, b.id desc`,
  );
  const trades = await database.query<Record<string, string>>(
    `select account, exchange, symbol, execution_id, intent_id::text as intent_id,
       signed_quantity::text as quantity, price::text as price
     from order_plane.fills where execution_id not like '%/FEE'`,
  );
  const positions = await database.query<Record<string, string>>(
    `select account, exchange, symbol, quantity::text as quantity, realized::text as realized
     from order_plane.positions`,
  );
  return {
    orders: orders.map((row) => ({
      intentId: row['intent_id'] ?? '',
      status: row['status'] ?? '',
      filledQuantity: row['filled'] ?? '',
      averagePrice: row['average'] ?? null,
    })),
    trades: trades.map((row) => ({
      account: row['account'] ?? '',
      exchange: row['exchange'] ?? '',
      symbol: row['symbol'] ?? '',
      fillId: row['execution_id'] ?? '',
      intentId: row['intent_id'] ?? '',
      signedQuantity: row['quantity'] ?? '',
      price: row['price'] ?? '',
    })),
    positions: positions.map((row) => ({
      account: row['account'] ?? '',
      exchange: row['exchange'] ?? '',
      symbol: row['symbol'] ?? '',
      quantity: row['quantity'] ?? '',
      realized: row['realized'] ?? '',
    })),
  };
}

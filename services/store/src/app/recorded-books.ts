/** What is recorded of orders, trades and positions, in the form in which it is compared with the books. */
import { ORDER_RECORD, POSITION_RECORD, TRADE_RECORD } from '@tickmesh/domain-columns';
import type { ComparedBooks } from '@tickmesh/domain-store';
import type { Caller, JsonData, StoreLog, StoredEvent } from './ports.ts';

const PAGE_MAX = 1_000;

/** Everything of it that the caller may see. */
export async function recordedBooks(
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
  const orders = await all(ORDER_RECORD.name);
  const trades = await all(TRADE_RECORD.name);
  const positions = await all(POSITION_RECORD.name);
  return {
    // A cancel or a replace is an intent without an order of its own, and one just received is on no books yet.
    orders: orders
      .filter(({ action, status }) => (action ?? 'NEW') === 'NEW' && status !== 'RECEIVED')
      .map((data) => ({
        intentId: text(data, 'intent_id'),
        status: text(data, 'status'),
        filledQuantity: text(data, 'filled_quantity'),
        averagePrice: data['average_fill_price'] === null ? null : text(data, 'average_fill_price'),
      })),
    trades: trades.map((data) => ({
      ...marketOf(data),
      fillId: text(data, 'fill_id'),
      intentId: text(data, 'intent_id'),
      signedQuantity: `${data['side'] === 'SELL' ? '-' : ''}${text(data, 'fill_quantity')}`,
      price: text(data, 'fill_price'),
    })),
    positions: positions.map((data) => ({
      ...marketOf(data),
      quantity: text(data, 'position_quantity'),
      realized: text(data, 'realized_profit'),
    })),
  };
}

const text = (data: JsonData, field: string): string => {
  const value = data[field];
  return typeof value === 'string' ? value : '';
};

const marketOf = (data: JsonData) => ({
  account: text(data, 'account'),
  exchange: text(data, 'exchange'),
  symbol: text(data, 'symbol'),
});

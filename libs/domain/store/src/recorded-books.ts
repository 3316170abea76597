/** What the store has recorded of orders, trades and positions, in the form in which it is compared with the books. */
import type { ComparedBooks } from './compare-records.ts';

/** The values of an entity in their JSON form. */
type Values = Readonly<Record<string, unknown>>;

/** Those of every OrderRecord, TradeRecord and PositionRecord. */
export interface RecordedEntities {
  readonly orders: readonly Values[];
  readonly trades: readonly Values[];
  readonly positions: readonly Values[];
}

export function recordedBooks({ orders, trades, positions }: RecordedEntities): ComparedBooks {
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

const text = (data: Values, field: string): string => {
  const value = data[field];
  return typeof value === 'string' ? value : '';
};

const marketOf = (data: Values) => ({
  account: text(data, 'account'),
  exchange: text(data, 'exchange'),
  symbol: text(data, 'symbol'),
});

/**
 * Where what the order plane has on its books and what the store has recorded of it differ: each difference by name.
 * Amounts are decimals as texts, and equal when their numbers are.
 */

/** An order that was sent or refused, as either side states it. */
export interface ComparedOrder {
  readonly intentId: string;
  /** As reports have it. */
  readonly status: string;
  readonly filledQuantity: string;
  readonly averagePrice: string | null;
}

export interface ComparedTrade {
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly fillId: string;
  readonly intentId: string;
  /** Below 0 for a sale. */
  readonly signedQuantity: string;
  readonly price: string;
}

export interface ComparedPosition {
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly realized: string;
}

export interface ComparedBooks {
  readonly orders: readonly ComparedOrder[];
  readonly trades: readonly ComparedTrade[];
  readonly positions: readonly ComparedPosition[];
}

export interface RecordDifference {
  readonly kind: 'order' | 'trade' | 'position';
  /** What names it: the intent, or account, exchange, symbol and execution. */
  readonly name: string;
  /** The field that differs; `missing` when one side does not have it at all. */
  readonly field: string;
  /** On the books of the order plane; null when it is not there. */
  readonly book: string | null;
  /** As recorded. */
  readonly record: string | null;
}

/** In the order of the books, then what only the records have. Empty: they agree. */
export function compareRecords(book: ComparedBooks, records: ComparedBooks): RecordDifference[] {
  return [
    ...differencesOf('order', book.orders, records.orders, ({ intentId }) => intentId),
    ...differencesOf('trade', book.trades, records.trades, (trade) =>
      [trade.account, trade.exchange, trade.symbol, trade.fillId, trade.intentId].join('|'),
    ),
    ...differencesOf('position', book.positions, records.positions, (position) =>
      [position.account, position.exchange, position.symbol].join('|'),
    ),
  ];
}

function differencesOf<Item extends object>(
  kind: RecordDifference['kind'],
  book: readonly Item[],
  records: readonly Item[],
  nameOf: (item: Item) => string,
): RecordDifference[] {
  const recorded = new Map(records.map((item) => [nameOf(item), item]));
  const differences = book.flatMap((item): RecordDifference[] => {
    const name = nameOf(item);
    const other = recorded.get(name);
    recorded.delete(name);
    if (other === undefined) {
      return [{ kind, name, field: 'missing', book: JSON.stringify(item), record: null }];
    }
    const found = other as Readonly<Record<string, string | null>>;
    return Object.entries(item as Readonly<Record<string, string | null>>)
      .filter(([field, value]) => plain(value) !== plain(found[field] ?? null))
      .map(([field, value]) => ({ kind, name, field, book: value, record: found[field] ?? null }));
  });
  const extra = [...recorded].map(([name, item]): RecordDifference => {
    return { kind, name, field: 'missing', book: null, record: JSON.stringify(item) };
  });
  return [...differences, ...extra];
}

/** A decimal without the zeros that say nothing; any other text as it is. */
function plain(text: string | null): string | null {
  if (text === null || !/^-?\d+(\.\d+)?$/.test(text)) return text;
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}

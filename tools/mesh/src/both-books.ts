/** Both sides of the comparison of records with books, by the public calls of both services. */
import type { BookedOrder, OrderQuestions, StoreClient, StoredEvent } from '@tickmesh/client';
import {
  type Entity,
  ORDER_RECORD,
  POSITION_RECORD,
  TRADE_RECORD,
  entityExpressions,
} from '@tickmesh/domain-columns';
import { type OrderStatus, reportStatusOf } from '@tickmesh/domain-orders';
import { type ComparedBooks, type ComparedOrder, recordedBooks } from '@tickmesh/domain-store';
import { askOrderPlane } from './service-address.ts';

const PAGE_MAX = 1_000;

/** What the order plane has on its books. @throws Fault those of the order plane, SERVICE_UNREACHABLE */
export async function booksOfOrders(
  questions: OrderQuestions,
  account: string | undefined,
): Promise<ComparedBooks> {
  const orders: ComparedOrder[] = [];
  const trades: ComparedBooks['trades'][number][] = [];
  for await (const order of questions.orders({ account })) {
    const status = await reportedStatusOf(order);
    if (status === undefined) continue;
    const { intentId, filledQuantity, averageFillPrice: averagePrice } = order;
    orders.push({ intentId, status, filledQuantity, averagePrice });
    trades.push(...tradesOf(order));
  }
  return { orders, trades, positions: await questions.positions({ account }) };
}

/** What the store has recorded and shows to the caller. @throws Fault those of the store, SERVICE_UNREACHABLE */
export async function booksOfRecords(
  store: StoreClient,
  account: string | undefined,
): Promise<ComparedBooks> {
  const all = async (entity: Entity, filter: string | undefined) => {
    const values: StoredEvent['data'][] = [];
    let pageToken: string | undefined;
    do {
      const query = { filter, pageSize: PAGE_MAX, pageToken };
      const page = await store.plain.query(entity.name, query);
      values.push(...page.events.map(({ data }) => data));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return values;
  };
  const ofAccount = (entity: typeof ORDER_RECORD | typeof TRADE_RECORD | typeof POSITION_RECORD) =>
    account === undefined ? undefined : String(entityExpressions(entity).account.eq(account));
  return recordedBooks({
    orders: await all(ORDER_RECORD, ofAccount(ORDER_RECORD)),
    trades: await all(TRADE_RECORD, ofAccount(TRADE_RECORD)),
    positions: await all(POSITION_RECORD, ofAccount(POSITION_RECORD)),
  });
}

interface Life {
  readonly reports: readonly { readonly report: { readonly status: string } }[];
}

/** As reports have it; undefined before the first. Where a request is open the last report says what is beneath it. */
async function reportedStatusOf({ intentId, status }: BookedOrder): Promise<string | undefined> {
  const reported = reportStatusOf(status as OrderStatus);
  if (reported !== undefined) return reported;
  const { reports } = await askOrderPlane<Life>(`orders/${intentId}`);
  return reports.at(-1)?.report.status;
}

const tradesOf = ({ account, exchange, symbol, intentId, side, fills }: BookedOrder) =>
  fills.map(({ fillId, quantity, price }) => ({
    ...{ account, exchange, symbol, fillId, intentId, price },
    signedQuantity: side === 'SELL' ? `-${quantity}` : quantity,
  }));

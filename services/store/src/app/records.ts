/**
 * Keeps orders, trades and positions as entities, from the intents and reports of the mesh, so that it can be asked what
 * was known of an order at a time. How far each partition was read, which messages were seen and what is recorded are one
 * transaction: a message that comes again, at its place or at another, changes nothing. The order plane's own
 * tables are the book of record; `mesh log compare` tells where the two differ.
 */
import type { Delivery } from '@tickmesh/bus';
import type { ExecutionReport, Instrument } from '@tickmesh/contracts';
import type { Database, Transaction } from '@tickmesh/database';
import { ORDER_RECORD, POSITION_RECORD, TRADE_RECORD } from '@tickmesh/domain-columns';
import type { Crash } from './crash.ts';
import { type RecordAccess, readersOf } from './record-access.ts';
import { RecordBook, type RecordKey } from './record-book.ts';
import {
  type TradeRecord,
  ledgerFillsOf,
  orderOfIntent,
  orderOfReport,
  positionAnew,
  positionOnTop,
  tradeOf,
} from './record-values.ts';
import { statement } from './statement.ts';

export type RecordTopic = 'order_intents' | 'exec_reports';
export type RecordDelivery = Delivery<RecordTopic>;

export interface RecordParts {
  readonly database: Database;
  readonly access: RecordAccess;
  readonly instrumentOf: (symbol: string, exchange: string) => Instrument | undefined;
  readonly crash: Crash;
}

const BEGIN_OFFSETS = statement(
  `insert into store.record_offsets (topic, partition, next_offset)
   select distinct topic, partition, 0 from unnest($1::text[], $2::integer[]) as o(topic, partition)
   on conflict do nothing`,
);
const LOCK_OFFSETS = statement(
  `select o.topic, o.partition, o.next_offset
   from store.record_offsets o
   where (o.topic, o.partition) in (select * from unnest($1::text[], $2::integer[]))
   order by o.topic, o.partition for no key update`,
);
const MOVE_OFFSETS = statement(
  `update store.record_offsets o set next_offset = m.next_offset
   from (select topic, partition, max(next_offset) as next_offset
     from unnest($1::text[], $2::integer[], $3::bigint[]) as m(topic, partition, next_offset) group by 1, 2) m
   where o.topic = m.topic and o.partition = m.partition`,
);
const TAKE_IN = statement(
  `insert into store.record_inbox (message_id) select distinct unnest($1::text[])
   on conflict do nothing returning message_id`,
);

/** Records a batch, in its order. @throws Fault COLUMN_VALUE for what fits no column; the database's own */
export async function keepRecords(
  parts: RecordParts,
  deliveries: readonly RecordDelivery[],
): Promise<void> {
  await parts.database.transaction(async (transaction) => {
    const ahead = await notYetRead(transaction, deliveries);
    const fresh = await notYetSeen(transaction, ahead);
    const book = new RecordBook(transaction, parts.access.owner);
    await book.load({
      intentIds: fresh.map(({ value }) => value.intent_id),
      keys: positions(fresh),
    });
    // What was wanted comes before what became of it, where one batch brings both.
    for (const delivery of [...fresh.filter(isIntent), ...fresh.filter(isReport)]) {
      if (isReport(delivery)) await keepReport(parts, book, delivery.value);
      else if (isIntent(delivery)) {
        const { value } = delivery;
        const key = { entity: ORDER_RECORD, key: value.intent_id };
        const order = orderOfIntent(book.get(ORDER_RECORD, key.key), value);
        await book.put({ ...key, intentId: value.intent_id }, order, {
          atMicros: value.timestamp,
          readers: readersOf(parts.access, { ...order, strategyId: order.strategy_id }),
        });
      }
    }
    await book.flush();
    await transaction.query(MOVE_OFFSETS, [
      deliveries.map(({ topic }) => topic),
      deliveries.map(({ partition }) => partition),
      deliveries.map(({ offset }) => offset + 1n),
    ]);
    parts.crash('records.before_commit');
  });
  parts.crash('records.after_commit');
}

/** Whoever else reads the same partitions waits, and then finds them read. */
async function notYetRead(
  transaction: Transaction,
  deliveries: readonly RecordDelivery[],
): Promise<RecordDelivery[]> {
  const values = [
    deliveries.map(({ topic }) => topic),
    deliveries.map(({ partition }) => partition),
  ];
  await transaction.query(BEGIN_OFFSETS, values);
  const rows = await transaction.query<{
    topic: string;
    partition: number;
    next_offset: bigint;
  }>(LOCK_OFFSETS, values);
  const nextOf = new Map(
    rows.map((row) => [`${row.topic}/${row.partition}`, row.next_offset] as const),
  );
  return deliveries.filter(
    ({ topic, partition, offset }) => offset >= (nextOf.get(`${topic}/${partition}`) ?? 0n),
  );
}

async function notYetSeen(
  transaction: Transaction,
  deliveries: readonly RecordDelivery[],
): Promise<RecordDelivery[]> {
  const rows = await transaction.query<{ message_id: string }>(TAKE_IN, [
    deliveries.map(messageIdOf),
  ]);
  const fresh = new Set(rows.map(({ message_id: id }) => id));
  // Of two in one batch the first counts.
  return deliveries.filter((delivery) => fresh.delete(messageIdOf(delivery)));
}

const messageIdOf = (delivery: RecordDelivery): string =>
  isReport(delivery) ? `report ${delivery.value.report_id}` : `intent ${delivery.value.intent_id}`;

const isReport = (delivery: RecordDelivery): delivery is Delivery<'exec_reports'> =>
  delivery.topic === 'exec_reports';
const isIntent = (delivery: RecordDelivery): delivery is Delivery<'order_intents'> =>
  delivery.topic === 'order_intents';

const marketOf = (of: { account: string | null; exchange: string; symbol: string }): string =>
  `${of.account ?? ''}|${of.exchange}|${of.symbol}`;

const positions = (deliveries: readonly RecordDelivery[]): RecordKey[] =>
  deliveries
    .filter(isReport)
    .map(({ value }) => ({ entity: POSITION_RECORD, key: marketOf(value) }));

async function keepReport(
  parts: RecordParts,
  book: RecordBook,
  report: ExecutionReport,
): Promise<void> {
  const { intent_id: intentId, timestamp: atMicros } = report;
  const order = orderOfReport(book.get(ORDER_RECORD, intentId), report);
  const readers = readersOf(parts.access, { ...order, strategyId: order.strategy_id });
  const told = { atMicros, readers };
  await book.put({ entity: ORDER_RECORD, key: intentId, intentId }, order, told);
  const before = new Map(book.all(TRADE_RECORD, { intentId }));
  const trades = report.fills.flatMap((fill) => tradeOf(report, fill) ?? []);
  const market = marketOf(report);
  const added: TradeRecord[] = [];
  let isRestated = false;
  for (const trade of trades) {
    const key = `${market}|${intentId}|${trade.fill_id}`;
    const held = before.get(key);
    before.delete(key);
    // Only these decide what is booked; the currency of the fees is the report's, not the execution's.
    if (held === undefined) added.push(trade);
    else isRestated ||= !isSameExecution(held, trade);
    await book.put({ entity: TRADE_RECORD, key, intentId, market }, trade, {
      atMicros: trade.timestamp ?? atMicros,
      readers,
    });
  }
  for (const key of before.keys()) await book.end({ entity: TRADE_RECORD, key }, atMicros);
  isRestated ||= before.size > 0;
  if (added.length === 0 && !isRestated) return;
  await keepPosition(parts, book, { report, added, isRestated });
}

async function keepPosition(
  parts: RecordParts,
  book: RecordBook,
  change: {
    readonly report: ExecutionReport;
    readonly added: readonly TradeRecord[];
    readonly isRestated: boolean;
  },
): Promise<void> {
  const { report, added, isRestated } = change;
  const instrument = parts.instrumentOf(report.symbol, report.exchange);
  if (instrument === undefined) return;
  const key = marketOf(report);
  const fillsOf = (trades: readonly TradeRecord[]) =>
    trades.flatMap((trade) => ledgerFillsOf(trade, instrument));
  const before = book.get(POSITION_RECORD, key);
  let position = isRestated
    ? undefined
    : positionOnTop(before, report, { added: fillsOf(added), market: instrument });
  if (position === undefined) {
    await book.flush();
    await book.load({ markets: [key] });
    const all = book.all(TRADE_RECORD, { market: key }).map(([, trade]) => trade);
    position = positionAnew(report, { fills: fillsOf(all), market: instrument });
  }
  await book.put({ entity: POSITION_RECORD, key }, position, {
    atMicros: report.timestamp,
    readers: readersOf(parts.access, { account: report.account, strategyId: null }),
  });
}

const isSameExecution = (one: TradeRecord, other: TradeRecord): boolean =>
  one.side === other.side &&
  one.fill_quantity === other.fill_quantity &&
  one.fill_price === other.fill_price &&
  one.commission === other.commission &&
  one.rebate === other.rebate &&
  one.timestamp === other.timestamp;

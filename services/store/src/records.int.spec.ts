/** Orders, trades and positions recorded from the real reports of a real order plane, and compared with its books. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus, EventHeaders } from '@tickmesh/bus';
import type { OrderIntent } from '@tickmesh/contracts';
import { compareRecords } from '@tickmesh/domain-store';
import { derivedUuid, parseDecimal } from '@tickmesh/kernel';
import { bookOfRecord, booksOfLog } from './testing/compared-books.ts';
import { Processes } from './testing/processes.ts';
import { type StoreRig, openStoreRig, person, systemMicros } from './testing/rig.ts';
import { until } from './testing/served.ts';
import { openTopics } from './testing/topics.ts';

const ACCESS = fileURLToPath(new URL('./testing/records.yaml', import.meta.url));
const LIMITS = fileURLToPath(new URL('../../order-plane/src/testing/limits.yaml', import.meta.url));
const TOPICS = ['order_intents', 'market_events', 'exec_reports', 'dlq_order_intents'] as const;
const desk = person('desk');
const processes = new Processes();

let rig: StoreRig;
let bus: Bus;
let tests: Readonly<Record<string, string>>;

beforeAll(async () => {
  rig = await openStoreRig();
  bus = await openTopics(rig, TOPICS);
  tests = {
    KAFKA_SESSION_TIMEOUT_MS: '3000',
    KAFKA_HEARTBEAT_INTERVAL_MS: '500',
    TEST_TOPIC_PREFIX: `${rig.serviceRole}.`,
  };
  const { STORE_MIGRATION_URL: adminUrl = '', ...environment } = rig.environment;
  await processes.ready('../../../order-plane/src/testing/order-plane-process.ts', {
    ...environment,
    ...tests,
    DATABASE_URL: adminUrl,
    LIMITS_FILE: LIMITS,
    ORDERS_POLL_INTERVAL_MS: '30',
    TEST_GROUP: `${rig.serviceRole}-orders`,
  });
});
afterAll(async () => {
  await processes.killAll();
  await bus.close();
  await rig.close();
});

const group = (): string => `${rig.serviceRole}-records`;

function runRecords(more: Readonly<Record<string, string>> = {}) {
  const { STORE_MIGRATION_URL: _, ...environment } = rig.environment;
  return processes.ready('records-process.ts', {
    ...environment,
    ...tests,
    STORE_RECORDS_FILE: ACCESS,
    TEST_GROUP: group(),
    ...more,
  });
}

const headersOf = (name: string): EventHeaders => ({
  event_id: `test/${name}`,
  run_id: 'test',
  mode: 'paper',
});

async function quote(): Promise<void> {
  const nowMicros = systemMicros.nowMicros();
  await bus.publisher.publish({
    topic: 'market_events',
    value: {
      event_type: 'tick_event',
      symbol: 'AAPL',
      exchange: 'SIM',
      timestamp: nowMicros,
      received_at: nowMicros,
      tick: {
        ...{ bid: 99.99, ask: 100.01, bid_size: 500, ask_size: 500 },
        ...{ last: null, last_size: null, level2: null },
      },
      bar: null,
      book_status: null,
      data_quality: null,
      metadata: null,
    },
    headers: headersOf(`quote-${nowMicros}`),
  });
}

async function intent(name: string, more: Partial<OrderIntent>): Promise<string> {
  const intentId = derivedUuid('records', rig.serviceRole, name);
  await bus.publisher.publish({
    topic: 'order_intents',
    value: {
      event_type: 'order_intent',
      intent_id: intentId,
      symbol: 'AAPL',
      exchange: 'SIM',
      action: 'NEW',
      direction: 'BUY',
      quantity: parseDecimal('10'),
      order_type: 'MARKET',
      timestamp: systemMicros.nowMicros(),
      strategy_id: 'TEST',
      account: null,
      target_intent_id: null,
      limit_price: null,
      stop_price: null,
      time_in_force: 'GTC',
      urgency: 'NORMAL',
      deadline: null,
      causation_id: null,
      reason: null,
      target_weight: null,
      current_weight: null,
      signal_strength: null,
      risk_checks: null,
      execution_params: null,
      metadata: null,
      ...more,
    },
    headers: headersOf(name),
  });
  return intentId;
}

/** Until the order plane said so of the intent on its books, quotes going on meanwhile. */
const reported = (intentId: string, status: string): Promise<void> =>
  until(`${status} is on the books`, async () => {
    await quote();
    const rows = await rig.admin.query(
      `select from order_plane.outbox
         where intent_id = $1 and report->>'status' = $2 and published_at is not null`,
      [intentId, status],
    );
    return rows.length > 0;
  }).catch(async (thrown: unknown) => {
    const told = await rig.admin.query(
      `select report->>'status' as status, report->>'reject_reason' as reason
         from order_plane.outbox where intent_id = $1 order by id`,
      [intentId],
    );
    throw new Error(`no ${status}; told: ${JSON.stringify(told)}`, { cause: thrown });
  });

const caughtUp = (): Promise<void> =>
  until('everything was recorded', async () => {
    const unpublished = `select from order_plane.outbox where published_at is null`;
    if ((await rig.admin.query(unpublished)).length > 0) return false;
    const lags = await bus.groupLag(group());
    return lags.length > 0 && lags.every(({ lagRecords }) => lagRecords === 0n);
  });

const differences = async () =>
  compareRecords(await bookOfRecord(rig.admin), await booksOfLog(rig.store.log, desk));

const counted = async (): Promise<number> => {
  const [row] = await rig.admin.query<{ count: number }>(
    `select count(*)::int as count from store.log`,
  );
  return row?.count ?? 0;
};

async function orderOf(intentId: string, as = desk) {
  const filter = `intent_id == "${intentId}"`;
  const { events } = await rig.store.log.query(as, { entityType: 'OrderRecord', filter });
  return events[0];
}

describe('the records of the mesh', () => {
  let bought: string;

  it('agree with the books after a run in which the recorder was killed at both ends of its commit', async () => {
    const { died: diedBefore } = await runRecords({ CRASH_AT: 'records.before_commit' });
    await quote();
    await until('the order plane saw the market', async () => {
      const lags = await bus.groupLag(`${rig.serviceRole}-orders`);
      const ofMarket = lags.filter(({ topic }) => topic === 'market_events');
      return ofMarket.length > 0 && ofMarket.every(({ lagRecords }) => lagRecords === 0n);
    });
    bought = await intent('bought', {});
    expect(await diedBefore).toBe('SIGKILL');
    await reported(bought, 'FILLED');
    const { died: diedAfter } = await runRecords({ CRASH_AT: 'records.after_commit' });
    expect(await diedAfter).toBe('SIGKILL');
    const sold = await intent('sold', { direction: 'SELL', quantity: parseDecimal('4') });
    await reported(sold, 'FILLED');
    const refused = await intent('refused', { quantity: parseDecimal('5000') });
    await reported(refused, 'REJECTED');
    const resting = await intent('resting', {
      order_type: 'LIMIT',
      limit_price: parseDecimal('99'),
    });
    await reported(resting, 'ACKNOWLEDGED');
    await runRecords();
    await caughtUp();
    const books = await bookOfRecord(rig.admin);
    expect([books.orders.length, books.positions.length]).toEqual([4, 1]);
    expect(books.trades.length).toBeGreaterThan(1);
    expect(await differences()).toEqual([]);
  });

  it('say what was known of an order at a time', async () => {
    const order = await orderOf(bought);
    const { entityId } = order ?? { entityId: '' };
    const { items } = await rig.store.log.history(desk, { entityId });
    const statuses = items.map(({ data }) => data['status']);
    expect(statuses.length).toBeGreaterThan(1);
    expect(statuses.at(-1)).toBe('FILLED');
    for (const version of items) {
      const known = await rig.store.log.asOf(desk, { entityId, txTime: version.txTime });
      expect(known?.data['status']).toBe(version.data['status']);
    }
    expect(order?.data).toMatchObject({ order_type: 'MARKET', requested_quantity: '10' });
  });

  it('are owned and read by whom the configuration names', async () => {
    const order = await orderOf(bought);
    expect(order?.owner).toBe('desk');
    for (const name of ['auditor', 'paul', 'tess']) {
      expect((await orderOf(bought, person(name)))?.entityId).toBe(order?.entityId);
    }
    expect(await orderOf(bought, person('mallory'))).toBeUndefined();
    const { events } = await rig.store.log.query(person('paul'), { entityType: 'PositionRecord' });
    expect(events).toHaveLength(1);
  });

  it('do not change when reports come again', async () => {
    const before = await counted();
    const again = [];
    for await (const found of bus.tail('exec_reports', { from: 'beginning' })) {
      if (found.kind === 'unreadable') throw found.fault;
      const { value, headers } = found.delivery;
      again.push({ topic: 'exec_reports' as const, value, headers });
    }
    await bus.publisher.publishAll(again);
    await caughtUp();
    expect(again.length).toBeGreaterThan(5);
    expect(await counted()).toBe(before);
    expect(await differences()).toEqual([]);
  });

  it('differ by name where the books were doctored', async () => {
    await rig.admin.query(`update order_plane.positions set quantity = quantity + 1`);
    await rig.admin.query(`update order_plane.fills set price = 1 where intent_id = $1`, [bought]);
    await rig.admin.query(
      `update order_plane.orders set filled_quantity = 3 where intent_id = $1`,
      [bought],
    );
    const found = await differences();
    expect(new Set(found.map(({ kind, field }) => `${kind} ${field}`))).toEqual(
      new Set(['order filledQuantity', 'trade price', 'position quantity']),
    );
    expect(found.find(({ kind }) => kind === 'order')).toEqual({
      kind: 'order',
      name: bought,
      field: 'filledQuantity',
      book: '3',
      record: '10',
    });
  });
});

/**
 * Orders: the fold against last-message-wins, the checks against the same comparisons by hand, the paper venue against a
 * venue that fills at once, and durable decisions against bare INSERTs on as many connections. BENCH_ORDERS makes
 * it smaller.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, orderPlaneSchema } from '@tickmesh/config';
import type { MarketEvent, OrderIntent } from '@tickmesh/contracts';
import { type Database, openDatabase, statement } from '@tickmesh/database';
import {
  type IntentFact,
  type OrderFact,
  type PaperQuote,
  PaperVenue,
  foldOrder,
} from '@tickmesh/domain-orders';
import {
  MONEY_SCALE,
  type OrderRequest,
  type RiskContext,
  assessOrder,
  notionalOf,
} from '@tickmesh/domain-risk';
import { derivedUuid, parseDecimal } from '@tickmesh/kernel';
import { type ReceivedIntent, openOrderPlane } from '@tickmesh/order-plane';
import type { BenchRow } from './row.ts';

const ORDERS = Number(process.env['BENCH_ORDERS'] ?? 100_000);
const SAMPLES = 5;
const d = parseDecimal;

export async function bench(): Promise<BenchRow[]> {
  const rows = [foldRow(), checksRow(), paperRow()];
  const url = process.env['TICKMESH_TEST_POSTGRES_URL'];
  if (url !== undefined) rows.push(await decisionsRow(url));
  return rows;
}

/** Median of the rates of several runs, in items a second. */
function rateOf(items: number, run: () => unknown): number {
  const rates: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const startMs = performance.now();
    run();
    rates.push((items * 1_000) / (performance.now() - startMs));
  }
  return median(rates);
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface RowParts {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly baseline: number;
  readonly baselineName: string;
  readonly aim: string;
  readonly equal: boolean;
}

const row = (parts: RowParts): BenchRow => ({ ...parts, ratio: parts.ours / parts.baseline });

const INTENT: IntentFact = {
  kind: 'intent',
  intentId: '550e8400-e29b-41d4-a716-446655440000',
  atMicros: 1,
  side: 'BUY',
  orderKind: 'LIMIT',
  lifetime: 'GTC',
  terms: { quantity: d('10'), limitPrice: d('100') },
};
const LIFE: readonly OrderFact[] = [
  { kind: 'decision', stage: 'intake', approved: true, atMicros: 2 },
  { kind: 'sending', attempt: 1, clientOrderId: 'C', atMicros: 3 },
  { kind: 'acknowledged', venueOrderId: 'V', atMicros: 4 },
  ...['4', '3', '3'].map((quantity, i): OrderFact => ({
    kind: 'fill',
    executionId: `E${i}`,
    quantity: d(quantity),
    price: d('99.5'),
    fee: d('0.1'),
    feeCurrency: 'USD',
    atMicros: 5 + i,
  })),
];

/** The last message wins: right for facts in order and told once, and only then. */
function lastMessageWins(facts: readonly OrderFact[]): { status: string; filled: bigint } {
  const order = { status: 'RECEIVED', filled: 0n };
  for (const fact of facts) {
    if (fact.kind === 'decision') order.status = fact.approved ? 'APPROVED' : 'DENIED';
    else if (fact.kind === 'sending') order.status = 'SUBMITTED';
    else if (fact.kind === 'acknowledged') order.status = 'ACCEPTED';
    else if (fact.kind === 'fill') {
      order.filled += fact.quantity;
      order.status = order.filled >= INTENT.terms.quantity ? 'FILLED' : 'PARTIALLY_FILLED';
    }
  }
  return order;
}

function foldRow(): BenchRow {
  const loop = (once: () => unknown) => (): void => {
    for (let i = 0; i < ORDERS; i++) once();
  };
  const folded = foldOrder(INTENT, LIFE);
  const naive = lastMessageWins(LIFE);
  return row({
    name: 'orders folded, six facts each',
    unit: 'orders/s',
    ours: rateOf(
      ORDERS,
      loop(() => foldOrder(INTENT, LIFE)),
    ),
    baseline: rateOf(
      ORDERS,
      loop(() => lastMessageWins(LIFE)),
    ),
    baselineName: 'last message wins',
    aim: 'told',
    equal: folded.status === naive.status && folded.cumulativeQuantity === naive.filled,
  });
}

const m = (text: string): bigint => parseDecimal(text, MONEY_SCALE);
const NOW = 1_700_000_000_000_000;
const LIMIT_VALUES = {
  order_quantity_max: d('100'),
  order_notional_max: m('20000'),
  position_max: d('500'),
  gross_max: m('1000000'),
  net_max: m('500000'),
  collar_bps_max: 100,
  reference_age_ms_max: 1_000,
  signal_age_ms_max: 1_000,
  margin_rate: d('0.5'),
  daily_loss_max: m('50000'),
};
const CONTEXT: RiskContext = {
  nowMicros: NOW,
  instrument: {
    status: 'TRADING',
    sessionOpen: true,
    priceStep: d('0.01'),
    quantityStep: d('1'),
    quantityMin: d('1'),
    multiplier: d('1'),
    inverse: false,
    settlementCurrency: 'USD',
  },
  reference: { bid: d('99.9'), ask: d('100.1'), last: d('100'), atMicros: NOW, bookLive: true },
  limits: { version: 1, values: LIMIT_VALUES },
  position: d('20'),
  openOrders: [],
  otherExposures: [],
  recentOrders: [],
  equity: { equity: m('1000000'), dayStartEquity: m('1000000'), peakEquity: m('1000000') },
  killSwitches: [],
};

/** The comparisons that can fail for these requests, and nothing recorded. */
function approvedByHand({ quantity, limitPrice = 0n }: OrderRequest): boolean {
  const instrument = CONTEXT.instrument;
  if (instrument === undefined) return false;
  const price = limitPrice > d('100') ? limitPrice : d('100');
  const notional = notionalOf(instrument, quantity, price);
  return (
    quantity <= LIMIT_VALUES.order_quantity_max &&
    limitPrice % instrument.priceStep === 0n &&
    limitPrice - d('100') <= d('1') &&
    notional <= LIMIT_VALUES.order_notional_max &&
    CONTEXT.position + quantity <= LIMIT_VALUES.position_max
  );
}

function checksRow(): BenchRow {
  const requests = Array.from({ length: ORDERS }, (_, i): OrderRequest => ({
    intentId: String(i),
    strategyId: 'BENCH',
    account: 'A',
    symbol: 'ABC',
    exchange: 'SIM',
    side: 'BUY',
    orderKind: 'LIMIT',
    quantity: BigInt(1 + (i % 120)) * 1_000_000_000n,
    limitPrice: d('99.5') + BigInt(i % 200) * 10_000_000n,
    timestampMicros: NOW,
    unsupported: [],
    failedOwnChecks: [],
  }));
  const count = (approved: (request: OrderRequest) => boolean): number =>
    requests.reduce((sum, request) => sum + (approved(request) ? 1 : 0), 0);
  const ours = (): number => count((request) => assessOrder(request, CONTEXT).approved);
  const byHand = (): number => count(approvedByHand);
  return row({
    name: 'pre-trade checks, all of them, with their numbers',
    unit: 'orders/s',
    ours: rateOf(ORDERS, ours),
    baseline: rateOf(ORDERS, byHand),
    baselineName: 'five comparisons by hand, nothing recorded',
    aim: 'told',
    equal: ours() === byHand(),
  });
}

const MARKET = 'SIM|ABC';
const QUOTE: PaperQuote = { bid: 99, ask: 101, bidSize: 1e6, askSize: 1e6, last: 100, lastSize: 1 };

function paperFills(): bigint {
  const venue = new PaperVenue(
    {
      seed: 'bench',
      entryLatencyMicros: [100, 900],
      responseLatencyMicros: [100, 900],
      makerFeeRate: d('0.0002'),
      takerFeeRate: d('0.0005'),
    },
    [
      {
        market: MARKET,
        priceStep: d('0.01'),
        quantityStep: d('1'),
        multiplier: d('1'),
        inverse: false,
        settlementCurrency: 'USD',
      },
    ],
  );
  let filled = 0n;
  for (let i = 0; i < ORDERS; i++) {
    const side = i % 2 === 0 ? 'BUY' : 'SELL';
    const terms = { quantity: d('1') };
    venue.submit(
      { clientOrderId: `O${i}`, market: MARKET, side, orderKind: 'MARKET', lifetime: 'GTC', terms },
      i * 1_000,
    );
    const quote = { ...QUOTE, bidSize: 1e6 + (i % 100), askSize: 1e6 + (i % 100) };
    for (const { fact } of venue.show(MARKET, quote, i * 1_000 + 999)) {
      if (fact.kind === 'fill') filled += fact.quantity;
    }
  }
  return filled;
}

function fillsAtOnce(): bigint {
  const orders = new Map<string, { quantity: bigint; price: bigint }>();
  let filled = 0n;
  for (let i = 0; i < ORDERS; i++) {
    const price = i % 2 === 0 ? d('101') : d('99');
    orders.set(`O${i}`, { quantity: d('1'), price });
    filled += d('1');
  }
  return filled;
}

function paperRow(): BenchRow {
  return row({
    name: 'paper venue, a market order and a quote each',
    unit: 'orders/s',
    ours: rateOf(ORDERS, paperFills),
    baseline: rateOf(ORDERS, fillsAtOnce),
    baselineName: 'a map that fills at once',
    aim: '50,000 orders/s',
    equal: paperFills() === fillsAtOnce(),
  });
}

const DECISIONS = Math.min(ORDERS, 10_000);
const BATCH = 100;
const CONNECTIONS = 4;
const ACCOUNTS = Math.ceil(DECISIONS / BATCH);

/**
 * Intent to outbox committed to disk, in batches as the consumer makes them. Nothing is sent here, so every batch has an account of
 * its own: an account holds at most a batch of open orders, as a desk would.
 */
async function decisionsRow(url: string): Promise<BenchRow> {
  const name = `bench_${randomUUID().slice(0, 8)}`;
  const admin = openDatabase(url, { applicationName: 'bench', connectionsMax: 1 });
  await admin.query(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const database = openDatabase(own.href, {
    applicationName: 'bench',
    connectionsMax: CONNECTIONS,
  });
  try {
    await refuseForgetful(database);
    const baseline = await insertRate(database);
    const ours = await decisionRate(own.href);
    const [found] = await database.query<{ count: bigint }>(
      'select count(*) as count from order_plane.decisions where approved',
    );
    return row({
      name: 'durable decisions: inbox, checks, reservation, outbox',
      unit: 'decisions/s',
      ours,
      baseline,
      baselineName: `single INSERTs on ${CONNECTIONS} connections`,
      aim: '0.33',
      equal: found?.count === BigInt(DECISIONS),
    });
  } finally {
    await database.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.close();
  }
}

/** A server that answers before the disk has it would make either figure a wish. */
async function refuseForgetful(database: Database): Promise<void> {
  for (const setting of ['fsync', 'synchronous_commit']) {
    const [found] = await database.query<{ value: string }>(
      `select current_setting('${setting}') as value`,
    );
    if (found?.value !== 'on') throw new Error(`${setting} is ${found?.value ?? '?'}, not on`);
  }
}

async function insertRate(database: Database): Promise<number> {
  await database.query('create table bare (id uuid primary key, body jsonb not null)');
  const insert = statement('insert into bare (id, body) values ($1, $2)');
  const body = JSON.stringify(intentOf(0, 0));
  return timed(DECISIONS, async (connection) => {
    for (let i = connection; i < DECISIONS; i += CONNECTIONS) {
      await database.query(insert, [randomUUID(), body]);
    }
  });
}

async function decisionRate(url: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'orders-bench-'));
  const limitsFile = join(folder, 'limits.yaml');
  writeFileSync(limitsFile, limitsText());
  const config = loadConfig(orderPlaneSchema, {
    NODE_ENV: 'test',
    DATABASE_URL: url,
    LIMITS_FILE: limitsFile,
  });
  const parts = await openOrderPlane(config, {
    // Nothing is consumed or published here: the decisions alone are measured.
    bus: {
      consumer: () => undefined as never,
      publisher: undefined as never,
      endOffsets: unused,
      tail: unused,
    },
    clock: { nowMicros: () => Date.now() * 1_000 },
    probe: {},
  });
  await parts.database.query(
    `insert into order_plane.accounts (account, broker)
     select 'BENCH-' || n, 'paper' from generate_series(0, $1 - 1) as n on conflict do nothing`,
    [ACCOUNTS],
  );
  parts.board.show(quoteNow());
  try {
    return await timed(DECISIONS, async (connection) => {
      for (let account = connection; account < ACCOUNTS; account += CONNECTIONS) {
        const from = account * BATCH;
        const size = Math.min(BATCH, DECISIONS - from);
        await parts.plane.take(
          Array.from({ length: size }, (_, i) => receivedOf(from + i, account)),
        );
      }
    });
  } finally {
    await parts.database.close();
    rmSync(folder, { recursive: true });
  }
}

/** Every check applies and every order passes. JSON is YAML. */
function limitsText(): string {
  const entries = <T>(entry: (i: number) => [string, T]): Record<string, T> =>
    Object.fromEntries(Array.from({ length: ACCOUNTS }, (_, i) => entry(i)));
  const version = {
    version: 1,
    effective_from: '2020-01-01T00:00:00Z',
    changed_by: 'bench',
    reason: 'Nothing is in the way.',
    defaults: {
      signal_age_ms_max: 600_000,
      reference_age_ms_max: 600_000,
      order_quantity_max: 1_000,
      order_notional_max: 1_000_000,
      margin_rate: 0.01,
      daily_loss_max: 1_000_000,
      drawdown_bps_max: 5_000,
    },
    accounts: entries((i) => [`BENCH-${i}`, { broker: 'paper', cash: { USD: 1_000_000_000 } }]),
    strategies: entries((i) => [`BENCH_${i}`, { account: `BENCH-${i}` }]),
  };
  return JSON.stringify({ versions: [version] });
}

const unused = (): never => {
  throw new Error('not part of this measurement');
};

async function timed(items: number, work: (connection: number) => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => work(i)));
  return (items * 1_000) / (performance.now() - startMs);
}

function intentOf(i: number, account: number): Omit<OrderIntent, 'quantity'> {
  return {
    event_type: 'order_intent',
    intent_id: derivedUuid('bench', i),
    symbol: 'AAPL',
    exchange: 'SIM',
    action: 'NEW',
    direction: 'BUY',
    order_type: 'MARKET',
    timestamp: Date.now() * 1_000,
    strategy_id: `BENCH_${account}`,
    account: `BENCH-${account}`,
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
  };
}

const receivedOf = (i: number, account: number): ReceivedIntent => ({
  intent: { ...intentOf(i, account), quantity: d('1') },
  headers: { event_id: `bench/${i}`, run_id: 'bench', mode: 'paper' },
  source: `bench/${i}`,
});

function quoteNow(): MarketEvent {
  const nowMicros = Date.now() * 1_000;
  return {
    event_type: 'tick_event',
    symbol: 'AAPL',
    exchange: 'SIM',
    timestamp: nowMicros,
    received_at: nowMicros,
    tick: {
      bid: 99.99,
      ask: 100.01,
      bid_size: 100,
      ask_size: 100,
      last: null,
      last_size: null,
      level2: null,
    },
    bar: null,
    book_status: null,
    data_quality: null,
    metadata: null,
  };
}

/** Opens everything that the order plane is made of, without a framework: the module and tests both start here. */
import { randomUUID } from 'node:crypto';
import type { Bus, Consumer } from '@tickmesh/bus';
import type { ConfigOf, orderPlaneSchema } from '@tickmesh/config';
import { InstrumentMaster } from '@tickmesh/contracts';
import { type Database, migrate, openDatabase, readMigrations } from '@tickmesh/database';
import type { Clock } from '@tickmesh/kernel';
import { NO_TRACING, type Tracing } from '@tickmesh/telemetry';
import { LimitsBook } from './app/limits-book.ts';
import { type LimitsParts, seedLimits } from './app/limits-changes.ts';
import type { ManualParts } from './app/manual-orders.ts';
import { MarketBoard } from './app/market-board.ts';
import { paperSettings } from './app/paper-market.ts';
import { OrderPlane } from './app/order-plane.ts';
import type { QueryParts } from './app/order-queries.ts';
import { bookUnbooked } from './app/positions.ts';
import type { Broker, OrderProbe } from './app/ports.ts';
import { crashAt } from './edge/crash.ts';
import { loadLimits } from './edge/limits-file.ts';
import { orderConsumer } from './edge/order-consumer.ts';
import { tracedBroker, tracedIntake, tracedReports } from './edge/order-tracing.ts';
import { PaperBook } from './edge/paper-book.ts';
import { PaperBroker } from './edge/paper-broker.ts';
import { RemoteBroker } from './edge/remote-broker.ts';

export type OrderPlaneConfig = Pick<
  ConfigOf<typeof orderPlaneSchema>,
  'database' | 'orders' | 'paper'
>;

export interface OrderPlaneOuter {
  readonly bus: Pick<Bus, 'consumer' | 'publisher' | 'endOffsets' | 'tail'>;
  readonly clock: Clock;
  readonly probe: OrderProbe;
  readonly tracing?: Tracing;
  /** Of several meshes on one Kafka broker each has a group of its own. */
  readonly groupId?: string;
  /** Stands before the paper broker: tests let it lose answers. */
  readonly wrapBroker?: (broker: Broker) => Broker;
}

export interface OpenOrderPlane {
  readonly plane: OrderPlane;
  readonly consumer: Consumer;
  readonly queries: QueryParts;
  readonly manual: ManualParts;
  readonly limits: LimitsParts;
  readonly database: Database;
  readonly paper: PaperBroker;
  readonly board: MarketBoard;
}

const SCHEMAS = [
  ['order_plane', new URL('../migrations/', import.meta.url)],
  ['paper_broker', new URL('../migrations-paper/', import.meta.url)],
] as const;

const BROKERS: ReadonlySet<string> = new Set(['paper']);

/**
 * Brings the schema up to date and puts the parts together; nothing runs before `plane.start()`.
 * @throws Fault LIMITS_INVALID, DATABASE_UNREACHABLE, MIGRATION_CHANGED
 */
export async function openOrderPlane(
  config: OrderPlaneConfig,
  outer: OrderPlaneOuter,
): Promise<OpenOrderPlane> {
  const { limitsFile } = config.orders;
  const document = loadLimits(limitsFile);
  outer.probe.documentLoaded?.(limitsFile, document.versions.length);
  const database = openDatabase(config.database.url, {
    applicationName: 'order-plane',
    connectionsMax: config.database.connectionsMax,
    statementTimeoutMs: config.database.statementTimeoutMs,
    probe: { connectionLost: (fault) => outer.probe.failed?.('idle connection', fault) },
  });
  try {
    for (const [schema, folder] of SCHEMAS) {
      const applied = await migrate(database, schema, await readMigrations(folder));
      for (const number of applied) outer.probe.migrationApplied?.(schema, number);
    }
    const limits = { database, clock: outer.clock, probe: outer.probe, brokers: BROKERS };
    await seedLimits(limits, document);
    const master = new InstrumentMaster();
    await database.transaction((db) => bookUnbooked(db, master.find.bind(master)));
    const book = new LimitsBook(database, outer.clock, outer.probe);
    await book.refresh();
    return assemble(config, outer, { limits, book });
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}

function assemble(
  config: OrderPlaneConfig,
  outer: OrderPlaneOuter,
  { limits, book }: { readonly limits: LimitsParts; readonly book: LimitsBook },
): OpenOrderPlane {
  const { database } = limits;
  const { bus, clock, probe, tracing = NO_TRACING } = outer;
  const master = new InstrumentMaster();
  const board = new MarketBoard(master);
  const paper = new PaperBroker({
    book: new PaperBook(database),
    clock,
    master,
    settings: paperSettings(config.paper),
    onFault: (doing, fault) => probe.failed?.(doing, fault),
  });
  const { brokerUrl: url, answerTimeoutMs } = config.orders;
  const papers: Broker =
    url === undefined ? paper : new RemoteBroker({ name: paper.name, url, answerTimeoutMs });
  const broker = tracedBroker(outer.wrapBroker?.(papers) ?? papers, tracing);
  const plane = new OrderPlane({
    database,
    clock,
    markets: board,
    limits: book.inForce,
    currentLimits: book.current,
    refreshLimits: () => book.refresh(),
    publisher: tracedReports(bus.publisher, tracing),
    crash: crashAt(config.orders.crashAt),
    probe,
    times: config.orders,
    holder: randomUUID(),
    sleep,
    brokers: new Map([[broker.name, broker]]),
  });
  return {
    plane,
    consumer: orderConsumer(
      bus,
      { plane: tracedIntake(plane, tracing), board, paper },
      outer.groupId,
    ),
    manual: {
      database,
      clock,
      markets: board,
      limits: book.inForce,
      currentLimits: book.current,
      publisher: bus.publisher,
      feeRates: new Map([[paper.name, paperSettings(config.paper)]]),
      exchangeOf: (symbol) => master.resolve(symbol).exchange,
      sleep: (delayMs) => sleep(delayMs, new AbortController().signal),
    },
    queries: { database, clock, markets: board, limits: book.inForce },
    limits,
    database,
    paper,
    board,
  };
}

function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, delayMs);
    signal.addEventListener('abort', end);
  });
}

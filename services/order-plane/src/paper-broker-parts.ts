/** Opens the paper broker as a process of its own, without a framework: its module and tests both start here. */
import type { Bus, Consumer } from '@tickmesh/bus';
import type { ConfigOf, paperBrokerSchema } from '@tickmesh/config';
import { InstrumentMaster } from '@tickmesh/contracts';
import { type Database, migrate, openDatabase, readMigrations } from '@tickmesh/database';
import type { Clock, Fault } from '@tickmesh/kernel';
import { paperSettings } from './app/paper-market.ts';
import { BrokerFaults } from './edge/broker-faults.ts';
import { type OpenBrokerServer, serveBroker } from './edge/broker-server.ts';
import { PaperBook } from './edge/paper-book.ts';
import { PaperBroker } from './edge/paper-broker.ts';

export type PaperBrokerConfig = Pick<
  ConfigOf<typeof paperBrokerSchema>,
  'database' | 'http' | 'paper' | 'sessions'
>;

export interface PaperBrokerOuter {
  readonly bus: Pick<Bus, 'consumer'>;
  readonly clock: Clock;
  readonly groupId: string;
  readonly onFault: (doing: string, fault: Fault) => void;
}

export interface OpenPaperBroker {
  readonly database: Database;
  /** Shows the market to the venue; not started yet. */
  readonly consumer: Consumer;
  readonly faults: BrokerFaults;
  readonly server: OpenBrokerServer;
}

const MIGRATIONS = new URL('../migrations-paper/', import.meta.url);

/** @throws Fault DATABASE_UNREACHABLE, MIGRATION_CHANGED, PORT_TAKEN */
export async function openPaperBroker(
  config: PaperBrokerConfig,
  { bus, clock, groupId, onFault }: PaperBrokerOuter,
): Promise<OpenPaperBroker> {
  const { sessions } = config;
  const database = openDatabase(config.database.url, {
    applicationName: 'paper-broker',
    connectionsMax: config.database.connectionsMax,
    statementTimeoutMs: config.database.statementTimeoutMs,
  });
  try {
    await migrate(database, 'paper_broker', await readMigrations(MIGRATIONS));
    const broker = new PaperBroker({
      book: new PaperBook(database),
      clock,
      master: new InstrumentMaster(),
      settings: paperSettings(config.paper),
      onFault,
    });
    const faults = new BrokerFaults(sessions.seed, sessions.faults);
    const consumer = bus.consumer({
      groupId,
      topics: ['market_events'],
      assignment: 'single-owner',
      ordering: 'partition',
      // A quote of yesterday meets no order.
      fallback: 'latest',
      batchRecordsMax: 500,
      handle: (batch) => {
        for (const { value } of batch.deliveries) broker.show(value);
        return Promise.resolve();
      },
    });
    const address = { host: config.http.host, port: sessions.port };
    const server = await serveBroker({ broker, faults, clock, onFault }, address);
    return { database, consumer, faults, server };
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}

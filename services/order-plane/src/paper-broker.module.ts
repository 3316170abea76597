import { type DynamicModule, Module } from '@nestjs/common';
import type { ConfigOf, paperBrokerSchema } from '@tickmesh/config';
import { InstrumentMaster } from '@tickmesh/contracts';
import { migrate, openDatabase, readMigrations } from '@tickmesh/database';
import {
  type OpenApiDefinition,
  type ServiceContext,
  groupIdOf,
  openBus,
  systemClock,
} from '@tickmesh/nest';
import { paperSettings } from './app/paper-market.ts';
import { BrokerFaults } from './edge/broker-faults.ts';
import { serveBroker } from './edge/broker-server.ts';
import { BROKER_FAULTS, FaultsController } from './edge/faults.controller.ts';
import { PaperBook } from './edge/paper-book.ts';
import { PaperBroker } from './edge/paper-broker.ts';

export type PaperBrokerConfiguration = ConfigOf<typeof paperBrokerSchema>;

export const FAULTS_PAGE: OpenApiDefinition = {
  title: 'Paper broker',
  description: 'How the broker misbehaves, for those who try what stands behind it.',
  version: '1',
};

const MIGRATIONS = new URL('../migrations-paper/', import.meta.url);
const GROUP = 'paper-broker';

/** The paper broker as a process of its own: the only wiring of it. */
@Module({})
export class PaperBrokerModule {
  static async open(
    config: PaperBrokerConfiguration,
    context: ServiceContext,
  ): Promise<DynamicModule> {
    const { kafka, registry, sessions } = config;
    const { lifecycle, health, logger } = context;
    const bus = openBus(context, { kafka, registry, publishes: [] });
    const database = openDatabase(config.database.url, {
      applicationName: GROUP,
      connectionsMax: config.database.connectionsMax,
      statementTimeoutMs: config.database.statementTimeoutMs,
    });
    lifecycle.onStop('pools', 'database', () => database.close());
    await migrate(database, 'paper_broker', await readMigrations(MIGRATIONS));
    const onFault = (step: string, thrown: unknown): void => {
      logger.fault('order.step_failed', thrown, { step });
    };
    const broker = new PaperBroker({
      book: new PaperBook(database),
      clock: systemClock,
      master: new InstrumentMaster(),
      settings: paperSettings(config.paper),
      onFault,
    });
    const faults = new BrokerFaults(sessions.seed, sessions.faults);
    const consumer = bus.consumer({
      groupId: groupIdOf(kafka, GROUP),
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
    const { host } = config.http;
    const server = await serveBroker(
      { broker, faults, clock: systemClock, onFault },
      { host, port: sessions.port },
    );
    lifecycle.onStop('listeners', 'sessions', () => server.close());
    lifecycle.onStop('consumers', 'market events', () => consumer.stop());
    lifecycle.onStart('market events', () => consumer.start());
    logger.info('broker.listening', { host, port: server.port });
    health.depend('postgres', async () => {
      await database.ping();
      return { isUp: true };
    });
    return {
      module: PaperBrokerModule,
      controllers: [FaultsController],
      providers: [{ provide: BROKER_FAULTS, useValue: faults }],
    };
  }
}

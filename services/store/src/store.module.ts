import { type DynamicModule, Module } from '@nestjs/common';
import type { Bus, Consumer } from '@tickmesh/bus';
import type { ConfigOf, storeSchema } from '@tickmesh/config';
import { InstrumentMaster } from '@tickmesh/contracts';
import { faultOf } from '@tickmesh/kernel';
import {
  type OpenApiDefinition,
  type ServiceContext,
  groupIdOf,
  openBus,
  systemClock,
} from '@tickmesh/nest';
import { DECLARED, WORKFLOWS } from './app/declared.ts';
import { crashAt } from './edge/crash.ts';
import { RECORDS_GROUP, recordsConsumer } from './edge/records-consumer.ts';
import { loadRecordAccess } from './edge/records-file.ts';
import { makeLogParts } from './edge/schema.ts';
import { storeTelemetry } from './edge/store-telemetry.ts';
import { StoreChangesController, StoreQuestionsController } from './edge/store.controller.ts';
import {
  CHECKPOINTS,
  STORE_LOG,
  StoreQuestions,
  StoreShares,
  StoreWrites,
} from './edge/store.grpc.ts';
import { SUBSCRIPTIONS, StoreSubscriptions } from './edge/subscriptions.grpc.ts';
import { type OpenStore, openStore } from './store-parts.ts';
import { type OpenStreams, openStreams } from './store-streams.ts';
import { openWorkflows } from './store-workflows.ts';

export type StoreConfiguration = ConfigOf<typeof storeSchema>;

/** What the page at /docs says of itself. */
export const STORE_PAGE: OpenApiDefinition = {
  title: 'Store',
  description:
    'The bi-temporal log: nothing is overwritten, and every right is checked in the database.',
  version: '1',
};

/** Between two looks whether the log has parts for the months to come. */
const PARTS_INTERVAL_MS = 6 * 3_600_000;

function recordsOf(config: StoreConfiguration, bus: Bus, { database }: OpenStore): Consumer {
  const master = new InstrumentMaster();
  const parts = {
    database,
    access: loadRecordAccess(config.store.recordsFile),
    instrumentOf: master.find.bind(master),
    crash: crashAt(config.store.crashAt),
  };
  return recordsConsumer(bus, parts, groupIdOf(config.kafka, RECORDS_GROUP));
}

/** The only wiring of the service. */
@Module({})
export class StoreModule {
  static async open(config: StoreConfiguration, context: ServiceContext): Promise<DynamicModule> {
    const { logger, lifecycle, health } = context;
    const probe = storeTelemetry(logger);
    const { kafka, registry } = config;
    const bus = openBus(context, { kafka, registry, publishes: ['store_events'] });
    const { publisher } = bus;
    const store = await openStore(config, { entities: DECLARED, clock: systemClock, probe });
    lifecycle.onStop('pools', 'database', () => store.database.close());
    const streams = openStreams(config, store, { clock: systemClock, probe, publisher });
    lifecycle.onStop('intake', 'streams', () => streams.stop());
    lifecycle.onStart('streams', () => streams.start());
    const { looks } = streams;
    const workflows = await openWorkflows(config, store, { workflows: WORKFLOWS, looks, probe });
    lifecycle.onStop('consumers', 'workflows', () => workflows.stop());
    lifecycle.onStart('workflows', () => workflows.start());
    const records = recordsOf(config, bus, store);
    lifecycle.onStop('consumers', 'records', () => records.stop());
    lifecycle.onStart('records', () => records.start());
    lifecycle.onStart('parts of the log', () => {
      const timer = setInterval(() => {
        makeLogParts(store.database, probe).catch((thrown: unknown) => {
          probe.failed?.('parts of the log', faultOf(thrown));
        });
      }, PARTS_INTERVAL_MS);
      lifecycle.onStop('intake', 'parts of the log', () => {
        clearInterval(timer);
      });
    });
    health.depend('postgres', async () => {
      await store.database.ping();
      return { isUp: true };
    });
    return StoreModule.serving(store, streams);
  }

  /** The edges over parts that are open. */
  static serving(
    { log, checkpoints }: Pick<OpenStore, 'log' | 'checkpoints'>,
    { subscriptions }: Pick<OpenStreams, 'subscriptions'>,
  ): DynamicModule {
    return {
      module: StoreModule,
      controllers: [
        StoreChangesController,
        StoreQuestionsController,
        StoreWrites,
        StoreQuestions,
        StoreShares,
        StoreSubscriptions,
      ],
      providers: [
        { provide: STORE_LOG, useValue: log },
        { provide: CHECKPOINTS, useValue: checkpoints },
        { provide: SUBSCRIPTIONS, useValue: subscriptions },
      ],
    };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import type { ConfigOf, paperBrokerSchema } from '@tickmesh/config';
import {
  type OpenApiDefinition,
  type ServiceContext,
  groupIdOf,
  openBus,
  systemClock,
} from '@tickmesh/nest';
import type { BrokerFaults } from './edge/broker-faults.ts';
import { BROKER_FAULTS, FaultsController } from './edge/faults.controller.ts';
import { openPaperBroker } from './paper-broker-parts.ts';

export type PaperBrokerConfiguration = ConfigOf<typeof paperBrokerSchema>;

export const FAULTS_PAGE: OpenApiDefinition = {
  title: 'Paper broker',
  description: 'How the broker misbehaves, for those who try what stands behind it.',
  version: '1',
};

/** The paper broker as a process of its own: the only wiring of it. */
@Module({})
export class PaperBrokerModule {
  static async open(
    config: PaperBrokerConfiguration,
    context: ServiceContext,
  ): Promise<DynamicModule> {
    const { kafka, registry, http } = config;
    const { lifecycle, health, logger } = context;
    const { database, consumer, faults, server } = await openPaperBroker(config, {
      bus: openBus(context, { kafka, registry, publishes: [] }),
      clock: systemClock,
      groupId: groupIdOf(kafka, 'paper-broker'),
      onFault: (step, fault) => {
        logger.fault('order.step_failed', fault, { step });
      },
    });
    lifecycle.onStop('pools', 'database', () => database.close());
    lifecycle.onStop('listeners', 'sessions', () => server.close());
    lifecycle.onStop('consumers', 'market events', () => consumer.stop());
    lifecycle.onStart('market events', () => consumer.start());
    logger.info('broker.listening', { host: http.host, port: server.port });
    health.depend('postgres', async () => {
      await database.ping();
      return { isUp: true };
    });
    return PaperBrokerModule.serving(faults);
  }

  /** The edge over faults that are open. */
  static serving(faults: BrokerFaults): DynamicModule {
    return {
      module: PaperBrokerModule,
      controllers: [FaultsController],
      providers: [{ provide: BROKER_FAULTS, useValue: faults }],
    };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import type { ConfigOf, orderPlaneSchema } from '@tickmesh/config';
import type { Fault } from '@tickmesh/kernel';
import { type ServiceContext, groupIdOf, openBus, systemClock } from '@tickmesh/nest';
import { ORDER_GROUP } from './edge/order-consumer.ts';
import { ORDER_CLOCK, OrderCalls } from './edge/orders.grpc.ts';
import { watchBook } from './edge/order-gauges.ts';
import { ORDER_PLANE, ORDER_QUERIES, OrdersController } from './edge/orders.controller.ts';
import { orderTelemetry } from './edge/order-telemetry.ts';
import { type OpenOrderPlane, openOrderPlane } from './order-plane-parts.ts';

export type OrderPlaneConfiguration = ConfigOf<typeof orderPlaneSchema>;

/** The only wiring of the service. */
@Module({})
export class OrderPlaneModule {
  static async open(
    config: OrderPlaneConfiguration,
    context: ServiceContext,
  ): Promise<DynamicModule> {
    const { logger, metrics, tracing, lifecycle, health } = context;
    const { kafka, registry } = config;
    const bus = openBus(context, { kafka, registry, publishes: ['exec_reports'] });
    const probe = orderTelemetry(logger, metrics, systemClock);
    const groupId = groupIdOf(kafka, ORDER_GROUP);
    const outer = { bus, clock: systemClock, probe, tracing, groupId };
    const { plane, consumer, queries, database } = await openOrderPlane(config, outer);
    lifecycle.onStop('pools', 'database', () => database.close());
    lifecycle.onStop('consumers', 'desks', () => plane.stop());
    lifecycle.onStop('consumers', 'order consumer', () => consumer.stop());
    lifecycle.onStart('desks', () => plane.start());
    lifecycle.onStart('order consumer', () => consumer.start());
    lifecycle.onStart('gauges', () => {
      const onFault = (fault: Fault): void => {
        probe.failed?.('gauges', fault);
      };
      lifecycle.onStop('intake', 'gauges', watchBook({ database, metrics, onFault }));
    });
    health.depend('postgres', async () => {
      await database.ping();
      return { isUp: true };
    });
    return OrderPlaneModule.serving({ plane, queries });
  }

  /** The edges over parts that are open. */
  static serving({ plane, queries }: Pick<OpenOrderPlane, 'plane' | 'queries'>): DynamicModule {
    return {
      module: OrderPlaneModule,
      controllers: [OrdersController, OrderCalls],
      providers: [
        { provide: ORDER_PLANE, useValue: plane },
        { provide: ORDER_QUERIES, useValue: queries },
        { provide: ORDER_CLOCK, useValue: systemClock },
      ],
    };
  }
}

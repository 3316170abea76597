import { type DynamicModule, Module } from '@nestjs/common';
import { type Bus, connectBus } from '@tickmesh/bus';
import type { ConfigOf, orderPlaneSchema } from '@tickmesh/config';
import { type ServiceContext, busLog, busMetrics, busTracer, systemClock } from '@tickmesh/nest';
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
    const { logger, metrics, tracing, lifecycle } = context;
    const bus = connectBus(config, {
      log: busLog(logger),
      metrics: busMetrics(metrics),
      tracer: busTracer(tracing),
    });
    lifecycle.onStop('producers', 'bus', () => bus.close());
    const probe = orderTelemetry(logger, metrics);
    const parts = await openOrderPlane(config, { bus, clock: systemClock, probe });
    lifecycle.onStop('pools', 'database', () => parts.database.close());
    lifecycle.onStop('consumers', 'desks', () => parts.plane.stop());
    lifecycle.onStop('consumers', 'order consumer', () => parts.consumer.stop());
    lifecycle.onStart('desks', () => parts.plane.start());
    lifecycle.onStart('order consumer', () => parts.consumer.start());
    declareHealth(context, bus, parts);
    return OrderPlaneModule.serving(parts);
  }

  /** The edges over parts that are open. */
  static serving({ plane, queries }: Pick<OpenOrderPlane, 'plane' | 'queries'>): DynamicModule {
    return {
      module: OrderPlaneModule,
      controllers: [OrdersController],
      providers: [
        { provide: ORDER_PLANE, useValue: plane },
        { provide: ORDER_QUERIES, useValue: queries },
      ],
    };
  }
}

function declareHealth(
  { health }: ServiceContext,
  bus: Bus,
  { database, consumer }: OpenOrderPlane,
): void {
  health.depend('postgres', async () => {
    await database.ping();
    return { isUp: true };
  });
  health.depend('kafka', async () => (await bus.health()).broker);
  health.depend('registry', async () => (await bus.health()).registry);
  health.depend('order consumer', () => {
    const { phase, reason } = consumer.state();
    const isUp = phase === 'consuming' || phase === 'standby';
    return { isUp, reason: reason ?? phase };
  });
}

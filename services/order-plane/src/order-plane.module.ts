import { type DynamicModule, Module } from '@nestjs/common';
import type { ConfigOf, orderPlaneSchema } from '@tickmesh/config';
import type { Fault } from '@tickmesh/kernel';
import {
  type OpenApiDefinition,
  type ServiceContext,
  groupIdOf,
  openBus,
  systemClock,
} from '@tickmesh/nest';
import { LimitsController, LIMITS_PARTS } from './edge/limits.controller.ts';
import { LimitCalls } from './edge/limits.grpc.ts';
import { MANUAL_ORDERS, OrderCommandsController } from './edge/order-commands.controller.ts';
import { OrderCommandCalls } from './edge/order-commands.grpc.ts';
import { ORDER_GROUP } from './edge/order-consumer.ts';
import { ORDER_CLOCK, OrderCalls } from './edge/orders.grpc.ts';
import { watchBook } from './edge/order-gauges.ts';
import { ORDER_PLANE, ORDER_QUERIES, OrdersController } from './edge/orders.controller.ts';
import { orderTelemetry } from './edge/order-telemetry.ts';
import { type OpenOrderPlane, openOrderPlane } from './order-plane-parts.ts';

export type OrderPlaneConfiguration = ConfigOf<typeof orderPlaneSchema>;

/** What the page at /docs says of itself. */
export const ORDER_PAGE: OpenApiDefinition = {
  title: 'Order plane',
  description: 'Orders, positions, limits and kill switches. Decimals are texts.',
  version: '1',
};

/** The only wiring of the service. */
@Module({})
export class OrderPlaneModule {
  static async open(
    config: OrderPlaneConfiguration,
    context: ServiceContext,
  ): Promise<DynamicModule> {
    const { logger, metrics, tracing, lifecycle, health } = context;
    const { kafka, registry } = config;
    const bus = openBus(context, { kafka, registry, publishes: ['exec_reports', 'order_intents'] });
    const probe = orderTelemetry(logger, metrics, systemClock);
    const groupId = groupIdOf(kafka, ORDER_GROUP);
    const outer = { bus, clock: systemClock, probe, tracing, groupId };
    const parts = await openOrderPlane(config, outer);
    const { plane, consumer, database } = parts;
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
    return OrderPlaneModule.serving(parts);
  }

  /** The edges over parts that are open. */
  static serving(parts: Served): DynamicModule {
    return {
      module: OrderPlaneModule,
      controllers: [
        OrdersController,
        OrderCommandsController,
        LimitsController,
        OrderCalls,
        OrderCommandCalls,
        LimitCalls,
      ],
      providers: [
        { provide: ORDER_PLANE, useValue: parts.plane },
        { provide: ORDER_QUERIES, useValue: parts.queries },
        { provide: MANUAL_ORDERS, useValue: parts.manual },
        { provide: LIMITS_PARTS, useValue: parts.limits },
        { provide: ORDER_CLOCK, useValue: systemClock },
      ],
    };
  }
}

type Served = Pick<OpenOrderPlane, 'plane' | 'queries' | 'manual' | 'limits'>;

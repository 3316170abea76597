import { orderPlaneSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { ORDER_CALLS } from './edge/orders.grpc.ts';
import { OrderPlaneModule } from './order-plane.module.ts';

await runService(orderPlaneSchema, (config) => ({
  grpc: ORDER_CALLS,
  module: (context) => OrderPlaneModule.open(config, context),
}));

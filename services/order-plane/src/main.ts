import { orderPlaneSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { ORDER_CALLS } from './edge/orders.grpc.ts';
import { ORDER_PAGE, OrderPlaneModule } from './order-plane.module.ts';

await runService(orderPlaneSchema, (config) => ({
  grpc: ORDER_CALLS,
  openApi: ORDER_PAGE,
  module: (context) => OrderPlaneModule.open(config, context),
}));

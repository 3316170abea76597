import { orderPlaneSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { OrderPlaneModule } from './order-plane.module.ts';

await runService(orderPlaneSchema, (config) => ({
  module: (context) => OrderPlaneModule.open(config, context),
}));

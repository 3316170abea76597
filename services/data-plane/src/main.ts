import { dataPlaneSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { DataPlaneModule } from './data-plane.module.ts';

await runService(dataPlaneSchema, (config) => ({
  module: (context) => DataPlaneModule.open(config, context),
}));

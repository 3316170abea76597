import { strategyPlaneSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { StrategyPlaneModule } from './strategy-plane.module.ts';

await runService(strategyPlaneSchema, (config) => ({
  module: (context) => StrategyPlaneModule.open(config, context),
}));

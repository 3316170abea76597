import { connectorSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { ConnectorModule } from './connector.module.ts';

await runService(connectorSchema, (config) => ({
  module: (context) => ConnectorModule.open(config, context),
}));

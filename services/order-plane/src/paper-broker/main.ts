import { paperBrokerSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { FAULTS_PAGE, PaperBrokerModule } from '../paper-broker.module.ts';

await runService(paperBrokerSchema, (config) => ({
  openApi: FAULTS_PAGE,
  module: (context) => PaperBrokerModule.open(config, context),
}));

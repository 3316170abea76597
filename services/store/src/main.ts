import { storeSchema } from '@tickmesh/config';
import { runService } from '@tickmesh/nest';
import { STORE_CALLS } from './edge/store.grpc.ts';
import { STORE_PAGE, StoreModule } from './store.module.ts';

await runService(storeSchema, (config) => ({
  grpc: STORE_CALLS,
  openApi: STORE_PAGE,
  module: (context) => StoreModule.open(config, context),
}));

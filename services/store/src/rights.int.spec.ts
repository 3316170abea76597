import { rightsSuite } from '@tickmesh/nest/testing';
import { STORE_CALLS } from './edge/store.grpc.ts';
import { STORE_PAGE, StoreModule } from './store.module.ts';

/** No call that may be made is made, so nothing needs to stand behind the edges. */
const NOTHING = { log: {}, checkpoints: {} } as never;

rightsSuite('store', {
  grpc: STORE_CALLS,
  openApi: STORE_PAGE,
  module: () => StoreModule.serving(NOTHING),
});

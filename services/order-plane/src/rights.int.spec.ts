import { rightsSuite } from '@tickmesh/nest/testing';
import { ORDER_CALLS } from './edge/orders.grpc.ts';
import { ORDER_PAGE, OrderPlaneModule } from './order-plane.module.ts';

/** No call that may be made is made, so nothing needs to stand behind the edges. */
const NOTHING = { plane: {}, queries: {}, manual: {}, limits: {} } as never;

rightsSuite('order-plane', {
  grpc: ORDER_CALLS,
  openApi: ORDER_PAGE,
  module: () => OrderPlaneModule.serving(NOTHING),
});

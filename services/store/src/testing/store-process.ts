/** A store behind its gRPC edge, as a process that a test may kill. */
import { loadConfig, storeSchema } from '@tickmesh/config';
import { bootService } from '@tickmesh/nest';
import { DECLARED } from '../app/declared.ts';
import { STORE_CALLS } from '../edge/store.grpc.ts';
import { STORE_PAGE, StoreModule } from '../store.module.ts';
import { openStore } from '../store-parts.ts';
import { openStreams } from '../store-streams.ts';
import { systemMicros } from './rig.ts';

const config = loadConfig(storeSchema);
const failed = (doing: string, fault: Error): void => {
  process.stderr.write(`${process.pid} ${doing}: ${fault.message}\n`);
};
const outer = { clock: systemMicros, probe: { failed } };
const store = await openStore(config, { entities: DECLARED, ...outer });
const streams = openStreams(config, store, outer);
await bootService({
  name: 'store',
  config,
  grpc: STORE_CALLS,
  openApi: STORE_PAGE,
  module: () => StoreModule.serving(store, streams),
  writeLog: () => undefined,
});
await streams.start();
process.stdout.write('ready\n');

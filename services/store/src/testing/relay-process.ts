/** The relay of a store, without anything that serves, as a process that a test may kill. */
import { connectBus } from '@tickmesh/bus';
import { loadConfig, storeSchema } from '@tickmesh/config';
import { openStore } from '../store-parts.ts';
import { openStreams } from '../store-streams.ts';

const { TEST_TOPIC_PREFIX: topicPrefix = '' } = process.env;
const config = loadConfig(storeSchema);
const failed = (doing: string, fault: Error): void => {
  process.stderr.write(`${process.pid} ${doing}: ${fault.message}\n`);
};
const outer = {
  clock: { nowMicros: () => Math.round(Date.now() * 1_000) },
  probe: { failed },
};
const store = await openStore(config, { entities: [], ...outer });
const { publisher } = connectBus({ ...config, topicPrefix });
const streams = openStreams(config, store, { ...outer, publisher });
await streams.start();
process.stdout.write('ready\n');

/** An order plane without a web server, as a process that a test may kill. */
import { connectBus } from '@tickmesh/bus';
import { loadConfig, orderPlaneSchema } from '@tickmesh/config';
import { openOrderPlane } from '../order-plane-parts.ts';

const { TEST_TOPIC_PREFIX: topicPrefix = '', TEST_GROUP: groupId = '' } = process.env;
const config = loadConfig(orderPlaneSchema);
const bus = connectBus({ ...config, topicPrefix });
const parts = await openOrderPlane(config, {
  bus,
  clock: { nowMicros: () => Math.round(Date.now() * 1_000) },
  probe: {
    failed: (doing, fault) => {
      process.stderr.write(`${process.pid} ${doing}: ${fault.message}\n`);
    },
  },
  groupId,
});
await parts.plane.start();
await parts.consumer.start();
process.stdout.write('ready\n');

/** The paper broker without a web server, as a process that a test may kill. Its parent changes the faults. */
import { connectBus } from '@tickmesh/bus';
import { type BrokerFaultsConfig, loadConfig, paperBrokerSchema } from '@tickmesh/config';
import { openPaperBroker } from '../paper-broker-parts.ts';

const config = loadConfig(paperBrokerSchema);
const { topicPrefix } = config.kafka;
const { consumer, faults } = await openPaperBroker(config, {
  bus: connectBus({ ...config, topicPrefix }),
  clock: { nowMicros: () => Math.round(Date.now() * 1_000) },
  groupId: `${topicPrefix}paper-broker`,
  onFault: (doing, fault) => {
    process.stderr.write(`${process.pid} ${doing}: ${fault.message}\n`);
  },
});
await consumer.start();
process.on('message', (wanted: Partial<BrokerFaultsConfig>) => {
  faults.change(wanted);
  const { handedOver, dropped, repeated } = faults;
  process.send?.({ handedOver, dropped, repeated });
});
process.stdout.write('ready\n');

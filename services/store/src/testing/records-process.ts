/** The consumer of intents and reports, as a process that a test may kill. */
import { connectBus } from '@tickmesh/bus';
import { loadConfig, storeSchema } from '@tickmesh/config';
import { InstrumentMaster } from '@tickmesh/contracts';
import { DECLARED } from '../app/declared.ts';
import { crashAt } from '../edge/crash.ts';
import { recordsConsumer } from '../edge/records-consumer.ts';
import { loadRecordAccess } from '../edge/records-file.ts';
import { openStore } from '../store-parts.ts';

const { TEST_TOPIC_PREFIX: topicPrefix = '', TEST_GROUP: groupId = '' } = process.env;
const config = loadConfig(storeSchema);
const clock = { nowMicros: () => Math.round(Date.now() * 1_000) };
const { database } = await openStore(config, { entities: DECLARED, clock });
const bus = connectBus(
  { ...config, topicPrefix },
  {
    log: (level, event, fields) => {
      if (level === 'error' || level === 'warn') {
        process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
      }
    },
  },
);
const master = new InstrumentMaster();
const parts = {
  database,
  access: loadRecordAccess(config.store.recordsFile),
  instrumentOf: master.find.bind(master),
  crash: crashAt(config.store.crashAt),
};
await recordsConsumer(bus, parts, groupId).start();
process.stdout.write('ready\n');

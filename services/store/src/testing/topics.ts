/** Topics of one spec on the shared, real broker. */
import { type Bus, connectBus } from '@tickmesh/bus';
import { loadConfig, storeSchema } from '@tickmesh/config';
import type { TopicName } from '@tickmesh/contracts';
import type { StoreRig } from './rig.ts';
import { until } from './served.ts';

/** The bus of a rig, and its topics, ready to be written. */
export async function openTopics(rig: StoreRig, topics: readonly TopicName[]): Promise<Bus> {
  const config = loadConfig(storeSchema, rig.environment);
  const bus = connectBus({ ...config, topicPrefix: `${rig.serviceRole}.` });
  const succeeds = (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => true,
      () => false,
    );
  // Brokers learn of a new topic one after the other, and refuse what they do not know yet.
  await until('the topics are made', () => succeeds(bus.topics.create(topics)));
  await bus.registerSchemas(topics);
  await until('the topics have leaders', () =>
    succeeds(Promise.all(topics.map((topic) => bus.endOffsets(topic)))),
  );
  return bus;
}

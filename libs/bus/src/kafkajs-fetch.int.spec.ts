/** Fetch sessions against a real broker: which partitions are asked for, and which are answered. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FetchingBroker, type FetchingCluster, clusterOf } from './kafkajs-cures.ts';
import { type SessionBroker, useFetchSession } from './kafkajs-fetch.ts';
import { FETCH_BYTES_MAX, FETCH_PARTITION_BYTES_MAX } from './limits.ts';
import { type TestBus, openTestBus } from './testing/harness.ts';
import { partsFromEnvironment } from './testing/parts.ts';

const ALL = [0, 1, 2, 3, 4, 5];
const NOTHING = Object.fromEntries(ALL.map((partition) => [partition, 0]));

describe('A fetch within a session', () => {
  let bus: TestBus;
  let cluster: FetchingCluster;
  let broker: FetchingBroker & SessionBroker;
  let topic: string;

  beforeEach(async () => {
    bus = await openTestBus(partsFromEnvironment(), { topics: ['store_events'] });
    topic = bus.onBroker('store_events');
    cluster = clusterOf(bus.newClient());
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, ALL));
    broker = (await cluster.findBroker({ nodeId: nodeId! })) as FetchingBroker & SessionBroker;
    useFetchSession(broker);
  });
  afterEach(async () => {
    await cluster.disconnect();
    await bus.close();
  });

  const put = (key: string) => bus.putBytes('store_events', key, Buffer.from(key));
  /** The partitions that are answered, with the number of their records. */
  const ask = async (positions: ReadonlyMap<number, bigint>): Promise<Record<number, number>> => {
    const { responses } = await (broker as FetchingBroker).fetch({
      ...{ maxWaitTime: 100, minBytes: 1, maxBytes: FETCH_BYTES_MAX, isolationLevel: 1 },
      topics: [
        {
          topic,
          partitions: [...positions].map(([partition, offset]) => ({
            ...{ partition, fetchOffset: String(offset) },
            maxBytes: FETCH_PARTITION_BYTES_MAX,
          })),
        },
      ],
    });
    return Object.fromEntries(
      responses.flatMap(({ partitions }) =>
        partitions.map((one) => [one.partition, one.messages.length] as const),
      ),
    );
  };
  const fromStart = (): Map<number, bigint> => new Map(ALL.map((partition) => [partition, 0n]));

  it('is answered for every partition first, and then for those that have something', async () => {
    const { partition: one } = await put('a');
    const positions = fromStart();
    expect(await ask(positions)).toEqual({ ...NOTHING, [one]: 1 });
    positions.set(one, 1n);
    expect(await ask(positions)).toEqual({});
    await put('a');
    expect(await ask(positions)).toEqual({ [one]: 1 });
    expect(await ask(positions)).toEqual({ [one]: 1 });
    positions.set(one, 0n);
    expect(await ask(positions)).toEqual({ [one]: 2 });
  });

  it('brings nothing of a partition that is wanted no more, until it is wanted again', async () => {
    const positions = fromStart();
    await ask(positions);
    const { partition } = await put('a');
    positions.delete(partition);
    expect(await ask(positions)).toEqual({});
    positions.set(partition, 0n);
    expect(await ask(positions)).toEqual({ [partition]: 1 });
  });

  it('begins anew where the broker knows nothing of the session, and loses no record by it', async () => {
    const { partition } = await put('a');
    const positions = fromStart();
    await ask(positions);
    const { lookupRequest } = broker;
    broker.lookupRequest = (key, definition) => (options) =>
      lookupRequest(key, definition)({ ...options, sessionId: options.sessionId + 1 });
    expect(await ask(positions)).toEqual({});
    broker.lookupRequest = lookupRequest;
    expect(await ask(positions)).toEqual({ ...NOTHING, [partition]: 1 });
  });
});

/** Tries what a client could do at a broker, request by request, and tells which of it was allowed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { typeOf } from '../broker-faults.ts';
import { clusterOf } from '../kafkajs-cures.ts';

export interface Attempts {
  onTopic(topic: string, operation: TopicAttempt): Promise<boolean>;
  onGroup(group: string, operation: GroupAttempt): Promise<boolean>;
  onCluster(operation: ClusterAttempt): Promise<boolean>;
  close(): Promise<void>;
}

export const TOPIC_ATTEMPTS = [
  'describe',
  'read',
  'write',
  'create',
  'delete',
  'alter',
  'describe_configs',
  'alter_configs',
] as const;
export const GROUP_ATTEMPTS = ['describe', 'read', 'delete'] as const;
export const CLUSTER_ATTEMPTS = [
  'create',
  'describe',
  'alter',
  'idempotent_write',
  'alter_configs',
] as const;

export type TopicAttempt = (typeof TOPIC_ATTEMPTS)[number];
export type GroupAttempt = (typeof GROUP_ATTEMPTS)[number];
export type ClusterAttempt = (typeof CLUSTER_ATTEMPTS)[number];

/** The requests of the client's own broker object that are tried here. */
interface TriedBroker {
  metadata(topics: readonly string[]): Promise<unknown>;
  fetch(request: object): Promise<unknown>;
  produce(request: object): Promise<unknown>;
  createTopics(request: object): Promise<unknown>;
  deleteTopics(request: object): Promise<unknown>;
  createPartitions(request: object): Promise<unknown>;
  describeConfigs(request: object): Promise<unknown>;
  alterConfigs(request: object): Promise<unknown>;
  describeAcls(request: object): Promise<unknown>;
  deleteAcls(request: object): Promise<unknown>;
  initProducerId(request: object): Promise<unknown>;
  joinGroup(request: object): Promise<unknown>;
  deleteGroups(
    groups: readonly string[],
  ): Promise<{ readonly results: readonly { readonly error?: Error }[] }>;
  findGroupCoordinator(request: object): Promise<unknown>;
}

const TOPIC_RESOURCE = 2;
const BROKER_RESOURCE = 4;
const ANY = 1;
const GROUP_COORDINATOR = 0;
const NOBODY = 'User:nobody-at-all';

/** A connection for all attempts; the broker is the only one of its cluster. */
export async function openAttempts(client: Kafka): Promise<Attempts> {
  const cluster = clusterOf(client);
  await cluster.connect();
  await cluster.refreshMetadata();
  const broker = (await cluster.findControllerBroker()) as unknown as TriedBroker;
  return {
    onTopic: (topic, operation) => isAllowed(onTopic(broker, topic)[operation]),
    onGroup: (group, operation) => isAllowed(onGroup(broker, group)[operation]),
    onCluster: (operation) => isAllowed(onCluster(broker)[operation]),
    close: () => cluster.disconnect(),
  };
}

type Tried<Operation extends string> = Readonly<Record<Operation, () => Promise<unknown>>>;

function onTopic(broker: TriedBroker, topic: string): Tried<TopicAttempt> {
  const configs = { type: TOPIC_RESOURCE, name: topic, configNames: [], configEntries: [] };
  return {
    describe: () => broker.metadata([topic]),
    read: () =>
      broker.fetch({
        maxWaitTime: 0,
        minBytes: 0,
        maxBytes: 1_024,
        isolationLevel: 1,
        topics: [{ topic, partitions: [{ partition: 0, fetchOffset: '0', maxBytes: 1_024 }] }],
      }),
    write: () =>
      broker.produce({
        topicData: [
          {
            topic,
            partitions: [
              { partition: 0, firstSequence: 0, messages: [{ key: 'tried', value: null }] },
            ],
          },
        ],
      }),
    create: () =>
      broker.createTopics({
        validateOnly: true,
        topics: [{ topic, numPartitions: 1, replicationFactor: 1 }],
      }),
    delete: () => broker.deleteTopics({ topics: [topic] }),
    alter: () =>
      broker.createPartitions({ validateOnly: true, topicPartitions: [{ topic, count: 50 }] }),
    describe_configs: () => broker.describeConfigs({ resources: [configs] }),
    alter_configs: () => broker.alterConfigs({ validateOnly: true, resources: [configs] }),
  };
}

function onGroup(broker: TriedBroker, groupId: string): Tried<GroupAttempt> {
  return {
    describe: () => broker.findGroupCoordinator({ groupId, coordinatorType: GROUP_COORDINATOR }),
    // The first request to join is answered with an id to come back with: nobody becomes a member.
    read: () =>
      broker.joinGroup({
        groupId,
        sessionTimeout: 10_000,
        rebalanceTimeout: 10_000,
        groupProtocols: [{ name: 'tried', metadata: Buffer.alloc(0) }],
      }),
    // The client leaves what became of each group to whoever reads its list.
    delete: async () => {
      const { results } = await broker.deleteGroups([groupId]);
      for (const { error } of results) if (error !== undefined) throw error;
    },
  };
}

function onCluster(broker: TriedBroker): Tried<ClusterAttempt> {
  const nobody = {
    resourceType: ANY,
    resourcePatternType: ANY,
    principal: NOBODY,
    operation: ANY,
    permissionType: ANY,
  };
  const broker1 = { type: BROKER_RESOURCE, name: '1', configEntries: [] };
  return {
    create: () =>
      broker.createTopics({
        validateOnly: true,
        topics: [{ topic: 'a-topic-of-nobody', numPartitions: 1, replicationFactor: 1 }],
      }),
    describe: () => broker.describeAcls(nobody),
    alter: () => broker.deleteAcls({ filters: [nobody] }),
    idempotent_write: () =>
      broker.initProducerId({ transactionalId: null, transactionTimeout: 10_000 }),
    alter_configs: () => broker.alterConfigs({ validateOnly: true, resources: [broker1] }),
  };
}

const REFUSALS = [
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
];
/** What a broker says after it has allowed an attempt that was not meant to have an effect. */
const AFTER_ALLOWING = ['TOPIC_ALREADY_EXISTS', 'MEMBER_ID_REQUIRED', 'GROUP_ID_NOT_FOUND'];
/** A broker makes its own topics when groups and producers first ask for them. */
const NOT_YET = [
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
];
const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;

/** @throws what is neither a refusal nor the expected end of an attempt: the test has tried something else */
async function isAllowed(attempt: () => Promise<unknown>): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    try {
      await attempt();
      return true;
    } catch (error) {
      const type = typeOf(error) ?? '';
      if (REFUSALS.includes(type)) return false;
      if (AFTER_ALLOWING.includes(type)) return true;
      if (!NOT_YET.includes(type) || Date.now() > deadline) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

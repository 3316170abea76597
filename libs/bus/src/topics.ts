/** Topics on the broker: made from their declarations on the first start, compared with them after. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicName } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { brokerFault } from './broker-faults.ts';
import type { BusLog } from './observe.ts';
import { type TopicNames, declarationOf, declaredTopics } from './topic-names.ts';

/** A difference between a topic and its declaration. */
export interface TopicDifference {
  readonly topic: TopicName;
  readonly nameOnBroker: string;
  /** `missing`, `partitions`, `replication` or a setting of Kafka's. */
  readonly field: string;
  readonly declared: string;
  readonly found: string;
}

export interface TopicStatus {
  readonly topic: TopicName;
  readonly nameOnBroker: string;
  readonly partitions: number;
  readonly isThere: boolean;
}

export interface Topics {
  list(): Promise<readonly TopicStatus[]>;
  /** Makes those that are missing (of `only`) and answers their names; others are left as they are. */
  create(only?: readonly TopicName[]): Promise<readonly TopicName[]>;
  /** Every difference (of `only`), none when all is as declared. Each is logged as well. */
  verify(only?: readonly TopicName[]): Promise<readonly TopicDifference[]>;
}

export interface TopicsDeps {
  readonly client: Kafka;
  readonly names: TopicNames;
  readonly log: BusLog;
  /** Instead of the declaration's, where production has more copies. */
  readonly replicationFactor: number | undefined;
  readonly minInsyncReplicas: number | undefined;
}

/** `producer` keeps what the producer chose; anything else makes the broker pack all records again. */
const COMPRESSION_TYPE = 'producer';
const LEADER_TRIES_MAX = 100;
const LEADER_DELAY_MS = 100;

export function topics(deps: TopicsDeps): Topics {
  return {
    list: () => withAdmin(deps.client, (admin) => list(deps, admin)),
    create: (only = declaredTopics()) =>
      withAdmin(deps.client, (admin) => create(deps, admin, only)),
    verify: (only = declaredTopics()) =>
      withAdmin(deps.client, (admin) => verify(deps, admin, only)),
  };
}

async function list({ names }: TopicsDeps, admin: Admin): Promise<readonly TopicStatus[]> {
  const there = await partitionsOf(admin);
  return declaredTopics().map((topic) => {
    const nameOnBroker = names.onBroker(topic);
    const found = there.get(nameOnBroker);
    return {
      topic,
      nameOnBroker,
      partitions: found?.partitions ?? 0,
      isThere: found !== undefined,
    };
  });
}

/** Several services may start at once: what another one makes meanwhile is there as well. */
async function create(
  deps: TopicsDeps,
  admin: Admin,
  wanted: readonly TopicName[],
): Promise<readonly TopicName[]> {
  const { log, names } = deps;
  const there = new Set(await admin.listTopics());
  const missing = wanted.filter((topic) => !there.has(names.onBroker(topic)));
  const made: TopicName[] = [];
  for (const topic of missing) {
    const isNew = await admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic: names.onBroker(topic),
          numPartitions: declarationOf(topic).partitions,
          replicationFactor: deps.replicationFactor ?? declarationOf(topic).replication,
          configEntries: Object.entries(settingsOf(deps, topic)).map(([name, value]) => ({
            name,
            value,
          })),
        },
      ],
    });
    if (isNew) made.push(topic);
  }
  await untilLed(
    admin,
    missing.map((topic) => names.onBroker(topic)),
  );
  for (const topic of made) {
    log('info', 'topic.created', { topic, name_on_broker: names.onBroker(topic) });
  }
  return made;
}

/** A topic that was made is known to a broker, and led, a little later. */
async function untilLed(admin: Admin, topicsOnBroker: readonly string[]): Promise<void> {
  for (let tries = 1; topicsOnBroker.length > 0; tries++) {
    const { topics: found } = await admin.fetchTopicMetadata();
    const led = new Set(
      found
        .filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
        .map(({ name }) => name),
    );
    const waiting = topicsOnBroker.filter((topic) => !led.has(topic));
    if (waiting.length === 0) return;
    if (tries === LEADER_TRIES_MAX) {
      throw new Fault('BROKER_REFUSED', { topics: waiting, reason: 'no leader yet' });
    }
    await sleep(LEADER_DELAY_MS);
  }
}

async function verify(
  deps: TopicsDeps,
  admin: Admin,
  wanted: readonly TopicName[],
): Promise<readonly TopicDifference[]> {
  const there = await partitionsOf(admin);
  const present = wanted.filter((topic) => there.has(deps.names.onBroker(topic)));
  const settings = await settingsOnBroker(
    admin,
    present.map((topic) => deps.names.onBroker(topic)),
  );
  const differences: TopicDifference[] = [];
  for (const topic of wanted) {
    const nameOnBroker = deps.names.onBroker(topic);
    const differ = (field: string, declared: string, found: string): void => {
      if (declared !== found) differences.push({ topic, nameOnBroker, field, declared, found });
    };
    const found = there.get(nameOnBroker);
    if (found === undefined) {
      differ('missing', 'there', 'not there');
      continue;
    }
    const { partitions, replication } = declarationOf(topic);
    differ('partitions', String(partitions), String(found.partitions));
    const copies = deps.replicationFactor ?? replication;
    differ('replication', String(copies), String(found.replication));
    for (const [name, value] of Object.entries(settingsOf(deps, topic))) {
      differ(name, value, settings.get(nameOnBroker)?.get(name) ?? '');
    }
  }
  for (const { topic, field, declared, found } of differences) {
    deps.log('warn', 'topic.differs', { topic, field, declared, found });
  }
  return differences;
}

/** Kafka's settings of a declared topic. */
function settingsOf(deps: TopicsDeps, topic: TopicName): Readonly<Record<string, string>> {
  const { cleanup, retentionMs, maxMessageBytes } = declarationOf(topic);
  return {
    'cleanup.policy': cleanup,
    ...(retentionMs === null ? {} : { 'retention.ms': String(retentionMs) }),
    'max.message.bytes': String(maxMessageBytes),
    'compression.type': COMPRESSION_TYPE,
    ...(deps.minInsyncReplicas === undefined
      ? {}
      : { 'min.insync.replicas': String(deps.minInsyncReplicas) }),
  };
}

async function partitionsOf(
  admin: Admin,
): Promise<ReadonlyMap<string, { readonly partitions: number; readonly replication: number }>> {
  const { topics: found } = await admin.fetchTopicMetadata();
  return new Map(
    found.map(({ name, partitions }) => [
      name,
      { partitions: partitions.length, replication: partitions[0]?.replicas.length ?? 0 },
    ]),
  );
}

async function settingsOnBroker(
  admin: Admin,
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  if (names.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

/** @throws Fault of the broker */
export async function withAdmin<R>(client: Kafka, work: (admin: Admin) => Promise<R>): Promise<R> {
  const admin = client.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw brokerFault(error, {});
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

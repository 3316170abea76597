import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PRINCIPALS, type PrincipalName, TOPICS, type TopicName } from '@tickmesh/contracts';
import {
  type Broker,
  createAuthority,
  pickFreePort,
  securedListeners,
  startBroker,
} from '@tickmesh/local';
import type { BrokerAcl } from './acls.ts';
import { type Bus, connectBus } from './bus.ts';
import type { BusConfig, BusKafkaConfig } from './config.ts';
import { kafkaClient } from './kafka-client.ts';
import {
  type Attempts,
  CLUSTER_ATTEMPTS,
  GROUP_ATTEMPTS,
  TOPIC_ATTEMPTS,
  openAttempts,
} from './testing/attempts.ts';
import { kafkaConfig, storeMessage } from './testing/harness.ts';
import { partsFromEnvironment } from './testing/parts.ts';

const PREFIX = 'acl-';
const ADMIN = 'admin';
/** Signs in, and stands nowhere in the file. */
const STRANGER = 'stranger';
const PASSWORD = 'secret of all users of this test';
const principals = Object.keys(PRINCIPALS) as PrincipalName[];
const topics = Object.keys(TOPICS) as TopicName[];

let broker: Broker;
let folder: string;
let port: number;
const open: Bus[] = [];

function configOf(user: string): BusKafkaConfig {
  return {
    ...kafkaConfig(`127.0.0.1:${port}`),
    securityProtocol: 'SASL_PLAINTEXT',
    sasl: { mechanism: 'SCRAM-SHA-512', username: user, password: PASSWORD },
  };
}

function busOf(user: string, kafka: BusKafkaConfig = configOf(user)): Bus {
  const registry = { url: partsFromEnvironment().registryUrl, timeoutMs: 10_000 };
  const config: BusConfig = { kafka, registry, topicPrefix: PREFIX };
  const bus = connectBus(config);
  open.push(bus);
  return bus;
}

function attemptsOf(user: string): Promise<Attempts> {
  return openAttempts(kafkaClient(configOf(user), () => undefined, undefined));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickmesh-acls-'));
  port = await pickFreePort();
  const users = [ADMIN, STRANGER, ...principals].map((name) => [name, PASSWORD]);
  broker = await startBroker({
    dataDir: folder,
    heapMebibytes: 256,
    ...(await securedListeners({
      ports: { SASL_PLAINTEXT: port },
      authority: await createAuthority(),
      folder: join(folder, 'secrets'),
      users: Object.fromEntries(users) as Record<string, string>,
      acls: { superUsers: [ADMIN] },
    })),
  });
  const { acls } = busOf(ADMIN);
  const before = await acls.compare();
  expect(before?.excess).toEqual([]);
  await acls.apply({ missing: before?.missing ?? [], excess: [] });
  // Topics are made by the one who may, so that nobody else has to.
  expect(await busOf('setup').topics.create()).toEqual(topics);
});

afterAll(async () => {
  for (const bus of open) await bus.close();
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * What contracts/topics.yaml means, read from its words anew: topics by who writes and reads them, groups by their
 * names, and the few marks of principals.
 */
function expected(principal: PrincipalName): string[] {
  const { readsAll, replays, managesTopics, managesRights, groups } = PRINCIPALS[principal];
  const consumes = (topic: TopicName): boolean => TOPICS[topic].consumers.includes(principal);
  const rows: string[] = [];
  let writesAny = false;
  for (const topic of topics) {
    const { schema, dlq, producers } = TOPICS[topic];
    const reads = readsAll || consumes(topic);
    const sources = topics.filter((source) => TOPICS[source].dlq === topic);
    const writes =
      producers.includes(principal) ||
      sources.some(consumes) ||
      (replays && (schema === 'any' || dlq !== null));
    writesAny ||= writes;
    if (reads || writes || managesTopics) rows.push(`topic ${topic} describe`);
    if (reads) rows.push(`topic ${topic} read`);
    if (writes) rows.push(`topic ${topic} write`);
    if (managesTopics) rows.push(`topic ${topic} create`);
    if (reads || writes || managesTopics) rows.push(`topic ${topic} describe_configs`);
  }
  for (const group of GROUPS) {
    const joins = groups.some((own) =>
      own.endsWith('*') ? group.startsWith(own.slice(0, -1)) : group === own,
    );
    if (joins || readsAll) rows.push(`group ${group} describe`);
    if (joins) rows.push(`group ${group} read`);
  }
  if (readsAll || managesRights) rows.push('cluster describe');
  if (managesRights) rows.push('cluster alter');
  if (writesAny) rows.push('cluster idempotent_write');
  return rows;
}

/** One of each principal that has groups, and one of nobody. */
const GROUPS = [
  ...principals
    .flatMap((principal) => [...PRINCIPALS[principal].groups])
    .map((group) => group.replace('*', 'one')),
  'of-nobody',
];

async function allowed(attempts: Attempts): Promise<string[]> {
  const rows: string[] = [];
  for (const topic of topics) {
    for (const operation of TOPIC_ATTEMPTS) {
      if (await attempts.onTopic(`${PREFIX}${topic}`, operation)) {
        rows.push(`topic ${topic} ${operation}`);
      }
    }
  }
  for (const group of GROUPS) {
    for (const operation of GROUP_ATTEMPTS) {
      if (await attempts.onGroup(`${PREFIX}${group}`, operation)) {
        rows.push(`group ${group} ${operation}`);
      }
    }
  }
  for (const operation of CLUSTER_ATTEMPTS) {
    if (await attempts.onCluster(operation)) rows.push(`cluster ${operation}`);
  }
  return rows;
}

async function triedAs(attempts: Attempts): Promise<string[]> {
  try {
    return await allowed(attempts);
  } finally {
    await attempts.close();
  }
}

describe('rights on a broker that checks them', () => {
  it('are on the broker as the file has them, none too many', async () => {
    expect(await busOf(ADMIN).acls.compare()).toEqual({ missing: [], excess: [] });
  });

  it.each(principals)('let %s do what the file says, of everything that it tries', async (name) => {
    expect(await triedAs(await attemptsOf(name))).toEqual(expected(name));
  });

  it('let nobody else do anything: neither who stands nowhere in the file, nor who does not sign in', async () => {
    expect(await triedAs(await attemptsOf(STRANGER))).toEqual([]);
    const anonymous = kafkaClient(kafkaConfig(broker.address), () => undefined, undefined);
    expect(await triedAs(await openAttempts(anonymous))).toEqual([]);
  });
});

describe('a principal that starts', () => {
  it.each(principals)('finds %s in order', async (name) => {
    await expect(busOf(name).acls.require(name)).resolves.toBeUndefined();
  });

  it('names each right that it lacks, with the topic and the operation', async () => {
    const admin = busOf(ADMIN).acls;
    const lost = [
      right('store', 'topic', 'dlq_exec_reports', 'write'),
      right('store', 'topic', 'exec_reports', 'read'),
      right('store', 'group', 'store', 'read'),
    ];
    await admin.apply({ missing: [], excess: lost });
    await expect(busOf('store').acls.require('store')).rejects.toMatchObject({
      code: 'BROKER_RIGHTS',
      details: {
        principal: 'store',
        missing: [
          'read on topic exec_reports',
          // Of a topic that it may not even see, a principal is told nothing.
          'describe_configs on topic exec_reports',
          'write on topic dlq_exec_reports',
          'describe_configs on topic dlq_exec_reports',
          'read on group store',
        ],
      },
    });
    const comparison = await admin.compare();
    expect(comparison?.excess).toEqual([]);
    expect(comparison?.missing.map(({ name }) => name).toSorted()).toEqual([
      'acl-dlq_exec_reports',
      'acl-exec_reports',
      'acl-store',
    ]);
    await admin.apply(comparison ?? { missing: [], excess: [] });
    await expect(busOf('store').acls.require('store')).resolves.toBeUndefined();
  });

  it('finds that it is somebody else, when it signs in with the wrong credentials', async () => {
    await expect(busOf('strategy-plane').acls.require('order-plane')).rejects.toMatchObject({
      code: 'BROKER_RIGHTS',
      details: { missing: expect.arrayContaining(['write on topic exec_reports']) },
    });
  });

  it('finds nothing to say where the broker checks no rights', async () => {
    const plain = busOf('', kafkaConfig(partsFromEnvironment().broker));
    expect(await plain.acls.compare()).toBeUndefined();
    await expect(plain.acls.require('order-plane')).resolves.toBeUndefined();
  });
});

describe('the comparison of file and broker', () => {
  const toAnother: BrokerAcl[] = [
    right('strategy-plane', 'topic', 'exec_reports', 'write'),
    { ...right('order-plane', 'topic', 'exec_reports', 'write'), permission: 'deny' },
    { ...right(STRANGER, 'topic', 'order_in', 'read'), pattern: 'prefixed' },
    { ...right(STRANGER, 'topic', '', 'describe'), name: '*' },
    { ...right(STRANGER, 'group', 'strategy-one', 'read') },
    { ...right('connector', 'cluster', '', 'alter'), name: 'kafka-cluster' },
  ];
  const notOurs: BrokerAcl[] = [
    { ...right(STRANGER, 'topic', '', 'read'), name: 'elsewhere' },
    { ...right(STRANGER, 'cluster', '', 'describe'), name: 'kafka-cluster' },
  ];
  const told = (acls: readonly BrokerAcl[] = []): string[] =>
    acls.map((acl) => JSON.stringify(Object.entries(acl).toSorted())).toSorted();

  it('shows every right too many on what is ours, takes it away, and leaves others theirs', async () => {
    const { acls } = busOf(ADMIN);
    await acls.apply({ missing: [...toAnother, ...notOurs], excess: [] });
    const comparison = await acls.compare();
    expect(comparison?.missing).toEqual([]);
    expect(told(comparison?.excess)).toEqual(told(toAnother));
    // A denial wins over what the file grants.
    await expect(busOf('order-plane').acls.require('order-plane')).rejects.toMatchObject({
      details: { missing: ['write on topic exec_reports'] },
    });
    await acls.apply(comparison ?? { missing: [], excess: [] });
    expect(await acls.compare()).toEqual({ missing: [], excess: [] });
    const stranger = await attemptsOf(STRANGER);
    expect(await stranger.onCluster('describe')).toBe(true);
    await stranger.close();
    await acls.apply({ missing: [], excess: notOurs });
  });

  it('is refused to who may not see rights, and the change to who may only see them', async () => {
    await expect(busOf('order-plane').acls.compare()).rejects.toMatchObject({
      code: 'BROKER_RIGHTS',
    });
    expect(await busOf('people').acls.compare()).toEqual({ missing: [], excess: [] });
    const missing = [right('people', 'topic', 'strategy_journal', 'write')];
    await expect(busOf('people').acls.apply({ missing, excess: [] })).rejects.toMatchObject({
      code: 'BROKER_RIGHTS',
    });
  });
});

describe('the bus of a principal', () => {
  it('publishes what it may, and is told the reason where it may not', async () => {
    await busOf('setup').registerSchemas(['store_events']);
    const message = storeMessage('E1', 1);
    await expect(busOf('store').publisher.publish(message)).resolves.toMatchObject({
      partition: expect.any(Number),
    });
    await expect(busOf('order-plane').publisher.publish(message)).rejects.toMatchObject({
      code: 'BROKER_RIGHTS',
    });
  });
});

/** A right as the broker holds it, on a name of this test's. */
function right(
  principal: string,
  resource: BrokerAcl['resource'],
  name: string,
  operation: BrokerAcl['operation'],
): BrokerAcl {
  return {
    principal: `User:${principal}`,
    host: '*',
    resource,
    name: `${PREFIX}${name}`,
    pattern: 'literal',
    operation,
    permission: 'allow',
  };
}

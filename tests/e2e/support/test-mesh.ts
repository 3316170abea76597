/** A mesh of one test: topics, groups and a database of its own on real parts, and services as processes. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Bus,
  type Delivery,
  type EventHeaders,
  type TransportRecord,
  connectBus,
} from '@tickmesh/bus';
import { commandLineSchema, loadConfig } from '@tickmesh/config';
import type { TopicName } from '@tickmesh/contracts';
import { openDatabase } from '@tickmesh/database';
import { openIssuer } from '@tickmesh/issuer';
import { CONFLUENT_API_PATH, MESH_DIR } from '@tickmesh/local';
import { type Ended, type Environment, meshCommand } from './run-process.ts';
import { type ServiceProcess, type ServiceScript, startService } from './service-process.ts';
import { until } from './until.ts';

/** Where the real parts are. */
export interface Parts {
  readonly kafka: string;
  readonly registryUrl: string;
  /** Of a superuser. */
  readonly postgresUrl: string;
}

/** The parts that the runner started. */
export function sharedParts(): Parts {
  return {
    kafka: required('TICKMESH_TEST_KAFKA'),
    registryUrl: `${required('TICKMESH_TEST_REGISTRY')}${CONFLUENT_API_PATH}`,
    postgresUrl: required('TICKMESH_TEST_POSTGRES_URL'),
  };
}

/** A folder under .mesh that is gone after the test. */
export function newFolder(name: string): { readonly path: string; remove(): void } {
  mkdirSync(MESH_DIR, { recursive: true });
  const path = mkdtempSync(join(MESH_DIR, `test-${name}-`));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export interface TestMesh {
  readonly prefix: string;
  readonly bus: Bus;
  /** What services and the command line are told. */
  readonly environment: Environment;
  readonly folder: string;
  start(script: ServiceScript, environment?: Environment): Promise<ServiceProcess>;
  mesh(args: readonly string[], input?: string, environment?: Environment): Promise<Ended>;
  /** Everything that is on a topic now, in order within each partition. */
  records(topic: TopicName): Promise<readonly TransportRecord[]>;
  /** As `records`, decoded; one that cannot be decoded fails the test. */
  messages<T extends TopicName>(topic: T): Promise<readonly Delivery<T>[]>;
  /** Ends every process, forgets the database, closes the connections. */
  close(): Promise<void>;
}

/** Short, so that what is killed is replaced soon. */
const SESSION = {
  KAFKA_SESSION_TIMEOUT_MS: '3000',
  KAFKA_HEARTBEAT_INTERVAL_MS: '500',
  STRATEGIES_SESSION_TIMEOUT_MS: '3000',
  ORDERS_LEASE_MS: '1500',
};

const TOKEN_LIFE_MS = 3_600_000;

export async function openTestMesh(name: string, parts: Parts = sharedParts()): Promise<TestMesh> {
  const id = `${name}_${randomUUID().slice(0, 8)}`;
  const folder = newFolder(name);
  const admin = openDatabase(parts.postgresUrl, { applicationName: id, connectionsMax: 1 });
  await admin.query(`create database ${id}`);
  const databaseUrl = new URL(parts.postgresUrl);
  databaseUrl.pathname = `/${id}`;
  // The services take its tokens, and `mesh` has them made: as where a mesh runs from the clone.
  const issuerFolder = join(folder.path, 'issuer');
  const issuer = await openIssuer({
    host: '127.0.0.1',
    port: 0,
    folder: issuerFolder,
    tokenLifeMs: TOKEN_LIFE_MS,
  });
  const environment = {
    NODE_ENV: 'development',
    SIGN_IN_ISSUER: issuer.url,
    ISSUER_FOLDER: issuerFolder,
    KAFKA_BROKERS: parts.kafka,
    SCHEMA_REGISTRY_URL: parts.registryUrl,
    DATABASE_URL: databaseUrl.href,
    TICKMESH_TOPIC_PREFIX: `${id}.`,
    ...SESSION,
  };
  const config = loadConfig(commandLineSchema, environment);
  const bus = connectBus({ ...config, topicPrefix: `${id}.` });
  const services: ServiceProcess[] = [];
  const mesh: TestMesh = {
    prefix: `${id}.`,
    bus,
    environment,
    folder: folder.path,
    start: async (script, more = {}) => {
      const number = String(services.length);
      const logFile = join(folder.path, `${script.replace('/', '-')}-${number}.log`);
      const service = await startService(script, { ...environment, ...more }, logFile);
      services.push(service);
      return service;
    },
    mesh: (args, input, more = {}) => meshCommand(args, { ...environment, ...more }, input),
    records: async (topic) => (await collect(bus, topic)).map(({ record }) => record),
    messages: async (topic) =>
      (await collect(bus, topic)).map((found) => {
        if (found.kind === 'unreadable') throw found.fault;
        return found.delivery;
      }),
    close: async () => {
      await Promise.all(services.map((service) => service.kill()));
      await bus.close();
      await issuer.close();
      await admin.query(`drop database ${id} with (force)`);
      await admin.close();
      folder.remove();
    },
  };
  const created = await mesh.mesh(['topics', 'create']);
  if (created.code !== 0) throw new Error(`mesh topics create: ${created.stdout}${created.stderr}`);
  return mesh;
}

async function collect<T extends TopicName>(bus: Bus, topic: T) {
  const found = [];
  for await (const record of bus.tail(topic, { from: 'beginning' })) found.push(record);
  return found;
}

/** Records of every partition of a topic so far. */
export async function countOf(bus: Bus, topic: TopicName): Promise<number> {
  const ends = await bus.endOffsets(topic);
  return ends.reduce((sum, { next }) => sum + Number(next), 0);
}

/** Waits until a group has applied, or buried, everything that is on a topic now. */
export async function drained(
  mesh: Pick<TestMesh, 'bus' | 'prefix'>,
  group: string,
  topic: TopicName,
  withinMs = 60_000,
): Promise<void> {
  await until(
    `${group} is at the end of ${topic}`,
    async () => {
      const ends = await mesh.bus.endOffsets(topic);
      const lags = await mesh.bus.groupLag(`${mesh.prefix}${group}`);
      return ends.every(({ partition, next }) => {
        if (next === 0n) return true;
        const lag = lags.find((one) => one.topic === topic && one.partition === partition);
        return lag?.lagRecords === 0n;
      });
    },
    { withinMs },
  );
}

export function testHeaders(eventId: string, mode: EventHeaders['mode'] = 'paper'): EventHeaders {
  return { event_id: `test/${eventId}`, run_id: 'test', mode };
}

function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run npm test`);
  return value;
}

/** A store for one spec: a database and a log-in of its own on the shared, real server. */
import { randomUUID } from 'node:crypto';
import { loadConfig, storeSchema } from '@tickmesh/config';
import { type Database, openDatabase } from '@tickmesh/database';
import { type Clock, type Fault, faultOf } from '@tickmesh/kernel';
import type { Caller } from '../app/ports.ts';
import { DECLARED } from '../app/declared.ts';
import type { StoredEntity } from '../app/stored-entity.ts';
import {
  type OpenStore,
  type StorePartsConfig,
  type StoreProbe,
  openStore,
} from '../store-parts.ts';

export const systemMicros: Clock = { nowMicros: () => Math.round(Date.now() * 1_000) };

export interface StoreRig {
  readonly config: StorePartsConfig;
  readonly environment: Readonly<Record<string, string>>;
  /** A superuser in the store's database: what no part of the store may be. */
  readonly admin: Database;
  /** Log-in of the service. */
  readonly serviceRole: string;
  readonly store: OpenStore;
  /** Another instance over the same database. */
  open(more?: RigOptions): Promise<OpenStore>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly entities?: readonly StoredEntity[];
  readonly clock?: Clock;
  readonly probe?: StoreProbe;
  readonly connectionsMax?: number;
}

export async function openStoreRig(options: RigOptions = {}): Promise<StoreRig> {
  const name = `store_${randomUUID().slice(0, 8)}`;
  const serverUrl = process.env['TICKMESH_TEST_POSTGRES_URL'];
  if (serverUrl === undefined) {
    throw new Error('TICKMESH_TEST_POSTGRES_URL names no server: run npm test');
  }
  const server = openDatabase(serverUrl, { applicationName: name, connectionsMax: 1 });
  await server.query(`create database ${name}`);
  const adminUrl = new URL(serverUrl);
  adminUrl.pathname = `/${name}`;
  const serviceUrl = new URL(adminUrl);
  serviceUrl.username = name;
  serviceUrl.password = randomUUID();
  const environment = {
    DATABASE_URL: String(serviceUrl),
    DATABASE_CONNECTIONS_MAX: String(options.connectionsMax ?? 10),
    STORE_MIGRATION_URL: String(adminUrl),
    ...kafkaEnvironment(),
    LOG_LEVEL: 'fatal',
    NODE_ENV: 'test',
  };
  const config = loadConfig(storeSchema, environment);
  const opened: OpenStore[] = [];
  const open = async (more: RigOptions = {}): Promise<OpenStore> => {
    const { entities = DECLARED, clock = systemMicros, probe = {} } = { ...options, ...more };
    const store = await openStore(config, { entities, clock, probe });
    opened.push(store);
    return store;
  };
  const store = await open();
  const admin = openDatabase(String(adminUrl), {
    applicationName: `${name}-look`,
    connectionsMax: 4,
    statementTimeoutMs: 120_000,
  });
  return {
    config,
    environment,
    admin,
    serviceRole: name,
    store,
    open,
    close: async () => {
      for (const { database } of opened) await database.close();
      await admin.close();
      await server.query(`drop database ${name} with (force)`);
      await server.query(`drop role ${name}`);
      await server.close();
    },
  };
}

/** Where the shared broker and registry are, for the specs that use them. */
function kafkaEnvironment(): Record<string, string> {
  const { TICKMESH_TEST_KAFKA: brokers, TICKMESH_TEST_REGISTRY: registry } = process.env;
  return {
    ...(brokers === undefined ? {} : { KAFKA_BROKERS: brokers }),
    ...(registry === undefined ? {} : { SCHEMA_REGISTRY_URL: `${registry}/apis/ccompat/v7` }),
  };
}

export const person = (name: string, ...roles: readonly string[]): Caller => ({ name, roles });

/** The fault that some work ends in. */
export async function refusal(work: Promise<unknown>): Promise<Fault> {
  return work.then(
    () => {
      throw new Error('nothing was refused');
    },
    (thrown: unknown) => faultOf(thrown),
  );
}

export const codeOf = async (work: Promise<unknown>): Promise<string> => (await refusal(work)).code;

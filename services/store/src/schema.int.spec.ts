/** How the schema comes about: by whom, and what the service does when it did not. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, storeSchema } from '@tickmesh/config';
import { type Database, openDatabase } from '@tickmesh/database';
import { openStore } from './store-parts.ts';
import { codeOf, person, systemMicros } from './testing/rig.ts';

const name = `store_${randomUUID().slice(0, 8)}`;
const serverUrl = new URL(process.env['TICKMESH_TEST_POSTGRES_URL'] ?? 'postgres://none');
let server: Database;

const urlOf = (user: string): string => {
  const url = new URL(serverUrl);
  [url.pathname, url.username, url.password] = [`/${name}`, user, 'x'];
  return String(url);
};

const open = (migrationUrl?: string) => {
  const config = loadConfig(storeSchema, {
    DATABASE_URL: urlOf(name),
    ...(migrationUrl === undefined ? {} : { STORE_MIGRATION_URL: migrationUrl }),
    NODE_ENV: 'test',
  });
  return openStore(config, { entities: [], clock: systemMicros });
};

beforeAll(async () => {
  server = openDatabase(String(serverUrl), { applicationName: name, connectionsMax: 1 });
  // Another store of the server may have made the roles: then whoever migrates must be let into them.
  await server.query(`create role ${name}_admin login createrole password 'x'`);
  for (const role of ['store_owner', 'store_relay', 'store_access']) {
    const known = await server.query('select from pg_roles where rolname = $1', [role]);
    if (known.length > 0) await server.query(`grant ${role} to ${name}_admin with admin option`);
  }
  await server.query(`create database ${name} owner ${name}_admin`);
});

afterAll(async () => {
  await server.query(`drop database ${name} with (force)`);
  await server.query(`drop role if exists ${name}`);
  await server.query(`drop role ${name}_admin`);
  await server.close();
});

describe('the schema', () => {
  it('is made by a role that may create roles and is no superuser; without it the service does not start', async () => {
    expect(await codeOf(open())).toBe('DATABASE_REFUSED');
    const store = await open(urlOf(`${name}_admin`));
    const alice = person('alice');
    expect(await store.log.count(alice, {})).toBe(0n);
    await store.database.close();
    const again = await open();
    await again.database.close();
  });

  it('that lacks a migration, or has another, is refused', async () => {
    const admin = openDatabase(urlOf(`${name}_admin`), { applicationName: name });
    try {
      await admin.query(`update store.migrations set checksum = 'x' where number = 2`);
      expect(await codeOf(open())).toBe('MIGRATION_MISSING');
      expect(await codeOf(open(urlOf(`${name}_admin`)))).toBe('MIGRATION_CHANGED');
    } finally {
      await admin.close();
    }
  });
});

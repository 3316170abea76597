import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startTimeOf } from '../process-identity.mjs';
import { startBroker, type Broker } from './broker.ts';
import { MESH_DIR } from './paths.ts';
import { isPortFree } from './ports.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { startRegistry, type Registry } from './registry.ts';

const folder = join(MESH_DIR, `test-infrastructure-${String(process.pid)}`);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the broker', () => {
  let broker: Broker;
  afterAll(async () => {
    await broker.stop();
  });

  it('keeps its port and its log over a kill and a restart, and takes further settings', async () => {
    broker = await startBroker({
      dataDir: join(folder, 'broker'),
      properties: { 'num.partitions': '6' },
    });
    const { address, pid } = broker;
    const identity = join(folder, 'broker', 'log', 'meta.properties');
    expect(existsSync(identity)).toBe(true);

    await broker.kill();
    expect(startTimeOf(pid)).toBeUndefined();
    await broker.restart();

    expect(broker.address).toBe(address);
    expect(broker.pid).not.toBe(pid);
    expect(startTimeOf(broker.pid)).toBeDefined();
  });

  it('frees its port when it is stopped', async () => {
    await broker.stop();
    expect(await isPortFree(broker.port)).toBe(true);
  });
});

describe('the registry', () => {
  let registry: Registry;
  afterAll(async () => {
    await registry.stop();
  });

  it('keeps its schemas over a restart', async () => {
    registry = await startRegistry({ dataDir: join(folder, 'registry') });
    const schema = JSON.stringify({ type: 'record', name: 'Probe', fields: [] });
    const answer = await fetch(`${registry.confluentUrl}/subjects/probe-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema }),
    });
    expect(answer.status).toBe(200);

    await registry.restart();

    const subjects: unknown = await (await fetch(`${registry.confluentUrl}/subjects`)).json();
    expect(subjects).toEqual(['probe-value']);
  });
});

describe('PostgreSQL', () => {
  let postgres: Postgres;
  afterAll(async () => {
    await postgres.stop();
  });

  async function rows(statement: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  it('creates the database it is asked for and keeps what was committed over kill -9', async () => {
    postgres = await startPostgres({ dataDir: join(folder, 'postgres'), database: 'mesh' });
    await rows('create table fact (n int)');
    await rows('insert into fact values (7)');

    await postgres.kill();
    await postgres.restart();

    expect(await rows('select n, current_database() as name from fact')).toEqual([
      { n: 7, name: 'mesh' },
    ]);
  });

  it('runs from a folder that no other account can enter', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const hidden = await startPostgres({ dataDir: join(closed, 'postgres') });
    const client = new pg.Client({ connectionString: hidden.url });
    await client.connect();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    await hidden.stop();
    rmSync(hidden.clusterDir, { recursive: true, force: true });
  });
});

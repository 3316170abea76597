/** A database of their own for the tests on PostgreSQL, with a role that has rows and nothing else. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { prepareWorkflowTables } from '../dbos/dbos-tables.ts';

const ADMIN_URL =
  process.env['TICKMESH_TEST_POSTGRES_URL'] ??
  'postgres://postgres:postgres@127.0.0.1:15432/postgres';

export interface WorkflowDatabase {
  /** Of the role that engines have. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly role: string;
  /** As the owner. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

export async function makeWorkflowDatabase(): Promise<WorkflowDatabase> {
  const name = `workflow_${randomUUID().slice(0, 8)}`;
  const role = `${name}_engine`;
  await once(ADMIN_URL, `create role ${role} login password 'engine'`);
  await once(ADMIN_URL, `create database ${name}`);
  const ownerUrl = withPath(ADMIN_URL, name);
  await prepareWorkflowTables({ ownerUrl, role });
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  owner.on('error', () => undefined);
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = 'engine';
  return {
    url: url.href,
    ownerUrl,
    role,
    query: async (text, values = []) =>
      (await owner.query<Record<string, unknown>>(text, [...values])).rows,
    drop: async () => {
      await owner.end();
      await once(ADMIN_URL, `drop database ${name} with (force)`);
      await once(ADMIN_URL, `drop role ${role}`);
    },
  };
}

async function once(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { faultOf } from '@tickmesh/kernel';
import pg from 'pg';
import { defineWorkflow } from '../definition.ts';
import { makeWorkflowDatabase, type WorkflowDatabase } from '../testing/database.ts';
import { workflowSuite } from '../testing/workflow.suite.ts';
import { DbosWorkflowEngine } from './dbos-engine.ts';
import { prepareWorkflowTables } from './dbos-tables.ts';

let database: WorkflowDatabase;

beforeAll(async () => {
  database = await makeWorkflowDatabase();
});
afterAll(() => database.drop());

const IDENTITY = { applicationName: 'rights', applicationVersion: 'v1', executorId: 'e1' };
const add = defineWorkflow('add', (flow, n: number) => flow.step('add', () => n + 1));

workflowSuite(
  'the engine on DBOS',
  (identity) => new DbosWorkflowEngine({ ...identity, url: database.url, pollMs: 50 }),
);

describe('the role of an engine', () => {
  it.each([
    'create table dbos.mine (id int)',
    'create schema mine',
    'truncate dbos.workflow_status',
    'drop table dbos.workflow_status',
    'alter table dbos.workflow_status add column mine int',
    'update dbos.dbos_migrations set version = 0',
  ])('may not %s', async (text) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const refused: unknown = await client.query(text).catch((thrown: unknown) => thrown);
    await client.end();
    // 42501: insufficient privilege.
    expect(refused).toMatchObject({ code: '42501' });
  });

  it('keeps its rights when the tables are prepared again', async () => {
    await prepareWorkflowTables({ ownerUrl: database.ownerUrl, role: database.role });
    const identity = { ...IDENTITY, workflows: [add], queues: [] };
    const engine = new DbosWorkflowEngine({ ...identity, url: database.url });
    await engine.launch();
    expect(await engine.run(add, [1])).toBe(2);
    await engine.close();
  });
});

describe('an engine on DBOS', () => {
  const identity = { ...IDENTITY, workflows: [add], queues: [] };

  it('is one for each process', async () => {
    const first = new DbosWorkflowEngine({ ...identity, url: database.url });
    await first.launch();
    const second = new DbosWorkflowEngine({ ...identity, url: database.url });
    const refused = await second.launch().catch(faultOf);
    expect(refused).toMatchObject({ code: 'INVARIANT' });
    expect(await first.run(add, [2])).toBe(3);
    await second.close();
    expect(await first.run(add, [3])).toBe(4);
    await first.close();
  });

  it.each<[string, (url: URL) => void, string]>([
    ['no server answers', (url) => (url.port = '1'), 'DATABASE_UNREACHABLE'],
    ['the password is wrong', (url) => (url.password = 'wrong'), 'DATABASE_REFUSED'],
    ['the tables were not prepared', (url) => (url.pathname = '/postgres'), 'DATABASE_REFUSED'],
  ])('does not start when %s, and leaves the way free', async (_, change, code) => {
    const url = new URL(database.url);
    change(url);
    const engine = new DbosWorkflowEngine({ ...identity, url: url.href });
    expect(await engine.launch().catch(faultOf)).toMatchObject({ code });
    const sound = new DbosWorkflowEngine({ ...identity, url: database.url });
    await sound.launch();
    await sound.close();
  });

  it('writes rows that people can read', async () => {
    const engine = new DbosWorkflowEngine({ ...identity, url: database.url });
    await engine.launch();
    await engine.run(add, [41], { id: 'readable' });
    await engine.close();
    const rows = await database.query(
      `select executor_id, application_version, function_name, o.output
         from dbos.workflow_status join dbos.operation_outputs o using (workflow_uuid)
        where workflow_uuid = 'readable'`,
    );
    expect(rows).toEqual([
      {
        executor_id: 'e1',
        application_version: 'rights/v1',
        function_name: 'add',
        output: '{"value":42}',
      },
    ]);
  });
});

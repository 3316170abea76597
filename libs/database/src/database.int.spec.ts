import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ErrorCode, type Fault, faultOf } from '@tickmesh/kernel';
import { type Database, openDatabase, statement } from './database.ts';
import { migrate, readMigrations } from './migrations.ts';

const url =
  process.env['TICKMESH_TEST_POSTGRES_URL'] ??
  'postgres://postgres:postgres@127.0.0.1:15432/postgres';
const SCHEMA = `database_spec_${process.pid}`;
let database: Database;
let folder: string;

const refusal = async (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => {
      throw new Error('nothing was refused');
    },
    (thrown: unknown) => faultOf(thrown),
  );

beforeAll(async () => {
  database = openDatabase(url, { applicationName: SCHEMA, lockTimeoutMs: 10_000 });
  await database.query(`create schema ${SCHEMA}`);
  await database.query(
    `create table ${SCHEMA}.counters (name text primary key, value int not null)`,
  );
  await database.query(`insert into ${SCHEMA}.counters values ('a', 0), ('b', 0), ('c', 0)`);
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
});

afterAll(async () => {
  await database.query(`drop schema if exists ${SCHEMA}, ${SCHEMA}_m cascade`);
  await database.close();
  await rm(folder, { recursive: true });
});

describe('values', () => {
  it('arrive without loss: int8 as bigint, numeric as text, timestamptz in microseconds', async () => {
    const rows = await database.query(
      `select 9007199254740993::int8 as big, 0.100000000000000000000000001::numeric as exact,
         '2024-08-09T01:02:03.000001Z'::timestamptz as at, null::int8 as none`,
    );
    expect(rows).toEqual([
      {
        big: 9007199254740993n,
        exact: '0.100000000000000000000000001',
        at: Date.UTC(2024, 7, 9, 1, 2, 3) * 1000 + 1,
        none: null,
      },
    ]);
  });

  it('go in as bigint too', async () => {
    const sum = statement('select $1::int8 + 1 as next');
    expect(await database.query(sum, [9007199254740992n])).toEqual([{ next: 9007199254740993n }]);
    expect(await database.query(sum, [1n])).toEqual([{ next: 2n }]);
  });
});

describe('a transaction', () => {
  const add = statement(`update ${SCHEMA}.counters set value = value + 1 where name = $1`);

  const value = async (name: string): Promise<unknown> => {
    const read = `select value from ${SCHEMA}.counters where name = $1`;
    const [row] = await database.query<{ value: number }>(read, [name]);
    return row?.value;
  };

  it('answers what is asked for together in the order in which it was asked', async () => {
    const before = Number(await value('c'));
    const read = statement(`select value from ${SCHEMA}.counters where name = $1`);
    const seen = await database.transaction(async (transaction) => {
      const first = transaction.read<{ value: number }>(read, ['c']);
      transaction.send(add, ['c']);
      const second = transaction.read<{ value: number }>(read, ['c']);
      transaction.send(add, ['c']);
      const third = transaction.query<{ value: number }>(read, ['c']);
      return (await Promise.all([first, second, third])).map(([row]) => row?.value);
    });
    expect(seen).toEqual([before, before + 1, before + 2]);
    expect(await value('c')).toBe(before + 2);
  });

  it('fails with what was sent and not waited for, and leaves nothing behind', async () => {
    const before = await value('c');
    const fault = await refusal(
      database.transaction(async (transaction) => {
        transaction.send(add, ['c']);
        transaction.send(`insert into ${SCHEMA}.counters values ('c', 7)`);
        transaction.send(add, ['c']);
        return Promise.resolve();
      }),
    );
    expect(fault.code).toBe('DATABASE_REFUSED');
    expect(fault.details).toMatchObject({ state: '23505' });
    expect(await value('c')).toBe(before);
  });

  it('writes nothing when it could not begin', async () => {
    const before = await value('c');
    const isolation = 'none at all' as 'serializable';
    const fault = await refusal(
      database.transaction(
        async (transaction) => {
          transaction.send(add, ['c']);
          await transaction.query(add, ['c']);
        },
        { isolation },
      ),
    );
    expect(fault.code).toBe('DATABASE_REFUSED');
    expect(await value('c')).toBe(before);
  });

  it('leaves nothing behind when its work fails', async () => {
    const fault = await refusal(
      database.transaction(async (transaction) => {
        await transaction.query(add, ['a']);
        throw new Error('no');
      }),
    );
    expect(fault.code).toBe('UNEXPECTED');
    expect(await database.query(`select value from ${SCHEMA}.counters where name = 'a'`)).toEqual([
      { value: 0 },
    ]);
  });

  it('that meets a deadlock is tried again until both are through', async () => {
    const both = (first: string, second: string): Promise<unknown> =>
      database.transaction(async (transaction) => {
        await transaction.query(add, [first]);
        await transaction.query('select pg_sleep(0.2)');
        await transaction.query(add, [second]);
      });
    await Promise.all([both('a', 'b'), both('b', 'a')]);
    expect(
      await database.query(
        `select sum(value)::int as sum from ${SCHEMA}.counters where name <> 'c'`,
      ),
    ).toEqual([{ sum: 4 }]);
  });

  it('that races others in serializable isolation loses no update', async () => {
    await database.query(`update ${SCHEMA}.counters set value = 0`);
    const bump = (): Promise<unknown> =>
      database.transaction(
        async (transaction) => {
          const [row] = await transaction.query<{ value: number }>(
            `select value from ${SCHEMA}.counters where name = 'a'`,
          );
          await transaction.query(`update ${SCHEMA}.counters set value = $1 where name = 'a'`, [
            (row?.value ?? 0) + 1,
          ]);
        },
        { isolation: 'serializable', attemptsMax: 50 },
      );
    await Promise.all(Array.from({ length: 8 }, bump));
    expect(await database.query(`select value from ${SCHEMA}.counters where name = 'a'`)).toEqual([
      { value: 8 },
    ]);
  });

  it('that swallowed a failed statement is not taken for committed', async () => {
    const fault = await refusal(
      database.transaction(async (transaction) => {
        await transaction.query('select 1 / 0').catch(() => undefined);
      }),
    );
    expect(fault.details).toMatchObject({ commit: 'rolled back' });
  });
});

describe('a fault', () => {
  it.each<[string, string, ErrorCode]>([
    ['a broken statement', 'selec 1', 'DATABASE_REFUSED'],
    ['a broken rule', `insert into ${SCHEMA}.counters values ('a', 1)`, 'DATABASE_REFUSED'],
    [
      'a closed connection',
      'select pg_terminate_backend(pg_backend_pid())',
      'DATABASE_UNREACHABLE',
    ],
  ])('is told of %s', async (_, text, code) => {
    expect((await refusal(database.query(text))).code).toBe(code);
  });

  it('is told of a server that is not there, and of one that never answers', async () => {
    const nobody = openDatabase('postgres://a:b@127.0.0.1:1/none', { applicationName: 'x' });
    expect((await refusal(nobody.ping())).code).toBe('DATABASE_UNREACHABLE');
    await nobody.close();
    // It reads, so that it sees the client go; it never says a word.
    const silent = createServer((socket) => {
      socket.on('error', () => undefined).resume();
    }).listen(0, '127.0.0.1');
    await new Promise((done) => silent.once('listening', done));
    const { port } = silent.address() as { port: number };
    const waiting = openDatabase(`postgres://a:b@127.0.0.1:${port}/none`, {
      applicationName: 'x',
      connectTimeoutMs: 200,
    });
    expect((await refusal(waiting.ping())).code).toBe('DATABASE_UNREACHABLE');
    await waiting.close();
    silent.close();
  });

  it('of one connection leaves the others alone', async () => {
    await refusal(
      database.transaction((t) => t.query('select pg_terminate_backend(pg_backend_pid())')),
    );
    await database.ping();
  });
});

describe('migrations', () => {
  const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text);
  const read = (): ReturnType<typeof readMigrations> => readMigrations(pathToFileURL(`${folder}/`));

  it('run once, in order, also when several instances start at once', async () => {
    await write('0001_first.sql', `-- compatible: yes\ncreate table ${SCHEMA}_m.things (id int);`);
    await write(
      '0002_second.sql',
      `-- compatible: no\nalter table ${SCHEMA}_m.things add name text;`,
    );
    const migrations = await read();
    const runs = await Promise.all(
      [1, 2, 3].map(() => migrate(database, `${SCHEMA}_m`, migrations)),
    );
    expect(runs.map((run) => run.length).sort()).toEqual([0, 0, 2]);
    await database.query(`insert into ${SCHEMA}_m.things values (1, 'x')`);
  });

  it('that were edited after they ran are refused', async () => {
    await write(
      '0001_first.sql',
      `-- compatible: yes\ncreate table ${SCHEMA}_m.things (id bigint);`,
    );
    const fault = await refusal(migrate(database, `${SCHEMA}_m`, await read()));
    expect([fault.code, fault.details['number']]).toEqual(['MIGRATION_CHANGED', 1]);
  });

  it('without a number in turn or a first line are refused', async () => {
    await write('0004_gap.sql', '-- compatible: yes\nselect 1;');
    expect((await refusal(read())).code).toBe('ARGUMENT_INVALID');
    await rm(join(folder, '0004_gap.sql'));
    await write('0003_bare.sql', 'select 1;');
    expect((await refusal(read())).code).toBe('ARGUMENT_INVALID');
  });
});

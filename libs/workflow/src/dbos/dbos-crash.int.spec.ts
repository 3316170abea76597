/** Kills a process with an engine, and looks at what the next one makes of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CRASH_POINTS, REPEATED, TABLES } from '../testing/crashing.ts';
import { makeWorkflowDatabase, type WorkflowDatabase } from '../testing/database.ts';

const PROGRAM = fileURLToPath(new URL('../testing/run-crash.ts', import.meta.url));
const WAIT_MS = 30_000;
/** Sequences of processes beside each other, each an application of its own. */
const LANES = 3;

let database: WorkflowDatabase;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  database = await makeWorkflowDatabase();
  await database.query(TABLES);
  await database.query(
    `grant select, insert, update on effects, attempts, entities, transitions to ${database.role}`,
  );
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => database.drop());

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
}

/** @param acts as the program says */
function start(
  name: string,
  ...acts: readonly string[]
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const flags = ['--conditions=@tickmesh/source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, PROGRAM, database.url, name, ...acts], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  children.add(child);
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const ended = once(child, 'exit').then(([code, signal]) => {
    children.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, said };
  });
  return { child, ended };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Each process finishes what the one before left, and is killed at the next point; the last one only finishes. */
async function killInTurn(
  name: string,
  rows: readonly { readonly point: string; readonly id: string }[],
): Promise<Ended> {
  let finish: readonly string[] = [];
  for (const { point, id } of rows) {
    const { signal, said } = await start(name, ...finish, `settle/${id}/${point}`).ended;
    if (signal !== 'SIGKILL') throw new Error(`the process outlived "${point}": ${said}`);
    finish = [`finish/${id}`];
  }
  return start(name, ...finish).ended;
}

/** Of a workflow: what was done, and how often it was tried. */
async function effectsOf(id: string): Promise<unknown> {
  const effects = await database.query('select what from effects where workflow = $1 order by 1', [
    id,
  ]);
  const attempts = await database.query(
    'select what, count(*)::int as times from attempts where workflow = $1 group by 1 order by 1',
    [id],
  );
  const moves = await database.query(
    `select e.version, e.state, count(t.key)::int as times
       from entities e left join transitions t using (entity_id)
      where entity_id = $1 group by 1, 2`,
    [id],
  );
  return {
    effects: effects.map(({ what }) => what),
    attempts: Object.fromEntries(attempts.map(({ what, times }) => [what, times])),
    moves,
  };
}

describe('a process that is killed in the middle of a workflow', () => {
  const ids = CRASH_POINTS.map((_, index) => `settle-${index}`);
  let last: readonly Ended[];

  beforeAll(async () => {
    for (const id of ids) {
      await database.query(`insert into entities values ($1, 1, 'OPEN')`, [id]);
    }
    const rows = CRASH_POINTS.map((point, index) => ({ point, id: ids[index] ?? '' }));
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      killInTurn(
        `crash_${lane}`,
        rows.filter((_row, index) => index % LANES === lane),
      ),
    );
    last = await Promise.all(lanes);
  }, 110_000);

  it('is followed by one that finishes all of it, and ends by itself', () => {
    expect(last).toEqual(last.map(() => ({ code: 0, signal: null, said: '' })));
  });

  it.each(CRASH_POINTS.map((point, index) => [point, ids[index] ?? ''] as const))(
    'at "%s" has each effect once',
    async (point, id) => {
      const attempts = { notify: 1, reserve: 1, transition: 1 };
      const repeated = REPEATED[point];
      expect(await effectsOf(id)).toEqual({
        effects: ['notify', 'reserve'],
        attempts: repeated === undefined ? attempts : { ...attempts, [repeated]: 2 },
        moves: [{ version: 2, state: 'SETTLED', times: 1 }],
      });
    },
  );

  it('leaves every workflow with its result', async () => {
    const rows = await database.query(
      `select count(*)::int as count from dbos.workflow_status
        where status = 'SUCCESS' and workflow_uuid like 'settle-%'`,
    );
    expect(rows).toEqual([{ count: CRASH_POINTS.length }]);
  });
});

describe('a process that is killed while workflows wait', () => {
  it('loses none that sleeps, receives or stands in a queue', async () => {
    const { child, ended } = start('crash_wait', 'wait');
    // The deadline of a receive is on record as a sleep of DBOS.
    await until('all of them wait', async () => {
      const waiting = await database.query(
        `select workflow_uuid from dbos.operation_outputs
          where (workflow_uuid, function_name) in
                (('napping', 'sleep'), ('listening', 'DBOS.sleep'), ('holding', 'DBOS.sleep'))
         union all
         select workflow_uuid from dbos.workflow_status
          where workflow_uuid = 'queued' and status = 'ENQUEUED'`,
      );
      return waiting.length === 4;
    });
    child.kill('SIGKILL');
    await ended;
    const { code, said } = await start('crash_wait', 'release').ended;
    expect({ code, said }).toEqual({ code: 0, said: '' });
    const effects = await database.query(
      `select workflow, what from effects where workflow not like 'settle-%' order by 1`,
    );
    expect(effects.map(({ workflow, what }) => `${String(workflow)} ${String(what)}`)).toEqual([
      'holding heard',
      'listening heard',
      'napping woken',
      'queued woken',
    ]);
  });
});

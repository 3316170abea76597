/** Workflows whose process dies at named points, and where their effects are counted. */
import { Fault } from '@tickmesh/kernel';
import type pg from 'pg';
import { defineWorkflow } from '../definition.ts';
import type { AnyWorkflow } from '../definition.ts';
import type { StepIdentity } from '../engine.ts';
import type { EntityState, TransitionRequest, TransitionStore } from '../transition.ts';

/** Every place between two things that `settle` does, and the two inside of each that does something outside. */
export const CRASH_POINTS = [
  'started',
  'reserve begun',
  'reserve effected',
  'reserve recorded',
  'transition effected',
  'transition recorded',
  'slept',
  'sent',
  'received',
  'notify effected',
  'notify recorded',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** A step runs again when its process died in it; one that is on record never does. */
export const REPEATED: Partial<Record<CrashPoint, string>> = {
  'reserve begun': 'reserve',
  'reserve effected': 'reserve',
  'transition effected': 'transition',
  'notify effected': 'notify',
};

export const TABLES = `
  create table effects (key text primary key, workflow text not null, what text not null);
  create table attempts (workflow text not null, what text not null);
  create table entities (entity_id text primary key, version int not null, state text not null);
  create table transitions (key text primary key, entity_id text, version int, state text);`;

const LONG_MS = 3_600_000;

/** @param crash does not come back when the process is to die here */
export function crashingWorkflows(
  pool: pg.Pool,
  crash: (workflowId: string, point: CrashPoint) => Promise<void>,
): readonly AnyWorkflow[] {
  const attempt = async (workflow: string, what: string): Promise<void> => {
    await pool.query('insert into attempts values ($1, $2)', [workflow, what]);
  };
  const effect = async (workflow: string, what: string, { key }: StepIdentity): Promise<void> => {
    await pool.query('insert into effects values ($1, $2, $3) on conflict do nothing', [
      ...[key, workflow, what],
    ]);
  };
  const settle = defineWorkflow('settle', async (flow) => {
    const id = flow.workflowId;
    await crash(id, 'started');
    await flow.step('reserve', async (step) => {
      await attempt(id, 'reserve');
      await crash(id, 'reserve begun');
      await effect(id, 'reserve', step);
      await crash(id, 'reserve effected');
    });
    await crash(id, 'reserve recorded');
    const store: TransitionStore = {
      transition: async (request, key) => {
        await attempt(id, 'transition');
        const after = await moveEntity(pool, request, key);
        await crash(id, 'transition effected');
        return after;
      },
    };
    const moved = await flow.transition(store, {
      entityId: id,
      expectedVersion: 1,
      toState: 'SETTLED',
    });
    await crash(id, 'transition recorded');
    await flow.sleep(5);
    await crash(id, 'slept');
    await flow.send(id, 'note', { version: moved.version });
    await crash(id, 'sent');
    const note = await flow.recv('note', LONG_MS);
    await crash(id, 'received');
    await flow.step('notify', async (step) => {
      await attempt(id, 'notify');
      await effect(id, 'notify', step);
      await crash(id, 'notify effected');
    });
    await crash(id, 'notify recorded');
    return { note, moved };
  });
  const nap = defineWorkflow('nap', async (flow, durationMs: number) => {
    await flow.sleep(durationMs);
    await flow.step('woken', (step) => effect(flow.workflowId, 'woken', step));
  });
  const listen = defineWorkflow('listen', async (flow) => {
    const message = await flow.recv('word', LONG_MS);
    await flow.step('heard', (step) => effect(flow.workflowId, 'heard', step));
    return message;
  });
  return [settle, nap, listen];
}

/** As the store does it: the version is checked under lock, and the key is kept with the change. */
async function moveEntity(
  pool: pg.Pool,
  { entityId, expectedVersion, toState }: TransitionRequest,
  key: string,
): Promise<EntityState> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const found = await client.query<{ version: number }>(
      'select version from entities where entity_id = $1 for update',
      [entityId],
    );
    const applied = await client.query<{ version: number; state: string }>(
      'select version, state from transitions where key = $1',
      [key],
    );
    const [before] = applied.rows;
    if (before !== undefined) return { entityId, ...before };
    const version = found.rows[0]?.version;
    if (version !== expectedVersion)
      throw new Fault('VERSION_CONFLICT', { expectedVersion, version });
    const after = { entityId, version: version + 1, state: toState };
    const values = [entityId, after.version, after.state];
    await client.query('update entities set version = $2, state = $3 where entity_id = $1', values);
    await client.query('insert into transitions values ($4, $1, $2, $3)', [...values, key]);
    await client.query('commit');
    return after;
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/**
 * A process with an engine, for the tests that kill it: `run-crash.ts URL NAME ACT...`.
 *
 * Acts, in turn, their words joined by slashes: `settle/ID/POINT` starts a workflow that kills the process at the point; `finish/ID...` waits until the workflows have
 * ended; `wait` starts some that sleep, receive and stand in a queue, and stays; `release` gives them what they wait for.
 */
import pg from 'pg';
import { DbosWorkflowEngine } from '../dbos/dbos-engine.ts';
import { type CrashPoint, crashingWorkflows } from './crashing.ts';

const [url = '', name = '', ...acts] = process.argv.slice(2);
const never = new Promise<never>(() => undefined);
const doomed = { id: '', point: '' };

async function crash(workflowId: string, point: CrashPoint): Promise<void> {
  if (workflowId !== doomed.id || point !== doomed.point) return;
  process.kill(process.pid, 'SIGKILL');
  await never;
}

const pool = new pg.Pool({ connectionString: url, max: 4 });
const workflows = crashingWorkflows(pool, crash);
const engine = new DbosWorkflowEngine({
  ...{ url, workflows, pollMs: 50 },
  applicationName: name,
  applicationVersion: 'v1',
  executorId: name,
  queues: [{ name: 'narrow', concurrencyMax: 1 }],
});
await engine.launch();

const act: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
  async finish(ids) {
    for (const id of ids) await engine.result(id);
  },
  async settle([id = '', point = '']) {
    Object.assign(doomed, { id, point });
    await engine.run(engine.registered('settle'), [] as never, { id });
  },
  async wait() {
    const [nap, listen] = [engine.registered('nap'), engine.registered('listen')];
    await engine.workflow(nap, [1_500] as never, { id: 'napping' });
    await engine.workflow(listen, [] as never, { id: 'listening' });
    await engine.queue(listen, [] as never, { id: 'holding', queue: 'narrow' });
    await engine.queue(nap, [0] as never, { id: 'queued', queue: 'narrow' });
    await never;
  },
  async release() {
    for (const id of ['listening', 'holding']) await engine.send(id, 'word', 'go', { id: 'word' });
    for (const id of ['napping', 'listening', 'holding', 'queued']) await engine.result(id);
  },
};

for (const words of acts) {
  const [what = '', ...rest] = words.split('/');
  await act[what]?.(rest);
}
await engine.close();
await pool.end();

/** Engines that end with workflows under way, and those that take them up. */
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { defineWorkflow } from '../definition.ts';
import type { WorkflowContext } from '../engine.ts';
import type { Json } from '../json.ts';
import { type OutboxRow, startFromOutbox, type WorkflowOutbox } from '../outbox.ts';
import type { EntityState, TransitionRequest, TransitionStore } from '../transition.ts';
import { failure, type OpenEngine, refusal, Rig, Signal } from './rig.ts';

const LONG_MS = 3_600_000;
const effects: string[] = [];
const reached = new Map<string, Signal>();
const held = new Map<string, Signal>();

const did = (what: string, id: string): void => {
  effects.push(`${what} ${id}`);
  reached.get(`${what} ${id}`)?.give();
};
const reaching = (what: string): Promise<void> => {
  const signal = new Signal();
  reached.set(what, signal);
  return signal.given;
};

const waiting = defineWorkflow('waiting', async (flow) => {
  const id = flow.workflowId;
  await flow.step('before', () => did('before', id));
  const drawn = [await flow.nowMicros(), await flow.randomUuid()];
  await flow.step('drawn', () => {
    did('drawn', `${id} ${drawn.join(' ')}`);
    did('waits', id);
  });
  const message = await flow.recv('go', LONG_MS);
  await flow.step('after', () => did('after', id));
  return [...drawn, message];
});

const sleeping = defineWorkflow('sleeping', async (flow, durationMs: number) => {
  const id = flow.workflowId;
  await flow.sleep(durationMs);
  await flow.step('woken', () => did('woken', id));
  return 'slept';
});

const holding = defineWorkflow('holding', async (flow) => {
  const id = flow.workflowId;
  await flow.step('hold', async () => {
    did('held', id);
    await held.get(id)?.given;
    did('let_go', id);
  });
  await flow.step('after', () => did('after', id));
  return 'done';
});

/** Says so when what was begun before it must be waiting. */
const ring = async (flow: WorkflowContext): Promise<void> => {
  await flow.sleep(40);
  await flow.step('ring', () => did('rings', flow.workflowId));
};

/** Shows what comes out of a wait. */
const guarded = defineWorkflow('guarded', async (flow) => {
  const id = flow.workflowId;
  const received = flow.recv('go', LONG_MS).then(
    () => did('went_on', id),
    () => did('thrown', id),
  );
  await Promise.all([received, ring(flow)]);
});

const dozing = defineWorkflow('dozing', async (flow) => {
  await Promise.all([flow.sleep(LONG_MS), ring(flow)]);
});

const quick = defineWorkflow('quick', (flow, n: number) =>
  flow.step('count', () => {
    did('count', flow.workflowId);
    return n;
  }),
);

const moving = defineWorkflow('moving', (flow, entityId: string, expectedVersion: number) =>
  flow.transition(entities, { entityId, expectedVersion, toState: 'FILLED' }),
);

/** A store whose answers can be lost after it did what it was asked. */
class Entities implements TransitionStore {
  readonly states = new Map<string, EntityState>();
  readonly applied = new Map<string, EntityState>();

  transition(request: TransitionRequest, key: string): Promise<EntityState> {
    const before = this.applied.get(key);
    if (before !== undefined) return Promise.resolve(before);
    const { entityId, expectedVersion, toState } = request;
    const found = this.states.get(entityId)?.version ?? 0;
    if (found !== expectedVersion) {
      return Promise.reject(new Fault('VERSION_CONFLICT', { entityId, expectedVersion, found }));
    }
    const after = { entityId, version: found + 1, state: toState };
    this.states.set(entityId, after);
    this.applied.set(key, after);
    return Promise.resolve(after);
  }
}
const entities = new Entities();

/** Rows in memory, whose marks can fail. */
class Rows implements WorkflowOutbox {
  readonly rows: OutboxRow[];
  readonly started: string[] = [];
  readonly refused = new Map<string, Fault>();
  markFault: Fault | undefined;

  constructor(rows: readonly (readonly [string, string, readonly Json[]])[]) {
    this.rows = rows.map(([id, workflowName, args]) => ({
      ...{ id, workflowName, workflowId: `outbox-${id}` },
      arguments: args,
    }));
  }

  pending(rowsMax: number): Promise<readonly OutboxRow[]> {
    const open = this.rows.filter(({ id }) => !this.started.includes(id) && !this.refused.has(id));
    return Promise.resolve(open.slice(0, rowsMax));
  }

  markStarted(id: string): Promise<void> {
    if (this.markFault !== undefined) return Promise.reject(this.markFault);
    this.started.push(id);
    return Promise.resolve();
  }

  markRefused(id: string, reason: Fault): Promise<void> {
    this.refused.set(id, reason);
    return Promise.resolve();
  }
}

const workflows = [waiting, sleeping, holding, guarded, dozing, quick, moving];
const queues = [{ name: 'one_by_one', concurrencyMax: 1 }];
const count = (effect: string): number => effects.filter((done) => done === effect).length;

export function recoverySuite(open: OpenEngine): void {
  const rig = new Rig(open, 'recovery', { workflows, queues });

  afterEach(() => void effects.splice(0));
  afterAll(() => rig.close());

  describe('an engine that takes up what another left', () => {
    it('goes on behind the last step on record, with what was drawn before', async () => {
      const first = await rig.launch();
      const waits = reaching('waits r1');
      await first.workflow(waiting, [], { id: 'r1' });
      await waits;
      const second = await rig.launch();
      await second.send('r1', 'go', 'now');
      const [micros, uuid, message] = (await second.result('r1')) as [number, string, string];
      expect(message).toBe('now');
      expect(effects).toEqual(['before r1', `drawn r1 ${micros} ${uuid}`, 'waits r1', 'after r1']);
    });

    it('lets a sleep end when it would have ended', async () => {
      const first = await rig.launch();
      await first.workflow(sleeping, [250], { id: 's1' });
      const second = await rig.launch();
      expect(await second.result('s1')).toBe('slept');
      expect(count('woken s1')).toBe(1);
    });

    it('works on the queues', async () => {
      const first = await rig.launch();
      held.set('q1', new Signal());
      const working = reaching('held q1');
      await first.queue(holding, [], { id: 'q1', queue: 'one_by_one' });
      for (const id of ['q2', 'q3']) await first.queue(quick, [1], { id, queue: 'one_by_one' });
      await working;
      const closed = rig.close();
      held.get('q1')?.give();
      await closed;
      const second = await rig.launch();
      expect(await second.result('q1')).toBe('done');
      expect([await second.result('q2'), await second.result('q3')]).toEqual([1, 1]);
      expect(['let_go q1', 'after q1', 'count q2', 'count q3'].map(count)).toEqual([1, 1, 1, 1]);
    });

    it('is of the same version and executor', async () => {
      const first = await rig.launch();
      const waits = reaching('waits v1');
      await first.workflow(waiting, [], { id: 'v1' });
      await waits;
      for (const change of [{ applicationVersion: 'other' }, { executorId: 'other' }]) {
        const other = await rig.launch(change);
        await other.send('v1', 'go', 'now', { id: 'go' });
        // What passes through a queue shows that the other one had its chance.
        await other.queue(quick, [1], { queue: 'one_by_one' }).then((one) => one.result());
        expect(await other.status('v1')).toBe('RUNNING');
      }
      expect(count('after v1')).toBe(0);
      const last = await rig.launch();
      await last.result('v1');
      expect([count('before v1'), count('after v1')]).toEqual([1, 1]);
    });

    it('is of the same application, also where names are the same', async () => {
      const first = await rig.launch();
      const waits = reaching('waits a1');
      await first.workflow(waiting, [], { id: 'a1' });
      await waits;
      const other = await rig.launch({ applicationName: 'other' });
      await other.send('a1', 'go', 'now');
      const passing = await other.queue(quick, [1], { queue: 'one_by_one' });
      expect(await passing.result()).toBe(1);
      expect(await other.status('a1')).toBe('RUNNING');
      const last = await rig.launch();
      await last.result('a1');
      expect([count('before a1'), count('after a1')]).toEqual([1, 1]);
    });

    it('refuses to go on when the steps are not those on record', async () => {
      const first = await rig.launch();
      const waits = reaching('waits d1');
      await first.workflow(waiting, [], { id: 'd1' });
      await waits;
      const changed = defineWorkflow('waiting', async (flow) => {
        await flow.step('another', () => did('another', flow.workflowId));
      });
      const second = await rig.launch({ workflows: [changed] });
      expect((await failure(second.result('d1'))).code).toBe('WORKFLOW_DIVERGED');
      expect(count('another d1')).toBe(0);
    });
  });

  describe('closing', () => {
    it('lets the step under way finish, and begins no other', async () => {
      const first = await rig.launch();
      held.set('c1', new Signal());
      const working = reaching('held c1');
      await first.workflow(holding, [], { id: 'c1' });
      await working;
      const closed = rig.close();
      held.get('c1')?.give();
      await closed;
      expect([count('let_go c1'), count('after c1')]).toEqual([1, 0]);
      const second = await rig.launch();
      await second.result('c1');
      expect([count('let_go c1'), count('after c1')]).toEqual([1, 1]);
    });

    it('lets nothing come out of a wait', async () => {
      const first = await rig.launch();
      const waits = reaching('rings g1');
      await first.workflow(guarded, [], { id: 'g1' });
      await waits;
      await rig.close();
      await new Promise((resolve) => setImmediate(resolve));
      expect([count('went_on g1'), count('thrown g1')]).toEqual([0, 0]);
      const second = await rig.launch();
      await second.send('g1', 'go', 'now');
      await second.result('g1');
      expect([count('went_on g1'), count('thrown g1')]).toEqual([1, 0]);
    });

    it('leaves no timer of a sleep', async () => {
      const timers = (): number =>
        process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      await rig.close();
      const before = timers();
      const engine = await rig.launch();
      const rings = reaching('rings z1');
      await engine.workflow(dozing, [], { id: 'z1' });
      await rings;
      await engine.cancel('z1');
      await rig.close();
      expect(timers()).toBe(before);
    });

    it('refuses calls from then on, and waiting ones too', async () => {
      const engine = await rig.launch();
      const handle = await engine.workflow(sleeping, [LONG_MS]);
      const result = refusal(handle.result());
      await engine.close();
      await engine.close();
      expect((await result).code).toBe('WORKFLOW_STOPPED');
      for (const call of [
        () => engine.run(quick, [1]),
        () => engine.status(handle.id),
        () => engine.send(handle.id, 'go', 1),
        () => engine.launch(),
      ]) {
        expect((await refusal(call())).code).toBe('WORKFLOW_STOPPED');
      }
    });
  });

  describe('a transition of an entity', () => {
    it('is a step that happens once for its key', async () => {
      const engine = await rig.launch();
      expect(await engine.run(moving, ['order-1', 0], { id: 't1' })).toEqual({
        entityId: 'order-1',
        version: 1,
        state: 'FILLED',
      });
      // As after a crash between the store's commit and the step's record.
      entities.applied.set('t2/1', { entityId: 'order-2', version: 1, state: 'FILLED' });
      entities.states.set('order-2', { entityId: 'order-2', version: 5, state: 'SETTLED' });
      expect(await engine.run(moving, ['order-2', 0], { id: 't2' })).toMatchObject({ version: 1 });
      expect(entities.states.get('order-2')?.version).toBe(5);
    });

    it('that lost to another change fails the workflow', async () => {
      const engine = await rig.launch();
      entities.states.set('order-3', { entityId: 'order-3', version: 2, state: 'CANCELLED' });
      const fault = await failure(engine.run(moving, ['order-3', 1]));
      expect([fault.code, fault.details['found']]).toEqual(['VERSION_CONFLICT', 2]);
    });
  });

  describe('an outbox', () => {
    it('becomes workflows, each once, also when the mark is lost', async () => {
      const engine = await rig.launch();
      const outbox = new Rows([
        ['o1', 'quick', [1]],
        ['o2', 'quick', [2]],
      ]);
      outbox.markFault = new Fault('DATABASE_UNREACHABLE');
      expect((await refusal(startFromOutbox({ engine, outbox }))).code).toBe(
        'DATABASE_UNREACHABLE',
      );
      outbox.markFault = undefined;
      expect(await startFromOutbox({ engine, outbox })).toBe(2);
      expect(await startFromOutbox({ engine, outbox })).toBe(0);
      expect([await engine.result('outbox-o1'), await engine.result('outbox-o2')]).toEqual([1, 2]);
      expect([count('count outbox-o1'), count('count outbox-o2')]).toEqual([1, 1]);
      expect(outbox.started).toEqual(['o1', 'o2']);
    });

    it('sets aside what can never start, and goes on behind it', async () => {
      const engine = await rig.launch();
      const refusedRows: string[] = [];
      const outbox = new Rows([
        ['p1', 'forgotten', []],
        ['p2', 'quick', [2]],
      ]);
      const onRefused = ({ id }: OutboxRow): unknown => refusedRows.push(id);
      await startFromOutbox({ engine, outbox, rowsMax: 1, onRefused });
      await startFromOutbox({ engine, outbox, rowsMax: 1, queue: 'one_by_one', onRefused });
      expect(outbox.refused.get('p1')?.code).toBe('WORKFLOW_UNREGISTERED');
      expect([refusedRows, outbox.started]).toEqual([['p1'], ['p2']]);
      expect(await engine.result('outbox-p2')).toBe(2);
    });

    it('waits while the engine is away', async () => {
      const engine = await rig.launch();
      await rig.close();
      const outbox = new Rows([['w1', 'quick', [1]]]);
      expect((await refusal(startFromOutbox({ engine, outbox }))).code).toBe('WORKFLOW_STOPPED');
      expect(await outbox.pending(1)).toHaveLength(1);
    });
  });
}

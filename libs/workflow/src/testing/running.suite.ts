/** Workflows that run: steps, results, faults, ids, queues. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { defineWorkflow } from '../definition.ts';
import type { WorkflowDefinition } from '../definition.ts';
import type { Json } from '../json.ts';
import { failure, type OpenEngine, refusal, Rig, Signal } from './rig.ts';

/** What steps did, in order. */
const effects: string[] = [];
const holds = new Map<string, Signal>();
const running = { now: 0, most: 0 };

const twoSteps = defineWorkflow('two_steps', async (flow, input: number) => {
  const more = await flow.step('add', () => {
    effects.push(`add ${flow.workflowId}`);
    return input + 1;
  });
  return flow.step('double', () => more * 2);
});

const describeOrder = defineWorkflow('describe_order', async (flow, symbol: string) => {
  const side = await flow.step('choose', () => Promise.resolve('BUY'));
  return { symbol, side, legs: [1, 2.5], note: null };
});

const silent = defineWorkflow('silent', async (flow) => {
  await flow.step('nothing', () => undefined);
});

const failing = defineWorkflow('failing', async (flow, how: string) => {
  await flow.step('before', () => void effects.push(`before ${flow.workflowId}`));
  await flow.step('break', () => {
    if (how === 'fault') throw new Fault('VERSION_CONFLICT', { expected: 3, found: 4n });
    throw new TypeError('no such thing');
  });
});

const recovering = defineWorkflow('recovering', async (flow) => {
  try {
    await flow.step('break', () => {
      throw new Fault('NOT_FOUND', { what: 'x' });
    });
  } catch (thrown) {
    return thrown instanceof Fault ? thrown.code : 'something else';
  }
  return 'nothing was thrown';
});

const unspeakable = defineWorkflow(
  'unspeakable',
  // The compiler refuses a Date; JavaScript does not.
  () => Promise.resolve({ at: new Date(0) } as unknown as Json),
);

const held = defineWorkflow('held', async (flow, name: string) => {
  await flow.step('hold', async () => {
    running.most = Math.max(running.most, ++running.now);
    await holds.get(name)?.given;
    running.now--;
  });
  return name;
});

const square = defineWorkflow('square', (flow, n: number) => flow.step('square', () => n * n));

const beside = defineWorkflow('beside', async (flow) => {
  const first = new Signal();
  return Promise.all([
    flow.step('slow', async () => {
      await first.given;
      return 'slow';
    }),
    flow.step('fast', () => {
      first.give();
      return 'fast';
    }),
  ]);
});

const nested = defineWorkflow('nested', (flow) =>
  flow.step('outer', () => flow.step('inner', () => 1)),
);

const stranger = defineWorkflow('two_steps', () => Promise.resolve(0));

const workflows = [
  ...[twoSteps, describeOrder, silent, failing, recovering, unspeakable],
  ...[held, square, beside, nested],
];
const queues = [
  { name: 'pairs', concurrencyMax: 2 },
  { name: 'singles', concurrencyMax: 1 },
];

export function runningSuite(open: OpenEngine): void {
  const rig = new Rig(open, 'running', { workflows, queues });

  beforeAll(async () => {
    await rig.launch();
  });
  afterAll(() => rig.close());

  describe('a workflow', () => {
    it('passes through its steps to its result', async () => {
      const handle = await rig.engine.workflow(twoSteps, [5]);
      expect(await handle.result()).toBe(12);
      expect(await handle.status()).toBe('SUCCESS');
      expect(await rig.engine.status(handle.id)).toBe('SUCCESS');
    });

    it('is run in one call', async () => {
      expect(await rig.engine.run(twoSteps, [1])).toBe(4);
    });

    it('returns JSON of any shape, and null for nothing', async () => {
      expect(await rig.engine.run(describeOrder, ['AAPL'])).toEqual({
        symbol: 'AAPL',
        side: 'BUY',
        legs: [1, 2.5],
        note: null,
      });
      expect(await rig.engine.run(silent, [])).toBeNull();
    });

    it('takes steps beside each other', async () => {
      expect(await rig.engine.run(beside, [])).toEqual(['slow', 'fast']);
    });

    it('of an id that was there before is the first one', async () => {
      const id = 'same-id';
      expect(await rig.engine.run(twoSteps, [5], { id })).toBe(12);
      expect(await rig.engine.run(twoSteps, [70], { id })).toBe(12);
      expect(effects.filter((effect) => effect === `add ${id}`)).toHaveLength(1);
    });

    it('of an id that runs another function is refused', async () => {
      await rig.engine.run(square, [2], { id: 'taken' });
      const fault = await refusal(rig.engine.workflow(twoSteps, [2], { id: 'taken' }));
      expect(fault.code).toBe('WORKFLOW_ID_TAKEN');
      expect(fault.details['workflow_id']).toBe('taken');
    });
  });

  describe('a function that is not registered', () => {
    it('is refused by the compiler, and when it runs', async () => {
      const lambda = (): Promise<number> => Promise.resolve(1);
      // @ts-expect-error -- a plain function is no workflow
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- said already
      const byLambda = refusal(rig.engine.workflow(lambda, []));
      expect((await byLambda).code).toBe('WORKFLOW_UNREGISTERED');
      const lookAlike = { name: 'two_steps', perform: lambda };
      // @ts-expect-error -- nor is an object that looks like one
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- said already
      const byLookAlike = refusal(rig.engine.workflow(lookAlike, []));
      expect((await byLookAlike).code).toBe('WORKFLOW_UNREGISTERED');
    });

    it('is refused although it has the name of one that is', async () => {
      const fault = await refusal(rig.engine.workflow(stranger, []));
      expect(fault.code).toBe('WORKFLOW_UNREGISTERED');
    });

    it('is not found by a name', () => {
      expect(rig.engine.registered('square')).toBe(square);
      expect(() => rig.engine.registered('cube')).toThrow('cube');
    });
  });

  describe('arguments and results', () => {
    it('have the types of the function', async () => {
      // @ts-expect-error -- a text is no number
      expect(await rig.engine.run(twoSteps, ['5'])).toBe(102);
    });

    it.each<[string, unknown, string]>([
      ['a date', new Date(0), 'args[0]'],
      ['a number that JSON lacks', { of: [NaN] }, 'args[0].of[0]'],
      ['a big integer', { qty: 1n }, 'args[0].qty'],
      ['undefined inside', { x: undefined }, 'args[0].x'],
      ['a function', () => 1, 'args[0]'],
    ])('are refused by their place: %s', async (_, value, field) => {
      const fault = await refusal(rig.engine.workflow(square, [value as number]));
      expect([fault.code, fault.details['field']]).toEqual(['ARGUMENT_INVALID', field]);
    });

    it('are bounded', async () => {
      const fault = await refusal(rig.engine.run(describeOrder, ['x'.repeat(300_000)]));
      expect([fault.code, fault.details['field']]).toEqual(['ARGUMENT_INVALID', 'args']);
    });

    it('that are not JSON fail the workflow', async () => {
      const fault = await failure(rig.engine.run(unspeakable, []));
      expect([fault.code, fault.details['field']]).toEqual(['ARGUMENT_INVALID', 'result.at']);
    });
  });

  describe('a workflow that fails', () => {
    it('keeps its fault, with the code and the details', async () => {
      const handle = await rig.engine.workflow(failing, ['fault'], { id: 'fails-1' });
      const fault = await failure(handle.result());
      expect(fault.code).toBe('VERSION_CONFLICT');
      expect(fault.details).toEqual({ expected: 3, found: '4' });
      expect(await handle.status()).toBe('ERROR');
    });

    it('keeps what was thrown when that is no fault', async () => {
      const fault = await failure(rig.engine.run(failing, ['error']));
      expect([fault.code, fault.details['message']]).toEqual(['UNEXPECTED', 'no such thing']);
    });

    it('leaves the effects of the steps before', async () => {
      await refusal(rig.engine.run(failing, ['fault'], { id: 'fails-2' }));
      expect(effects).toContain('before fails-2');
    });

    it('may go on after a step that failed', async () => {
      expect(await rig.engine.run(recovering, [])).toBe('NOT_FOUND');
    });

    it('when a step takes a step of its own', async () => {
      expect((await failure(rig.engine.run(nested, []))).code).toBe('INVARIANT');
    });
  });

  describe('an id that nobody has', () => {
    it.each<[string, (id: string) => Promise<unknown>]>([
      ['status', (id) => rig.engine.status(id)],
      ['result', (id) => rig.engine.result(id, { timeoutMs: 60_000 })],
      ['send', (id) => rig.engine.send(id, 'topic', 'message')],
      ['cancel', (id) => rig.engine.cancel(id)],
    ])('is told by %s', async (_, ask) => {
      const fault = await refusal(ask('nobody'));
      expect([fault.code, fault.details['workflow_id']]).toEqual(['NOT_FOUND', 'nobody']);
    });
  });

  describe('a result', () => {
    it('that does not come in time is a fault, and comes later', async () => {
      holds.set('late', new Signal());
      const handle = await rig.engine.workflow(held, ['late']);
      const fault = await refusal(handle.result({ timeoutMs: 50 }));
      expect(fault.code).toBe('WORKFLOW_UNFINISHED');
      expect(fault.kind).toBe('unavailable');
      expect(await handle.status()).toBe('RUNNING');
      holds.get('late')?.give();
      expect(await handle.result()).toBe('late');
    });
  });

  describe('a queue', () => {
    it('gives the results of all', async () => {
      const handles = [];
      for (const n of [0, 1, 2, 3, 4]) {
        handles.push(await rig.engine.queue(square, [n], { queue: 'pairs' }));
      }
      const results = await Promise.all(handles.map((handle) => handle.result()));
      expect(results).toEqual([0, 1, 4, 9, 16]);
    });

    it('runs no more at once than it declares, and the others wait', async () => {
      running.most = 0;
      holds.set('first', new Signal());
      const first = await rig.engine.queue(held, ['first'], { queue: 'singles' });
      const second = await rig.engine.queue(held, ['second'], { queue: 'singles' });
      const third = await rig.engine.queue(held, ['third'], { queue: 'singles' });
      // Something else that passes through a queue shows that the queues were looked at since.
      const passing = await rig.engine.queue(square, [7], { queue: 'pairs' });
      await passing.result();
      const again = await rig.engine.queue(square, [8], { queue: 'pairs' });
      await again.result();
      expect([await second.status(), await third.status()]).toEqual(['PENDING', 'PENDING']);
      holds.get('first')?.give();
      expect([await first.result(), await second.result(), await third.result()]).toEqual([
        'first',
        'second',
        'third',
      ]);
      expect(running.most).toBe(1);
    });

    it('that was not declared is refused', async () => {
      const fault = await refusal(rig.engine.queue(square, [1], { queue: 'nowhere' }));
      expect([fault.code, fault.details['queue']]).toEqual(['NOT_FOUND', 'nowhere']);
    });
  });

  describe('an engine', () => {
    it.each<[string, object]>([
      ['executorId', { executorId: '' }],
      ['executorId', { executorId: 'local' }],
      ['executorId', { executorId: undefined }],
      ['applicationVersion', { applicationVersion: '' }],
      ['applicationName', { applicationName: 'two words' }],
      ['workflows', { workflows: [square, square] }],
      ['queues', { queues: [queues[0], queues[0]] }],
      ['queues.wide.concurrencyMax', { queues: [{ name: 'wide', concurrencyMax: 0 }] }],
    ])('is not made without a sound %s', (field, change) => {
      const identity = { applicationName: 'a', applicationVersion: 'v', executorId: 'e' };
      const make = (): unknown => open({ ...identity, workflows, queues, ...change });
      expect(make).toThrow(field);
      expect(make).toThrow(Fault);
    });

    it('is not made with what is no workflow', () => {
      const identity = { applicationName: 'a', applicationVersion: 'v', executorId: 'e' };
      const list = [() => undefined] as unknown as WorkflowDefinition<never, never>[];
      expect(() => open({ ...identity, workflows: list, queues })).toThrow('defineWorkflow');
    });
  });
}

/** Workflows that wait: sleep, messages, cancellation, and the time. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineWorkflow } from '../definition.ts';
import type { WorkflowEngine } from '../engine.ts';
import type { Json } from '../json.ts';
import { failure, type OpenEngine, refusal, Rig, Signal } from './rig.ts';

const LONG_MS = 3_600_000;
const effects: string[] = [];
const reached = new Map<string, Signal>();
const part: { engine?: WorkflowEngine } = {};

const sleeping = defineWorkflow('sleeping', async (flow, durationMs: number) => {
  const before = await flow.nowMicros();
  await flow.sleep(durationMs);
  return (await flow.nowMicros()) - before;
});

const receiving = defineWorkflow(
  'receiving',
  async (flow, topic: string, count: number, timeoutMs: number) => {
    const messages: Json[] = [];
    for (let i = 0; i < count; i++) messages.push(await flow.recv(topic, timeoutMs));
    return messages;
  },
);

const telling = defineWorkflow('telling', async (flow, target: string) => {
  await flow.send(target, 'news', { from: flow.workflowId });
});

const cancelled = defineWorkflow('cancelled', async (flow) => {
  await flow.step('begin', () => {
    effects.push('begin');
    reached.get(flow.workflowId)?.give();
  });
  await flow.recv('never', LONG_MS);
  await flow.step('end', () => void effects.push('end'));
});

const calling = defineWorkflow('calling', async (flow, id: string, place: string) => {
  const ask = async (): Promise<string> => (await part.engine?.status(id)) ?? 'no engine';
  return place === 'step' ? flow.step('ask', ask) : ask();
});

const drawing = defineWorkflow('drawing', async (flow) => [
  await flow.randomUuid(),
  await flow.randomUuid(),
]);

const impossible = defineWorkflow('impossible', async (flow) => {
  await flow.sleep(-1);
});

const workflows = [sleeping, receiving, telling, cancelled, calling, drawing, impossible];

export function waitingSuite(open: OpenEngine): void {
  const rig = new Rig(open, 'waiting', { workflows });

  beforeAll(async () => {
    part.engine = await rig.launch();
  });
  afterAll(() => rig.close());

  describe('sleep', () => {
    it('lasts as long as it says', async () => {
      expect(await rig.engine.run(sleeping, [60])).toBeGreaterThanOrEqual(60_000);
      expect(await rig.engine.run(sleeping, [0])).toBeGreaterThanOrEqual(0);
    });

    it('of no possible length fails', async () => {
      const fault = await failure(rig.engine.run(impossible, []));
      expect([fault.code, fault.details['field']]).toEqual(['ARGUMENT_INVALID', 'durationMs']);
    });
  });

  describe('messages', () => {
    it('reach a workflow that waits, and are kept for one that does not yet', async () => {
      const handle = await rig.engine.workflow(receiving, ['quotes', 2, LONG_MS]);
      await rig.engine.send(handle.id, 'quotes', { key: 'first' });
      await rig.engine.send(handle.id, 'quotes', { key: 'second' });
      const got = (await handle.result()) as { key: string }[];
      expect(got.map(({ key }) => key).sort()).toEqual(['first', 'second']);
    });

    it('of other topics are left alone', async () => {
      const handle = await rig.engine.workflow(receiving, ['quotes', 1, LONG_MS]);
      await rig.engine.send(handle.id, 'orders', 'not this');
      await rig.engine.send(handle.id, 'quotes', 'this');
      expect(await handle.result()).toEqual(['this']);
    });

    it('that do not come in time are null', async () => {
      expect(await rig.engine.run(receiving, ['quotes', 2, 30])).toEqual([null, null]);
    });

    it('of one id are one message', async () => {
      const handle = await rig.engine.workflow(receiving, ['quotes', 2, LONG_MS]);
      await rig.engine.send(handle.id, 'quotes', 'once', { id: 'm1' });
      await rig.engine.send(handle.id, 'quotes', 'twice', { id: 'm1' });
      await rig.engine.send(handle.id, 'quotes', 'last', { id: 'm2' });
      expect(((await handle.result()) as string[]).sort()).toEqual(['last', 'once']);
    });

    it('pass from workflow to workflow', async () => {
      const target = await rig.engine.workflow(receiving, ['news', 1, LONG_MS]);
      await rig.engine.run(telling, [target.id], { id: 'teller' });
      expect(await target.result()).toEqual([{ from: 'teller' }]);
    });

    it('to a workflow that is not there fail the sender', async () => {
      expect((await failure(rig.engine.run(telling, ['nobody']))).code).toBe('NOT_FOUND');
    });

    it('are not null, which says that none came', async () => {
      const handle = await rig.engine.workflow(receiving, ['quotes', 1, LONG_MS]);
      // @ts-expect-error -- null is no message
      const refused = await refusal(rig.engine.send(handle.id, 'quotes', null));
      expect([refused.code, refused.details['field']]).toEqual(['ARGUMENT_INVALID', 'message']);
      await rig.engine.cancel(handle.id);
    });
  });

  describe('a workflow that is cancelled', () => {
    it('does nothing more', async () => {
      reached.set('doomed', new Signal());
      const handle = await rig.engine.workflow(cancelled, [], { id: 'doomed' });
      await reached.get('doomed')?.given;
      await rig.engine.cancel('doomed');
      expect(await handle.status()).toBe('CANCELLED');
      expect((await refusal(handle.result())).code).toBe('WORKFLOW_CANCELLED');
      await rig.engine.send('doomed', 'never', 'go on');
      expect((await refusal(handle.result({ timeoutMs: 10 }))).code).toBe('WORKFLOW_CANCELLED');
      expect(effects).toEqual(['begin']);
    });

    it('after its end stays as it ended', async () => {
      const handle = await rig.engine.workflow(sleeping, [0]);
      await handle.result();
      await rig.engine.cancel(handle.id);
      expect(await handle.status()).toBe('SUCCESS');
    });
  });

  describe('the engine, asked by a workflow', () => {
    it('answers in a step', async () => {
      await rig.engine.run(sleeping, [0], { id: 'asked' });
      expect(await rig.engine.run(calling, ['asked', 'step'])).toBe('SUCCESS');
    });

    it('refuses elsewhere, where nothing would be on record', async () => {
      expect((await failure(rig.engine.run(calling, ['asked', 'function']))).code).toBe(
        'INVARIANT',
      );
    });
  });

  describe('chance', () => {
    it('is drawn for each call', async () => {
      const [first, second] = await rig.engine.run(drawing, []);
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      expect(second).not.toBe(first);
    });
  });
}

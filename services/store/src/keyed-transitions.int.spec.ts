/** Transitions under a key: made once, however often they are asked for, and whoever dies in between. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TransitionStore } from '@tickmesh/workflow';
import { keyedTransitions } from './app/keyed-transitions.ts';
import { Processes } from './testing/processes.ts';
import { type StoreRig, codeOf, openStoreRig, person, systemMicros } from './testing/rig.ts';
import { SETTLING } from './testing/settling.ts';

const alice = person('alice', 'trader');
const bob = person('bob', 'trader');
const data = { symbol: 'AAPL', quantity: 1, price: 1, side: 'BUY', order_type: 'LIMIT' };
const processes = new Processes();
let rig: StoreRig;
let keyed: TransitionStore;
let bobs: TransitionStore;

beforeAll(async () => {
  rig = await openStoreRig({ entities: SETTLING });
  const { database, catalogue } = rig.store;
  keyed = keyedTransitions({ database, catalogue, clock: systemMicros }, alice);
  bobs = keyedTransitions({ database, catalogue, clock: systemMicros }, bob);
});
afterEach(() => processes.killAll());
afterAll(() => rig.close());

async function wish(toState = 'FILLED') {
  const { entityId } = await rig.store.log.write(alice, { entityType: 'Order', data });
  return { entityId, expectedVersion: 1, toState };
}

const versions = async (entityId: string): Promise<number[]> =>
  (await rig.store.log.history(alice, { entityId })).items.map(({ version }) => version);

describe('a transition under a key', () => {
  it('is made once, and answered as it was, whatever became of the entity since', async () => {
    const request = await wish();
    const { entityId } = request;
    const state = { entityId, version: 2, state: 'FILLED' };
    expect(await keyed.transition(request, 'w1/0')).toEqual(state);
    await rig.store.log.delete(alice, { entityId, expectedVersion: 2 });
    expect(await keyed.transition(request, 'w1/0')).toEqual(state);
    expect(await versions(entityId)).toEqual([1, 2, 3]);
  });

  it('asked for by several at once is made once and answered to all', async () => {
    const request = await wish();
    const state = { entityId: request.entityId, version: 2, state: 'FILLED' };
    const asked = [1, 2, 3, 4].map(() => keyed.transition(request, 'w2/0'));
    expect(await Promise.all(asked)).toEqual([state, state, state, state]);
    expect(await versions(request.entityId)).toEqual([1, 2]);
  });

  it('is refused for another request, and one that was refused keeps no key', async () => {
    const [one, other] = [await wish(), await wish()];
    await keyed.transition(one, 'w3/0');
    expect(await codeOf(keyed.transition(other, 'w3/0'))).toBe('ARGUMENT_INVALID');
    const nowhere = { ...other, toState: 'SETTLED' };
    expect(await codeOf(keyed.transition(nowhere, 'w3/1'))).toBe('TRANSITION_INVALID');
    expect(await keyed.transition(other, 'w3/1')).toMatchObject({ state: 'FILLED' });
    expect(await codeOf(keyed.transition(one, 'w3/2'))).toBe('VERSION_CONFLICT');
    expect(await codeOf(keyed.transition(one, ''))).toBe('ARGUMENT_INVALID');
  });

  it('is of its caller alone: the same key of another is another', async () => {
    const request = await wish();
    await keyed.transition(request, 'w4/0');
    expect(await codeOf(bobs.transition(request, 'w4/0'))).toBe('NOT_FOUND');
    const seen = await rig.store.database.query('select from store.transition_keys');
    expect(seen).toEqual([]);
  });

  it('asked for by a caller is answered with what it made first, by the rights of now', async () => {
    const { log } = rig.store;
    const { entityId, ...rest } = await wish();
    const asked = { entityId, ...rest, key: 'w5', data: { ...data, quantity: 2 }, validFrom: 7 };
    await log.share(alice, { entityId, grantee: 'bob', right: 'write' });
    const made = await log.transition(bob, asked);
    expect(made.workflowId).not.toBeNull();
    await log.update(alice, { entityId, expectedVersion: 2, data });
    expect(await log.transition(bob, asked)).toEqual(made);
    const reordered = Object.fromEntries(Object.entries(asked.data).reverse());
    expect(await log.transition(bob, { ...asked, data: reordered })).toEqual(made);
    expect(await codeOf(log.transition(bob, { ...asked, validFrom: 8 }))).toBe('ARGUMENT_INVALID');
    expect(await codeOf(log.transition(alice, asked))).toBe('VERSION_CONFLICT');
    await log.unshare(alice, { entityId, grantee: 'bob', right: 'write' });
    expect(await codeOf(log.transition(bob, asked))).toBe('NOT_FOUND');
    expect(await versions(entityId)).toEqual([1, 2, 3]);
  });

  it('happens once when the process dies between the commit and the record of the step', async () => {
    const { entityId } = await wish();
    const environment = { ...rig.environment, ENTITY_ID: entityId };
    const { died } = processes.start('keyed-process.ts', { ...environment, DIES: 'yes' });
    expect(await died).toBe('SIGKILL');
    expect(await versions(entityId)).toEqual([1, 2]);
    const again = await processes.ready('keyed-process.ts', environment);
    expect(JSON.parse(again.said().split('\n')[0] ?? '')).toEqual({
      ...{ entityId, version: 2, state: 'FILLED' },
    });
    expect(await versions(entityId)).toEqual([1, 2]);
  });
});

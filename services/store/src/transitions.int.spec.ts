/** The three tiers of a transition, and what stands when one of them fails. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ORDER, TRADE } from '@tickmesh/domain-columns';
import { Fault } from '@tickmesh/kernel';
import { storedEntity } from './app/stored-entity.ts';
import { type OpenStore, type StoreProbe } from './store-parts.ts';
import { type StoreRig, codeOf, openStoreRig, person, refusal } from './testing/rig.ts';

const alice = person('alice', 'trader');
const rita = person('rita', 'risk_manager');
const DATA = { symbol: 'AAPL', quantity: 10, price: 5, side: 'BUY', order_type: 'LIMIT' };
const { order_type: _, ...TRADE_DATA } = DATA;

/** What happened, in order. */
const told: string[] = [];
let failing: string | undefined;
let rig: StoreRig;
let store: OpenStore;

const step = (name: string): void => {
  told.push(name);
  if (failing === name) throw new Fault('UNEXPECTED', { step: name });
};

const ENTITIES = [
  storedEntity(TRADE),
  storedEntity(ORDER, {
    initial: 'PENDING',
    transitions: [
      {
        from: 'PENDING',
        to: 'FILLED',
        guard: 'quantity > 0',
        effects: {
          action: async ({ entityId, data }, { transaction, write }) => {
            await transaction.query('insert into public.fills values ($1)', [entityId]);
            write({ entityType: 'Trade', data: { ...TRADE_DATA, price: data['price'] } });
            step('action');
          },
          onExit: () => {
            step('onExit');
          },
          onEnter: (_facts, { state }) => {
            step(`onEnter ${state ?? ''}`);
          },
          startWorkflow: 'settle',
        },
      },
      { from: 'PENDING', to: 'CANCELLED', allowedBy: ['risk_manager'], guard: 'quantity > 100' },
      { from: 'FILLED', to: 'SETTLED', guard: 'price > 0' },
    ],
  }),
];

const probe: StoreProbe = { hookFailed: (hook) => void told.push(`${hook} failed`) };

beforeAll(async () => {
  rig = await openStoreRig({ entities: ENTITIES, probe });
  ({ store } = rig);
  await rig.admin.query('create table public.fills (entity_id uuid)');
  await rig.admin.query(`grant insert, select on public.fills to ${rig.serviceRole}`);
});
afterAll(() => rig.close());
beforeEach(() => {
  told.length = 0;
  failing = undefined;
});

const order = (more: object = {}) =>
  store.log.write(alice, { entityType: 'Order', data: { ...DATA, ...more } });

const fills = async (entityId: string): Promise<number> =>
  (await rig.admin.query('select from public.fills where entity_id = $1', [entityId])).length;

const outbox = (entityId: string) =>
  rig.admin.query<{ workflow: string; workflow_id: string }>(
    'select workflow, workflow_id from store.workflow_outbox where entity_id = $1',
    [entityId],
  );

describe('a transition', () => {
  it('acts in the transaction, then exits, enters, and leaves the workflow in the outbox', async () => {
    const { entityId } = await order();
    const trades = await store.log.count(alice, { entityType: 'Trade' });
    const wish = { entityId, expectedVersion: 1, toState: 'FILLED' };
    const { event, workflowId } = await store.log.transition(alice, wish);
    expect(told).toEqual(['action', 'onExit', 'onEnter FILLED']);
    expect(event).toMatchObject({ version: 2, state: 'FILLED', eventType: 'STATE_CHANGE' });
    expect(await store.log.read(alice, entityId)).toEqual(event);
    expect(await outbox(entityId)).toEqual([{ workflow: 'settle', workflow_id: workflowId }]);
    expect(await fills(entityId)).toBe(1);
    expect(await store.log.count(alice, { entityType: 'Trade' })).toBe(trades + 1n);
  });

  it('leaves nothing at all when its action fails', async () => {
    const { entityId } = await order();
    failing = 'action';
    const wish = { entityId, expectedVersion: 1, toState: 'FILLED' };
    const trades = await store.log.count(alice, { entityType: 'Trade' });
    expect(await refusal(store.log.transition(alice, wish))).toMatchObject({
      details: { step: 'action' },
    });
    expect(told).toEqual(['action']);
    expect(await store.log.read(alice, entityId)).toMatchObject({ version: 1, state: 'PENDING' });
    expect([await fills(entityId), await outbox(entityId)]).toEqual([0, []]);
    expect(await store.log.count(alice, { entityType: 'Trade' })).toBe(trades);
  });

  it('stands when its hooks fail, each of which is told', async () => {
    const { entityId } = await order();
    failing = 'onExit';
    await store.log.transition(alice, { entityId, expectedVersion: 1, toState: 'FILLED' });
    expect(told).toEqual(['action', 'onExit', 'onExit failed', 'onEnter FILLED']);
    expect(await store.log.read(alice, entityId)).toMatchObject({ state: 'FILLED' });
  });

  it('asks for the edge, then the role, then the guard, of the state under the lock', async () => {
    const { log } = store;
    const { entityId } = await order();
    await log.share(alice, { entityId, grantee: 'rita', right: 'write' });
    const wish = { entityId, expectedVersion: 1 };
    const settled = await refusal(log.transition(alice, { ...wish, toState: 'SETTLED' }));
    expect([settled.code, settled.details]).toEqual([
      'TRANSITION_INVALID',
      { from: 'PENDING', to: 'SETTLED', allowed: ['FILLED', 'CANCELLED'] },
    ]);
    const cancel = { ...wish, toState: 'CANCELLED' };
    const forbidden = await refusal(log.transition(alice, cancel));
    expect(forbidden.code).toBe('TRANSITION_NOT_PERMITTED');
    expect(JSON.stringify(forbidden.details)).not.toContain('quantity');
    const refused = await refusal(log.transition(rita, cancel));
    expect([refused.code, refused.details['guard']]).toEqual(['GUARD_FAILED', 'quantity > 100']);
    const more = { ...cancel, data: { ...DATA, quantity: 101 } };
    expect((await log.transition(rita, more)).event).toMatchObject({
      state: 'CANCELLED',
      data: { quantity: 101 },
      changedBy: 'rita',
    });
    expect(await codeOf(log.transition(alice, { ...wish, toState: 'FILLED' }))).toBe(
      'VERSION_CONFLICT',
    );
    expect(told).toEqual([]);
  });

  it('of two that race one is made, once', async () => {
    const { entityId } = await order();
    const wish = { entityId, expectedVersion: 1, toState: 'FILLED' };
    const outcomes = await Promise.all(
      [1, 2, 3].map(() =>
        store.log.transition(alice, wish).then(
          () => 'made',
          (thrown: unknown) => (thrown as Fault).code,
        ),
      ),
    );
    expect(outcomes.sort()).toEqual(['VERSION_CONFLICT', 'VERSION_CONFLICT', 'made']);
    expect([await fills(entityId), (await outbox(entityId)).length]).toEqual([1, 1]);
  });

  it('of several is whole or nothing', async () => {
    const [one, two] = [await order(), await order({ quantity: 0 })];
    const wishes = [one, two].map(({ entityId }) => ({
      entityId,
      expectedVersion: 1,
      toState: 'FILLED',
    }));
    expect(await codeOf(store.log.transitionMany(alice, wishes))).toBe('GUARD_FAILED');
    expect(await store.log.read(alice, one.entityId)).toMatchObject({ state: 'PENDING' });
  });

  it('is refused of a type without a machine', async () => {
    const { entityId } = await store.log.write(alice, { entityType: 'Trade', data: TRADE_DATA });
    const wish = { entityId, expectedVersion: 1, toState: 'FILLED' };
    expect(await codeOf(store.log.transition(alice, wish))).toBe('TRANSITION_INVALID');
  });
});

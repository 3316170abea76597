/** Nodes of the reactive graph kept as entities of the real store. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '@tickmesh/kernel';
import { type EntityWriter, ReactiveGraph, autoPersist, storeSink } from '@tickmesh/reactive';
import { type StoreRig, openStoreRig, person } from './testing/rig.ts';

const alice = person('alice');
let rig: StoreRig;

beforeAll(async () => {
  rig = await openStoreRig();
});
afterAll(() => rig.close());

/** A node whose versions go to the store, as a program that has just been started makes it. */
function tracked(node: string, quantity: number) {
  const { log } = rig.store;
  const faults: Fault[] = [];
  const onFault = (fault: Fault): void => void faults.push(fault);
  const graph = new ReactiveGraph({ onFault });
  graph.track(node, { symbol: 'AAPL', quantity, price: 10, side: 'BUY' });
  const writer: EntityWriter = {
    write: (wish) => log.write(alice, wish),
    update: (wish) => log.update(alice, wish),
  };
  const sink = storeSink(writer, { entityType: () => 'Trade' });
  return { graph, faults, persistence: autoPersist(graph, node, sink, { onFault }) };
}

async function history(filter: string) {
  const { log } = rig.store;
  const { events } = await log.query(alice, { entityType: 'Trade', filter });
  const [entity] = events;
  const { items } = await log.history(alice, { entityId: entity?.entityId ?? '' });
  return { count: events.length, entity, prices: items.map(({ data }) => data['price']) };
}

describe('a node that is persisted', () => {
  it('has a version in the store for each batch, also when the program starts anew', async () => {
    const first = tracked('position-1', 7);
    first.graph.update('position-1', 'price', 11);
    first.graph.update('position-1', 'price', 12);
    await first.persistence.settled();
    const second = tracked('position-1', 7);
    second.graph.update('position-1', 'price', 13);
    second.graph.update('position-1', 'price', 14);
    await second.persistence.settled();
    expect(await history('quantity == 7')).toMatchObject({ count: 1, prices: [11, 12, 13, 14] });
    expect([...first.faults, ...second.faults]).toEqual([]);
  });

  it('tells when somebody else wrote in between, and goes on from there', async () => {
    const { graph, faults, persistence } = tracked('position-2', 8);
    graph.update('position-2', 'price', 11);
    await persistence.settled();
    const { entity } = await history('quantity == 8');
    const entityId = entity?.entityId ?? '';
    const data = { ...entity?.data, price: 99 };
    await rig.store.log.update(alice, { entityId, expectedVersion: 1, data });
    graph.update('position-2', 'price', 12);
    await persistence.settled();
    expect(faults.map(({ code }) => code)).toEqual(['VERSION_CONFLICT']);
    graph.update('position-2', 'price', 13);
    await persistence.settled();
    expect(await history('quantity == 8')).toMatchObject({ prices: [11, 99, 13] });
  });

  it('tells values that break their column, and writes nothing of them', async () => {
    const { graph, faults, persistence } = tracked('position-3', 9);
    graph.update('position-3', 'price', -1);
    await persistence.settled();
    expect(faults.map(({ code }) => code)).toEqual(['COLUMN_VALUE']);
    expect(await rig.store.log.count(alice, { entityType: 'Trade', filter: 'quantity == 9' })).toBe(
      0n,
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { ReactiveGraph } from './graph.ts';
import { type PersistOptions, type Persistence, autoPersist } from './persist.ts';

type Values = Readonly<Record<string, unknown>>;

interface Setup {
  readonly graph: ReactiveGraph;
  readonly written: Values[];
  readonly faults: Fault[];
  readonly persistence: Persistence;
}

/** A tracked order whose versions go to a list; `write` may fail or wait before that. */
function newOrder(
  write: (values: Values) => Promise<void> = async () => Promise.resolve(),
  options: Partial<PersistOptions> = {},
): Setup {
  const faults: Fault[] = [];
  const onFault = (fault: Fault): void => void faults.push(fault);
  const graph = new ReactiveGraph({ onFault });
  const written: Values[] = [];
  graph.track('order', { price: 10, quantity: 2 });
  graph.computed('order', 'notional', (read) => Number(read('price')) * Number(read('quantity')));
  graph.computed('order', 'isLarge', (read) => Number(read('notional')) > 100);
  const sink = {
    write: async (_: string, values: Values): Promise<void> => {
      await write(values);
      written.push(values);
    },
  };
  return {
    graph,
    written,
    faults,
    persistence: autoPersist(graph, 'order', sink, { onFault, ...options }),
  };
}

describe('auto-persist', () => {
  it('writes one version a batch, however many values changed, and none when it is installed', async () => {
    const { graph, written, persistence } = newOrder();
    graph.batch(() => {
      graph.update('order', 'price', 60);
      graph.update('order', 'quantity', 3);
    });
    graph.update('order', 'price', 60);
    graph.update('order', 'quantity', 1);
    await persistence.settled();
    expect(written).toEqual([
      { price: 60, quantity: 3, notional: 180, isLarge: true },
      { price: 60, quantity: 1, notional: 60, isLarge: false },
    ]);
  });

  it('includes what effects wrote in answer, and leaves those effects in place', async () => {
    const { graph, written, persistence } = newOrder();
    graph.effect('order', 'isLarge', (isLarge) => {
      if (isLarge === true) graph.update('order', 'quantity', 1);
    });
    graph.update('order', 'price', 90);
    await persistence.settled();
    expect(written).toEqual([{ price: 90, quantity: 1, notional: 90, isLarge: false }]);
  });

  it('writes nothing for a batch that was taken back', async () => {
    const { graph, written, persistence } = newOrder();
    const act = (): void => {
      graph.update('order', 'price', 1);
      throw new Error('no');
    };
    expect(() => graph.batch(act)).toThrow('no');
    await persistence.settled();
    expect(written).toEqual([]);
  });

  it('keeps the order of versions while the sink is slow, and reports the one that fails', async () => {
    const { graph, written, faults, persistence } = newOrder(async ({ price }) => {
      await Promise.resolve();
      if (price === 12) throw new Fault('VERSION_CONFLICT', { price });
    });
    for (const price of [11, 12, 13]) graph.update('order', 'price', price);
    await persistence.settled();
    expect(written.map(({ price }) => price)).toEqual([11, 13]);
    expect(faults.map(({ code }) => code)).toEqual(['VERSION_CONFLICT']);
  });

  it('bounds what waits, and never loses the latest state', async () => {
    const { graph, written, persistence } = newOrder(async () => Promise.resolve(), {
      queueMax: 2,
    });
    for (let price = 11; price <= 20; price++) graph.update('order', 'price', price);
    await persistence.settled();
    expect(written.map(({ price }) => price)).toEqual([11, 12, 20]);
  });

  it('writes no version while a computation fails', async () => {
    const { graph, written, faults, persistence } = newOrder();
    graph.computed('order', 'broken', (read) => (read('price') as number).toFixed(2));
    graph.update('order', 'price', null);
    graph.update('order', 'price', 5);
    await persistence.settled();
    expect(faults).toHaveLength(1);
    expect(written.map(({ broken }) => broken)).toEqual(['10.00', '5.00']);
  });

  it('ends when it is stopped, and when the node is untracked', async () => {
    const { graph, written, persistence } = newOrder();
    graph.update('order', 'price', 11);
    persistence.stop();
    graph.update('order', 'price', 12);
    graph.untrack('order');
    await persistence.settled();
    expect(written.map(({ price }) => price)).toEqual([11]);
  });
});

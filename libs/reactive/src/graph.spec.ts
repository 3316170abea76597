import { describe, expect, it } from '@jest/globals';
import { parse } from '@tickmesh/expr';
import { type Fault, isFault } from '@tickmesh/kernel';
import { ReactiveGraph } from './graph.ts';

/** A graph, and the faults that it reported. */
function newGraph(): { graph: ReactiveGraph; faults: Fault[] } {
  const faults: Fault[] = [];
  return { graph: new ReactiveGraph({ onFault: (fault) => faults.push(fault) }), faults };
}

const PNL = parse('(current_price - avg_cost) * quantity');

function newPosition(): ReturnType<typeof newGraph> {
  const made = newGraph();
  made.graph.track('AAPL', { current_price: 230, avg_cost: 220, quantity: 100 });
  made.graph.computed('AAPL', 'pnl', PNL);
  return made;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return isFault(thrown) ? thrown.code : String(thrown);
  }
  return 'nothing thrown';
}

describe('computed values', () => {
  it('follow the fields: a profit of 1000, then 1500', () => {
    const { graph } = newPosition();
    expect(graph.get('AAPL', 'pnl')).toBe(1000);
    graph.update('AAPL', 'current_price', 235);
    expect(graph.get('AAPL', 'pnl')).toBe(1500);
  });

  it('read other computed values, and are computed only when something they read changed', () => {
    const { graph } = newPosition();
    let runs = 0;
    graph.computed('AAPL', 'side', (read) => {
      runs++;
      return Number(read('pnl')) < 0 ? 'LOSS' : 'PROFIT';
    });
    expect([graph.get('AAPL', 'side'), graph.get('AAPL', 'side'), runs]).toEqual([
      'PROFIT',
      'PROFIT',
      1,
    ]);
    graph.updateAll('AAPL', { current_price: 231, avg_cost: 221 });
    expect([graph.get('AAPL', 'side'), runs]).toEqual(['PROFIT', 1]);
    graph.update('AAPL', 'current_price', 200);
    expect([graph.get('AAPL', 'side'), runs]).toEqual(['LOSS', 2]);
  });

  it('that come out equal do not set off what depends on them, new objects included', () => {
    const { graph } = newPosition();
    let runs = 0;
    graph.computed('AAPL', 'limits', (read) => [Number(read('quantity')) > 0, 5]);
    graph.computed('AAPL', 'count', (read) => {
      runs++;
      return (read('limits') as unknown[]).length;
    });
    graph.effect('AAPL', 'count', () => undefined);
    graph.update('AAPL', 'quantity', 200);
    expect(runs).toBe(1);
    graph.update('AAPL', 'quantity', -200);
    expect(runs).toBe(2);
  });

  it('do not depend on fields that they do not name', () => {
    const { graph } = newGraph();
    graph.track('A', { a: 1, b: 1 });
    let runs = 0;
    graph.computed('A', 'double', parse('a + a'));
    graph.computed('A', 'twice', (read) => {
      runs++;
      return read('double');
    });
    graph.effect('A', 'twice', () => undefined);
    graph.update('A', 'b', 2);
    expect(runs).toBe(1);
  });

  it('are refused under the name of a field, of what is not there, and in a circle', () => {
    const { graph } = newPosition();
    expect(codeOf(() => graph.computed('AAPL', 'quantity', PNL))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => graph.computed('AAPL', 'x', parse('nothing + 1')))).toBe('GRAPH_UNKNOWN');
    expect(codeOf(() => graph.computed('AAPL', 'x', parse('x + 1')))).toBe('GRAPH_CYCLE');
    graph.computed('AAPL', 'a', parse('pnl + 1'));
    graph.computed('AAPL', 'b', parse('a + 1'));
    expect(() => graph.computed('AAPL', 'pnl', parse('b + 1'))).toThrow('["pnl","b","a","pnl"]');
    expect(graph.get('AAPL', 'pnl')).toBe(1000);
  });

  it('in code that reads in a circle fail, until a new definition opens it', () => {
    const { graph } = newGraph();
    graph.track('A', { x: 1 });
    graph.computed('A', 'a', (read) => Number(read('b')) + 1);
    graph.computed('A', 'b', (read) => Number(read('a')) + 1);
    expect(codeOf(() => graph.get('A', 'a'))).toBe('GRAPH_CYCLE');
    expect(codeOf(() => graph.get('A', 'b'))).toBe('GRAPH_CYCLE');
    graph.computed('A', 'b', (read) => read('x'));
    expect([graph.get('A', 'a'), graph.get('A', 'b')]).toEqual([2, 1]);
  });

  it('in the expression language read each other, and take null and types as the language does', () => {
    const { graph } = newPosition();
    graph.computed('AAPL', 'state', parse('if(pnl < -5000, "STOP_LOSS", "OK")'));
    graph.computed('AAPL', 'return', parse('pnl / (avg_cost * quantity)'));
    expect([graph.get('AAPL', 'state'), graph.get('AAPL', 'return')]).toEqual(['OK', 1000 / 22000]);
    graph.updateAll('AAPL', { current_price: 100, avg_cost: 0 });
    graph.updateAll('AAPL', { current_price: -100 });
    expect([graph.get('AAPL', 'state'), graph.get('AAPL', 'return')]).toEqual(['STOP_LOSS', null]);
    graph.update('AAPL', 'quantity', null);
    expect([graph.get('AAPL', 'state'), graph.get('AAPL', 'pnl')]).toEqual(['OK', null]);
    graph.update('AAPL', 'quantity', '100');
    expect(codeOf(() => graph.get('AAPL', 'state'))).toBe('EXPR_TYPE');
  });

  it('that ask for the time follow the time the graph is given', () => {
    const { graph } = newGraph();
    graph.track('A', { deadline: 5_000_000 });
    graph.computed('A', 'is_late', parse('now() > deadline', { deadline: 'timestamp' }));
    expect(codeOf(() => graph.get('A', 'is_late'))).toBe('ARGUMENT_INVALID');
    const told: unknown[] = [];
    graph.setNow(4_000_000);
    graph.effect('A', 'is_late', (value) => told.push(value));
    for (const micros of [4_500_000, 6_000_000, 7_000_000]) graph.setNow(micros);
    expect(told).toEqual([false, true]);
  });

  it('that fail say so to whoever asks, and hold again when their fields do', () => {
    const { graph } = newGraph();
    graph.track('A', { x: null });
    graph.computed('A', 'text', (read) => (read('x') as string).length);
    expect(codeOf(() => graph.get('A', 'text'))).toBe('UNEXPECTED');
    graph.update('A', 'x', 'four');
    expect(graph.get('A', 'text')).toBe(4);
  });
});

describe('effects', () => {
  it('run at once, then after each change of the value, with the one before', () => {
    const { graph } = newPosition();
    const told: unknown[] = [];
    const stop = graph.effect('AAPL', 'pnl', (value, before) => told.push([value, before]));
    graph.update('AAPL', 'current_price', 235);
    stop();
    stop();
    graph.update('AAPL', 'current_price', 240);
    expect(told).toEqual([
      [1000, undefined],
      [1500, 1000],
    ]);
  });

  it('are not run again by a value that comes out equal, a new object of the same parts included', () => {
    const { graph } = newGraph();
    graph.track('A', { x: 0.1, y: NaN });
    graph.computed('A', 'pair', (read) => ({ sign: Math.sign(Number(read('x'))), list: [1.5] }));
    graph.computed('A', 'half', (read) => Number(read('x')) * 0.5 - Number(read('x')) * 0.5);
    let runs = 0;
    for (const name of ['pair', 'half', 'y']) graph.effect('A', name, () => runs++);
    graph.update('A', 'x', 0.2);
    graph.update('A', 'x', 0.3);
    graph.update('A', 'y', NaN);
    graph.update('A', 'x', 0.3);
    expect(runs).toBe(3);
  });

  it('count 0 and -0 as the same', () => {
    const { graph } = newGraph();
    graph.track('A', { x: 0 });
    let runs = 0;
    graph.effect('A', 'x', () => runs++);
    graph.update('A', 'x', -0);
    expect(runs).toBe(1);
  });

  it('may be several on one value, and run in the order they were made', () => {
    const { graph } = newPosition();
    const told: string[] = [];
    graph.effect('AAPL', 'pnl', () => told.push('first'));
    graph.effect('AAPL', 'current_price', () => told.push('second'));
    graph.effect('AAPL', 'pnl', () => told.push('third'));
    told.length = 0;
    graph.update('AAPL', 'current_price', 1);
    expect(told).toEqual(['first', 'second', 'third']);
  });

  it('stay when their value is defined anew', () => {
    const { graph } = newPosition();
    const told: unknown[] = [];
    graph.effect('AAPL', 'pnl', (value) => told.push(value));
    graph.computed('AAPL', 'pnl', parse('quantity'));
    graph.update('AAPL', 'quantity', 5);
    expect(told).toEqual([1000, 100, 5]);
  });

  it('that throw, or whose value fails, are reported and keep nobody else from running', () => {
    const { graph, faults } = newGraph();
    graph.track('A', { x: 'one' });
    graph.computed('A', 'length', (read) => (read('x') as string).length);
    const told: unknown[] = [];
    graph.effect('A', 'length', () => {
      throw new Error('subscriber');
    });
    graph.effect('A', 'length', (value) => told.push(value));
    graph.update('A', 'x', null);
    graph.update('A', 'x', 'three');
    expect(told).toEqual([3, 5]);
    expect(faults.map(({ details }) => details['message'])).toEqual([
      'subscriber',
      expect.stringContaining('null'),
      expect.stringContaining('null'),
      'subscriber',
    ]);
  });

  it('may write: what follows runs before the write returns, in order', () => {
    const { graph } = newGraph();
    graph.track('A', { x: 1, y: 0 });
    const told: unknown[] = [];
    graph.effect('A', 'x', (value) => graph.update('A', 'y', Number(value) * 10));
    graph.effect('A', 'y', (value) => told.push(value));
    graph.update('A', 'x', 2);
    expect(told).toEqual([10, 20]);
  });

  it('that set each other off without end are stopped and reported', () => {
    const { graph, faults } = newGraph();
    graph.track('A', { x: 0 });
    graph.effect('A', 'x', (value) => graph.update('A', 'x', Number(value) + 1));
    expect(faults.map(({ code }) => code)).toEqual(['GRAPH_CYCLE']);
    graph.track('B', { x: 0 });
    graph.update('B', 'x', 1);
    expect(graph.get('B', 'x')).toBe(1);
  });

  it('run inside the event loop, before the write returns', async () => {
    const { graph } = newPosition();
    const told: unknown[] = [];
    await Promise.resolve();
    graph.effect('AAPL', 'pnl', (value) => told.push(value));
    await new Promise((resolve) => {
      setImmediate(() => {
        graph.update('AAPL', 'current_price', 235);
        told.push('after the write');
        resolve(undefined);
      });
    });
    expect(told).toEqual([1000, 1500, 'after the write']);
  });

  it('of one graph run although a batch of another one encloses the write', () => {
    const one = newPosition();
    const other = newPosition();
    const told: unknown[] = [];
    other.graph.effect('AAPL', 'pnl', (value) => told.push(value));
    one.graph.batch(() => other.graph.update('AAPL', 'current_price', 235));
    expect(told).toEqual([1000, 1500]);
  });
});

describe('a batch', () => {
  it('is one change: effects run once, on its outcome, also across nodes and when nested', () => {
    const { graph } = newPosition();
    graph.track('MSFT', { current_price: 10 });
    const told: unknown[] = [];
    graph.effect('AAPL', 'pnl', (value) => told.push(value));
    graph.effect('MSFT', 'current_price', (value) => told.push(value));
    told.length = 0;
    graph.batch(() => {
      graph.update('AAPL', 'current_price', 1);
      graph.batch(() => graph.update('AAPL', 'avg_cost', 0));
      graph.update('MSFT', 'current_price', 11);
      expect([told, graph.get('AAPL', 'pnl')]).toEqual([[], 100]);
    });
    expect(told).toEqual([100, 11]);
  });

  it('that comes back to where it was runs nothing', () => {
    const { graph } = newPosition();
    let runs = 0;
    graph.effect('AAPL', 'current_price', () => runs++);
    graph.batch(() => {
      graph.update('AAPL', 'current_price', 1);
      graph.update('AAPL', 'current_price', 230);
    });
    expect(runs).toBe(1);
  });

  it('that throws takes every write back, and no effect sees any', () => {
    const { graph } = newPosition();
    let runs = 0;
    graph.effect('AAPL', 'pnl', () => runs++);
    const act = (): void => {
      graph.update('AAPL', 'current_price', 1);
      graph.update('AAPL', 'current_price', 2);
      graph.update('AAPL', 'nothing', 2);
    };
    expect(codeOf(() => graph.batch(act))).toBe('GRAPH_UNKNOWN');
    expect([graph.get('AAPL', 'current_price'), runs]).toEqual([230, 1]);
    graph.update('AAPL', 'current_price', 235);
    expect(runs).toBe(2);
  });

  it('of one node with an unknown field changes none of them', () => {
    const { graph } = newPosition();
    const act = (): void => graph.updateAll('AAPL', { current_price: 1, nothing: 2 });
    expect(codeOf(act)).toBe('GRAPH_UNKNOWN');
    expect(graph.get('AAPL', 'current_price')).toBe(230);
  });
});

describe('nodes', () => {
  it('are known by an id that is taken once', () => {
    const { graph } = newPosition();
    expect(codeOf(() => graph.track('AAPL', {}))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => graph.get('MSFT', 'pnl'))).toBe('GRAPH_UNKNOWN');
    expect(codeOf(() => graph.get('AAPL', 'nothing'))).toBe('GRAPH_UNKNOWN');
    expect(codeOf(() => graph.update('AAPL', 'pnl', 1))).toBe('GRAPH_UNKNOWN');
    expect(graph.nodes).toEqual(['AAPL']);
  });

  it('end their effects when they are untracked, and may come back under their id', () => {
    const { graph, faults } = newPosition();
    const told: unknown[] = [];
    graph.effect('AAPL', 'pnl', (value) => told.push(value));
    graph.untrack('AAPL');
    graph.untrack('AAPL');
    expect(codeOf(() => graph.get('AAPL', 'pnl'))).toBe('GRAPH_UNKNOWN');
    graph.track('AAPL', { current_price: 1 });
    graph.update('AAPL', 'current_price', 2);
    expect([told, faults, graph.snapshot('AAPL')]).toEqual([[1000], [], { current_price: 2 }]);
  });
});

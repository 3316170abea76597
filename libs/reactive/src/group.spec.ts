import { describe, expect, it } from '@jest/globals';
import { type Fault, isFault } from '@tickmesh/kernel';
import fc from 'fast-check';
import { ReactiveGraph } from './graph.ts';
import { maximum, minimum, sum } from './reduce.ts';

function newGraph(): { graph: ReactiveGraph; faults: Fault[] } {
  const faults: Fault[] = [];
  return { graph: new ReactiveGraph({ onFault: (fault) => faults.push(fault) }), faults };
}

function newBook(isAssociative: boolean): ReturnType<typeof newGraph> & { told: unknown[] } {
  const made = newGraph();
  const told: unknown[] = [];
  for (const [id, value] of Object.entries({ A: 1, B: 2, C: 4 })) {
    made.graph.track(id, { value });
    made.graph.computed(id, 'twice', (read) => Number(read('value')) * 2);
  }
  made.graph.group('total', {
    members: ['A', 'B', 'C'],
    value: 'twice',
    reduce: sum,
    isAssociative,
  });
  made.graph.totalEffect('total', (value) => told.push(value));
  return { ...made, told };
}

describe.each([true, false])('a group (in blocks: %s)', (isAssociative) => {
  it('follows the values of its members', () => {
    const { graph, told } = newBook(isAssociative);
    graph.update('B', 'value', 3);
    expect([told, graph.total('total')]).toEqual([[14, 16], 16]);
  });

  it('follows members that join, leave, and are unknown when they join', () => {
    const { graph, told } = newBook(isAssociative);
    graph.addToGroup('total', 'D');
    graph.addToGroup('total', 'D');
    graph.removeFromGroup('total', 'A');
    graph.removeFromGroup('total', 'A');
    graph.track('D', { value: 8 });
    graph.computed('D', 'twice', (read) => Number(read('value')) * 2);
    expect([told, graph.membersOf('total')]).toEqual([
      [14, 12, 28],
      ['B', 'C', 'D'],
    ]);
  });

  it('forgets a member the moment it is untracked, and counts it again when it is back', () => {
    const { graph, told } = newBook(isAssociative);
    graph.untrack('C');
    expect(graph.total('total')).toBe(6);
    graph.track('C', { twice: 100 });
    graph.update('C', 'twice', 200);
    expect(told).toEqual([14, 6, 106, 206]);
  });

  it('sees a value that a member gets later, and one that is defined anew', () => {
    const { graph, told } = newBook(isAssociative);
    graph.track('D', { value: 8 });
    graph.addToGroup('total', 'D');
    graph.computed('D', 'twice', (read) => read('value'));
    graph.computed('D', 'twice', () => 0.5);
    expect(told).toEqual([14, 22, 14.5]);
  });

  it('is what its reduction says of nothing when nobody is in it', () => {
    const { graph } = newBook(isAssociative);
    for (const id of ['A', 'B', 'C']) graph.removeFromGroup('total', id);
    graph.group('least', { value: 'value', reduce: minimum, isAssociative });
    expect([graph.total('total'), graph.total('least')]).toEqual([0, null]);
  });

  it('fails while a member fails, and names the fault', () => {
    const { graph, faults } = newBook(isAssociative);
    graph.computed('A', 'twice', (read) => (read('value') as { no: { way: unknown } }).no.way);
    expect(faults.map(({ code }) => code)).toEqual(['UNEXPECTED']);
    graph.untrack('A');
    expect(graph.total('total')).toBe(12);
  });
});

describe('groups', () => {
  it('equal a reduction from scratch after any history, in blocks or not', () => {
    const ids = Array.from({ length: 250 }, (_, index) => `n${index}`);
    const step = fc.tuple(
      fc.constantFrom('track', 'untrack', 'update', 'add', 'remove'),
      fc.constantFrom(...ids),
      fc.integer({ min: -1000, max: 1000 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { graph } = newGraph();
        const values = new Map(ids.slice(0, 220).map((id, index) => [id, index]));
        const members = new Set(ids);
        for (const [id, value] of values) graph.track(id, { value });
        const told: unknown[] = [];
        graph.group('blocks', { members, value: 'value', reduce: sum, isAssociative: true });
        graph.group('whole', { members, value: 'value', reduce: maximum });
        graph.totalEffect('blocks', (value) => told.push(value));
        for (const [kind, id, value] of steps) {
          applyStep(graph, { values, members }, kind, id, value);
          const live = [...members].flatMap((member) => values.get(member) ?? []);
          expect(told.at(-1)).toBe(sum(live));
          expect(graph.total('whole')).toBe(maximum(live));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('share their names with derived values, and end with their effects', () => {
    const { graph, told } = newBook(true);
    expect(codeOf(() => graph.derive('total', () => 0))).toBe('ARGUMENT_INVALID');
    graph.removeTotal('total');
    graph.removeTotal('total');
    graph.update('A', 'value', 100);
    expect([told, codeOf(() => graph.total('total'))]).toEqual([[14], 'GRAPH_UNKNOWN']);
    expect(codeOf(() => graph.addToGroup('total', 'A'))).toBe('GRAPH_UNKNOWN');
  });
});

describe('a derived value', () => {
  it('reads across nodes, groups and other derived values', () => {
    const { graph } = newBook(true);
    const told: unknown[] = [];
    graph.derive('share', (read) => Number(read.value('A', 'twice')) / Number(read.total('total')));
    graph.derive('percent', (read) => Math.round(Number(read.total('share')) * 100));
    graph.totalEffect('percent', (value) => told.push(value));
    graph.batch(() => {
      graph.update('A', 'value', 6);
      graph.update('B', 'value', 0);
      graph.update('C', 'value', 6);
    });
    expect(told).toEqual([14, 50]);
  });

  it('fails while a node that it reads is away, and holds again when it is back', () => {
    const { graph, faults } = newGraph();
    const told: unknown[] = [];
    graph.derive('copy', (read) => read.value('A', 'x'));
    graph.totalEffect('copy', (value) => told.push(value));
    graph.track('A', { x: 1 });
    graph.untrack('A');
    graph.track('A', { x: 2 });
    expect(told).toEqual([1, 2]);
    expect(faults.map(({ code }) => code)).toEqual(['GRAPH_UNKNOWN', 'GRAPH_UNKNOWN']);
  });

  it('that reads itself fails as a circle', () => {
    const { graph } = newGraph();
    graph.derive('a', (read) => read.total('b'));
    graph.derive('b', (read) => read.total('a'));
    expect(codeOf(() => graph.total('a'))).toBe('GRAPH_CYCLE');
  });
});

interface Model {
  readonly values: Map<string, number>;
  readonly members: Set<string>;
}

function applyStep(
  graph: ReactiveGraph,
  model: Model,
  kind: string,
  id: string,
  value: number,
): void {
  const { values, members } = model;
  if (kind === 'add') {
    graph.addToGroup('blocks', id);
    graph.addToGroup('whole', id);
    members.add(id);
  } else if (kind === 'remove') {
    graph.removeFromGroup('blocks', id);
    graph.removeFromGroup('whole', id);
    members.delete(id);
  } else if (kind === 'untrack') {
    graph.untrack(id);
    values.delete(id);
  } else {
    if (values.has(id)) graph.update(id, 'value', value);
    else graph.track(id, { value });
    values.set(id, value);
  }
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return isFault(thrown) ? thrown.code : String(thrown);
  }
  return 'nothing thrown';
}

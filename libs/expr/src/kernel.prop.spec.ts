import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Expression } from './expression.ts';
import { infer } from './infer.ts';
import { compileKernel } from './kernel.ts';
import type { Node } from './node.ts';
import { exactTree, inexactCall, NOW, randomRow, SCHEMA } from './random-tree.fixture.ts';
import { columnsOf, emptyColumn, sameValue, valueAt } from './row-columns.fixture.ts';
import { VALUE_TYPES, type Row } from './types.ts';

const RUNS = 1500 * Number(process.env['PROP_RUNS'] ?? 1);

const anyTree: fc.Arbitrary<Node> = fc.oneof(
  ...VALUE_TYPES.map((type) => exactTree(type, 4)),
  inexactCall(2),
);

describe('a compiled kernel', () => {
  it('gives what evaluate gives, for random trees over every function, row by row', () => {
    fc.assert(
      fc.property(anyTree, fc.array(randomRow, { minLength: 1, maxLength: 12 }), (node, rows) => {
        const expression = new Expression(node, infer(node, SCHEMA), SCHEMA);
        const kernel = compileKernel(node, SCHEMA);
        const out = emptyColumn(kernel.type, rows.length);
        kernel.run({ columns: columnsOf(rows, SCHEMA), out, to: rows.length, now: NOW });
        rows.forEach((row, i) => {
          const expected = expression.evaluate(row, { now: NOW });
          const found = valueAt(out, i);
          if (!sameValue(expected, found, 0)) {
            throw new Error(
              `${String(expression)} over ${JSON.stringify(row)}: evaluate ${String(expected)}, kernel ${String(found)}\n${kernel.source}`,
            );
          }
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('runs on a part of the rows and leaves the others alone', () => {
    const expression = new Expression(...built('a'));
    const kernel = expression.compile({ a: 'number' });
    const rows: Row[] = [{ a: 1 }, { a: 2 }, { a: 3 }];
    const out = emptyColumn('number', 3);
    kernel.run({ columns: columnsOf(rows, { a: 'number' }), out, from: 1, to: 2 });
    expect([0, 1, 2].map((i) => valueAt(out, i))).toEqual([null, 2, null]);
  });
});

function built(name: string): [Node, ReturnType<typeof infer>] {
  const node: Node = { kind: 'field', name, depth: 1, size: 1 };
  return [node, infer(node, { [name]: 'number' })];
}

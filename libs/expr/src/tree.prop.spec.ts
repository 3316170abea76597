import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Expression, fromJson, parse } from './expression.ts';
import { infer, inferAt, TypeProblem } from './infer.ts';
import { exactTree, inexactCall, randomRow, SCHEMA, NOW } from './random-tree.fixture.ts';
import { VALUE_TYPES } from './types.ts';

const RUNS = 500 * Number(process.env['PROP_RUNS'] ?? 1);
const anyTree = fc.oneof(...VALUE_TYPES.map((type) => exactTree(type, 4)), inexactCall(2));

describe('a tree', () => {
  it('comes back the same from its JSON form and its JSON text', () => {
    fc.assert(
      fc.property(anyTree, (node) => {
        const expression = new Expression(node, infer(node, SCHEMA), SCHEMA);
        const json = expression.toJson();
        expect(fromJson(json, SCHEMA).toJson()).toEqual(json);
        expect(fromJson(JSON.stringify(json), SCHEMA).toJson()).toEqual(json);
      }),
      { numRuns: RUNS },
    );
  });

  it('comes back the same from its text', () => {
    fc.assert(
      fc.property(anyTree, (node) => {
        const expression = new Expression(node, infer(node, SCHEMA), SCHEMA);
        expect(parse(String(expression), SCHEMA).toJson()).toEqual(expression.toJson());
      }),
      { numRuns: RUNS },
    );
  });

  it('means the same whether its types were declared or told by its use', () => {
    fc.assert(
      fc.property(exactTree('number', 3), randomRow, (node, row) => {
        // Over fields that nobody declared a call with several signatures may take another one.
        const typing = inferAt(node);
        if (typing instanceof TypeProblem) return;
        const open = new Expression(node, typing);
        const declared = new Expression(node, infer(node, SCHEMA), SCHEMA);
        const agrees = [...open.fields].every(
          ([name, type]) => type === undefined || type === SCHEMA[name],
        );
        if (agrees)
          expect(open.evaluate(row, { now: NOW })).toBe(declared.evaluate(row, { now: NOW }));
      }),
      { numRuns: RUNS },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fromJson, type Expression } from './expression.ts';
import { goldenCases, type GoldenCase } from './golden.fixture.ts';
import { columnsOf, emptyColumn, sameValue, valueAt } from './row-columns.fixture.ts';
import { schemaFor } from './sample.ts';
import type { Row, Value } from './types.ts';

const cases = goldenCases(
  readFileSync(new URL('../../../tests/data/golden/expr.json', import.meta.url), 'utf8'),
);
const REFUSED = Symbol('refused');

/** The contexts that a target answers otherwise than expected. */
function failures(answer: (expr: unknown, ctx: Row) => Value): string[] {
  return cases.flatMap(({ id, expr, contexts }) =>
    contexts.flatMap(({ ctx, ours }) => {
      if (ours.free === true) return [];
      const found = attempt(() => answer(expr, ctx));
      const good =
        ours.refused === true
          ? found === REFUSED
          : found !== REFUSED && sameValue(ours.value ?? null, found);
      return good ? [] : [`${id} over ${JSON.stringify(ctx)}: ${String(found)}`];
    }),
  );
}

function attempt(compute: () => Value): Value | typeof REFUSED {
  try {
    return compute();
  } catch {
    return REFUSED;
  }
}

function throughKernel(expr: unknown, ctx: Row): Value {
  const schema = schemaFor(fromJson(expr), [ctx]);
  const kernel = fromJson(expr, schema).compile();
  const types = Object.fromEntries(Object.entries(schema).map(([name, spec]) => [name, spec.type]));
  const out = emptyColumn(kernel.type, 1);
  kernel.run({ columns: columnsOf([ctx], types), out, to: 1 });
  return valueAt(out, 0);
}

/** Cases over declared, moderate, non-zero numbers: what bounds let the SQL leave out. */
function bounded({ expr }: GoldenCase): Expression {
  const untyped = fromJson(expr);
  const schema = Object.fromEntries(
    [...untyped.fields].map(([name, type]) => [
      name,
      { type: type ?? 'number', low: 1, high: 1e6 } as const,
    ]),
  );
  return fromJson(expr, schema);
}

describe('the golden expressions', () => {
  it('are 208, over 650 contexts', () => {
    expect([cases.length, cases.flatMap((one) => one.contexts).length]).toEqual([208, 650]);
  });

  it('are answered as expected by evaluate', () => {
    expect(failures((expr, ctx) => fromJson(expr).evaluate(ctx))).toEqual([]);
  });

  it('are answered as expected by kernels over columns', () => {
    expect(failures(throughKernel)).toEqual([]);
  });

  it('come back exactly from JSON', () => {
    const accepted = cases.filter((one) => attempt(() => (fromJson(one.expr), true)) === true);
    expect(accepted.length).toBeGreaterThan(190);
    for (const { expr } of accepted) expect(fromJson(expr).toJson()).toEqual(expr);
  });

  it('have the reference s SQL, up to casts, for arithmetic on fields', () => {
    const arithmetic = cases.filter((one) => ARITHMETIC.has(one.id));
    expect(arithmetic.length).toBe(ARITHMETIC.size);
    for (const one of arithmetic) {
      const plain = (text: string): string => text.replace(/::\w+/g, '');
      expect(plain(bounded(one).toSql().text)).toBe(plain(one.sql));
    }
  });

  it('have the reference s Pure for arithmetic on fields', () => {
    for (const one of cases.filter((each) => ARITHMETIC.has(each.id) && !each.id.includes('div'))) {
      expect(fromJson(one.expr).toPure({ variable: 'pos' })).toBe(one.pure);
    }
  });
});

const ARITHMETIC = new Set([
  'binop.add_fields',
  'binop.add_const_left',
  'binop.sub_fields',
  'binop.mul_fields',
  'binop.div_fields',
  'binop.nested_arith',
  'binop.precedence_kept',
  'finance.notional',
  'finance.var_1d',
  'finance.fx_pips',
]);

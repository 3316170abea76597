import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { Expression, fromJson, parse } from './expression.ts';
import { goldenCases } from './golden.fixture.ts';
import { infer } from './infer.ts';
import type { Node } from './node.ts';
import { exactTree, inexactCall, NOW, randomRow, SCHEMA } from './random-tree.fixture.ts';
import { sameValue } from './row-columns.fixture.ts';
import { schemaFor } from './sample.ts';
import { VALUE_TYPES, type Row, type Schema, type Value } from './types.ts';

const url = process.env['TICKMESH_TEST_POSTGRES_URL'];
if (url === undefined)
  throw new Error('TICKMESH_TEST_POSTGRES_URL names no database: run npm test');

const RUNS = 700 * Number(process.env['PROP_RUNS'] ?? 1);
const client = new pg.Client({ connectionString: url, database: 'postgres' });

beforeAll(() => client.connect());
afterAll(() => client.end());

/** The values of an expression over rows of jsonb, in one query. */
async function inPostgres(
  expression: Expression,
  rows: readonly Row[],
  schema: Schema,
): Promise<Value[]> {
  const { text, parameters, type } = expression.toSql({ schema, now: NOW, firstParameter: 2 });
  const edge = type === 'timestamp' ? `(extract(epoch from ${text}) * 1000000)::float8` : text;
  const query =
    `SELECT ${edge} AS value FROM (SELECT item AS data, place ` +
    `FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS list(item, place)) AS rows ORDER BY place`;
  const result = await client.query<{ value: Value }>(query, [JSON.stringify(rows), ...parameters]);
  return result.rows.map((row) => row.value);
}

async function agree(node: Node, rows: readonly Row[], tolerance: number): Promise<void> {
  const expression = new Expression(node, infer(node, SCHEMA), SCHEMA);
  const found = await inPostgres(expression, rows, SCHEMA).catch((error: unknown) => {
    throw new Error(
      `${String(expression)}\n${expression.toSql({ schema: SCHEMA, now: NOW }).text}\nover ${JSON.stringify(rows)}`,
      { cause: error },
    );
  });
  rows.forEach((row, i) => {
    const expected = expression.evaluate(row, { now: NOW });
    if (!sameValue(expected, found[i] ?? null, tolerance)) {
      const { text } = expression.toSql({ schema: SCHEMA, now: NOW });
      throw new Error(
        `${String(expression)} over ${JSON.stringify(row)}: evaluate ${String(expected)}, PostgreSQL ${String(found[i])}\n${text}`,
      );
    }
  });
}

const someRows = fc.array(randomRow, { minLength: 1, maxLength: 6 });

describe('generated SQL on PostgreSQL', () => {
  it('gives the golden answers over the golden contexts', async () => {
    const failures: string[] = [];
    for (const { id, expr, contexts } of goldenCases(readFileSync(GOLDEN, 'utf8'))) {
      for (const { ctx, ours } of contexts) {
        if (ours.free === true) continue;
        const found = await answer(expr, ctx);
        const good =
          ours.refused === true
            ? found === REFUSED
            : found !== REFUSED && sameValue(ours.value ?? null, found);
        if (!good)
          failures.push(
            `${id} ${JSON.stringify(ctx)}: ${String(found)}, not ${JSON.stringify(ours)}`,
          );
      }
    }
    expect(failures).toEqual([]);
  });

  it('gives what evaluate gives, for random trees of every type', async () => {
    const trees = fc.oneof(...VALUE_TYPES.map((type) => exactTree(type, 3)));
    await fc.assert(
      fc.asyncProperty(trees, someRows, (node, rows) => agree(node, rows, 1e-12)),
      { numRuns: RUNS },
    );
  });

  it('gives what evaluate gives within the error of the mathematics library, for its functions', async () => {
    await fc.assert(
      fc.asyncProperty(inexactCall(1), someRows, (node, rows) => agree(node, rows, 1e-9)),
      { numRuns: RUNS },
    );
  });
});

/** Options and markets, some of them extreme. */
const option = fc.record({
  right: fc.constantFrom('CALL', 'PUT', 'call'),
  spot: fc.double({ min: 0.5, max: 1000, noNaN: true }),
  moneyness: fc.double({ min: 0.2, max: 5, noNaN: true }),
  years: fc.oneof(fc.double({ min: 0.003, max: 5, noNaN: true }), fc.constantFrom(1e-9, 0, 1000)),
  rate: fc.double({ min: -0.05, max: 0.15, noNaN: true }),
  volatility: fc.oneof(fc.double({ min: 0.05, max: 2, noNaN: true }), fc.constantFrom(1e-6, 100)),
  dividends: fc.double({ min: 0, max: 0.1, noNaN: true }),
});

describe('generated SQL where precision is at stake', () => {
  it('gives the prices and the Greeks of evaluate, within the rounding of what they are made of', async () => {
    const measures = ['price', 'delta', 'gamma', 'theta', 'vega', 'rho'].map(
      (name) => `bs_${name}(right, spot, spot * moneyness, years, rate, volatility, dividends)`,
    );
    const schema: Schema = {
      right: 'string',
      spot: 'number',
      moneyness: 'number',
      years: 'number',
      rate: 'number',
      volatility: 'number',
      dividends: 'number',
    };
    for (const text of measures) {
      const expression = parse(text, schema);
      await fc.assert(
        fc.asyncProperty(fc.array(option, { minLength: 20, maxLength: 20 }), async (rows) => {
          const found = await inPostgres(expression, rows, schema);
          rows.forEach((row, i) => {
            const expected = expression.evaluate(row);
            const value = found[i] ?? null;
            if (expected === null || value === null) {
              expect(value).toBe(expected);
              return;
            }
            // A price is a difference of two parts of the size of spot and strike.
            const scale = Math.max(
              Math.abs(Number(expected)),
              1e-2 * row.spot * Math.max(1, row.moneyness),
            );
            expect(Math.abs(Number(expected) - Number(value)) / scale).toBeLessThan(1e-11);
          });
        }),
        { numRuns: Math.ceil(RUNS / 50) },
      );
    }
  });

  it('rounds to digits by the number itself, where its scaled digits are a tie', async () => {
    const rows = [2.675, 1.005, 1.145, 0.125, 0.375, -2.675, 2.5, 1e22, 5e-324].map((x) => ({ x }));
    const expression = parse('round(x, 2)', { x: 'number' });
    const values = await inPostgres(expression, rows, { x: 'number' });
    expect(values).toEqual([2.67, 1, 1.15, 0.12, 0.38, -2.67, 2.5, 1e22, 0]);
    expect(rows.map((row) => expression.evaluate(row))).toEqual(values);
  });

  it('gives the exact remainder, also where the quotient is rounded up to a whole number', async () => {
    const expression = parse('a % b', { a: 'number', b: 'number' });
    const awkward = [1, -1, 3, 5.5, 0.3, 1e-5, 123456.789, 1e290].flatMap((a) =>
      [0.1, -0.1, 1 / 3, 0.7, 1e-3, 7].map((b) => ({ a, b })),
    );
    const tidy = fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 1000);
    const pair = fc.record({ a: fc.oneof(tidy, fc.double()), b: fc.oneof(tidy, fc.double()) });
    const pairs = [...awkward, ...fc.sample(pair, 2000)];
    const found = await inPostgres(expression, pairs, { a: 'number', b: 'number' });
    expect(expression.evaluate({ a: 1, b: 0.1 })).toBe(0.09999999999999995);
    const wrong = pairs.filter(
      (row, i) => !sameValue(expression.evaluate(row), found[i] ?? null, 0),
    );
    expect(wrong).toEqual([]);
  });

  it('runs the deepest tree that is accepted', async () => {
    const row = { a: 1.0000001 };
    for (const text of [
      Array(100).fill('a').join(' * '),
      `${'a / ('.repeat(98)}a${')'.repeat(98)}`,
      Array(60).fill('a').join(' % '),
    ]) {
      const expression = parse(text, { a: 'number' });
      expect(
        sameValue(
          expression.evaluate(row),
          (await inPostgres(expression, [row], { a: 'number' }))[0] ?? null,
        ),
      ).toBe(true);
    }
  });
});

describe('generated SQL over columns of their own', () => {
  it('reads every type of column, and calls NaN and the infinities null', async () => {
    await client.query(
      `CREATE TEMP TABLE typed (place int, price float8, quantity numeric, symbol text, active boolean, at timestamptz, held bigint)`,
    );
    await client.query(
      `INSERT INTO typed VALUES (1, 2.5, 4, 'BTC', true, '2026-03-01 14:03:59.123456+00', 5000000),
       (2, 'NaN', 1, NULL, NULL, NULL, NULL), (3, '-infinity', 1, '', false, '1970-01-01 00:00:00+00', 0)`,
    );
    const schema: Schema = {
      price: 'number',
      quantity: 'number',
      symbol: 'string',
      active: 'boolean',
      at: 'timestamp',
      held: 'duration',
    };
    const values = async (text: string): Promise<unknown[]> => {
      const sql = parse(text, schema).toSql({ source: { kind: 'columns', table: 'typed' } });
      const result = await client.query<{ value: unknown }>(
        `SELECT ${sql.text} AS value FROM typed ORDER BY place`,
        [...sql.parameters],
      );
      return result.rows.map((row) => row.value);
    };
    expect(await values('price * quantity')).toEqual([10, null, null]);
    expect(await values('price is null')).toEqual([false, true, true]);
    expect(await values('concat(symbol, "!")')).toEqual(['BTC!', null, '!']);
    expect(await values('not active')).toEqual([false, null, true]);
    expect(await values('micros(at)')).toEqual([1_772_373_839_123_456, null, 0]);
    expect(await values('iso(bin(at + held, 1s))')).toEqual([
      '2026-03-01T14:04:04Z',
      null,
      '1970-01-01T00:00:00Z',
    ]);
    expect(await values('at')).toEqual([new Date('2026-03-01T14:03:59.123Z'), null, new Date(0)]);
  });
});

const GOLDEN = new URL('../../../tests/data/golden/expr.json', import.meta.url);
const REFUSED = Symbol('refused');

/** Refused when it is built for the types of the context; PostgreSQL itself must not refuse anything. */
async function answer(expr: unknown, ctx: Row): Promise<Value | typeof REFUSED> {
  let expression: Expression;
  let schema: Schema;
  try {
    schema = schemaFor(fromJson(expr), [ctx]);
    expression = fromJson(expr, schema);
  } catch {
    return REFUSED;
  }
  return (await inPostgres(expression, [ctx], schema))[0] ?? null;
}

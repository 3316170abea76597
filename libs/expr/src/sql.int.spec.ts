import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { Expression, fromJson } from './expression.ts';
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

/**
 * Expressions against plain JavaScript: a kernel against a loop written by hand for the same formula
 * and the same nulls, `evaluate` against a function over the same rows, and the parser against
 * JSON.parse of the same tree. BENCH_ROWS makes it smaller.
 */
import {
  type Column,
  type Expression,
  newColumn,
  parse,
  type Schema,
  TextDictionary,
} from '@tickmesh/expr';
import type { BenchRow } from './row.ts';

const ROWS = Number(process.env['BENCH_ROWS'] ?? 1_000_000);
const SAMPLES = 31;
const WARM_UP = 5;

export function bench(): BenchRow[] {
  const columns = sampleColumns();
  return [
    kernelRow('kernel, (current_price - avg_cost) * quantity', PNL, columns, pnlByHand),
    kernelRow('kernel, branches, nulls and a text', BRANCHY, columns, branchyByHand),
    evaluateRow(columns),
    parseRow(),
  ];
}

const PNL = '(current_price - avg_cost) * quantity';
const BRANCHY =
  'if(side == "SELL" and current_price < limit_price, 0 - quantity, if(limit_price is null, quantity, quantity * sqrt(current_price)))';

interface Columns {
  readonly current_price: Float64Array;
  readonly avg_cost: Float64Array;
  readonly quantity: Float64Array;
  /** A third of it null. */
  readonly limit_price: Float64Array;
  readonly side: Int32Array;
  readonly sides: TextDictionary;
}

const SCHEMA: Schema = {
  current_price: 'number',
  avg_cost: 'number',
  quantity: 'number',
  limit_price: 'number',
  side: 'string',
};

function sampleColumns(): Columns {
  const price = (i: number): number => 100 + ((i * 7919) % 10_007) / 100;
  const sides = new TextDictionary(['BUY', 'SELL']);
  return {
    current_price: Float64Array.from({ length: ROWS }, (_, i) => price(i)),
    avg_cost: Float64Array.from({ length: ROWS }, (_, i) => price(i + 1)),
    quantity: Float64Array.from({ length: ROWS }, (_, i) => ((i * 31) % 1000) - 500),
    limit_price: Float64Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? NaN : price(i + 2))),
    side: Int32Array.from({ length: ROWS }, (_, i) => (i * 13) % 2),
    sides,
  };
}

function pnlByHand(columns: Columns, out: Float64Array): void {
  const { current_price: price, avg_cost: cost, quantity } = columns;
  for (let i = 0; i < out.length; i++) out[i] = (price[i]! - cost[i]!) * quantity[i]!;
}

function branchyByHand(columns: Columns, out: Float64Array): void {
  const { current_price: price, limit_price: limit, quantity, side, sides } = columns;
  const sell = sides.intern('SELL');
  for (let i = 0; i < out.length; i++) {
    const p = price[i]!;
    const l = limit[i]!;
    const q = quantity[i]!;
    if (side[i] === sell && p < l) out[i] = -q;
    else if (l !== l) out[i] = q;
    else out[i] = q * Math.sqrt(p);
  }
}

function kernelRow(
  name: string,
  text: string,
  columns: Columns,
  byHand: (columns: Columns, out: Float64Array) => void,
): BenchRow {
  const kernel = parse(text, SCHEMA).compile();
  const inputs = columnsByName(columns);
  const out = newColumn('number', ROWS);
  const expected = new Float64Array(ROWS);
  const times = timesOf(
    () => {
      kernel.run({ columns: inputs, out, to: ROWS });
    },
    () => {
      byHand(columns, expected);
    },
  );
  const equal = out.values.every((value, i) => Object.is(value + 0, (expected[i] ?? 0) + 0));
  return row(name, 'rows/s', ROWS, times, 'a loop by hand', '>= 0.83 (1.2 times its time)', equal);
}

function columnsByName(columns: Columns): Record<string, Column> {
  const numbers = (['current_price', 'avg_cost', 'quantity', 'limit_price'] as const).map(
    (name) => [name, { type: 'number', values: columns[name] }] as const,
  );
  return {
    ...Object.fromEntries(numbers),
    side: { type: 'string', codes: columns.side, dictionary: columns.sides },
  };
}

function evaluateRow(columns: Columns): BenchRow {
  const count = Math.min(ROWS, 100_000);
  const rows = Array.from({ length: count }, (_, i) => ({
    current_price: columns.current_price[i] ?? 0,
    avg_cost: columns.avg_cost[i] ?? 0,
    quantity: columns.quantity[i] ?? 0,
  }));
  const expression = parse(PNL, SCHEMA) as Expression<'number'>;
  let found = 0;
  let expected = 0;
  const times = timesOf(
    () => {
      let total = 0;
      for (const one of rows) total += expression.evaluate(one) ?? 0;
      found = total;
    },
    () => {
      let total = 0;
      for (const one of rows) total += (one.current_price - one.avg_cost) * one.quantity;
      expected = total;
    },
  );
  return row(
    'evaluate, a row at a time',
    'rows/s',
    count,
    times,
    'plain JavaScript, no null checks',
    'shown',
    found === expected,
  );
}

function parseRow(): BenchRow {
  const count = Math.max(100, Math.min(2_000, ROWS / 500));
  const text = BRANCHY;
  const written = JSON.stringify(parse(text));
  let found = '';
  let expected = '';
  const times = timesOf(
    () => {
      for (let i = 0; i < count; i++) found = JSON.stringify(parse(text));
    },
    () => {
      for (let i = 0; i < count; i++) expected = JSON.stringify(JSON.parse(written));
    },
  );
  return row(
    'parse, check and write as JSON',
    'expressions/s',
    count,
    times,
    'JSON.parse and stringify of the tree',
    'shown',
    found === expected,
  );
}

/** Median milliseconds of both, and the median of their ratios. */
interface Times {
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
}

/**
 * Both take turns, and each turn is a ratio: whatever else the machine does in between falls on both sides
 * of most of them.
 */
function timesOf(ours: () => void, baseline: () => void): Times {
  const turns: { ours: number; baseline: number }[] = [];
  for (let sample = 0; sample < SAMPLES + WARM_UP; sample++) {
    const turn = { ours: millisecondsOf(ours), baseline: millisecondsOf(baseline) };
    if (sample >= WARM_UP) turns.push(turn);
  }
  return {
    ours: median(turns.map((turn) => turn.ours)),
    baseline: median(turns.map((turn) => turn.baseline)),
    ratio: median(turns.map((turn) => turn.baseline / turn.ours)),
  };
}

function millisecondsOf(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function row(
  name: string,
  unit: string,
  count: number,
  times: Times,
  baselineName: string,
  aim: string,
  equal: boolean,
): BenchRow {
  const perSecond = (ms: number): number => Math.round((count / ms) * 1000);
  return {
    name,
    unit,
    ours: perSecond(times.ours),
    baseline: perSecond(times.baseline),
    baselineName,
    ratio: times.ratio,
    aim,
    equal,
  };
}

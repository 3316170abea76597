/**
 * A graph of 10,000 positions with one total: a price changes, its profit and the total follow, an effect
 * is told. Against the bare signals library written by hand, once with the total as one flat computed
 * value, once in the same blocks as ours. BENCH_POSITIONS and BENCH_UPDATES make it smaller.
 */
import { computed, effect, signal } from '@preact/signals-core';
import { parse } from '@tickmesh/expr';
import { ReactiveGraph, sum } from '@tickmesh/reactive';
import type { BenchRow } from './row.ts';

const POSITIONS = Number(process.env['BENCH_POSITIONS'] ?? 10_000);
const UPDATES = Number(process.env['BENCH_UPDATES'] ?? 20_000);
/** The flat total reads every position for each update, so it gets fewer of them. */
const FLAT_UPDATES = Math.ceil(UPDATES / 20);
const SAMPLES = 5;
const BLOCK = 100;

/** A book that takes a price and says what the effect was told last. */
interface Book {
  update(position: number, price: number): void;
  told(): unknown;
}

export function bench(): BenchRow[] {
  return [
    compare('signals, one flat total', bareBook(POSITIONS), FLAT_UPDATES, '>= 1'),
    compare('signals, total in blocks', bareBook(BLOCK), UPDATES, '>= 0.25'),
  ];
}

/** Samples of both take turns, so that whatever else the machine does falls on both. */
function compare(baselineName: string, bare: Book, updates: number, aim: string): BenchRow {
  const graph = graphBook();
  const rates = { ours: [] as number[], baseline: [] as number[] };
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const ours = ratePerSecond(graph, updates, sample);
    const baseline = ratePerSecond(bare, updates, sample);
    // The first one warms up.
    if (sample === 0) continue;
    rates.ours.push(ours);
    rates.baseline.push(baseline);
  }
  const [ours, baseline] = [median(rates.ours), median(rates.baseline)];
  return {
    name: `graph, ${POSITIONS.toLocaleString('en-US')} positions and a total`,
    unit: 'updates/s',
    ours,
    baseline,
    baselineName,
    ratio: ours / baseline,
    aim,
    equal: graph.told() === bare.told(),
  };
}

function ratePerSecond(book: Book, updates: number, sample: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < updates; i++) {
    // A stride prime to the count visits every position before any twice.
    book.update((i * 7919) % POSITIONS, 100 + ((i + sample) % 64) / 64);
  }
  return updates / (Number(process.hrtime.bigint() - start) / 1e9);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? NaN;
}

function graphBook(): Book {
  const graph = new ReactiveGraph({
    onFault: (fault) => {
      throw fault;
    },
  });
  const pnl = parse('(current_price - avg_cost) * quantity');
  const members = Array.from({ length: POSITIONS }, (_, position) => String(position));
  members.forEach((id, position) => {
    graph.track(id, { current_price: 100, avg_cost: 99, quantity: quantityOf(position) });
    graph.computed(id, 'pnl', pnl);
  });
  graph.group('total', { members, value: 'pnl', reduce: sum, isAssociative: true });
  let told: unknown;
  graph.totalEffect('total', (value) => {
    told = value;
  });
  return {
    update: (position, price) => graph.update(members[position] ?? '', 'current_price', price),
    told: () => told,
  };
}

/** @param block positions a part of the total; all of them for a flat one */
function bareBook(block: number): Book {
  const prices = Array.from({ length: POSITIONS }, () => signal(100));
  const profits = prices.map((price, position) => {
    const [cost, quantity] = [signal(99), signal(quantityOf(position))];
    return computed(() => (price.value - cost.value) * quantity.value);
  });
  const parts = Array.from({ length: Math.ceil(POSITIONS / block) }, (_, index) => {
    const members = profits.slice(index * block, (index + 1) * block);
    return computed(() => members.reduce((total, profit) => total + profit.value, 0));
  });
  const total = computed(() => parts.reduce((whole, part) => whole + part.value, 0));
  let told: unknown;
  effect(() => {
    told = total.value;
  });
  return {
    update: (position, price) => {
      const cell = prices[position];
      if (cell !== undefined) cell.value = price;
    },
    told: () => told,
  };
}

/** Whole numbers: with prices in 64ths every sum is exact, so the order of adding cannot show. */
const quantityOf = (position: number): number => (position % 201) - 100;

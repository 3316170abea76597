/** Recorded captures through the broker: what is on the topics equals the known numbers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Delivery, partitionOfKey } from '@tickmesh/bus';
import { TOPICS, type TopicName } from '@tickmesh/contracts';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import { rawFrames, recordedLines, silence } from './support/captures.ts';
import { type TestMesh, drained, openTestMesh } from './support/test-mesh.ts';

interface Golden {
  readonly files: readonly { readonly file: string }[];
  readonly counts: { readonly bookTicker: number };
  readonly ofi_l1: {
    readonly events: number;
    readonly total: string;
    readonly first_10_local_second_windows: Readonly<Record<string, string>>;
    readonly n_windows: number;
  };
  readonly bars_1m_by_exchange_trade_time: Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
}

/** The venue's own quote frame: update id, bid, ask and their sizes. */
interface Quote {
  readonly u: number;
  readonly b: string;
  readonly B: string;
  readonly a: string;
  readonly A: string;
}

const golden = JSON.parse(
  readFileSync(join(REPOSITORY_ROOT, 'tests', 'data', 'golden', 'binance.json'), 'utf8'),
) as Readonly<Record<string, Golden>>;

/** More silence than the longest window and bar. */
const SILENCE_MICROS = 180_000_000;
/** Sizes of Binance have at most eight digits: sums of them are exact in these units. */
const UNITS = 1e8;
const OUTPUTS = ['ticks.v1.raw', 'orderbook.v1.raw', 'market_events', 'ofi_events'] as const;

let mesh: TestMesh;
const outputs = new Map<TopicName, readonly Delivery[]>();

const units = (value: number): bigint => BigInt(Math.round(value * UNITS));

function of<T extends TopicName>(topic: T, exchange: string): Delivery<T>[] {
  const all = (outputs.get(topic) ?? []) as readonly Delivery<T>[];
  return all.filter(({ value }) => (value as { exchange: string }).exchange === exchange);
}

beforeAll(async () => {
  mesh = await openTestMesh('golden');
  const plane = await (await mesh.start('data-plane/main')).ready();
  for (const [runId, { files }] of Object.entries(golden)) {
    const exchange = runId.startsWith('usdm') ? 'BINANCE_USDM' : 'BINANCE';
    const lines = recordedLines(files.map(({ file }) => file));
    const frames = rawFrames({ exchange, symbol: 'BTCUSDT', runId }, lines);
    const last = frames.at(-1);
    if (last !== undefined) frames.push(silence(last, SILENCE_MICROS));
    for (let at = 0; at < frames.length; at += 2_000) {
      await mesh.bus.publisher.publishAll(frames.slice(at, at + 2_000));
    }
  }
  await drained(mesh, 'data-plane', 'market_raw', 100_000);
  expect((await plane.stop()).code).toBe(0);
  // Reading decodes each record by its registered schema and holds it against the rules.
  for (const topic of [...OUTPUTS, 'market_raw'] as const) {
    outputs.set(topic, await mesh.messages(topic));
  }
}, 240_000);

afterAll(async () => {
  await (mesh as TestMesh | undefined)?.close();
});

describe.each(Object.entries(golden))('The capture %s, through the broker', (runId, expected) => {
  const exchange = runId.startsWith('usdm') ? 'BINANCE_USDM' : 'BINANCE';

  it('gives the order-flow imbalance of every second', () => {
    const windows = of('ofi_events', exchange).filter(
      ({ value }) => value.window === '1s' && value.levels === 1,
    );
    const sums = new Map(
      windows.map(({ value }) => [
        String((value.window_start ?? NaN) / 1e6),
        units(value.ofi_raw ?? NaN),
      ]),
    );
    const total = [...sums.values()].reduce((sum, one) => sum + one, 0n);
    const events = windows.reduce((sum, { value }) => sum + (value.event_count ?? NaN), 0);
    expect(windows.length).toBe(sums.size);
    expect([sums.size, events, total]).toEqual([
      expected.ofi_l1.n_windows,
      expected.ofi_l1.events,
      units(Number(expected.ofi_l1.total)),
    ]);
    for (const [second, sum] of Object.entries(expected.ofi_l1.first_10_local_second_windows)) {
      expect([second, sums.get(second)]).toEqual([second, units(Number(sum))]);
    }
  });

  it('gives the bars of every minute', () => {
    const bars = new Map(
      of('market_events', exchange).flatMap(({ value: { bar, timestamp } }) =>
        bar?.bar_duration === '1m' ? [[String(timestamp / 1000 - 60_000), bar] as const] : [],
      ),
    );
    const starts = Object.keys(expected.bars_1m_by_exchange_trade_time);
    expect([...bars.keys()].toSorted()).toEqual(starts.toSorted());
    for (const [start, bar] of Object.entries(expected.bars_1m_by_exchange_trade_time)) {
      const found = bars.get(start);
      expect({
        start,
        ...{ o: found?.open, h: found?.high, l: found?.low, c: found?.close, v: found?.volume },
        ...{
          n: found?.trade_count,
          first_id: found?.first_trade_id,
          last_id: found?.last_trade_id,
        },
      }).toEqual({
        start,
        ...Object.fromEntries(Object.entries(bar).map(([name, value]) => [name, Number(value)])),
      });
    }
  });

  it('gives the quotes of the venue, and books that agree with the quotes of the same update', () => {
    const quotes = new Map<bigint, Quote>();
    const byUpdate = new Map<number, Quote>();
    for (const { offset, value } of of('market_raw', exchange)) {
      if (value.stream?.endsWith('@bookTicker') !== true) continue;
      const { data } = JSON.parse(Buffer.from(value.payload).toString('utf8')) as { data: Quote };
      quotes.set(offset, data);
      byUpdate.set(data.u, data);
    }
    expect(quotes.size).toBe(expected.counts.bookTicker);
    const tickers = of('ticks.v1.raw', exchange).flatMap(({ value, headers }) => {
      const offset = BigInt(headers.source_position?.split('/')[2] ?? -1);
      const quote = quotes.get(offset);
      return quote === undefined ? [] : [{ value, quote }];
    });
    const wrongTickers = tickers.filter(
      ({ value, quote }) =>
        value.bid !== Number(quote.b) ||
        value.bid_size !== Number(quote.B) ||
        value.ask !== Number(quote.a) ||
        value.ask_size !== Number(quote.A),
    );
    expect([tickers.length, wrongTickers.length]).toEqual([expected.counts.bookTicker, 0]);
    const books = of('orderbook.v1.raw', exchange).flatMap(({ value }) => {
      const quote = byUpdate.get(value.update_id);
      return quote === undefined ? [] : [{ value, quote }];
    });
    const wrongBooks = books.filter(
      ({ value: { bids, asks }, quote }) =>
        bids[0]?.price !== Number(quote.b) || asks[0]?.price !== Number(quote.a),
    );
    expect(books.length).toBeGreaterThan(20);
    expect(wrongBooks).toEqual([]);
  });
});

describe('Everything that follows from a capture', () => {
  it('lies on the partition of its market, the same in every topic', () => {
    for (const topic of [...OUTPUTS, 'market_raw'] as const) {
      const wrong = (outputs.get(topic) ?? []).filter(({ key, partition, value }) => {
        const { exchange, symbol } = value as { exchange: string; symbol: string };
        const wanted = partitionOfKey(
          Buffer.from(`${exchange}|${symbol}`),
          TOPICS[topic].partitions,
        );
        return key !== `${exchange}|${symbol}` || partition !== wanted;
      });
      expect([topic, wrong.length]).toEqual([topic, 0]);
    }
  });

  it('has ids of its own, and none of it is a dead letter', async () => {
    for (const topic of OUTPUTS) {
      const ids = (outputs.get(topic) ?? []).map(({ headers }) => headers.event_id);
      expect([topic, ids.length - new Set(ids).size]).toEqual([topic, 0]);
    }
    expect((await mesh.mesh(['dlq', 'list', '--json'])).stdout).toBe('');
  });
});

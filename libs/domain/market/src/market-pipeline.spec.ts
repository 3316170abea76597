import { describe, expect, it } from '@jest/globals';
import {
  depth,
  PERPETUAL,
  quote,
  raw,
  snapshot,
  SPOT,
  START_MICROS as T0,
  trade,
} from './binance-frames.fixture.ts';
import { type MarketFrame, MarketPipeline } from './market-pipeline.ts';
import type { PipelineOptions } from './market-spec.ts';
import type { MarketOutput } from './outbox.ts';

const MILLI = 1_000;
const SECOND = 1_000_000;
const MILLIS0 = T0 / MILLI;

/** A pipeline with a receive clock that the test moves. */
class Feed {
  readonly pipeline: MarketPipeline;
  now = T0;

  constructor(market = SPOT, options: Partial<PipelineOptions> = {}) {
    this.pipeline = new MarketPipeline(market, options);
  }

  send(text: string, more: Partial<MarketFrame> = {}): readonly MarketOutput[] {
    return this.pipeline.onFrame(raw(text, this.now, more));
  }

  /** A fact of the connection after some time. */
  tell(kind: MarketFrame['kind'], afterMicros = 0, connection = 'c1'): readonly MarketOutput[] {
    this.now += afterMicros;
    return this.pipeline.onFrame(raw('', this.now, { kind, connection_id: connection }));
  }

  /** Makes the spot book live at id 10: bid 100.00 x 5, ask 101.00 x 5. */
  sync(): readonly MarketOutput[] {
    return [
      ...this.send(depth({ first: 9, last: 10 })),
      ...this.send(snapshot(9, [[10000, 5]], [[10100, 5]])),
    ];
  }
}

const of = <Kind extends MarketOutput['kind']>(
  outputs: readonly MarketOutput[],
  kind: Kind,
): Extract<MarketOutput, { kind: Kind }>[] =>
  outputs.filter((o): o is Extract<MarketOutput, { kind: Kind }> => o.kind === kind);

const states = (outputs: readonly MarketOutput[]): string[] =>
  of(outputs, 'market_event').flatMap(({ record }) =>
    record.book_status === null ? [] : [`${record.book_status.state} ${record.book_status.reason}`],
  );

const windows = (outputs: readonly MarketOutput[], levels: number, window: string): unknown[] =>
  of(outputs, 'ofi_event')
    .filter(({ record }) => record.levels === levels && record.window === window)
    .map(({ record }) => [record.ofi_raw, record.event_count, record.quality]);

const bars = (outputs: readonly MarketOutput[]) =>
  of(outputs, 'market_event').flatMap(({ record }) => (record.bar === null ? [] : [record.bar]));

describe('A pipeline and its book', () => {
  it('tells every change of state and asks for the snapshot it needs', () => {
    const feed = new Feed();
    const outputs = feed.sync();
    expect(states(outputs)).toEqual([
      'BUFFERING first_update',
      'SNAPSHOT_PENDING first_snapshot',
      'LIVE synchronised',
    ]);
    expect(of(outputs, 'snapshot_wanted')).toMatchObject([{ attempt: 1 }]);
    expect(of(outputs, 'order_book')[0]?.record).toMatchObject({
      update_id: 10,
      bids: [{ price: 100, size: 0.005 }],
      asks: [{ price: 101, size: 0.005 }],
      bid_levels: 1,
      timestamp: T0,
      received_at: T0,
    });
  });

  it('publishes nothing of a book that is not live', () => {
    const feed = new Feed();
    const outputs = [
      ...feed.send(depth({ first: 9, last: 10, bids: [[1, 1]], asks: [[2, 1]] })),
      ...feed.tell('HEARTBEAT', 2 * SECOND),
      ...feed.send(depth({ first: 11, last: 12, bids: [[1, 2]] })),
      ...feed.tell('HEARTBEAT', 2 * SECOND),
    ];
    expect(of(outputs, 'order_book')).toEqual([]);
    expect(of(outputs, 'ofi_event')).toEqual([]);
  });

  it('publishes at most one book an interval, the latest, when the interval is over', () => {
    const feed = new Feed(SPOT, { bookIntervalMicros: 100 * MILLI });
    feed.sync();
    const early = [
      ...feed.send(depth({ first: 11, last: 11, bids: [[9900, 1]] })),
      ...feed.send(depth({ first: 12, last: 12, bids: [[9800, 1]] })),
    ];
    expect(of(early, 'order_book')).toEqual([]);
    const later = feed.tell('HEARTBEAT', 100 * MILLI);
    expect(of(later, 'order_book').map(({ record }) => record.update_id)).toEqual([12]);
    expect(of(feed.tell('HEARTBEAT', 100 * MILLI), 'order_book')).toEqual([]);
  });

  it('does not believe a book whose best levels differ from the quote of the same id', () => {
    const feed = new Feed();
    feed.sync();
    expect(states(feed.send(quote(10, [10000, 5], [10100, 5])))).toEqual([]);
    expect(feed.pipeline.counts.quoteChecks).toBe(1);
    feed.send(depth({ first: 11, last: 11, bids: [[10000, 4]] }));
    const outputs = feed.send(quote(11, [10000, 3], [10100, 5]));
    expect(states(outputs)[0]).toBe('GAP quote_mismatch');
    expect(feed.pipeline.counts.quoteMismatches).toBe(1);
  });

  it('loses the book with its connection, named or not, and not with another', () => {
    const feed = new Feed();
    feed.sync();
    expect(states(feed.tell('DISCONNECTED', 0, 'c9'))).toEqual([]);
    expect(states(feed.tell('DISCONNECTED'))).toEqual(['GAP disconnected']);
    const other = new Feed();
    other.sync();
    const outputs = other.send(depth({ first: 11, last: 11 }), { connection_id: 'c2' });
    expect(states(outputs).slice(0, 2)).toEqual(['GAP disconnected', 'BUFFERING first_update']);
  });

  it('is stale after silence, by heartbeats alone', () => {
    const feed = new Feed();
    feed.sync();
    expect(states(feed.tell('HEARTBEAT', 10 * SECOND + 1))).toEqual(['STALE silent']);
    expect(states(feed.send(depth({ first: 11, last: 11 })))).toEqual(['LIVE resumed']);
  });

  it('halts and resumes by command', () => {
    const feed = new Feed();
    feed.sync();
    expect(states(feed.pipeline.halt('venue_halt'))).toEqual(['HALTED venue_halt']);
    expect(feed.pipeline.bookState).toBe('HALTED');
    expect(states(feed.pipeline.resume('venue_open'))).toEqual(['INIT venue_open']);
  });

  it('tells when the venue is about to close the connection', () => {
    const outputs = new Feed().send('{"e":"serverShutdown","E":1770123456789}');
    expect(outputs).toEqual([{ kind: 'server_shutdown', connectionId: 'c1' }]);
  });
});

describe('A pipeline and its quotes', () => {
  it('makes a ticker and a tick of every quote and every trade', () => {
    const feed = new Feed();
    feed.sync();
    const first = feed.send(quote(11, [10000, 5], [10100, 7]));
    expect(of(first, 'ticker')[0]?.record).toMatchObject({
      bid: 100,
      bid_size: 0.005,
      ask: 101,
      ask_size: 0.007,
      last: null,
      last_side: null,
      trade_id: null,
      update_id: 11,
    });
    const second = feed.send(trade({ id: 5, cents: 10100, size: 2, tradeMillis: MILLIS0 + 3 }));
    expect(of(second, 'ticker')[0]?.record).toMatchObject({
      bid: 100,
      last: 101,
      last_size: 0.002,
      last_side: 'BUY',
      trade_id: 5,
      update_id: null,
      timestamp: T0 + 3 * MILLI,
    });
    expect(of(second, 'market_event')[0]?.record.tick).toMatchObject({ ask: 101, last: 101 });
  });

  it('gives a quote without time the latest venue time of its connection, never backwards', () => {
    const feed = new Feed();
    const stamp = (update: number, connection: string): number | undefined =>
      of(feed.send(quote(update, [1, 1], [2, 1]), { connection_id: connection }), 'ticker')[0]
        ?.record.timestamp;
    feed.send(depth({ first: 1, last: 1, millis: MILLIS0 + 50 }));
    expect(stamp(1, 'c1')).toBe(T0 + 50 * MILLI);
    feed.send(depth({ first: 2, last: 2, millis: MILLIS0 + 20 }));
    expect(stamp(2, 'c1')).toBe(T0 + 50 * MILLI);
    expect(stamp(3, 'c2')).toBe(T0 + 50 * MILLI);
    feed.send(depth({ first: 3, last: 3, millis: MILLIS0 + 90 }));
    expect(stamp(4, 'c2')).toBe(T0 + 50 * MILLI);
    expect(stamp(5, 'c1')).toBe(T0 + 90 * MILLI);
  });

  it('publishes no quote while no venue time is known, rather than pass ours for it', () => {
    const feed = new Feed();
    expect(feed.send(quote(1, [10000, 5], [10100, 5]))).toEqual([]);
    expect(feed.pipeline.counts.untimed).toBe(1);
  });

  it('leaves out a quote that comes again', () => {
    const feed = new Feed(PERPETUAL);
    feed.send(quote(1, [10000, 5], [10100, 5], MILLIS0));
    expect(feed.send(quote(1, [10000, 9], [10100, 5], MILLIS0))).toEqual([]);
    expect(feed.pipeline.counts.quotesRepeated).toBe(1);
  });

  it('makes no tick of a crossed or one-sided quote', () => {
    const feed = new Feed(PERPETUAL);
    const crossed = feed.send(quote(1, [10200, 5], [10100, 5], MILLIS0));
    const oneSided = feed.send(quote(2, [0, 0], [10100, 5], MILLIS0));
    expect(crossed.map(({ kind }) => kind)).toEqual(['ticker']);
    expect(of(oneSided, 'ticker')[0]?.record).toMatchObject({
      bid: null,
      bid_size: null,
      ask: 101,
    });
    expect(feed.pipeline.counts.quotesCrossed).toBe(1);
  });

  it('takes quotes from the book when that is the source, and then from nowhere else', () => {
    const feed = new Feed(SPOT, { quoteSource: 'book' });
    const first = feed.sync();
    expect(of(first, 'ticker').map(({ record }) => record.bid_size)).toEqual([0.005]);
    expect(of(feed.send(quote(10, [10000, 5], [10100, 5])), 'ticker')).toEqual([]);
    const next = feed.send(depth({ first: 11, last: 11, bids: [[10000, 8]] }));
    expect(of(next, 'ticker').map(({ record }) => record.bid_size)).toEqual([0.008]);
    expect(of(feed.send(depth({ first: 12, last: 12, bids: [[9000, 8]] })), 'ticker')).toEqual([]);
  });
});

describe('A pipeline and order-flow imbalance', () => {
  it('counts level 1 from the quotes and ten levels from the book, apart', () => {
    const feed = new Feed();
    feed.sync();
    feed.now = T0 + SECOND;
    feed.send(quote(11, [10000, 5], [10100, 5]));
    feed.send(quote(12, [10000, 8], [10100, 5]));
    feed.send(depth({ first: 11, last: 12, bids: [[10000, 8], [9900, 4]] })); // prettier-ignore
    feed.send(depth({ first: 13, last: 13, bids: [[9900, 1]] }));
    const outputs = feed.tell('HEARTBEAT', SECOND);
    expect(windows(outputs, 1, '1s')).toEqual([[0.003, 1, 'good']]);
    expect(windows(outputs, 10, '1s')).toEqual([[0, 2, 'good']]);
  });

  it('is degraded in every window in which the book was not live', () => {
    const feed = new Feed();
    feed.send(depth({ first: 9, last: 10 }));
    feed.send(quote(1, [10000, 5], [10100, 5]));
    feed.send(quote(2, [10000, 6], [10100, 5]));
    feed.now += 300 * MILLI;
    const during = feed.send(snapshot(9, [[10000, 5]], [[10100, 5]]));
    feed.now += 300 * MILLI;
    feed.send(quote(12, [10000, 7], [10100, 5]));
    const after = feed.tell('HEARTBEAT', SECOND);
    expect(windows(during, 1, '100ms')).toEqual([[0.001, 1, 'degraded']]);
    expect(windows(after, 1, '100ms')).toEqual([[0.001, 1, 'good']]);
    expect(windows(after, 1, '1s')).toEqual([[0.002, 2, 'degraded']]);
  });

  it('has no contribution from the first state after a resync', () => {
    const feed = new Feed();
    feed.sync();
    feed.send(quote(11, [10000, 5], [10100, 5]));
    feed.now += 40 * SECOND;
    feed.send(depth({ first: 50, last: 51 }));
    feed.send(snapshot(50, [[9000, 5]], [[9100, 5]]));
    feed.now += SECOND;
    feed.send(quote(52, [9000, 4], [9100, 5]));
    feed.send(quote(53, [9000, 5], [9100, 5]));
    const outputs = feed.tell('HEARTBEAT', SECOND);
    expect(windows(outputs, 1, '1s')).toEqual([[0.001, 1, 'good']]);
  });

  it('has no contribution across the gap of a book either: quotes may be missing too', () => {
    const feed = new Feed();
    feed.sync();
    feed.send(quote(11, [10000, 5], [10100, 5]));
    feed.now += SECOND;
    feed.send(depth({ first: 50, last: 51 }));
    feed.send(quote(52, [9000, 4], [9100, 5]));
    feed.send(quote(53, [9000, 6], [9100, 5]));
    const outputs = feed.tell('HEARTBEAT', SECOND);
    expect(windows(outputs, 1, '1s')).toEqual([[0.002, 1, 'degraded']]);
  });

  it('has no contribution across a reconnect of the quotes', () => {
    const feed = new Feed();
    feed.sync();
    feed.now += SECOND;
    feed.send(quote(11, [10000, 5], [10100, 5]));
    feed.send(quote(7, [10000, 50], [10100, 5]), { connection_id: 'c2' });
    feed.send(quote(8, [10000, 51], [10100, 5]), { connection_id: 'c2' });
    expect(windows(feed.tell('HEARTBEAT', SECOND), 1, '1s')).toEqual([[0.001, 1, 'degraded']]);
  });
});

describe('A pipeline and its trades', () => {
  const print = (id: number, millis: number, cents = 10000): string =>
    trade({ id, cents, size: 1000, tradeMillis: MILLIS0 + millis });

  it('closes bars by venue time, and revises one for a trade that was missing', () => {
    const feed = new Feed(SPOT, {
      bars: { durations: ['1s'], latenessMicros: 100 * MILLI, revisableMax: 10 },
    });
    feed.send(print(1, 0));
    feed.send(print(3, 900, 12000));
    const closed = feed.send(print(4, 1100));
    expect(bars(closed)).toMatchObject([
      { open: 100, close: 120, volume: 2, trade_count: 2, revision: 0, final: true },
    ]);
    expect(of(closed, 'market_event')[0]?.record).toMatchObject({
      timestamp: T0 + SECOND,
      data_quality: { completeness_score: 2 / 3 },
    });
    expect(feed.pipeline.counts.tradesMissing).toBe(1);
    const revised = feed.send(print(2, 950, 9000));
    expect(bars(revised)).toMatchObject([{ close: 90, low: 90, volume: 3, revision: 1 }]);
    expect(of(revised, 'ticker')).toEqual([]);
    expect(feed.send(print(2, 950, 9000))).toEqual([]);
    expect(feed.pipeline.counts).toMatchObject({ tradesMissing: 0, tradesRepeated: 1 });
  });

  it('closes bars on silence, by the receive clock', () => {
    const feed = new Feed();
    feed.send(print(1, 0));
    expect(bars(feed.tell('HEARTBEAT', 3 * SECOND))).toEqual([]);
    expect(bars(feed.tell('HEARTBEAT', 500 * MILLI))).toMatchObject([{ bar_duration: '1s' }]);
  });

  it('takes no print into bars that is no market trade, nor the aggregates of the same trades', () => {
    const feed = new Feed(PERPETUAL);
    feed.send(
      trade({ id: 1, cents: 1, size: 1, tradeMillis: MILLIS0, execution: 'INSURANCE_FUND' }),
    );
    feed.send(trade({ id: 2, cents: 5, size: 1, tradeMillis: MILLIS0, execution: 'MARKET' }));
    feed.send(print(9, 0).replace('"trade"', '"aggTrade"').replace('"t":', '"a":'));
    expect(bars(feed.tell('HEARTBEAT', 9 * SECOND))).toMatchObject([{ trade_count: 1, low: 0.05 }]);
  });

  it('does not believe a trade from the far future, nor lets it close bars', () => {
    const feed = new Feed();
    feed.send(print(1, 0));
    expect(bars(feed.send(print(2, 86_400_000)))).toEqual([]);
    expect(feed.pipeline.counts.timesRefused).toBe(1);
    expect(bars(feed.send(print(2, 10)))).toEqual([]);
    const verdicts = of(feed.tell('HEARTBEAT', 9 * SECOND), 'quality');
    expect(verdicts).toEqual([]);
  });

  it('moves the times of a shifted run, and only them', () => {
    const feed = new Feed(SPOT, { source: 'replay' });
    const outputs = feed.pipeline.onFrame(
      raw(quote(1, [10000, 5], [10100, 5], MILLIS0 - 7_200_000), T0, {
        time_shift_micros: 7_200_000 * MILLI,
      }),
    );
    expect(of(outputs, 'ticker')[0]?.record).toMatchObject({ timestamp: T0, received_at: T0 });
  });
});

describe('A pipeline and frames it cannot use', () => {
  it('changes nothing for a frame that cannot be read or is of another market', () => {
    const feed = new Feed();
    feed.sync();
    const before = feed.pipeline.snapshot();
    const other = depth({ first: 11, last: 12 }).replace('BTCUSDT', 'ETHUSDT');
    feed.now += 5 * SECOND;
    for (const text of ['', '{', '{"e":"kline"}', other]) {
      expect(() => feed.send(text)).toThrow('The venue frame cannot be read');
    }
    expect(() => feed.send('', { kind: 'UNKNOWN' })).toThrow('known kind');
    expect(feed.pipeline.snapshot()).toEqual(before);
  });

  it('tells a verdict when it changes, once', () => {
    const feed = new Feed();
    feed.send(quote(1, [1, 1], [2, 1], MILLIS0 + 5000));
    const outputs = [
      ...feed.tell('HEARTBEAT', SECOND),
      ...feed.tell('HEARTBEAT', SECOND),
      ...feed.tell('HEARTBEAT', SECOND),
    ];
    expect(of(outputs, 'quality').map(({ verdict }) => [verdict.gate, verdict.passed])).toEqual([
      ['clock_skew', false],
    ]);
    expect(feed.pipeline.verdicts().map(({ gate }) => gate)).toEqual([
      'completeness',
      'freshness',
      'clock_skew',
      'future_time',
    ]);
  });

  it('refuses an exchange that nobody can read', () => {
    expect(() => new MarketPipeline({ ...SPOT, exchange: 'NYSE' })).toThrow('NYSE');
  });

  it('restores no state of another market, other options, or too few bytes', () => {
    const feed = new Feed();
    feed.sync();
    const state = feed.pipeline.snapshot();
    expect(() => new MarketPipeline(PERPETUAL).restore(state)).toThrow('checkpoint');
    expect(() => new MarketPipeline(SPOT, { ofiLevels: 5 }).restore(state)).toThrow('checkpoint');
    expect(() => new MarketPipeline(SPOT).restore(state.subarray(0, -1))).toThrow('checkpoint');
    expect(() => new MarketPipeline(SPOT).restore(new Uint8Array(state.length + 8))).toThrow(
      'checkpoint',
    );
  });
});

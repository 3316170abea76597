import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StateReader, StateWriter } from './state-bytes.ts';
import { type ClosedBar, TradeBars } from './trade-bars.ts';
import { TradeIds } from './trade-ids.ts';
import type { TradeFrame } from './venue-frames.ts';

const SECOND = 1_000_000;

const print = (tradeId: number, tradeMicros: number, price: number, size: number): TradeFrame => ({
  kind: 'trade',
  symbol: 'X',
  venueMicros: tradeMicros,
  tradeMicros,
  tradeId,
  aggregate: false,
  price,
  size,
  aggressor: 'BUY',
  market: true,
});

/** Trades with contiguous ids whose times do not fall. */
const tape = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constant(0), fc.nat(3 * SECOND)),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 9 }),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let micros = 1000 * SECOND;
    return steps.map(([gap, price, size], i) => print(100 + i, (micros += gap), price, size));
  });

const fresh = (more: { latenessMicros?: number; revisableMax?: number } = {}): TradeBars =>
  new TradeBars({ durations: ['1s', '1m'], latenessMicros: 0, revisableMax: 1000, ...more });

/** Each bar from all trades at once. */
function recompute(trades: readonly TradeFrame[], width: number): Map<number, unknown> {
  const groups = new Map<number, TradeFrame[]>();
  for (const trade of trades) {
    const start = Math.floor(trade.tradeMicros / width) * width;
    groups.set(start, [...(groups.get(start) ?? []), trade]);
  }
  const bars = [...groups].map(([start, group]) => {
    const sorted = group.toSorted((l, r) => l.tradeMicros - r.tradeMicros || l.tradeId - r.tradeId);
    const prices = sorted.map(({ price }) => price);
    const bar = {
      startMicros: start,
      open: prices[0],
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1),
      volume: sorted.reduce((sum, { size }) => sum + size, 0),
      tradeCount: sorted.length,
      firstTradeId: sorted[0]?.tradeId,
      lastTradeId: sorted.at(-1)?.tradeId,
    };
    return [start, bar] as const;
  });
  return new Map(bars.sort(([left], [right]) => left - right));
}

/** The last word on each bar. */
function latest(closed: readonly ClosedBar[], duration: string): Map<number, unknown> {
  const bars = new Map<number, unknown>();
  for (const { duration: of, endMicros, revision, ...bar } of closed) {
    if (of !== duration) continue;
    expect(endMicros).toBeGreaterThan(bar.startMicros);
    expect(revision).toBeGreaterThanOrEqual(0);
    bars.set(bar.startMicros, bar);
  }
  return new Map([...bars].sort(([left], [right]) => left - right));
}

function play(bars: TradeBars, trades: readonly TradeFrame[]): ClosedBar[] {
  const closed: ClosedBar[] = [];
  for (const trade of trades) {
    bars.add(trade, closed);
    bars.advance(trade.tradeMicros, closed);
  }
  return closed;
}

function finish(bars: TradeBars): ClosedBar[] {
  const closed: ClosedBar[] = [];
  bars.advance(1e15, closed);
  return closed;
}

describe('Laws of bars', () => {
  it('in any order of arrival the last revisions are the bars of all trades', () => {
    fc.assert(
      fc.property(
        tape.chain((trades) => fc.shuffledSubarray(trades, { minLength: trades.length })),
        (shuffled) => {
          const bars = fresh();
          const closed = [...play(bars, shuffled), ...finish(bars)];
          expect(latest(closed, '1s')).toEqual(recompute(shuffled, SECOND));
          expect(latest(closed, '1m')).toEqual(recompute(shuffled, 60 * SECOND));
          expect(bars.tooLate).toBe(0);
        },
      ),
    );
  });

  it('in order each bar is published once, low and high enclose open and close, ids are contiguous', () => {
    fc.assert(
      fc.property(tape, (trades) => {
        const bars = fresh();
        const closed = [...play(bars, trades), ...finish(bars)];
        const keys = closed.map((bar) => `${bar.duration} ${bar.startMicros}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const bar of closed) {
          expect(bar.revision).toBe(0);
          expect(bar.low).toBeLessThanOrEqual(Math.min(bar.open, bar.close));
          expect(bar.high).toBeGreaterThanOrEqual(Math.max(bar.open, bar.close));
          expect(bar.lastTradeId - bar.firstTradeId + 1).toBe(bar.tradeCount);
        }
        for (const duration of ['1s', '1m']) {
          const volume = closed
            .filter((bar) => bar.duration === duration)
            .reduce((sum, bar) => sum + bar.volume, 0);
          expect(volume).toBe(trades.reduce((sum, { size }) => sum + size, 0));
        }
      }),
    );
  });

  it('revisions of a bar count up from 0 without a gap', () => {
    fc.assert(
      fc.property(
        tape.chain((trades) => fc.shuffledSubarray(trades, { minLength: trades.length })),
        (shuffled) => {
          const bars = fresh();
          const next = new Map<string, number>();
          for (const bar of [...play(bars, shuffled), ...finish(bars)]) {
            const key = `${bar.duration} ${bar.startMicros}`;
            expect(bar.revision).toBe(next.get(key) ?? 0);
            next.set(key, bar.revision + 1);
          }
        },
      ),
    );
  });

  it('saved anywhere and restored, they go on as if nothing had happened', () => {
    fc.assert(
      fc.property(
        tape.chain((trades) => fc.shuffledSubarray(trades, { minLength: trades.length })),
        fc.nat(),
        (trades, place) => {
          const cut = place % trades.length;
          const whole = fresh({ revisableMax: 5 });
          const expected = [...play(whole, trades), ...finish(whole)];
          const first = fresh({ revisableMax: 5 });
          const before = play(first, trades.slice(0, cut));
          const out = new StateWriter();
          first.save(out);
          const second = fresh({ revisableMax: 5 });
          second.load(new StateReader(out.finish()));
          const after = [...play(second, trades.slice(cut)), ...finish(second)];
          expect([...before, ...after]).toEqual(expected);
          expect(second.tooLate).toBe(whole.tooLate);
        },
      ),
    );
  });
});

describe('A bar', () => {
  it('holds its start and not its end', () => {
    const bars = fresh();
    const closed = play(bars, [
      print(1, 5 * SECOND, 10, 1),
      print(2, 6 * SECOND - 1, 11, 1),
      print(3, 6 * SECOND, 12, 1),
    ]);
    expect(closed).toMatchObject([{ duration: '1s', open: 10, close: 11, endMicros: 6 * SECOND }]);
  });

  it('is closed when the watermark, not the clock, passes its end', () => {
    const bars = fresh({ latenessMicros: 300 });
    const closed: ClosedBar[] = [];
    bars.add(print(1, 5 * SECOND, 10, 1), closed);
    bars.advance(6 * SECOND + 299, closed);
    expect(closed).toEqual([]);
    bars.advance(6 * SECOND + 300, closed);
    expect(closed).toHaveLength(1);
  });

  it('cannot be revised once it is given up, and the trade is counted', () => {
    const bars = fresh({ revisableMax: 1 });
    const closed = play(
      bars,
      [1, 2, 3, 4].map((i) => print(i, i * SECOND, 10, 1)),
    );
    closed.length = 0;
    bars.add(print(9, 3 * SECOND + 1, 30, 1), closed);
    expect(closed).toMatchObject([{ duration: '1s', close: 30, revision: 1 }]);
    bars.add(print(10, 1 * SECOND + 1, 99, 1), closed);
    expect(closed).toHaveLength(1);
    expect(bars.tooLate).toBe(1);
  });

  it('has a duration that the contract names', () => {
    const options = { durations: ['7s'], latenessMicros: 0, revisableMax: 1 };
    expect(() => new TradeBars(options)).toThrow('7s');
  });
});

describe('Trade ids', () => {
  it('tell new, late and repeated trades apart, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 120 }), (ids) => {
        const trades = new TradeIds();
        const seen = new Set<number>();
        let highest = -1;
        for (const id of ids) {
          const expected = seen.has(id) ? 'duplicate' : id > highest ? 'new' : 'late';
          expect(trades.observe(id)).toBe(expected);
          seen.add(id);
          highest = Math.max(highest, id);
        }
        if (ids.length === 0) return;
        const first = ids[0]!;
        const missing = Array.from({ length: highest + 1 }, (_, id) => id);
        expect(trades.missing).toBe(missing.filter((id) => id > first && !seen.has(id)).length);
        expect(trades.duplicates).toBe(ids.length - seen.size);
      }),
    );
  });

  it('keep a bounded list of what is missing', () => {
    const trades = new TradeIds(2);
    for (let id = 0; id <= 20; id += 2) trades.observe(id);
    expect(trades.observe(19)).toBe('late');
    expect(trades.observe(17)).toBe('late');
    expect(trades.observe(3)).toBe('duplicate');
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ClosedWindow, OfiWindows, windowSpecOf } from './ofi-windows.ts';
import { StateReader, StateWriter } from './state-bytes.ts';

const MILLI = 1_000;

/** Events at milliseconds, each of an imbalance, through windows; the clock passes before each. */
function play(
  windows: OfiWindows,
  events: readonly (readonly [millis: number, imbalance: number])[],
): ClosedWindow[] {
  const closed: ClosedWindow[] = [];
  for (const [millis, imbalance] of events) {
    windows.advance(millis * MILLI, closed);
    windows.add(imbalance, 20, 1, millis * MILLI, closed);
  }
  return closed;
}

const named = (closed: readonly ClosedWindow[], name: string): ClosedWindow[] =>
  closed.filter(({ window }) => window === name);

const finish = (windows: OfiWindows, millis: number): ClosedWindow[] => {
  const closed: ClosedWindow[] = [];
  windows.advance(millis * MILLI, closed);
  return closed;
};

describe('Windows of order-flow imbalance', () => {
  it('are named by their length in time or events', () => {
    expect(windowSpecOf('100ms')).toEqual({ name: '100ms', widthMicros: 100_000, events: 0 });
    expect(windowSpecOf('60s').widthMicros).toBe(60_000_000);
    expect(windowSpecOf('50e')).toEqual({ name: '50e', widthMicros: 0, events: 50 });
    for (const bad of ['', '0s', '1h', '-5s', '1.5s']) expect(() => windowSpecOf(bad)).toThrow();
  });

  it('must be multiples of the narrowest', () => {
    expect(() => new OfiWindows(['100ms', '250ms'], 10)).toThrow('multiple of 100ms');
  });

  it('tumble by the receive clock and are keyed by their start', () => {
    const windows = new OfiWindows(['100ms', '1s'], 10);
    const closed = [
      ...play(windows, [
        [1000, 5],
        [1099, 1],
        [1100, 2],
        [1350, -4],
        [2000, 7],
      ]),
      ...finish(windows, 9000),
    ];
    expect(named(closed, '100ms').map((w) => [w.startMicros / MILLI, w.sumUnits])).toEqual([
      [1000, 6],
      [1100, 2],
      [1300, -4],
      [2000, 7],
    ]);
    expect(
      named(closed, '1s').map((w) => [w.startMicros / MILLI, w.sumUnits, w.eventCount]),
    ).toEqual([
      [1000, 4, 4],
      [2000, 7, 1],
    ]);
  });

  it('close by the clock alone, the narrow one before the wide one', () => {
    const windows = new OfiWindows(['1s', '100ms'], 10);
    play(windows, [[1950, 5]]);
    expect(finish(windows, 1999)).toEqual([]);
    expect(finish(windows, 2000).map(({ window }) => window)).toEqual(['100ms', '1s']);
    expect(finish(windows, 90_000)).toEqual([]);
  });

  it('of events close with the event that fills them', () => {
    const windows = new OfiWindows(['2e'], 10);
    const closed = play(windows, [
      [1, 5],
      [2, 1],
      [3, 7],
    ]);
    expect(closed).toHaveLength(1);
    expect(closed[0]).toMatchObject({ startMicros: 1000, sumUnits: 6, eventCount: 2 });
  });

  it('give the mean depth of a side over events and levels', () => {
    const windows = new OfiWindows(['1s'], 10);
    const closed: ClosedWindow[] = [];
    windows.add(1, 60, 3, 0, closed);
    windows.add(1, 20, 1, 0, closed);
    windows.advance(1_000_000, closed);
    expect(closed[0]?.meanDepthUnits).toBe(10);
  });

  it('take z against the past windows without the new one, and 0 until there are two', () => {
    const windows = new OfiWindows(['1s'], 3);
    const sums = [4, 8, 12, 100, -6];
    const closed = [
      ...play(
        windows,
        sums.map((sum, i) => [i * 1000, sum] as const),
      ),
      ...finish(windows, 9000),
    ];
    expect(closed.map((w) => w.zScore)).toEqual([
      0,
      0,
      (12 - 6) / 2,
      (100 - 8) / Math.sqrt(32 / 3),
      (-6 - 40) / Math.sqrt(((8 - 40) ** 2 + (12 - 40) ** 2 + (100 - 40) ** 2) / 3),
    ]);
    expect(closed[1]).toMatchObject({ pastMean: null, pastDeviation: null });
    expect(closed[2]).toMatchObject({ pastMean: 6, pastDeviation: 2 });
  });

  it('give z 0 while the past does not vary', () => {
    const windows = new OfiWindows(['1s'], 5);
    const closed = play(
      windows,
      [5, 5, 9, 1].map((sum, i) => [i * 1000, sum] as const),
    );
    expect(closed[2]).toMatchObject({ sumUnits: 9, zScore: 0, pastDeviation: 0 });
  });

  it('are degraded when the source was not good inside them, and are then no part of the past', () => {
    const windows = new OfiWindows(['1s'], 5);
    const closed = play(windows, [
      [0, 1],
      [1000, 3],
    ]);
    windows.markBad(1500 * MILLI);
    closed.push(...play(windows, [[2000, 1000], [3000, 5], [4000, 0]])); // prettier-ignore
    expect(closed.map(({ good }) => good)).toEqual([true, false, true, true]);
    expect(closed[3]).toMatchObject({ sumUnits: 5, pastMean: (1 + 1000) / 2 });
  });
});

describe('Laws of the windows', () => {
  const events = fc
    .array(fc.tuple(fc.nat(700), fc.integer({ min: -1000, max: 1000 })), { maxLength: 80 })
    .map((steps) => {
      let millis = 0;
      return steps.map(([gap, imbalance]) => [(millis += gap), imbalance] as const);
    });

  it('wide windows are the sums of the narrow ones inside them, and all hold every event once', () => {
    fc.assert(
      fc.property(events, (list) => {
        const windows = new OfiWindows(['100ms', '1s', '10s', '1e'], 10);
        const closed = [...play(windows, list), ...finish(windows, 1_000_000)];
        const naive = (width: number): unknown => {
          const sums = new Map<number, number>();
          for (const [millis, imbalance] of list) {
            const start = Math.floor(millis / width) * width * MILLI;
            sums.set(start, (sums.get(start) ?? 0) + imbalance);
          }
          return [...sums];
        };
        for (const [name, width] of [
          ['100ms', 100],
          ['1s', 1000],
          ['10s', 10_000],
        ] as const) {
          // prettier-ignore
          expect(named(closed, name).map((w) => [w.startMicros, w.sumUnits])).toEqual(naive(width));
        }
        expect(named(closed, '1e').map((w) => w.sumUnits)).toEqual(list.map(([, e]) => e));
      }),
    );
  });

  it('saved anywhere and restored, they go on as if nothing had happened', () => {
    fc.assert(
      fc.property(events, fc.nat(), (list, place) => {
        const names = ['100ms', '1s', '10s', '3e'];
        const cut = list.length === 0 ? 0 : place % list.length;
        const whole = new OfiWindows(names, 4);
        const expected = [...play(whole, list), ...finish(whole, 1_000_000)];
        const first = new OfiWindows(names, 4);
        const before = play(first, list.slice(0, cut));
        const out = new StateWriter();
        first.save(out);
        const second = new OfiWindows(names, 4);
        second.load(new StateReader(out.finish()));
        const after = [...play(second, list.slice(cut)), ...finish(second, 1_000_000)];
        expect([...before, ...after]).toEqual(expected);
      }),
    );
  });
});

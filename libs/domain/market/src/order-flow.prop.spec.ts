import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Book } from './book.ts';
import { askFlow, bidFlow, OrderFlow } from './order-flow.ts';
import type { LevelList } from './venue-frames.ts';

interface Quote {
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

const size = fc.integer({ min: 1, max: 1000 });
const quote: fc.Arbitrary<Quote> = fc
  .tuple(fc.integer({ min: 90, max: 110 }), size, fc.integer({ min: 1, max: 4 }), size)
  .map(([bid, bidSize, spread, askSize]) => ({ bid, bidSize, ask: bid + spread, askSize }));
const quotes = fc.array(quote, { minLength: 2, maxLength: 40 });

/** The paper's formula as it is printed (Cont, Kukanov and Stoikov 2014, equation 1). */
function printed(before: Quote, now: Quote): number {
  return (
    (now.bid >= before.bid ? now.bidSize : 0) -
    (now.bid <= before.bid ? before.bidSize : 0) -
    (now.ask <= before.ask ? now.askSize : 0) +
    (now.ask >= before.ask ? before.askSize : 0)
  );
}

function flowsOf(states: readonly Quote[]): number[] {
  const flow = new OrderFlow(1);
  return states.flatMap(({ bid, bidSize, ask, askSize }) =>
    flow.onQuote(bid, bidSize, ask, askSize) ? [flow.imbalance] : [],
  );
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

const one = (rows: readonly (readonly [number, number])[]): LevelList => ({
  count: rows.length,
  prices: Float64Array.from(rows, ([p]) => p),
  sizes: Float64Array.from(rows, ([, s]) => s),
});

describe('Order flow at the best quotes', () => {
  it('is the printed formula', () => {
    fc.assert(
      fc.property(quotes, (states) => {
        const expected = states.slice(1).map((now, i) => printed(states[i]!, now));
        expect(sum(flowsOf(states))).toBe(sum(expected));
      }),
    );
  });

  it('adds up: the flow over two stretches is the flow over both', () => {
    fc.assert(
      fc.property(quotes, fc.nat(), (states, place) => {
        const cut = 1 + (place % (states.length - 1));
        const parts = sum(flowsOf(states.slice(0, cut))) + sum(flowsOf(states.slice(cut - 1)));
        expect(sum(flowsOf(states))).toBe(parts);
      }),
    );
  });

  it('has no event where nothing changes', () => {
    fc.assert(
      fc.property(quotes, fc.nat(), (states, place) => {
        const at = place % states.length;
        const doubled = [...states.slice(0, at + 1), ...states.slice(at)];
        expect(flowsOf(doubled)).toEqual(flowsOf(states));
      }),
    );
  });

  it('is negated when the sides are swapped and prices negated', () => {
    fc.assert(
      fc.property(quotes, (states) => {
        const mirrored = states.map(({ bid, bidSize, ask, askSize }) => ({
          bid: -ask,
          bidSize: askSize,
          ask: -bid,
          askSize: bidSize,
        }));
        expect(sum(flowsOf(mirrored))).toBe(0 - sum(flowsOf(states)));
      }),
    );
  });

  it('scales with the sizes', () => {
    fc.assert(
      fc.property(quotes, fc.integer({ min: 2, max: 9 }), (states, factor) => {
        const scaled = states.map((state) => ({
          ...state,
          bidSize: state.bidSize * factor,
          askSize: state.askSize * factor,
        }));
        expect(sum(flowsOf(scaled))).toBe(factor * sum(flowsOf(states)));
      }),
    );
  });

  it('is the change of the sizes while prices stand still', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(size, size), { minLength: 2 }), (sizes) => {
        const states = sizes.map(([bidSize, askSize]) => ({
          bid: 100,
          bidSize,
          ask: 101,
          askSize,
        }));
        const [first, last] = [states[0]!, states.at(-1)!];
        const expected = last.bidSize - first.bidSize - (last.askSize - first.askSize);
        expect(sum(flowsOf(states))).toBe(expected);
      }),
    );
  });

  it('starts anew after a side was empty: the next state has no flow', () => {
    const [a, b] = [
      { bid: 100, bidSize: 5, ask: 101, askSize: 5 },
      { bid: 100, bidSize: 9, ask: 101, askSize: 5 },
    ];
    expect(flowsOf([a, { ...a, askSize: 0 }, b])).toEqual([]);
    expect(flowsOf([a, b])).toEqual([4]);
  });

  it('mirrors bids and asks in its two halves', () => {
    fc.assert(
      fc.property(quote, quote, (before, now) => {
        expect(askFlow(-before.bid, before.bidSize, -now.bid, now.bidSize)).toBe(
          bidFlow(before.bid, before.bidSize, now.bid, now.bidSize),
        );
      }),
    );
  });
});

describe('Order flow over the levels of a book', () => {
  const side = (sign: 1 | -1): fc.Arbitrary<[number, number][]> =>
    fc
      .array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 9 })), {
        maxLength: 6,
      })
      .map((rows) => rows.map(([distance, size_]) => [1000 - sign * distance, size_]));
  const steps = fc.array(fc.tuple(side(1), side(-1)), { minLength: 1, maxLength: 30 });

  /** Each level by the definition, with no care for speed. */
  function naive(before: Book, now: Book, levels: number): number {
    let total = 0;
    for (let m = 0; m < levels; m++) {
      if (m < before.bids.count && m < now.bids.count) {
        total += bidFlow(
          ...([before.bids.priceAt(m), before.bids.sizeAt(m)] as const),
          ...([now.bids.priceAt(m), now.bids.sizeAt(m)] as const),
        );
      }
      if (m < before.asks.count && m < now.asks.count) {
        total -= askFlow(
          ...([before.asks.priceAt(m), before.asks.sizeAt(m)] as const),
          ...([now.asks.priceAt(m), now.asks.sizeAt(m)] as const),
        );
      }
    }
    return total;
  }

  it('is the sum of the flows of each level', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 10 }), (updates, levels) => {
        const flow = new OrderFlow(levels);
        const [book, before] = [new Book(100), new Book(100)];
        let known = false;
        for (const [bids, asks] of updates) {
          book.apply(0, one(bids), one(asks));
          const hasEvent = flow.onBook(book);
          const whole = book.bids.count > 0 && book.asks.count > 0;
          if (hasEvent) expect(flow.imbalance).toBe(naive(before, book, levels));
          else if (known && whole) expect(naive(before, book, levels)).toBe(0);
          known = whole;
          before.apply(0, one(bids), one(asks));
        }
      }),
    );
  });

  it('is with one level the flow of the best quotes', () => {
    fc.assert(
      fc.property(quotes, (states) => {
        const flow = new OrderFlow(1);
        const fromBook = states.flatMap(({ bid, bidSize, ask, askSize }) => {
          const book = new Book(100);
          book.apply(0, one([[bid, bidSize]]), one([[ask, askSize]]));
          return flow.onBook(book) ? [flow.imbalance] : [];
        });
        expect(fromBook).toEqual(flowsOf(states));
      }),
    );
  });
});

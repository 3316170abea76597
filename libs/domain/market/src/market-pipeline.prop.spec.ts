import { describe, expect, it } from '@jest/globals';
import { faultOf } from '@tickmesh/kernel';
import fc from 'fast-check';
import {
  depth,
  type Levels,
  quote,
  raw,
  snapshot,
  SPOT,
  PERPETUAL,
  START_MICROS,
  trade,
} from './binance-frames.fixture.ts';
import type { BookSide } from './book.ts';
import { type MarketFrame, MarketPipeline } from './market-pipeline.ts';
import type { MarketSpec } from './market-spec.ts';
import type { MarketOutput } from './outbox.ts';

/**
 * A venue written without care for speed, with a true book, and a connection that loses, repeats and
 * swaps its frames. Whatever it does, the pipeline's book is the venue's, or it is not LIVE.
 */
interface Step {
  readonly act:
    'update' | 'quote' | 'trade' | 'snapshot' | 'old_snapshot' | 'reconnect' | 'wait' | 'refuse';
  readonly fate: 'arrives' | 'lost' | 'twice' | 'late';
  readonly waitMicros: number;
  readonly levels: readonly (readonly [side: 0 | 1, distance: number, size: number])[];
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.oneof(
    { weight: 8, arbitrary: fc.constant('update' as const) },
    { weight: 6, arbitrary: fc.constant('quote' as const) },
    { weight: 3, arbitrary: fc.constant('trade' as const) },
    { weight: 2, arbitrary: fc.constant('snapshot' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'old_snapshot' as const,
        'reconnect' as const,
        'wait' as const,
        'refuse' as const,
      ),
    },
  ),
  fate: fc.oneof(
    { weight: 30, arbitrary: fc.constant('arrives' as const) },
    { weight: 1, arbitrary: fc.constantFrom('lost' as const, 'twice' as const, 'late' as const) },
  ),
  waitMicros: fc.oneof(fc.nat(30_000), fc.nat(2_000_000)),
  levels: fc.array(
    fc.tuple(
      fc.constantFrom(0 as const, 1 as const),
      fc.integer({ min: 1, max: 15 }),
      fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 })),
    ),
    { minLength: 1, maxLength: 4 },
  ),
});
const steps = fc.array(step, { minLength: 5, maxLength: 120 });

interface Played {
  readonly frames: readonly MarketFrame[];
  /** The venue's book at each update id: [bids, asks], best first. */
  readonly truth: ReadonlyMap<number, readonly [Levels, Levels]>;
}

class Venue {
  readonly frames: MarketFrame[] = [];
  readonly truth = new Map<number, readonly [Levels, Levels]>();
  readonly #futures: boolean;
  readonly #sides = [new Map<number, number>(), new Map<number, number>()] as const;
  #id = 100;
  #previous = 100;
  #tradeId = 0;
  #now = START_MICROS;
  #connection = 1;
  #late: MarketFrame | undefined;

  constructor(market: MarketSpec) {
    this.#futures = market.exchange !== 'BINANCE';
    for (let distance = 1; distance <= 12; distance++) {
      this.#sides[0].set(10_000 - distance, 5);
      this.#sides[1].set(10_000 + distance, 5);
    }
    this.truth.set(this.#id, this.#book());
  }

  #book(): readonly [Levels, Levels] {
    return [
      [...this.#sides[0]].sort(([left], [right]) => right - left),
      [...this.#sides[1]].sort(([left], [right]) => left - right),
    ];
  }

  act({ act, fate, waitMicros, levels }: Step): void {
    this.#now += act === 'wait' ? 20 * waitMicros : waitMicros;
    switch (act) {
      case 'update':
        this.#send(this.#update(levels), fate);
        return;
      case 'quote': {
        const [bid, ask] = this.#book().map(([best]) => best ?? ([0, 0] as const));
        this.#send(quote(this.#id, bid!, ask!, this.#futures ? this.#millis() : undefined), fate);
        return;
      }
      case 'trade':
        this.#tradeId += 1;
        this.#send(
          trade({
            id: this.#tradeId,
            cents: 10_000,
            size: waitMicros + 1,
            tradeMillis: this.#millis(),
          }),
          fate,
        );
        return;
      case 'snapshot':
        this.#send(snapshot(this.#id, ...this.#book()), 'arrives');
        return;
      case 'old_snapshot':
        this.#send(snapshot(50, [[9_000, 1]], [[11_000, 1]]), 'arrives');
        return;
      case 'reconnect':
        if (waitMicros % 2 === 0) this.#push('', 'DISCONNECTED');
        this.#connection += 1;
        return;
      case 'wait':
        this.#push('', 'HEARTBEAT');
        return;
      case 'refuse':
        this.#push('{"e":"kline"}', 'FRAME');
        return;
    }
  }

  #update(levels: Step['levels']): string {
    const changes: [number, number][][] = [[], []];
    for (const [side, distance, size] of levels) {
      const cents = side === 0 ? 10_000 - distance : 10_000 + distance;
      changes[side]!.push([cents, size]);
      if (size === 0) this.#sides[side].delete(cents);
      else this.#sides[side].set(cents, size);
    }
    const first = this.#id + 1;
    this.#id += 1 + levels.length;
    const update = {
      first,
      last: this.#id,
      bids: changes[0]!,
      asks: changes[1]!,
      millis: this.#millis(),
    };
    const text = depth(this.#futures ? { ...update, previous: this.#previous } : update);
    this.#previous = this.#id;
    this.truth.set(this.#id, this.#book());
    return text;
  }

  /** The venue's clock is a second ahead of ours. */
  #millis(): number {
    return Math.floor(this.#now / 1000) + 1000;
  }

  #send(text: string, fate: Step['fate']): void {
    if (fate === 'lost') return;
    if (fate === 'late') {
      this.#late ??= this.#frame(text, 'FRAME');
      return;
    }
    this.#push(text, 'FRAME');
    if (fate === 'twice') this.#push(text, 'FRAME');
    if (this.#late !== undefined) this.frames.push({ ...this.#late, received_at: this.#now });
    this.#late = undefined;
  }

  #push(text: string, kind: MarketFrame['kind']): void {
    this.frames.push(this.#frame(text, kind));
  }

  #frame(text: string, kind: MarketFrame['kind']): MarketFrame {
    return raw(text, this.#now, { kind, connection_id: `c${this.#connection}` });
  }
}

/** Most histories begin with a book that is in step, so that there is one to lose. */
const FIRST_SYNC: readonly Step[] = (['update', 'snapshot', 'update'] as const).map((act) => ({
  act,
  fate: 'arrives',
  waitMicros: 1000,
  levels: [[0, 1, 9]],
}));

function played(market: MarketSpec, list: readonly Step[]): Played {
  const venue = new Venue(market);
  for (const one of [...FIRST_SYNC, ...list]) venue.act(one);
  return venue;
}

function feed(pipeline: MarketPipeline, frame: MarketFrame): readonly MarketOutput[] {
  try {
    return pipeline.onFrame(frame);
  } catch (thrown) {
    if (faultOf(thrown).code !== 'FRAME_UNREADABLE') throw thrown;
    return [];
  }
}

const listed = (side: BookSide): Levels =>
  Array.from({ length: side.count }, (_, rank) => [side.priceAt(rank), side.sizeAt(rank)]);

describe.each([
  ['spot', SPOT],
  ['futures', PERPETUAL],
])('Laws of the pipeline on a venue that loses, repeats and swaps frames: %s', (_, market) => {
  it('a LIVE book is the book of the venue at its update id', () => {
    let liveChecks = 0;
    fc.assert(
      fc.property(steps, (list) => {
        const { frames, truth } = played(market, list);
        const pipeline = new MarketPipeline(market);
        for (const frame of frames) {
          feed(pipeline, frame);
          if (pipeline.bookState !== 'LIVE') continue;
          const { bids, asks, lastId } = pipeline.book;
          expect([listed(bids), listed(asks)]).toEqual(truth.get(lastId));
          liveChecks += 1;
        }
        expect(pipeline.counts.quoteMismatches).toBe(0);
      }),
    );
    expect(liveChecks).toBeGreaterThan(500);
  });

  it('what is published as a book is the book of the venue, and only while it is LIVE', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { frames, truth } = played(market, list);
        const pipeline = new MarketPipeline(market);
        let live = false;
        for (const frame of frames) {
          for (const output of feed(pipeline, frame)) {
            if (output.kind === 'market_event' && output.record.book_status !== null) {
              live = output.record.book_status.state === 'LIVE';
            }
            if (output.kind !== 'order_book') continue;
            expect(live).toBe(true);
            const [bids, asks] = truth.get(output.record.update_id)!;
            const shown = (levels: Levels): unknown =>
              levels
                .slice(0, 20)
                .map(([cents, size]) => ({ price: cents / 100, size: size / 1000 }));
            expect(output.record.bids).toEqual(shown(bids));
            expect(output.record.asks).toEqual(shown(asks));
          }
        }
      }),
    );
  });

  it('the same frames give the same outputs', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { frames } = played(market, list);
        const run = (): unknown => {
          const pipeline = new MarketPipeline(market);
          return frames.map((frame) => feed(pipeline, frame));
        };
        expect(run()).toEqual(run());
      }),
    );
  });

  it('cut anywhere, saved and restored, it goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (list, place) => {
        const { frames } = played(market, list);
        const cut = frames.length === 0 ? 0 : place % frames.length;
        const whole = new MarketPipeline(market);
        const expected = frames.map((frame) => feed(whole, frame));
        const first = new MarketPipeline(market);
        const before = frames.slice(0, cut).map((frame) => feed(first, frame));
        const second = new MarketPipeline(market);
        second.restore(first.snapshot());
        expect(second.snapshot()).toEqual(first.snapshot());
        const after = frames.slice(cut).map((frame) => feed(second, frame));
        expect([...before, ...after]).toEqual(expected);
        expect(second.snapshot()).toEqual(whole.snapshot());
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { bytes, depth, snapshot } from './binance-frames.fixture.ts';
import { BinanceReader } from './binance-reader.ts';
import { BOOK_SYNC_DEFAULTS, type BookFact, BookSync, type DepthOutcome } from './book-sync.ts';
import type { SequenceRuleName } from './sequence-rules.ts';

const SECOND = 1_000_000;

/** A book, its reader and its facts as lines, so that a test reads as a story. */
class Story {
  readonly sync: BookSync;
  readonly #reader = new BinanceReader({ price: 2, size: 3 });
  #facts: BookFact[] = [];
  now = 0;

  constructor(sequenceRule: SequenceRuleName = 'binance_spot', more = {}) {
    this.sync = new BookSync({ ...BOOK_SYNC_DEFAULTS, ...more, sequenceRule });
  }

  depth(update: Parameters<typeof depth>[0]): DepthOutcome {
    const frame = this.#reader.read(bytes(depth(update)));
    if (frame.kind !== 'depth') throw new Error(frame.kind);
    return this.sync.onDepth(frame, this.now, this.#facts);
  }

  snapshot(lastId: number, bid = 100, ask = 101): void {
    const frame = this.#reader.read(bytes(snapshot(lastId, [[bid, 5]], [[ask, 5]])));
    if (frame.kind !== 'snapshot') throw new Error(frame.kind);
    this.sync.onSnapshot(frame, this.now, this.#facts);
  }

  wait(micros: number): void {
    this.now += micros;
    this.sync.advance(this.now, this.#facts);
  }

  /** The facts since the last call. */
  told(): string[] {
    const facts = this.#facts;
    this.#facts = [];
    return facts.map((fact) =>
      fact.kind === 'transition'
        ? `${fact.previous} > ${fact.state}: ${fact.reason}`
        : `ask ${fact.attempt}: ${fact.reason}`,
    );
  }

  disconnect(): void {
    this.sync.onDisconnected(this.#facts);
  }

  connect(): void {
    this.sync.onConnected(this.#facts);
  }

  distrust(reason: string): void {
    this.sync.distrust(reason, this.now, this.#facts);
  }

  halt(): void {
    this.sync.halt('venue_halt', this.#facts);
  }

  resume(): void {
    this.sync.resume('venue_open', this.#facts);
  }
}

/** A spot book that is LIVE at id 12. */
function live(more = {}): Story {
  const story = new Story('binance_spot', more);
  story.depth({ first: 9, last: 10 });
  story.snapshot(11);
  story.depth({ first: 11, last: 12 });
  expect(story.sync.state).toBe('LIVE');
  story.told();
  return story;
}

describe('Synchronising a spot book', () => {
  it('keeps updates, asks for a snapshot, joins the two, and is live', () => {
    const story = new Story();
    expect(story.depth({ first: 5, last: 8, bids: [[99, 1]] })).toBe('buffered');
    expect(story.depth({ first: 9, last: 12, bids: [[98, 7]] })).toBe('buffered');
    expect(story.sync.buffered).toBe(2);
    story.snapshot(10);
    expect(story.told()).toEqual([
      'INIT > BUFFERING: first_update',
      'BUFFERING > SNAPSHOT_PENDING: first_snapshot',
      'ask 1: first_snapshot',
      'SNAPSHOT_PENDING > LIVE: synchronised',
    ]);
    expect(story.sync.book.lastId).toBe(12);
    expect(story.sync.lastGoodId).toBe(12);
    expect(story.sync.book.bids.priceAt(1)).toBe(98);
    expect(story.sync.book.bids.count).toBe(2);
    expect([story.sync.applied, story.sync.dropped]).toEqual([1, 1]);
  });

  it('asks again when the snapshot is older than the first update that was kept', () => {
    const story = new Story();
    story.depth({ first: 20, last: 25 });
    story.told();
    story.snapshot(18);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > BUFFERING: snapshot_too_old']);
    story.wait(SECOND);
    expect(story.told()).toEqual([
      'BUFFERING > SNAPSHOT_PENDING: backoff_over',
      'ask 2: backoff_over',
    ]);
    story.snapshot(22);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > LIVE: synchronised']);
  });

  it('waits for the update that reaches beyond a snapshot ahead of all that was kept', () => {
    const story = new Story();
    story.depth({ first: 5, last: 8 });
    story.snapshot(30);
    expect(story.sync.state).toBe('SNAPSHOT_PENDING');
    expect(story.depth({ first: 9, last: 30 })).toBe('ignored');
    expect(story.depth({ first: 31, last: 33 })).toBe('synced');
    expect(story.sync.state).toBe('LIVE');
  });

  it('asks again when updates are missing between a snapshot ahead and the next update', () => {
    const story = new Story();
    story.depth({ first: 5, last: 8 });
    story.snapshot(30);
    story.told();
    expect(story.depth({ first: 35, last: 36 })).toBe('buffered');
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > BUFFERING: snapshot_too_old']);
    expect(story.sync.book.bids.count).toBe(0);
  });

  it('takes a snapshot that comes before any update', () => {
    const story = new Story();
    story.snapshot(10);
    expect(story.sync.state).toBe('SNAPSHOT_PENDING');
    expect(story.depth({ first: 8, last: 11 })).toBe('synced');
  });

  it('finds a gap among the updates that were kept', () => {
    const story = new Story();
    story.depth({ first: 9, last: 12 });
    story.depth({ first: 14, last: 15 });
    story.told();
    story.snapshot(10);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > BUFFERING: gap_in_buffer']);
    expect(story.sync.buffered).toBe(1);
  });

  it('refuses a snapshot that is crossed', () => {
    const story = new Story();
    story.depth({ first: 9, last: 12 });
    story.told();
    story.snapshot(10, 105, 101);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > BUFFERING: snapshot_crossed']);
  });

  it('keeps a bounded number of updates, the latest ones', () => {
    const story = new Story('binance_spot', { bufferedMax: 3 });
    for (let i = 0; i < 9; i++) story.depth({ first: 10 + i, last: 10 + i });
    expect(story.sync.buffered).toBe(3);
    story.snapshot(16);
    expect(story.sync.state).toBe('LIVE');
    expect(story.sync.book.lastId).toBe(18);
  });
});

describe('Following a spot book', () => {
  it('applies what follows and leaves out what it has', () => {
    const story = live();
    expect(story.depth({ first: 13, last: 14, asks: [[101, 0]] })).toBe('applied');
    expect(story.depth({ first: 13, last: 14, asks: [[101, 9]] })).toBe('ignored');
    expect(story.sync.book.asks.count).toBe(0);
    expect(story.depth({ first: 14, last: 15 })).toBe('applied');
    expect(story.told()).toEqual([]);
  });

  it('throws the book away at a gap and starts again with the update that showed it', () => {
    const story = live({ steadyMicros: 0 });
    story.wait(1);
    expect(story.depth({ first: 14, last: 15 })).toBe('gap');
    expect(story.told()).toEqual([
      'LIVE > GAP: sequence_gap',
      'GAP > BUFFERING: sequence_gap',
      'BUFFERING > SNAPSHOT_PENDING: sequence_gap',
      'ask 1: sequence_gap',
    ]);
    expect(story.sync.book.bids.count).toBe(0);
    expect(story.sync.lastGoodId).toBe(12);
    story.snapshot(14);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > LIVE: synchronised']);
  });

  it('pauses before it asks again soon after a sync, longer each time, and then halts', () => {
    const story = live({ attemptsMax: 3 });
    story.depth({ first: 99, last: 100 });
    expect(story.told()).toEqual(['LIVE > GAP: sequence_gap', 'GAP > BUFFERING: sequence_gap']);
    story.wait(SECOND);
    expect(story.told().at(-1)).toBe('ask 2: backoff_over');
    story.wait(5 * SECOND);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > BUFFERING: snapshot_timeout']);
    story.wait(2 * SECOND - 1);
    expect(story.told()).toEqual([]);
    story.wait(1);
    expect(story.told().at(-1)).toBe('ask 3: backoff_over');
    story.wait(5 * SECOND);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > HALTED: snapshot_attempts_spent']);
    expect(story.depth({ first: 101, last: 102 })).toBe('ignored');
    story.connect();
    expect(story.told()).toEqual(['HALTED > INIT: connected']);
    story.depth({ first: 103, last: 104 });
    expect(story.told().at(-1)).toBe('ask 1: first_snapshot');
  });

  it('gives up a crossed book', () => {
    const story = live();
    expect(story.depth({ first: 13, last: 13, bids: [[101, 1]] })).toBe('gap');
    expect(story.told()[0]).toBe('LIVE > GAP: crossed_book');
  });

  it('is stale after silence and live again with an update that follows', () => {
    const story = live();
    story.wait(10 * SECOND);
    expect(story.told()).toEqual([]);
    story.wait(1);
    expect(story.told()).toEqual(['LIVE > STALE: silent']);
    expect(story.sync.isLive).toBe(false);
    story.depth({ first: 13, last: 13 });
    expect(story.told()).toEqual(['STALE > LIVE: resumed']);
  });

  it('is lost from staleness by an update that does not follow', () => {
    const story = live();
    story.wait(11 * SECOND);
    story.told();
    story.depth({ first: 14, last: 14 });
    expect(story.told()[0]).toBe('STALE > GAP: sequence_gap');
  });

  it('is lost when its connection is, and starts again with the first update of the next', () => {
    const story = live();
    story.disconnect();
    story.disconnect();
    expect(story.told()).toEqual(['LIVE > GAP: disconnected']);
    story.depth({ first: 13, last: 13 });
    expect(story.told()).toEqual(['GAP > BUFFERING: first_update']);
  });

  it('is lost when a check outside does not believe it', () => {
    const story = live();
    story.distrust('quote_mismatch');
    expect(story.told()[0]).toBe('LIVE > GAP: quote_mismatch');
    story.distrust('quote_mismatch');
    expect(story.told()).toEqual([]);
  });

  it('stays halted until it is resumed', () => {
    const story = live();
    story.halt();
    story.disconnect();
    story.snapshot(20);
    expect(story.depth({ first: 13, last: 13 })).toBe('ignored');
    story.connect();
    expect(story.told()).toEqual(['LIVE > HALTED: venue_halt']);
    story.resume();
    expect(story.depth({ first: 13, last: 13 })).toBe('buffered');
    expect(story.told().slice(0, 2)).toEqual([
      'HALTED > INIT: venue_open',
      'INIT > BUFFERING: first_update',
    ]);
  });
});

describe('Synchronising a futures book', () => {
  it('bridges by an update that holds the snapshot id, then follows by pu', () => {
    const story = new Story('binance_futures');
    story.depth({ first: 5, last: 8, previous: 4 });
    story.depth({ first: 9, last: 14, previous: 8 });
    story.depth({ first: 17, last: 20, previous: 14 });
    story.snapshot(14);
    expect(story.sync.state).toBe('LIVE');
    expect([story.sync.applied, story.sync.dropped]).toEqual([2, 1]);
    expect(story.depth({ first: 25, last: 30, previous: 20 })).toBe('applied');
    expect(story.depth({ first: 31, last: 32, previous: 29 })).toBe('gap');
  });

  it('asks again when no update holds the snapshot id', () => {
    const story = new Story('binance_futures');
    story.depth({ first: 5, last: 8, previous: 4 });
    story.depth({ first: 12, last: 14, previous: 8 });
    story.told();
    story.snapshot(10);
    expect(story.told()).toEqual(['SNAPSHOT_PENDING > BUFFERING: snapshot_does_not_fit']);
  });

  it('takes an update without pu for a gap', () => {
    const story = new Story('binance_futures');
    story.depth({ first: 5, last: 8, previous: 4 });
    story.snapshot(6);
    expect(story.depth({ first: 9, last: 10 })).toBe('gap');
  });
});

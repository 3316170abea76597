import { Book } from './book.ts';
import type { BookState } from '@tickmesh/contracts';
import type { StateReader, StateWriter } from './state-bytes.ts';
import { copyLevels, type DepthFrame, type SnapshotFrame } from './venue-frames.ts';
import { SEQUENCE_RULES, type SequenceRule, type SequenceRuleName } from './sequence-rules.ts';

/** A change of the book's state: published, never only logged. */
export interface BookTransition {
  readonly kind: 'transition';
  readonly state: BookState;
  readonly previous: BookState;
  /** A word or two that programs may compare. */
  readonly reason: string;
  /** The venue's id of the last update that fitted; -1 where there was none. */
  readonly lastGoodId: number;
}

/** The book needs a REST snapshot, now. */
export interface SnapshotWanted {
  readonly kind: 'snapshot_wanted';
  readonly reason: string;
  /** 1 for the first after the last steady period. */
  readonly attempt: number;
}

export type BookFact = BookTransition | SnapshotWanted;

/** What an update did to the book. */
export type DepthOutcome = 'applied' | 'synced' | 'ignored' | 'buffered' | 'gap';

export interface BookSyncOptions {
  readonly sequenceRule: SequenceRuleName;
  /** Levels a side held at the most. */
  readonly levelsMax: number;
  /** Updates kept while there is no snapshot; the oldest go first. */
  readonly bufferedMax: number;
  /** Silence after which a live book is stale, by the receive clock. */
  readonly staleAfterMicros: number;
  /** A snapshot that has not come by then is asked for again. */
  readonly snapshotTimeoutMicros: number;
  /** Pause before the second attempt; doubled for each further one, up to the most. */
  readonly backoffMicros: number;
  readonly backoffMicrosMax: number;
  /** Attempts after which the book is halted until a new connection, or a person, tries again. */
  readonly attemptsMax: number;
  /** Live for so long, the count of attempts starts anew. */
  readonly steadyMicros: number;
}

export const BOOK_SYNC_DEFAULTS: Omit<BookSyncOptions, 'sequenceRule'> = {
  levelsMax: 20_000,
  bufferedMax: 2_000,
  staleAfterMicros: 10_000_000,
  snapshotTimeoutMicros: 5_000_000,
  backoffMicros: 1_000_000,
  backoffMicrosMax: 60_000_000,
  attemptsMax: 10,
  steadyMicros: 30_000_000,
};

/**
 * Keeps one book in step with its venue: INIT, BUFFERING, SNAPSHOT_PENDING, LIVE, GAP, STALE, HALTED.
 * Updates are kept until a snapshot comes, the snapshot is joined to them by the venue's rule, and
 * from then on every update must follow the one before; otherwise the book is thrown away and the
 * procedure starts again. Only a LIVE book may be used. Time is the receive clock, passed in.
 */
export class BookSync {
  readonly book: Book;
  /** Updates applied to a book, and updates left out because the book held them already. */
  applied = 0;
  dropped = 0;
  readonly #options: BookSyncOptions;
  readonly #rule: SequenceRule;
  #state: BookState = 'INIT';
  #buffer: DepthFrame[] = [];
  /** The snapshot is in the book, and no update has yet reached beyond it. */
  #bridging = false;
  #lastGoodId = -1;
  #attempts = 0;
  /** HALTED because no snapshot fitted, not by command: a new connection may try again. */
  #gaveUp = false;
  /** While BUFFERING: when to ask; while SNAPSHOT_PENDING: when to give up waiting. */
  #dueMicros = 0;
  #lastDepthMicros = 0;
  #liveSinceMicros = 0;

  constructor(options: BookSyncOptions) {
    this.#options = options;
    this.#rule = SEQUENCE_RULES[options.sequenceRule];
    this.book = new Book(options.levelsMax);
  }

  get state(): BookState {
    return this.#state;
  }

  get isLive(): boolean {
    return this.#state === 'LIVE';
  }

  get lastGoodId(): number {
    return this.#lastGoodId;
  }

  /** Updates kept for the snapshot to come. */
  get buffered(): number {
    return this.#buffer.length;
  }

  onDepth(frame: DepthFrame, nowMicros: number, facts: BookFact[]): DepthOutcome {
    this.#lastDepthMicros = nowMicros;
    switch (this.#state) {
      case 'LIVE':
      case 'STALE':
        return this.#follow(frame, nowMicros, facts);
      case 'HALTED':
        return 'ignored';
      case 'SNAPSHOT_PENDING':
        if (this.#bridging) return this.#bridge(frame, nowMicros, facts);
        break;
      default:
        if (this.#state !== 'BUFFERING') this.#start('first_update', nowMicros, facts);
    }
    this.#keep(frame);
    this.#askWhenDue('first_snapshot', nowMicros, facts);
    return 'buffered';
  }

  /**
   * Joins a snapshot to the updates that were kept. A live book needs none and ignores it.
   * @param onApplied called after each kept update that was applied
   * @returns whether the book is live now, by this snapshot
   */
  onSnapshot(
    frame: SnapshotFrame,
    nowMicros: number,
    facts: BookFact[],
    onApplied: () => void = nothing,
  ): boolean {
    if (this.#state === 'LIVE' || this.#state === 'STALE' || this.#state === 'HALTED') return false;
    const first = this.#buffer[0];
    if (first !== undefined && this.#rule.isSnapshotTooOld(frame.lastId, first)) {
      this.#askAgain('snapshot_too_old', nowMicros, facts);
      return false;
    }
    const before = this.#buffer.length;
    this.#buffer = this.#buffer.filter((kept) => !this.#rule.isBeforeSnapshot(kept, frame.lastId));
    this.dropped += before - this.#buffer.length;
    const next = this.#buffer[0];
    if (next !== undefined && !this.#rule.bridges(next, frame.lastId)) {
      this.#askAgain('snapshot_does_not_fit', nowMicros, facts);
      return false;
    }
    this.book.replace(frame.lastId, frame.bids, frame.asks);
    if (this.book.isCrossed()) {
      this.#askAgain('snapshot_crossed', nowMicros, facts);
      return false;
    }
    this.#bridging = true;
    this.#moveTo('SNAPSHOT_PENDING', 'snapshot_received', facts);
    this.#replayKept(nowMicros, facts, onApplied);
    return this.isLive;
  }

  /** The connection that carries the updates has gone: what it missed is lost. */
  onDisconnected(facts: BookFact[]): void {
    if (this.#state === 'INIT' || this.#state === 'HALTED') return;
    if (this.#state !== 'GAP') this.#discard('disconnected', facts);
  }

  /** Declares the book wrong, for a reason that a check outside found. */
  distrust(reason: string, nowMicros: number, facts: BookFact[]): void {
    if (this.#state !== 'LIVE' && this.#state !== 'STALE') return;
    this.#discard(reason, facts);
    this.#start(reason, nowMicros, facts);
    this.#askWhenDue(reason, nowMicros, facts);
  }

  /** Stops until `resume`: the venue or a person halted the market. */
  halt(reason: string, facts: BookFact[]): void {
    if (this.#state === 'HALTED') return;
    this.#clear();
    this.#moveTo('HALTED', reason, facts);
  }

  resume(reason: string, facts: BookFact[]): void {
    if (this.#state !== 'HALTED') return;
    this.#attempts = 0;
    this.#gaveUp = false;
    this.#moveTo('INIT', reason, facts);
  }

  /** A new connection: a book that was given up for want of a snapshot is tried again. */
  onConnected(facts: BookFact[]): void {
    if (this.#gaveUp) this.resume('connected', facts);
  }

  /** Lets time pass: silence makes a live book stale, a snapshot that is late is asked for again. */
  advance(nowMicros: number, facts: BookFact[]): void {
    switch (this.#state) {
      case 'LIVE':
        if (nowMicros - this.#lastDepthMicros > this.#options.staleAfterMicros) {
          this.#moveTo('STALE', 'silent', facts);
        } else if (
          this.#attempts > 0 &&
          nowMicros - this.#liveSinceMicros >= this.#options.steadyMicros
        ) {
          this.#attempts = 0;
        }
        return;
      case 'BUFFERING':
        this.#askWhenDue('backoff_over', nowMicros, facts);
        return;
      case 'SNAPSHOT_PENDING':
        if (!this.#bridging && nowMicros >= this.#dueMicros) {
          this.#askAgain('snapshot_timeout', nowMicros, facts);
        }
        return;
      default:
    }
  }

  #follow(frame: DepthFrame, nowMicros: number, facts: BookFact[]): DepthOutcome {
    const { book } = this;
    if (frame.lastId <= book.lastId) return this.#drop();
    if (!this.#rule.follows(frame, book.lastId)) {
      return this.#restart('sequence_gap', frame, nowMicros, facts);
    }
    book.apply(frame.lastId, frame.bids, frame.asks);
    this.applied += 1;
    if (book.isCrossed()) return this.#restart('crossed_book', frame, nowMicros, facts);
    this.#lastGoodId = frame.lastId;
    if (this.#state === 'STALE') this.#moveTo('LIVE', 'resumed', facts);
    return 'applied';
  }

  /** The first update beyond a snapshot that was ahead of all that had come. */
  #bridge(frame: DepthFrame, nowMicros: number, facts: BookFact[]): DepthOutcome {
    if (this.#rule.isBeforeSnapshot(frame, this.book.lastId)) return this.#drop();
    this.#keep(frame);
    if (!this.#rule.bridges(frame, this.book.lastId)) {
      this.#askAgain('snapshot_too_old', nowMicros, facts);
      return 'buffered';
    }
    this.#replayKept(nowMicros, facts, nothing);
    return this.isLive ? 'synced' : 'gap';
  }

  /** Applies what was kept; the first update bridges the snapshot, the others follow each other. */
  #replayKept(nowMicros: number, facts: BookFact[], onApplied: () => void): void {
    const kept = this.#buffer;
    for (const [index, frame] of kept.entries()) {
      if (index > 0 && frame.lastId <= this.book.lastId) continue;
      if (index > 0 && !this.#rule.follows(frame, this.book.lastId)) {
        this.#buffer = kept.slice(index);
        this.#askAgain('gap_in_buffer', nowMicros, facts);
        return;
      }
      this.book.apply(frame.lastId, frame.bids, frame.asks);
      this.applied += 1;
      this.#lastGoodId = frame.lastId;
      onApplied();
    }
    if (kept.length === 0) return;
    this.#buffer = [];
    this.#bridging = false;
    this.#liveSinceMicros = nowMicros;
    this.book.changedRank = 0;
    this.#moveTo('LIVE', 'synchronised', facts);
    if (this.book.isCrossed()) this.distrust('crossed_book', nowMicros, facts);
  }

  #drop(): DepthOutcome {
    this.dropped += 1;
    return 'ignored';
  }

  #restart(reason: string, frame: DepthFrame, nowMicros: number, facts: BookFact[]): DepthOutcome {
    this.#discard(reason, facts);
    this.#start(reason, nowMicros, facts);
    this.#keep(frame);
    this.#askWhenDue(reason, nowMicros, facts);
    return 'gap';
  }

  #discard(reason: string, facts: BookFact[]): void {
    this.#clear();
    this.#moveTo('GAP', reason, facts);
  }

  /** Begins to keep updates; a first attempt asks at once, a later one after its pause. */
  #start(reason: string, nowMicros: number, facts: BookFact[]): void {
    this.#dueMicros = nowMicros + this.#pauseMicros();
    this.#moveTo('BUFFERING', reason, facts);
  }

  #askAgain(reason: string, nowMicros: number, facts: BookFact[]): void {
    this.book.clear();
    this.#bridging = false;
    if (this.#attempts >= this.#options.attemptsMax) {
      this.halt('snapshot_attempts_spent', facts);
      this.#gaveUp = true;
      return;
    }
    this.#start(reason, nowMicros, facts);
    this.#askWhenDue(reason, nowMicros, facts);
  }

  #askWhenDue(reason: string, nowMicros: number, facts: BookFact[]): void {
    if (this.#state !== 'BUFFERING' || nowMicros < this.#dueMicros) return;
    this.#attempts += 1;
    this.#dueMicros = nowMicros + this.#options.snapshotTimeoutMicros;
    this.#moveTo('SNAPSHOT_PENDING', reason, facts);
    facts.push({ kind: 'snapshot_wanted', reason, attempt: this.#attempts });
  }

  /** 0 for the first attempt, then doubling. The connector that asks adds its jitter. */
  #pauseMicros(): number {
    if (this.#attempts === 0) return 0;
    const { backoffMicros, backoffMicrosMax } = this.#options;
    return Math.min(backoffMicrosMax, backoffMicros * 2 ** (this.#attempts - 1));
  }

  #keep(frame: DepthFrame): void {
    if (this.#buffer.length === this.#options.bufferedMax) this.#buffer.shift();
    this.#buffer.push({ ...frame, bids: copyLevels(frame.bids), asks: copyLevels(frame.asks) });
  }

  #clear(): void {
    this.book.clear();
    this.#buffer = [];
    this.#bridging = false;
  }

  #moveTo(state: BookState, reason: string, facts: BookFact[]): void {
    if (state === this.#state) return;
    const previous = this.#state;
    this.#state = state;
    facts.push({ kind: 'transition', state, previous, reason, lastGoodId: this.#lastGoodId });
  }

  save(out: StateWriter): void {
    out.text(this.#state);
    out.number(this.applied);
    out.number(this.dropped);
    out.boolean(this.#bridging);
    out.boolean(this.#gaveUp);
    out.number(this.#lastGoodId);
    out.number(this.#attempts);
    out.number(this.#dueMicros);
    out.number(this.#lastDepthMicros);
    out.number(this.#liveSinceMicros);
    this.book.save(out);
    out.list(this.#buffer, (frame) => saveDepth(frame, out));
  }

  load(from: StateReader): void {
    this.#state = from.text() as BookState;
    this.applied = from.number();
    this.dropped = from.number();
    this.#bridging = from.boolean();
    this.#gaveUp = from.boolean();
    this.#lastGoodId = from.number();
    this.#attempts = from.number();
    this.#dueMicros = from.number();
    this.#lastDepthMicros = from.number();
    this.#liveSinceMicros = from.number();
    this.book.load(from);
    this.#buffer = from.list(() => loadDepth(from));
  }
}

function saveDepth(frame: DepthFrame, out: StateWriter): void {
  out.text(frame.symbol);
  out.number(frame.venueMicros);
  out.number(frame.firstId);
  out.number(frame.lastId);
  out.number(frame.previousId);
  out.columns(frame.bids.count, frame.bids.prices, frame.bids.sizes);
  out.columns(frame.asks.count, frame.asks.prices, frame.asks.sizes);
}

function loadDepth(from: StateReader): DepthFrame {
  const head = {
    kind: 'depth',
    symbol: from.text(),
    venueMicros: from.number(),
    firstId: from.number(),
    lastId: from.number(),
    previousId: from.number(),
  } as const;
  const [bidPrices, bidSizes] = from.columns(1);
  const bids = { count: from.lastCount, prices: bidPrices, sizes: bidSizes };
  const [askPrices, askSizes] = from.columns(1);
  const asks = { count: from.lastCount, prices: askPrices, sizes: askSizes };
  return { ...head, bids, asks };
}

function nothing(): void {
  // No one asked to be told.
}

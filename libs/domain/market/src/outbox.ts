import type { MarketEvent, OfiEvent, OrderBook, Ticker } from '@tickmesh/contracts';
import type { BookTransition } from './book-sync.ts';
import type { Book } from './book.ts';
import type { ClosedWindow } from './ofi-windows.ts';
import type { Verdict } from './quality-gates.ts';
import type { MarketTop, RecordMaker, RecordTimes } from './record-maker.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';
import type { ClosedBar } from './trade-bars.ts';

/** What follows from a frame. */
export type MarketOutput =
  | { readonly kind: 'ticker'; readonly record: Ticker }
  | { readonly kind: 'order_book'; readonly record: OrderBook }
  | { readonly kind: 'market_event'; readonly record: MarketEvent }
  | { readonly kind: 'ofi_event'; readonly record: OfiEvent }
  /** Ask the venue for a snapshot, now; the answer comes back as a SNAPSHOT frame. */
  | { readonly kind: 'snapshot_wanted'; readonly reason: string; readonly attempt: number }
  /** A quality gate changed its mind. */
  | { readonly kind: 'quality'; readonly verdict: Verdict }
  /** The venue is about to close this connection. */
  | { readonly kind: 'server_shutdown'; readonly connectionId: string };

/**
 * Gathers the outputs of one frame as records with that frame's times. A record whose venue time
 * nobody knows is not made, and counted: a receive time must never pass for the venue's.
 */
export class Outbox {
  /** Records that were left out because the venue had told no time yet. */
  untimed = 0;
  /** Times of the records to come, microseconds; venue time -1 while unknown. */
  readonly times: { -readonly [Name in keyof RecordTimes]: RecordTimes[Name] } = {
    venueMicros: -1,
    receivedMicros: 0,
    ageMicros: 0,
  };
  readonly #records: RecordMaker;
  #outputs: MarketOutput[] = [];

  constructor(records: RecordMaker) {
    this.#records = records;
  }

  /** The outputs since the last call, for good. */
  drain(): readonly MarketOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  push(output: MarketOutput): void {
    this.#outputs.push(output);
  }

  /** A ticker, and a tick where the quote has both sides and is not crossed. */
  top(top: MarketTop, tradeId: number, updateId: number, completeness: number): void {
    if (!this.#isTimed()) return;
    const { times } = this;
    const ticker = this.#records.ticker(top, times, tradeId, updateId);
    this.#outputs.push({ kind: 'ticker', record: ticker });
    if (top.bidSize > 0 && top.askSize > 0 && top.bid <= top.ask) {
      const tick = this.#records.tick(top, times, completeness);
      this.#outputs.push({ kind: 'market_event', record: tick });
    }
  }

  orderBook(book: Book, depth: number): void {
    if (!this.#isTimed()) return;
    const record = this.#records.orderBook(book, depth, this.times);
    this.#outputs.push({ kind: 'order_book', record });
  }

  window(window: ClosedWindow, levels: number, lookback: number): void {
    if (!this.#isTimed()) return;
    const record = this.#records.ofi(window, levels, lookback, this.times);
    this.#outputs.push({ kind: 'ofi_event', record });
  }

  /** Completeness of a bar is the share of its venue trade ids that came. */
  bar(bar: ClosedBar): void {
    const span = Math.max(1, bar.lastTradeId - bar.firstTradeId + 1);
    const completeness = Math.min(1, bar.tradeCount / span);
    const record = this.#records.bar(bar, this.times, completeness);
    this.#outputs.push({ kind: 'market_event', record });
  }

  /** A book's state is told even before the venue has told a time: our clock stands in. */
  bookStatus(transition: BookTransition): void {
    const { times } = this;
    const known = times.venueMicros >= 0 ? times : { ...times, venueMicros: times.receivedMicros };
    const record = this.#records.bookStatus(transition, known);
    this.#outputs.push({ kind: 'market_event', record });
  }

  #isTimed(): boolean {
    if (this.times.venueMicros >= 0) return true;
    this.untimed += 1;
    return false;
  }

  save(out: StateWriter): void {
    out.number(this.untimed);
    out.number(this.times.ageMicros);
  }

  load(from: StateReader): void {
    this.untimed = from.number();
    this.times.ageMicros = from.number();
  }
}

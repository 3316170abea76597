import type { AggressorSide, BookState, RawFrame } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import { type BookFact, BookSync } from './book-sync.ts';
import type { Book } from './book.ts';
import { numberOfUnits } from './decimal-units.ts';
import { Imbalance } from './imbalance.ts';
import { MarketQuality } from './market-quality.ts';
import {
  type MarketSpec,
  type PipelineOptions,
  PIPELINE_DEFAULTS,
  venueOf,
} from './market-spec.ts';
import { type MarketOutput, Outbox } from './outbox.ts';
import type { PipelineCounts } from './pipeline-counts.ts';
import type { Verdict } from './quality-gates.ts';
import { QuoteCheck } from './quote-check.ts';
import { RecordMaker } from './record-maker.ts';
import { StateReader, StateWriter } from './state-bytes.ts';
import { type ClosedBar, TradeBars } from './trade-bars.ts';
import { TradeIds } from './trade-ids.ts';
import { VenueClock } from './venue-clock.ts';
import { unreadable } from './venue-frames.ts';
import type {
  DepthFrame,
  FrameReader,
  QuoteFrame,
  SnapshotFrame,
  TradeFrame,
  VenueFrame,
} from './venue-frames.ts';

/** What the pipeline needs of a RawFrame record. */
export type MarketFrame = Pick<
  RawFrame,
  'kind' | 'connection_id' | 'received_at' | 'time_shift_micros' | 'payload'
>;

/** First number of a saved state; raised when its layout changes. */
const STATE_VERSION = 1;

/**
 * One market, from raw frames to records: keeps the book in step with the venue, and makes tickers,
 * ticks, books, bars and order-flow imbalance of it. A deterministic function of its frames: it reads
 * no clock, so time passes only by frames and heartbeats. While the book is not LIVE nothing is made
 * of it, and OFI is marked degraded.
 *
 * A frame that cannot be read, or is of another market, is a Fault and changes nothing.
 */
export class MarketPipeline {
  readonly market: MarketSpec;
  readonly #options: PipelineOptions;
  readonly #reader: FrameReader;
  readonly #outbox: Outbox;
  /** False for a venue without book updates. */
  readonly #hasBook: boolean;
  readonly #sync: BookSync;
  readonly #check = new QuoteCheck();
  readonly #clock = new VenueClock();
  readonly #quality: MarketQuality;
  readonly #tradeIds = new TradeIds();
  readonly #bars: TradeBars;
  /** Level 1, of the one quote source, and the first levels of the book. */
  readonly #quoteImbalance: Imbalance;
  readonly #bookImbalance: Imbalance;
  readonly #top = {
    bid: 0,
    bidSize: 0,
    ask: 0,
    askSize: 0,
    last: 0,
    lastSize: 0,
    lastSide: 'UNKNOWN' as AggressorSide,
  };
  #frames = 0;
  #quotesRepeated = 0;
  #quotesCrossed = 0;
  /** Receive clock, never backwards. */
  #nowMicros = 0;
  /** Receive time of the last frame that told a venue time. */
  #timedMicros = 0;
  #quoteConnection = '';
  #depthConnection = '';
  #lastQuoteId = -1;
  #wasLive = false;
  #bookPending = false;
  #bookDueMicros = 0;
  /** Filled and emptied within one frame; kept to spare allocations. */
  readonly #facts: BookFact[] = [];
  readonly #closedBars: ClosedBar[] = [];

  /** @throws Fault INSTRUMENT_UNKNOWN when nobody can read the exchange, ARGUMENT_INVALID for bad options */
  constructor(market: MarketSpec, options: Partial<PipelineOptions> = {}) {
    const all = { ...PIPELINE_DEFAULTS, ...options };
    const venue = venueOf(market.exchange);
    this.market = market;
    this.#options = all;
    this.#reader = venue.reader(market.digits);
    this.#outbox = new Outbox(new RecordMaker(market, all.source));
    this.#hasBook = venue.sequenceRule !== undefined;
    this.#sync = new BookSync({ ...all.sync, sequenceRule: venue.sequenceRule ?? 'binance_spot' });
    this.#quality = new MarketQuality(all.gates, all.source === 'replay');
    this.#bars = new TradeBars(all.bars);
    const { ofiWindows, ofiLookback, ofiLevels } = all;
    this.#quoteImbalance = new Imbalance(1, ofiWindows, ofiLookback, this.#outbox);
    this.#bookImbalance = new Imbalance(ofiLevels, ofiWindows, ofiLookback, this.#outbox);
  }

  get bookState(): BookState {
    return this.#sync.state;
  }

  /** The book itself, for reading; of use only while `bookState` is LIVE. */
  get book(): Book {
    return this.#sync.book;
  }

  get counts(): PipelineCounts {
    return {
      frames: this.#frames,
      untimed: this.#outbox.untimed,
      depthBuffered: this.#sync.buffered,
      depthApplied: this.#sync.applied,
      depthDropped: this.#sync.dropped,
      quoteChecks: this.#check.checks,
      quoteMismatches: this.#check.mismatches,
      quotesRepeated: this.#quotesRepeated,
      quotesCrossed: this.#quotesCrossed,
      tradesMissing: this.#tradeIds.missing,
      tradesRepeated: this.#tradeIds.duplicates,
      tradesTooLate: this.#bars.tooLate,
      timesRefused: this.#quality.refused,
    };
  }

  /** What each quality gate says now. */
  verdicts(): readonly Verdict[] {
    return this.#quality.verdicts();
  }

  /**
   * Takes the next raw frame and returns what follows from it, in order.
   * @throws Fault FRAME_UNREADABLE for bytes that are no frame of this market; nothing has changed then
   */
  onFrame(frame: MarketFrame): readonly MarketOutput[] {
    if (frame.kind === 'UNKNOWN') throw unreadable('a known kind of raw frame', frame.kind);
    const read =
      frame.kind === 'FRAME' || frame.kind === 'SNAPSHOT' ? this.#read(frame) : undefined;
    this.#frames += 1;
    if (frame.received_at > this.#nowMicros) this.#nowMicros = frame.received_at;
    this.#outbox.times.receivedMicros = frame.received_at;
    this.#passTime();
    if (read !== undefined) this.#apply(read, frame.connection_id);
    else if (frame.kind === 'DISCONNECTED') this.#onDisconnected(frame.connection_id);
    else if (frame.kind === 'CONNECTED') this.#onConnected();
    return this.#outbox.drain();
  }

  /** Stops the book until `resume`; quotes and trades still count, and OFI is degraded. */
  halt(reason: string): readonly MarketOutput[] {
    this.#sync.halt(reason, this.#facts);
    this.#tellFacts();
    return this.#outbox.drain();
  }

  resume(reason: string): readonly MarketOutput[] {
    this.#sync.resume(reason, this.#facts);
    this.#tellFacts();
    return this.#outbox.drain();
  }

  #read(frame: MarketFrame): VenueFrame {
    const read = this.#reader.read(frame.payload, frame.time_shift_micros);
    if (read.kind === 'control') return read;
    const { symbol } = this.market;
    if (read.symbol !== symbol && !(read.kind === 'snapshot' && read.symbol === '')) {
      throw unreadable(`a frame of ${symbol}`, read.symbol);
    }
    return read;
  }

  #apply(frame: VenueFrame, connection: string): void {
    switch (frame.kind) {
      case 'quote':
        this.#tellTime(frame.venueMicros, connection);
        this.#onQuote(frame, connection);
        return;
      case 'trade':
        if (this.#tellTime(frame.venueMicros, connection)) this.#onTrade(frame);
        break;
      case 'depth':
        this.#tellTime(frame.venueMicros, connection);
        this.#onDepth(frame, connection);
        break;
      case 'snapshot':
        this.#tellTime(-1, connection);
        this.#onSnapshot(frame);
        return;
      case 'control':
        if (frame.event === 'server_shutdown') {
          this.#outbox.push({ kind: 'server_shutdown', connectionId: connection });
        }
        return;
    }
    this.#closeBars(this.#clock.latestMicros);
  }

  /**
   * Sets the times of the records to come: the frame's own venue time, or the latest of its connection.
   * @returns false when the frame's own time lies too far ahead to be believed
   */
  #tellTime(venueMicros: number, connection: string): boolean {
    this.#clock.select(connection);
    const { times } = this.#outbox;
    if (venueMicros >= 0 && this.#quality.accepts(venueMicros, times.receivedMicros)) {
      this.#clock.observe(venueMicros);
      this.#timedMicros = this.#nowMicros;
      times.venueMicros = venueMicros;
      times.ageMicros = this.#quality.observe(venueMicros, times.receivedMicros);
      return true;
    }
    times.venueMicros = this.#clock.inferred();
    return venueMicros < 0;
  }

  /** Closes what the receive clock ends, before the frame itself counts. */
  #passTime(): void {
    const now = this.#nowMicros;
    this.#outbox.times.venueMicros = this.#clock.latestMicros;
    if (this.#hasBook) {
      this.#sync.advance(now, this.#facts);
      if (this.#facts.length > 0) this.#tellFacts();
    }
    this.#quoteImbalance.advance(now);
    this.#bookImbalance.advance(now);
    // The window that the first frame falls into began before it: nobody saw the whole of it.
    if (this.#frames === 1 || (this.#hasBook && !this.#sync.isLive)) this.#markDegraded();
    if (this.#bookPending && now >= this.#bookDueMicros) this.#tellBook();
    const silence = now - this.#timedMicros - this.#options.silenceMicros;
    if (silence > 0 && this.#clock.latestMicros >= 0) {
      this.#closeBars(this.#clock.latestMicros + silence);
    }
    if (this.#quality.isDue(now)) {
      for (const verdict of this.#quality.changes(now)) {
        this.#outbox.push({ kind: 'quality', verdict });
      }
    }
  }

  #onQuote(frame: QuoteFrame, connection: string): void {
    if (connection !== this.#quoteConnection) {
      if (this.#quoteConnection !== '') this.#forgetQuotes();
      this.#quoteConnection = connection;
    }
    if (frame.updateId <= this.#lastQuoteId) {
      this.#quotesRepeated += 1;
      return;
    }
    this.#lastQuoteId = frame.updateId;
    if (this.#hasBook && !this.#check.onQuote(frame)) this.#distrust();
    if (this.#options.quoteSource === 'quotes') {
      this.#onTop(frame.bidPrice, frame.bidSize, frame.askPrice, frame.askSize, frame.updateId);
    }
  }

  /** The best levels changed, by the one source of level 1. */
  #onTop(bid: number, bidSize: number, ask: number, askSize: number, updateId: number): void {
    this.#quoteImbalance.onQuote(bid, bidSize, ask, askSize, this.#nowMicros);
    const { price, size } = this.market.digits;
    const top = this.#top;
    top.bid = numberOfUnits(bid, price);
    top.bidSize = numberOfUnits(bidSize, size);
    top.ask = numberOfUnits(ask, price);
    top.askSize = numberOfUnits(askSize, size);
    if (bid > ask && bidSize > 0 && askSize > 0) this.#quotesCrossed += 1;
    this.#outbox.top(top, -1, updateId, this.#quality.completeness());
  }

  #onTrade(frame: TradeFrame): void {
    if (frame.aggregate !== (this.#options.trades === 'aggTrade')) return;
    const missingBefore = this.#tradeIds.missing;
    const seen = this.#tradeIds.observe(frame.tradeId);
    if (seen === 'duplicate') return;
    this.#quality.observeTrades(1 + this.#tradeIds.missing - missingBefore);
    if (!frame.market) return;
    this.#bars.add(frame, this.#closedBars);
    this.#tellBars();
    if (seen === 'late') return;
    const top = this.#top;
    top.last = numberOfUnits(frame.price, this.market.digits.price);
    top.lastSize = numberOfUnits(frame.size, this.market.digits.size);
    top.lastSide = frame.aggressor;
    this.#outbox.top(top, frame.tradeId, -1, this.#quality.completeness());
  }

  #onDepth(frame: DepthFrame, connection: string): void {
    if (!this.#hasBook) return;
    if (connection !== this.#depthConnection) {
      if (this.#depthConnection !== '') this.#sync.onDisconnected(this.#facts);
      this.#depthConnection = connection;
    }
    const outcome = this.#sync.onDepth(frame, this.#nowMicros, this.#facts);
    if (this.#facts.length > 0) this.#tellFacts();
    if (!this.#sync.isLive || (outcome !== 'applied' && outcome !== 'synced')) return;
    if (this.#check.onBook(this.#sync.book)) this.#onBookChange();
    else this.#distrust();
  }

  #onSnapshot(frame: SnapshotFrame): void {
    if (!this.#hasBook) return;
    const { mismatches } = this.#check;
    const synced = this.#sync.onSnapshot(frame, this.#nowMicros, this.#facts, () => {
      this.#check.onBook(this.#sync.book);
    });
    this.#tellFacts();
    if (this.#check.mismatches > mismatches) this.#distrust();
    else if (synced) this.#onBookChange();
  }

  /** A live book has a new update, or is new itself. */
  #onBookChange(): void {
    const { book } = this.#sync;
    if (book.changedRank < this.#bookImbalance.levels) {
      this.#bookImbalance.onBook(book, this.#nowMicros);
    }
    if (book.changedRank === 0 && this.#options.quoteSource === 'book') {
      const { bids, asks, lastId } = book;
      this.#onTop(bids.priceAt(0), bids.sizeAt(0), asks.priceAt(0), asks.sizeAt(0), lastId);
    }
    if (book.changedRank < this.#options.bookDepth) this.#bookPending = true;
    if (this.#bookPending && this.#nowMicros >= this.#bookDueMicros) this.#tellBook();
  }

  #distrust(): void {
    this.#sync.distrust('quote_mismatch', this.#nowMicros, this.#facts);
    this.#tellFacts();
  }

  #onConnected(): void {
    this.#sync.onConnected(this.#facts);
    this.#tellFacts();
  }

  #onDisconnected(connection: string): void {
    if (connection === this.#depthConnection) {
      this.#sync.onDisconnected(this.#facts);
      this.#tellFacts();
    }
    if (connection === this.#quoteConnection) this.#forgetQuotes();
  }

  /** What came between two connections is unknown: the next quote has no flow. */
  #forgetQuotes(): void {
    this.#lastQuoteId = -1;
    this.#check.forgetQuotes();
    if (this.#options.quoteSource === 'book') return;
    this.#quoteImbalance.reset();
    this.#quoteImbalance.markBad(this.#nowMicros);
  }

  #markDegraded(): void {
    this.#quoteImbalance.markBad(this.#nowMicros);
    this.#bookImbalance.markBad(this.#nowMicros);
  }

  #tellFacts(): void {
    for (const fact of this.#facts) {
      if (fact.kind === 'snapshot_wanted') {
        this.#outbox.push(fact);
        continue;
      }
      if (fact.state === 'GAP' || fact.state === 'HALTED') this.#onBookLost();
      if (fact.state === 'LIVE' && fact.previous !== 'STALE') this.#onBookFound();
      this.#markDegraded();
      this.#outbox.bookStatus(fact);
    }
    this.#facts.length = 0;
  }

  #onBookLost(): void {
    this.#bookPending = false;
    this.#check.forgetBooks();
    this.#bookImbalance.reset();
    this.#quoteImbalance.reset();
  }

  /** After a resync the first contribution is 0; at the first sync the quotes have lost nothing. */
  #onBookFound(): void {
    this.#bookImbalance.reset();
    if (this.#wasLive) this.#quoteImbalance.reset();
    this.#wasLive = true;
  }

  #tellBook(): void {
    this.#bookPending = false;
    if (!this.#sync.isLive) return;
    this.#bookDueMicros = this.#nowMicros + this.#options.bookIntervalMicros;
    this.#outbox.orderBook(this.#sync.book, this.#options.bookDepth);
  }

  #closeBars(venueMicros: number): void {
    this.#bars.advance(venueMicros, this.#closedBars);
    if (this.#closedBars.length > 0) this.#tellBars();
  }

  #tellBars(): void {
    for (const bar of this.#closedBars) this.#outbox.bar(bar);
    this.#closedBars.length = 0;
  }

  /**
   * The whole state: with it and the frames that follow, another pipeline of the same market and
   * options gives the same outputs, byte for byte.
   */
  snapshot(): Uint8Array {
    const out = new StateWriter();
    out.number(STATE_VERSION);
    out.text(this.#fingerprint());
    for (const value of this.#scalars()) out.number(value);
    out.boolean(this.#wasLive);
    out.boolean(this.#bookPending);
    out.text(this.#quoteConnection);
    out.text(this.#depthConnection);
    out.text(this.#top.lastSide);
    for (const part of this.#parts()) part.save(out);
    return out.finish();
  }

  /**
   * Takes the state that `snapshot` gave; for a pipeline that has seen no frame.
   * @throws Fault CHECKPOINT_CORRUPT for bytes of another market, other options, or another layout
   */
  restore(bytes: Uint8Array): void {
    const from = new StateReader(bytes);
    const version = from.number();
    if (version !== STATE_VERSION) {
      throw new Fault('CHECKPOINT_CORRUPT', { expected_version: STATE_VERSION, version });
    }
    const fingerprint = from.text();
    if (fingerprint !== this.#fingerprint()) {
      throw new Fault('CHECKPOINT_CORRUPT', { expected: this.#fingerprint(), found: fingerprint });
    }
    this.#setScalars(() => from.number());
    this.#wasLive = from.boolean();
    this.#bookPending = from.boolean();
    this.#quoteConnection = from.text();
    this.#depthConnection = from.text();
    this.#top.lastSide = from.text() as AggressorSide;
    for (const part of this.#parts()) part.load(from);
    from.end();
  }

  /** What decides the layout and the meaning of the state. */
  #fingerprint(): string {
    const { symbol, exchange, digits } = this.market;
    return JSON.stringify([symbol, exchange, digits, this.#options]);
  }

  #parts(): readonly { save(out: StateWriter): void; load(from: StateReader): void }[] {
    return [
      this.#outbox,
      this.#sync,
      this.#check,
      this.#clock,
      this.#quality,
      this.#tradeIds,
      this.#bars,
      this.#quoteImbalance,
      this.#bookImbalance,
    ];
  }

  #scalars(): readonly number[] {
    const { bid, bidSize, ask, askSize, last, lastSize } = this.#top;
    return [
      ...[this.#frames, this.#quotesRepeated, this.#quotesCrossed],
      ...[this.#nowMicros, this.#timedMicros, this.#lastQuoteId, this.#bookDueMicros],
      ...[bid, bidSize, ask, askSize, last, lastSize],
    ];
  }

  /** In the order of `#scalars`. */
  #setScalars(next: () => number): void {
    this.#frames = next();
    this.#quotesRepeated = next();
    this.#quotesCrossed = next();
    this.#nowMicros = next();
    this.#timedMicros = next();
    this.#lastQuoteId = next();
    this.#bookDueMicros = next();
    const top = this.#top;
    top.bid = next();
    top.bidSize = next();
    top.ask = next();
    top.askSize = next();
    top.last = next();
    top.lastSize = next();
  }
}

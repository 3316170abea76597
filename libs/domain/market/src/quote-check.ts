import type { Book } from './book.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';
import type { QuoteFrame } from './venue-frames.ts';

/**
 * The book's continuous self-test: where the quote stream and the book name the same update id, the
 * best levels must be equal. Both streams ascend, and either may run ahead, so this is a merge join
 * of two short queues. A quote or a best level whose id the other stream has passed is forgotten.
 */
export class QuoteCheck {
  /** Ids that both streams named. */
  checks = 0;
  mismatches = 0;
  readonly #quotes = new BestLevels(1024);
  readonly #books = new BestLevels(256);

  /** @returns false when the book of that id has other best levels */
  onQuote(frame: QuoteFrame): boolean {
    const books = this.#books;
    books.dropBelow(frame.updateId);
    if (books.isNext(frame.updateId)) {
      return this.#verdict(books.pop(frame.bidPrice, frame.bidSize, frame.askPrice, frame.askSize));
    }
    if (books.count === 0) {
      this.#quotes.push(
        frame.updateId,
        frame.bidPrice,
        frame.bidSize,
        frame.askPrice,
        frame.askSize,
      );
    }
    return true;
  }

  /** @returns false when the quote of the book's id has other best levels */
  onBook(book: Book): boolean {
    const { lastId, bids, asks } = book;
    const quotes = this.#quotes;
    quotes.dropBelow(lastId);
    if (bids.count === 0 || asks.count === 0) return true;
    if (quotes.isNext(lastId)) {
      return this.#verdict(
        quotes.pop(bids.priceAt(0), bids.sizeAt(0), asks.priceAt(0), asks.sizeAt(0)),
      );
    }
    if (quotes.count === 0) {
      this.#books.push(lastId, bids.priceAt(0), bids.sizeAt(0), asks.priceAt(0), asks.sizeAt(0));
    }
    return true;
  }

  /** After a resync the book's past says nothing about its future. */
  forgetBooks(): void {
    this.#books.count = 0;
  }

  forgetQuotes(): void {
    this.#quotes.count = 0;
  }

  #verdict(equal: boolean): boolean {
    this.checks += 1;
    if (!equal) this.mismatches += 1;
    return equal;
  }

  save(out: StateWriter): void {
    out.number(this.checks);
    out.number(this.mismatches);
    this.#quotes.save(out);
    this.#books.save(out);
  }

  load(from: StateReader): void {
    this.checks = from.number();
    this.mismatches = from.number();
    this.#quotes.load(from);
    this.#books.load(from);
  }
}

const WIDTH = 5;

/** A bounded queue of (id, bid, bid size, ask, ask size), ids ascending; full, it forgets its oldest. */
class BestLevels {
  count = 0;
  readonly #capacity: number;
  readonly #rows: Float64Array;
  #first = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#rows = new Float64Array(capacity * WIDTH);
  }

  push(id: number, bid: number, bidSize: number, ask: number, askSize: number): void {
    if (this.count === this.#capacity) this.#dropFirst();
    const rows = this.#rows;
    const place = ((this.#first + this.count) % this.#capacity) * WIDTH;
    rows[place] = id;
    rows[place + 1] = bid;
    rows[place + 2] = bidSize;
    rows[place + 3] = ask;
    rows[place + 4] = askSize;
    this.count += 1;
  }

  dropBelow(id: number): void {
    while (this.count > 0 && this.#rows[this.#first * WIDTH]! < id) this.#dropFirst();
  }

  isNext(id: number): boolean {
    return this.count > 0 && this.#rows[this.#first * WIDTH] === id;
  }

  /** Takes the oldest and tells whether it holds these levels. */
  pop(bid: number, bidSize: number, ask: number, askSize: number): boolean {
    const rows = this.#rows;
    const place = this.#first * WIDTH;
    this.#dropFirst();
    return (
      rows[place + 1] === bid &&
      rows[place + 2] === bidSize &&
      rows[place + 3] === ask &&
      rows[place + 4] === askSize
    );
  }

  #dropFirst(): void {
    this.#first = (this.#first + 1) % this.#capacity;
    this.count -= 1;
  }

  save(out: StateWriter): void {
    out.number(this.count);
    for (let i = 0; i < this.count; i++) {
      const place = ((this.#first + i) % this.#capacity) * WIDTH;
      for (let field = 0; field < WIDTH; field++) out.number(this.#rows[place + field]!);
    }
  }

  load(from: StateReader): void {
    this.count = from.number();
    this.#first = 0;
    for (let i = 0; i < this.count * WIDTH; i++) this.#rows[i] = from.number();
  }
}

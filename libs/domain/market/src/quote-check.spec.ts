import { describe, expect, it } from '@jest/globals';
import { Book } from './book.ts';
import { QuoteCheck } from './quote-check.ts';
import type { LevelList, QuoteFrame } from './venue-frames.ts';

const one = (price: number, size: number): LevelList => ({
  count: 1,
  prices: Float64Array.of(price),
  sizes: Float64Array.of(size),
});

function bookAt(id: number, bidSize: number): Book {
  const book = new Book(10);
  book.apply(id, one(100, bidSize), one(101, 1));
  return book;
}

const quoteAt = (updateId: number, bidSize: number): QuoteFrame => ({
  kind: 'quote',
  symbol: 'X',
  venueMicros: -1,
  updateId,
  bidPrice: 100,
  bidSize,
  askPrice: 101,
  askSize: 1,
});

describe('The self-test of a book against the quotes', () => {
  it('compares where the ids are equal, whichever comes first', () => {
    const check = new QuoteCheck();
    expect(check.onQuote(quoteAt(1, 5))).toBe(true);
    expect(check.onQuote(quoteAt(2, 6))).toBe(true);
    expect(check.onBook(bookAt(2, 6))).toBe(true);
    expect(check.onBook(bookAt(4, 7))).toBe(true);
    expect(check.onQuote(quoteAt(3, 9))).toBe(true);
    expect(check.onQuote(quoteAt(4, 7))).toBe(true);
    expect([check.checks, check.mismatches]).toEqual([2, 0]);
  });

  it('tells a difference from either side', () => {
    const check = new QuoteCheck();
    check.onQuote(quoteAt(1, 5));
    expect(check.onBook(bookAt(1, 6))).toBe(false);
    check.onBook(bookAt(2, 6));
    expect(check.onQuote(quoteAt(2, 7))).toBe(false);
    expect([check.checks, check.mismatches]).toEqual([2, 2]);
  });

  it('does not judge a book by what it held before it was lost', () => {
    const check = new QuoteCheck();
    check.onBook(bookAt(2, 6));
    check.forgetBooks();
    expect(check.onQuote(quoteAt(2, 7))).toBe(true);
    expect(check.checks).toBe(0);
  });

  it('forgets its oldest quotes rather than grow without bound', () => {
    const check = new QuoteCheck();
    for (let id = 0; id < 5000; id++) check.onQuote(quoteAt(id, 5));
    check.onBook(bookAt(4999 - 1024, 5));
    expect(check.checks).toBe(0);
    check.onBook(bookAt(4999, 5));
    expect(check.checks).toBe(1);
  });
});

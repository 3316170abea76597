import { describe, expect, it } from '@jest/globals';
import { type ComparedBooks, compareRecords } from './compare-records.ts';

const order = { intentId: 'i', status: 'FILLED', filledQuantity: '10.0', averagePrice: null };
const position = { account: 'A', exchange: 'X', symbol: 'S', quantity: '-1', realized: '0.00' };
const books: ComparedBooks = { orders: [order], trades: [], positions: [position] };

describe('comparing the records with the books', () => {
  it('finds nothing where the numbers are equal, however many zeros they are written with', () => {
    const records = {
      ...books,
      orders: [{ ...order, filledQuantity: '10' }],
      positions: [{ ...position, quantity: '-1.000', realized: '-0' }],
    };
    expect(compareRecords(books, records)).toEqual([]);
  });

  it('names what differs, and what only one side has', () => {
    const records = {
      orders: [{ ...order, filledQuantity: '9' }],
      trades: [],
      positions: [{ ...position, symbol: 'T' }],
    };
    const found = compareRecords(books, records);
    expect(found.map(({ kind, name, field }) => `${kind} ${name} ${field}`)).toEqual([
      'order i filledQuantity',
      'position A|X|S missing',
      'position A|X|T missing',
    ]);
    expect(found.map(({ book, record }) => [book === null, record === null])).toEqual([
      [false, false],
      [false, true],
      [true, false],
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { formatDecimal, parseDecimal } from '@tickmesh/kernel';
import { convertFees, inventoryFee, sumFees } from './fees.ts';
import { PositionJournal, positionOf } from './journal.ts';
import { markOf } from './mark.ts';
import {
  AMOUNT_SCALE,
  type ContractTerms,
  FLAT,
  type LedgerFill,
  type Position,
  applyFill,
  applyFillFifo,
  averageCost,
  contractValue,
  unrealized,
} from './position.ts';

const d = parseDecimal;
const LINEAR: ContractTerms = { multiplier: d('1'), inverse: false };
const INVERSE: ContractTerms = { multiplier: d('100'), inverse: true };
const text = (amount: bigint): string => formatDecimal(amount, AMOUNT_SCALE);
let count = 0;
const fill = (quantity: string, price: string, more: Partial<LedgerFill> = {}): LedgerFill => ({
  executionId: `E${String(++count).padStart(4, '0')}`,
  orderId: 'O1',
  signedQuantity: d(quantity),
  price: d(price),
  fee: 0n,
  feeCurrency: undefined,
  atMicros: count,
  ...more,
});
const booked = (fills: LedgerFill[], terms = LINEAR): Position =>
  fills.reduce((position, next) => applyFill(position, next, terms), FLAT);

describe('a position by average cost', () => {
  it('adds the cost of fills in its direction', () => {
    const position = booked([fill('10', '100'), fill('30', '104')]);
    expect([text(position.cost), averageCost(position, LINEAR)]).toEqual(['4120', d('103')]);
  });

  it('realizes what a reducing fill earns over the average', () => {
    const position = booked([fill('10', '100'), fill('-4', '110')]);
    expect([text(position.realized), text(position.cost)]).toEqual(['40', '600']);
  });

  it('goes through zero: what is left of the fill opens the other way at its price', () => {
    const position = booked([fill('10', '100'), fill('-15', '90')]);
    expect([position.quantity, text(position.cost), text(position.realized)]).toEqual([
      d('-5'),
      '-450',
      '-100',
    ]);
  });

  it('has no cost left when it is flat, whatever was rounded on the way', () => {
    const fills = [
      fill('3', '0.1'),
      fill('4', '0.7'),
      fill('-1', '1'),
      fill('-2', '1'),
      fill('-4', '1'),
    ];
    const position = booked(fills);
    expect([position.quantity, position.cost, text(position.realized)]).toEqual([0n, 0n, '3.9']);
  });

  it('counts the multiplier', () => {
    const terms = { multiplier: d('50'), inverse: false };
    const position = booked([fill('2', '4000'), fill('-2', '4010')], terms);
    expect(text(position.realized)).toBe('1000');
  });

  it('of an inverse contract is paid in its base currency: x k (1/entry - 1/exit)', () => {
    const position = booked([fill('10', '50000'), fill('-10', '40000')], INVERSE);
    expect(text(position.realized)).toBe('-0.005');
    const short = booked([fill('-10', '50000')], INVERSE);
    expect(text(unrealized(short, INVERSE, d('40000')))).toBe('0.005');
    expect(averageCost(short, INVERSE)).toBe(d('50000'));
  });
});

describe('a position by first in, first out', () => {
  it('closes the oldest lots first and says what each closing earned', () => {
    let position = FLAT;
    const closings = [];
    for (const next of [fill('10', '100'), fill('10', '110'), fill('-15', '120')]) {
      const result = applyFillFifo(position, next, LINEAR);
      position = result.position;
      closings.push(
        ...result.closings.map(({ signedQuantity, realized }) => [signedQuantity, text(realized)]),
      );
    }
    expect(closings).toEqual([
      [d('10'), '200'],
      [d('5'), '50'],
    ]);
    expect([text(position.realized), text(position.cost), position.lots.length]).toEqual([
      '250',
      '550',
      1,
    ]);
  });
});

describe('a journal', () => {
  it('gives the same position for a late fill as if it had come in time', () => {
    const fills = [fill('10', '100'), fill('-5', '120'), fill('10', '80')];
    const [first, second, third] = fills as [LedgerFill, LedgerFill, LedgerFill];
    const journal = new PositionJournal(LINEAR, 'average');
    for (const next of [first, third, second]) journal.add(next);
    expect(journal.position).toEqual(positionOf(fills, LINEAR));
    expect(journal.revision).toBe(1);
  });

  it('forgets a busted fill wholly', () => {
    const journal = new PositionJournal(LINEAR, 'fifo');
    const [kept, busted] = [fill('10', '100'), fill('5', '130', { orderId: 'O2' })];
    journal.add(kept);
    journal.add(busted);
    journal.add(fill('-12', '120', { orderId: 'O3' }));
    journal.restate('O2', []);
    expect(journal.position.quantity).toBe(d('-2'));
    expect(text(journal.position.realized)).toBe('200');
    expect(journal.revision).toBe(1);
  });

  it('books on without revision when an order only gains fills', () => {
    const journal = new PositionJournal(LINEAR, 'average');
    const [a, b] = [fill('1', '100'), fill('1', '101')];
    journal.restate('O1', [a]);
    journal.restate('O1', [a, b]);
    expect([journal.position.quantity, journal.revision]).toEqual([d('2'), 0]);
  });
});

describe('fees', () => {
  it('are summed by currency, rebates below zero', () => {
    const fees = sumFees([
      fill('1', '1', { fee: d('0.1'), feeCurrency: 'USDT' }),
      fill('1', '1', { fee: d('-0.3'), feeCurrency: 'USDT' }),
      fill('1', '1', { fee: d('0.2'), feeCurrency: 'BNB' }),
    ]);
    expect([...fees]).toEqual([
      ['USDT', d('-0.2')],
      ['BNB', d('0.2')],
    ]);
  });

  it('in the base currency reduce the inventory, and cost fee x price', () => {
    const bought = fill('1', '50000', { fee: d('0.001'), feeCurrency: 'BTC' });
    const taken = inventoryFee(bought, 'BTC');
    const position = booked([bought, taken as LedgerFill]);
    expect(position.quantity).toBe(d('0.999'));
    expect(text(position.cashFlow)).toBe('-49950');
    expect(text(contractValue(LINEAR, bought.fee, bought.price))).toBe('50');
  });

  it('without a rate are unpriceable, never converted at one', () => {
    const fees = new Map([
      ['USDT', d('2')],
      ['BNB', d('1')],
      ['XYZ', d('5')],
    ]);
    const rates: Record<string, bigint> = { BNB: d('500') };
    const converted = convertFees(fees, 'USDT', (from) => {
      const rate = rates[from];
      return rate === undefined ? undefined : { rate, source: 'mid', atMicros: 1 };
    });
    expect(formatDecimal(converted.amount, 18)).toBe('502');
    expect(converted.unpriceable).toEqual(['XYZ']);
  });
});

describe('a mark', () => {
  const quote = { bid: d('99'), ask: d('101'), last: d('100.5'), atMicros: 5 };

  it.each([
    ['side', '1', '99', 'bid'],
    ['side', '-1', '101', 'ask'],
    ['side', '0', '100', 'mid'],
    ['mid', '1', '100', 'mid'],
    ['last', '1', '100.5', 'last'],
  ] as const)('by the rule %s of a position of %s is %s', (rule, held, price, source) => {
    expect(markOf(rule, quote, d(held))).toEqual({ price: d(price), source, atMicros: 5 });
  });

  it('falls back to the last trade when its side is empty, and to nothing when there was none', () => {
    const empty = { ...quote, bid: undefined };
    expect(markOf('side', empty, 1n)?.source).toBe('last');
    expect(markOf('mid', { ...empty, last: undefined }, 1n)).toBeUndefined();
  });
});

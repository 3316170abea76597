import { describe, expect, it } from '@jest/globals';
import { type Random, seededRandom } from '@tickmesh/kernel';
import fc from 'fast-check';
import { PositionJournal, positionOf } from './journal.ts';
import {
  type ContractTerms,
  FLAT,
  type LedgerFill,
  applyFill,
  applyFillFifo,
  contractValue,
  unrealized,
} from './position.ts';

const MARK = 43_217_123_456_789n;

function randomFill(random: Random, index: number, held: bigint): LedgerFill {
  const flatten = held !== 0n && random.next() < 0.05;
  const quantity = BigInt(random.integer(1, 2_000_000_000)) * (random.next() < 0.5 ? 1n : -1n);
  return {
    executionId: String(index),
    orderId: String(index),
    signedQuantity: flatten ? -held : quantity,
    price: BigInt(random.integer(1, 90_000_000)) * 999_983n,
    fee: 0n,
    feeCurrency: undefined,
    atMicros: index,
  };
}

describe('the cash identity', () => {
  it('L1: holds with zero error over 1,000,000 random fills with flips and flattenings', () => {
    const terms: ContractTerms = { multiplier: 1_000_000_000n, inverse: false };
    const random = seededRandom(4);
    let average = FLAT;
    let fifo = FLAT;
    let cash = 0n;
    let flats = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const fill = randomFill(random, i, average.quantity);
      average = applyFill(average, fill, terms);
      fifo = applyFillFifo(fifo, fill, terms).position;
      cash -= fill.signedQuantity * fill.price * terms.multiplier;
      if (average.quantity === 0n) {
        flats++;
        if (average.cost !== 0n || fifo.cost !== 0n)
          expect([average.cost, fifo.cost]).toEqual([0n, 0n]);
      }
      const equity = cash + contractValue(terms, average.quantity, MARK);
      const byAverage = average.realized + unrealized(average, terms, MARK);
      const byFifo = fifo.realized + unrealized(fifo, terms, MARK);
      if (byAverage !== equity || byFifo !== equity)
        expect([byAverage, byFifo]).toEqual([equity, equity]);
    }
    expect(flats).toBeGreaterThan(10_000);
  });

  it('L1: holds for any multiplier, and for inverse contracts, whose values are rounded once', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 15n });
    const signed = fc.tuple(amount, fc.boolean()).map(([size, buy]) => (buy ? size : -size));
    const terms = fc.record({ multiplier: amount, inverse: fc.boolean() });
    const fills = fc.array(fc.record({ signedQuantity: signed, price: amount }), { maxLength: 40 });
    fc.assert(
      fc.property(terms, fills, amount, (contract, given, mark) => {
        let [average, fifo, cash] = [FLAT, FLAT, 0n];
        given.forEach(({ signedQuantity, price }, i) => {
          const fill = {
            executionId: String(i),
            orderId: '',
            signedQuantity,
            price,
            fee: 0n,
            feeCurrency: undefined,
            atMicros: i,
          };
          average = applyFill(average, fill, contract);
          fifo = applyFillFifo(fifo, fill, contract).position;
          cash -= contractValue(contract, signedQuantity, price);
        });
        const equity = cash + contractValue(contract, average.quantity, mark);
        expect(average.realized + unrealized(average, contract, mark)).toBe(equity);
        expect(fifo.realized + unrealized(fifo, contract, mark)).toBe(equity);
        expect(fifo.lots.reduce((sum, lot) => sum + lot.cost, 0n)).toBe(fifo.cost);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a journal', () => {
  it('gives one position for every order of arrival, as for the whole set', () => {
    const terms: ContractTerms = { multiplier: 1_000_000_000n, inverse: false };
    const indexes = fc.shuffledSubarray([...Array(20).keys()], { minLength: 20 });
    fc.assert(
      fc.property(
        indexes,
        fc.constantFrom('average' as const, 'fifo' as const),
        (order, method) => {
          const random = seededRandom(9);
          const fills = [...Array(20).keys()].map((i) => randomFill(random, i, 0n));
          const journal = new PositionJournal(terms, method);
          for (const i of order) journal.add(fills[i] as LedgerFill);
          expect(journal.position).toEqual(positionOf(fills, terms, method));
        },
      ),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { formatDecimal, parseDecimal } from '@tickmesh/kernel';
import type { OrderFact } from '../fact.ts';
import type { PaperEvent, PaperOrder, PaperQuote, PaperSettings } from './order.ts';
import { PaperVenue } from './venue.ts';

const d = parseDecimal;
const MARKET = 'SIM|ABC';
const SETTINGS: PaperSettings = {
  seed: 'a',
  entryLatencyMicros: [10, 10],
  responseLatencyMicros: [5, 5],
  makerFeeRate: d('0.001'),
  takerFeeRate: d('0.002'),
};
const INSTRUMENT = {
  market: MARKET,
  priceStep: d('0.01'),
  quantityStep: d('0.1'),
  multiplier: d('1'),
  inverse: false,
  settlementCurrency: 'USD',
};
const QUOTE: PaperQuote = { bid: 99, ask: 101, bidSize: 5, askSize: 5, last: 100, lastSize: 1 };

/** A venue, a clock that only goes on, and a line for each thing said. */
class Stage {
  readonly venue: PaperVenue;
  #nowMicros = 1_000;
  #orders = 0;

  constructor(settings: Partial<PaperSettings> = {}) {
    this.venue = new PaperVenue({ ...SETTINGS, ...settings }, [INSTRUMENT]);
  }

  show(quote: Partial<PaperQuote> = {}): string[] {
    this.#nowMicros += 100;
    return lines(this.venue.show(MARKET, { ...QUOTE, ...quote }, this.#nowMicros));
  }

  order(order: Partial<PaperOrder>): string[] {
    this.#orders++;
    const whole: PaperOrder = {
      clientOrderId: `O${this.#orders}`,
      market: MARKET,
      side: 'BUY',
      orderKind: 'LIMIT',
      lifetime: 'GTC',
      terms: { quantity: d('3'), limitPrice: d('99') },
      ...order,
    };
    this.venue.submit(whole, this.#nowMicros);
    return this.pass();
  }

  pass(micros = 50): string[] {
    this.#nowMicros += micros;
    return lines(this.venue.advance(this.#nowMicros));
  }

  cancel(id: string): string[] {
    this.venue.cancel(id, 'R', this.#nowMicros);
    return this.pass();
  }

  replace(id: string, quantity: string, limit: string): string[] {
    const terms = { quantity: d(quantity), limitPrice: d(limit) };
    this.venue.replace({ clientOrderId: id, requestId: 'R', terms }, this.#nowMicros);
    return this.pass();
  }
}

const lines = (events: readonly PaperEvent[]): string[] =>
  events.map(({ clientOrderId, fact }) => `${clientOrderId} ${describeFact(fact)}`);

function describeFact(fact: OrderFact): string {
  if (fact.kind === 'fill') {
    return `${fact.liquidity ?? ''} ${formatDecimal(fact.quantity)} @ ${formatDecimal(fact.price)}`;
  }
  return 'reason' in fact && fact.reason !== undefined ? `${fact.kind}: ${fact.reason}` : fact.kind;
}

const market = (quantity: string, more: Partial<PaperOrder> = {}): Partial<PaperOrder> => ({
  orderKind: 'MARKET',
  terms: { quantity: d(quantity) },
  ...more,
});
const limit = (
  quantity: string,
  price: string,
  more: Partial<PaperOrder> = {},
): Partial<PaperOrder> => ({
  terms: { quantity: d(quantity), limitPrice: d(price) },
  ...more,
});
const levels = {
  asks: [
    { price: 101, size: 2 },
    { price: 102, size: 2 },
    { price: 103, size: 9 },
  ],
};

describe('an order on paper that may only rest', () => {
  const resting = { postOnly: true } as const;

  it('rests below the other side, and is a maker when that comes to it', () => {
    const stage = new Stage();
    stage.show();
    expect(stage.order(limit('3', '100', resting))).toEqual(['O1 acknowledged']);
    expect(stage.show({ ask: 100 })).toEqual(['O1 MAKER 3 @ 100']);
  });

  it('is refused when it would take, as it arrives and as it is replaced', () => {
    const stage = new Stage();
    stage.show();
    expect(stage.order(limit('3', '101', resting))).toEqual([
      'O1 rejected: post only: it would take',
    ]);
    stage.order(limit('3', '100', resting));
    expect(stage.replace('O2', '3', '101')).toEqual([
      'O2 replace-rejected: post only: it would take',
    ]);
    expect(stage.show({ ask: 100 })).toEqual(['O2 MAKER 3 @ 100']);
  });

  it('is paid a rebate where the venue gives one', () => {
    const stage = new Stage({ makerFeeRate: -d('0.0001') });
    stage.show();
    stage.order(limit('3', '100', resting));
    const events = stage.venue.show(MARKET, { ...QUOTE, ask: 100 }, 3_000);
    expect(events.find(({ fact }) => fact.kind === 'fill')?.fact).toMatchObject({
      fee: -d('0.03'),
    });
  });
});

describe('a market order on paper', () => {
  it('takes what is shown, best first, and pays the taker fee', () => {
    const stage = new Stage();
    stage.show(levels);
    expect(stage.order(market('3'))).toEqual([
      'O1 acknowledged',
      'O1 TAKER 2 @ 101',
      'O1 TAKER 1 @ 102',
    ]);
    stage.venue.submit(
      {
        clientOrderId: 'F',
        market: MARKET,
        side: 'BUY',
        orderKind: 'MARKET',
        lifetime: 'IOC',
        terms: { quantity: d('1') },
      },
      2_000,
    );
    const fact = stage.venue.advance(3_000).find((event) => event.fact.kind === 'fill')?.fact;
    expect(fact).toMatchObject({ fee: d('0.204'), feeCurrency: 'USD' });
  });

  it('does not take one displayed size twice', () => {
    const stage = new Stage();
    stage.show();
    expect(stage.order(market('4'))).toContain('O1 TAKER 4 @ 101');
    expect(stage.order(market('4'))).toEqual(['O2 acknowledged', 'O2 TAKER 1 @ 101']);
    expect(stage.show()).toEqual([]);
    expect(stage.show({ askSize: 6 })).toEqual(['O2 TAKER 3 @ 101']);
  });

  it('reaches the venue after the latency, and is heard of after another', () => {
    const { venue } = new Stage();
    venue.show(MARKET, QUOTE, 1_000);
    venue.submit(
      {
        clientOrderId: 'O',
        market: MARKET,
        side: 'SELL',
        orderKind: 'MARKET',
        lifetime: 'GTC',
        terms: { quantity: d('1') },
      },
      1_000,
    );
    expect([venue.advance(1_009), venue.nextAtMicros]).toEqual([[], 1_010]);
    const times = venue
      .advance(2_000)
      .map(({ fact, deliverAtMicros }) => [fact.atMicros, deliverAtMicros]);
    expect(times).toEqual([
      [1_010, 1_015],
      [1_010, 1_015],
    ]);
  });

  it('that asks for all or nothing takes nothing when too little is shown', () => {
    const stage = new Stage();
    stage.show();
    expect(stage.order(market('6', { lifetime: 'FOK' }))).toEqual([
      'O1 acknowledged',
      'O1 canceled: FOK',
    ]);
    expect(stage.order(market('5', { lifetime: 'FOK' }))).toContain('O2 TAKER 5 @ 101');
  });

  it('that is immediate or cancel gives up the rest', () => {
    const stage = new Stage();
    stage.show();
    expect(stage.order(market('6', { lifetime: 'IOC' }))).toEqual([
      'O1 acknowledged',
      'O1 TAKER 5 @ 101',
      'O1 canceled: IOC',
    ]);
  });
});

describe('a limit order on paper', () => {
  it('takes up to its limit and rests with the remainder', () => {
    const stage = new Stage();
    stage.show(levels);
    expect(stage.order(limit('6', '102'))).toEqual([
      'O1 acknowledged',
      'O1 TAKER 2 @ 101',
      'O1 TAKER 2 @ 102',
    ]);
    expect(stage.show({ bid: 102, ask: 103 })).toEqual([]);
    expect(stage.show({ bid: 101, ask: 102, askSize: 7 })).toEqual(['O1 MAKER 2 @ 102']);
  });

  it('waits behind the queue that was there and moves up by trades at its price', () => {
    const stage = new Stage();
    stage.show();
    stage.order(limit('3', '99'));
    expect(stage.show({ last: 99, lastSize: 4 })).toEqual([]);
    expect(stage.show({ last: 99, lastSize: 2 })).toEqual(['O1 MAKER 1 @ 99']);
    expect(stage.show({ last: 99, lastSize: 7 })).toEqual(['O1 MAKER 2 @ 99']);
  });

  it('is never further back than what is shown at its price', () => {
    const stage = new Stage();
    stage.show();
    stage.order(limit('3', '99'));
    stage.show({ bidSize: 1 });
    expect(stage.show({ bidSize: 1, last: 99, lastSize: 3 })).toEqual(['O1 MAKER 2 @ 99']);
  });

  it('is filled at its own price by a trade that goes through it', () => {
    const stage = new Stage();
    stage.show();
    stage.order(limit('3', '99'));
    expect(stage.show({ last: 98.5, lastSize: 2 })).toEqual(['O1 MAKER 2 @ 99']);
  });

  it('shares one trade with our other orders by price, then time', () => {
    const stage = new Stage();
    stage.show({ bid: 98 });
    stage.order(limit('2', '99'));
    stage.order(limit('2', '99'));
    stage.order(limit('2', '99.5'));
    expect(stage.show({ bid: 98, last: 98.9, lastSize: 5 })).toEqual([
      'O3 MAKER 2 @ 99.5',
      'O1 MAKER 2 @ 99',
      'O2 MAKER 1 @ 99',
    ]);
  });

  it('goes to the end of the queue when its price changes, and keeps what was filled', () => {
    const stage = new Stage();
    stage.show();
    stage.order(limit('3', '99'));
    expect(stage.replace('O1', '5', '101')).toEqual(['O1 replace-accepted', 'O1 TAKER 5 @ 101']);
    expect(stage.replace('O1', '5', '101')).toEqual(['O1 replace-rejected: not open']);
  });

  it('is canceled on request, once', () => {
    const stage = new Stage();
    stage.show();
    stage.order(limit('3', '99'));
    expect(stage.cancel('O1')).toEqual(['O1 canceled: asked for']);
    expect(stage.cancel('O1')).toEqual(['O1 cancel-rejected: not open']);
  });

  it('of the day lapses at the end of the session', () => {
    const stage = new Stage();
    stage.show();
    stage.order(limit('3', '99', { lifetime: 'DAY', expiresAtMicros: 5_000 }));
    expect(stage.pass(10_000)).toEqual(['O1 expired: DAY']);
  });
});

describe('a stop order on paper', () => {
  it('is triggered by the last trade and becomes a market order', () => {
    const stage = new Stage();
    stage.show();
    const stop = { orderKind: 'STOP', terms: { quantity: d('2'), stopPrice: d('102') } } as const;
    expect(stage.order(stop)).toEqual(['O1 acknowledged']);
    expect(stage.show({ bid: 101, ask: 103, last: 102, lastSize: 1 })).toEqual([
      'O1 triggered',
      'O1 TAKER 2 @ 103',
    ]);
  });

  it('with a limit rests at it once triggered', () => {
    const stage = new Stage();
    stage.show();
    const terms = { quantity: d('2'), stopPrice: d('98'), limitPrice: d('97') };
    stage.order({ side: 'SELL', orderKind: 'STOP_LIMIT', terms });
    expect(stage.show({ bid: 96, ask: 98, last: 97.5, lastSize: 1 })).toEqual(['O1 triggered']);
    expect(stage.show({ bid: 97, ask: 98, last: 97.5, lastSize: 1 })).toEqual(['O1 MAKER 2 @ 97']);
  });
});

describe('a paper venue', () => {
  it('rejects an order of a market it does not have', () => {
    const stage = new Stage();
    expect(stage.order({ market: 'SIM|XYZ' })).toEqual(['O1 rejected: no market SIM|XYZ']);
  });

  it('says the same for the same calls and seed', () => {
    const run = (seed: string): PaperEvent[] => {
      const venue = new PaperVenue(
        { ...SETTINGS, seed, entryLatencyMicros: [1, 500], responseLatencyMicros: [1, 500] },
        [INSTRUMENT],
      );
      const events: PaperEvent[] = [];
      for (let i = 0; i < 200; i++) {
        const side = i % 2 === 0 ? 'BUY' : 'SELL';
        const price = d(String(99 + (i % 3)));
        venue.submit(
          {
            clientOrderId: `O${i}`,
            market: MARKET,
            side,
            orderKind: 'LIMIT',
            lifetime: 'GTC',
            terms: { quantity: d('2'), limitPrice: price },
          },
          i * 100,
        );
        events.push(
          ...venue.show(
            MARKET,
            { ...QUOTE, bidSize: 1 + (i % 7), last: 99 + (i % 4), lastSize: 1 + i },
            i * 100 + 50,
          ),
        );
      }
      return events;
    };
    expect(run('x')).toEqual(run('x'));
    expect(run('x')).not.toEqual(run('y'));
  });

  it('lets an order that was put back meet only what comes', () => {
    const { venue } = new Stage();
    venue.restore({
      order: {
        clientOrderId: 'O',
        market: MARKET,
        side: 'BUY',
        orderKind: 'LIMIT',
        lifetime: 'GTC',
        terms: { quantity: d('3'), limitPrice: d('101') },
      },
      terms: { quantity: d('3'), limitPrice: d('101') },
      filledQuantity: d('1'),
      executions: 1,
      triggered: true,
    });
    expect(venue.prime(MARKET, QUOTE)).toEqual([]);
    const [event] = venue.show(MARKET, QUOTE, 2_000);
    expect(event?.fact).toMatchObject({ executionId: 'O-2', quantity: d('2'), price: d('101') });
  });
});

/**
 * A venue on paper: takes orders as a venue would and matches them against the recorded or live market, by price and
 * time. Pure: time and quotes come in, events come out; the same calls and the same seed give the same events.
 *
 * - An order reaches the venue after the entry latency; its word reaches us after the response latency.
 * - A taker walks what is shown, best first; what is not filled waits for the next quote (IOC and FOK do not).
 * - A resting order stands in the queue behind what was shown at its price, moves up by trades at its price alone
 *   (and is never further back than what is shown), and is filled at its own price when the other side
 *   comes to it or trades go through it. Price, then time, decides between our own orders.
 * - A stop is triggered by the last trade; before the first trade by the side that it would take.
 * - Our orders move nobody: there is no market impact.
 */
import { divideHalfEven, type Random, seededRandom } from '@tickmesh/kernel';
import type { Liquidity as LiquidityFlag, OrderFact, OrderTerms, Side } from '../fact.ts';
import { Liquidity, type Trade, opposite } from './liquidity.ts';
import type {
  PaperEvent,
  PaperInstrument,
  PaperOrder,
  PaperOrderState,
  PaperQuote,
  PaperSettings,
} from './order.ts';
import { Schedule } from './schedule.ts';

interface Working {
  readonly order: PaperOrder;
  terms: OrderTerms;
  filledQuantity: bigint;
  executions: number;
  triggered: boolean;
  ended: boolean;
  readonly restored: boolean;
  /** Shown quantity before it at its price; undefined while its price is beyond what is shown. */
  queueAhead: bigint | undefined;
}

interface Market {
  readonly instrument: PaperInstrument;
  readonly liquidity: Liquidity;
  /** Open orders that have arrived, by arrival. */
  working: Working[];
}

type Arrival =
  | { readonly kind: 'order'; readonly order: PaperOrder }
  | { readonly kind: 'cancel'; readonly clientOrderId: string; readonly requestId: string }
  | {
      readonly kind: 'replace';
      readonly clientOrderId: string;
      readonly requestId: string;
      readonly terms: OrderTerms;
    }
  | { readonly kind: 'expiry'; readonly clientOrderId: string };

const UNIT = 10n ** 9n;

export class PaperVenue {
  readonly #settings: PaperSettings;
  readonly #random: Random;
  readonly #markets = new Map<string, Market>();
  readonly #orders = new Map<string, Working>();
  readonly #schedule = new Schedule<Arrival>();
  #events: PaperEvent[] = [];
  #nowMicros = 0;

  constructor(settings: PaperSettings, instruments: Iterable<PaperInstrument>) {
    this.#settings = settings;
    this.#random = seededRandom(settings.seed);
    for (const instrument of instruments) {
      const liquidity = new Liquidity(instrument);
      this.#markets.set(instrument.market, { instrument, liquidity, working: [] });
    }
  }

  /** When the next order or request arrives, or an order lapses: `advance` to it then. */
  get nextAtMicros(): number | undefined {
    return this.#schedule.nextAtMicros;
  }

  submit(order: PaperOrder, nowMicros: number): void {
    this.#schedule.add(this.#arrivalTime(nowMicros), { kind: 'order', order });
  }

  cancel(clientOrderId: string, requestId: string, nowMicros: number): void {
    this.#schedule.add(this.#arrivalTime(nowMicros), { kind: 'cancel', clientOrderId, requestId });
  }

  replace(
    request: {
      readonly clientOrderId: string;
      readonly requestId: string;
      readonly terms: OrderTerms;
    },
    nowMicros: number,
  ): void {
    this.#schedule.add(this.#arrivalTime(nowMicros), { kind: 'replace', ...request });
  }

  /** Everything that happens until then, and the events of it. */
  advance(nowMicros: number): PaperEvent[] {
    this.#advance(nowMicros);
    return this.#drain();
  }

  /** A quote of a market: what is due before it happens first. */
  show(market: string, quote: PaperQuote, nowMicros: number): PaperEvent[] {
    this.#advance(nowMicros);
    const held = this.#markets.get(market);
    if (held !== undefined) {
      const trade = held.liquidity.show(quote);
      if (held.working.length > 0) this.#match(held, trade);
    }
    return this.#drain();
  }

  /**
   * How a market stood before this venue came up. Orders that were put back have met that quote already; those that
   * came since meet it now.
   */
  prime(market: string, quote: PaperQuote): PaperEvent[] {
    const held = this.#markets.get(market);
    if (held === undefined) return [];
    held.liquidity.show(quote);
    for (const working of held.working) {
      if (working.triggered && !working.restored) this.#meetQuote(held, working);
    }
    this.#sweep(held);
    return this.#drain();
  }

  /** Puts back an order that had arrived before a restart, at the end of its queue. */
  restore(state: PaperOrderState): void {
    const working: Working = { ...state, ended: false, restored: true, queueAhead: undefined };
    const market = this.#markets.get(state.order.market);
    if (market === undefined) return;
    this.#orders.set(state.order.clientOrderId, working);
    market.working.push(working);
    this.#scheduleExpiry(state.order);
  }

  #advance(nowMicros: number): void {
    for (;;) {
      const due = this.#schedule.takeDue(nowMicros);
      if (due === undefined) break;
      this.#nowMicros = Math.max(this.#nowMicros, due.atMicros);
      this.#arrive(due.item);
    }
    this.#nowMicros = Math.max(this.#nowMicros, nowMicros);
  }

  #arrive(arrival: Arrival): void {
    switch (arrival.kind) {
      case 'order':
        this.#accept(arrival.order);
        break;
      case 'cancel':
        this.#cancel(arrival.clientOrderId, arrival.requestId);
        break;
      case 'replace':
        this.#replace(arrival);
        break;
      case 'expiry': {
        const held = this.#orders.get(arrival.clientOrderId);
        if (held !== undefined) this.#end(held, { kind: 'expired', reason: 'DAY' });
      }
    }
  }

  #accept(order: PaperOrder): void {
    const { clientOrderId } = order;
    const market = this.#markets.get(order.market);
    if (market === undefined) {
      this.#say(clientOrderId, { kind: 'rejected', reason: `no market ${order.market}` }, true);
      return;
    }
    if (order.postOnly === true && wouldTake(market, order.side, order.terms)) {
      this.#say(clientOrderId, { kind: 'rejected', reason: 'post only: it would take' }, true);
      return;
    }
    const working: Working = {
      order,
      terms: order.terms,
      filledQuantity: 0n,
      executions: 0,
      triggered: order.orderKind === 'MARKET' || order.orderKind === 'LIMIT',
      ended: false,
      restored: false,
      queueAhead: undefined,
    };
    this.#orders.set(clientOrderId, working);
    this.#say(clientOrderId, { kind: 'acknowledged', venueOrderId: `P-${clientOrderId}` });
    market.working.push(working);
    this.#scheduleExpiry(order);
    if (!working.triggered) this.#trigger(market, working);
    if (working.triggered) this.#enter(market, working);
    this.#sweep(market);
  }

  /** An order that just arrived or was triggered: it takes what it can, then rests, or ends. */
  #enter(market: Market, working: Working): void {
    const { side, lifetime } = working.order;
    const limit = working.terms.limitPrice;
    if (lifetime === 'FOK' && market.liquidity.available(side, limit) < open(working)) {
      this.#end(working, { kind: 'canceled', reason: 'FOK' });
      return;
    }
    this.#takeShown(market, working);
    if (working.ended) return;
    if (lifetime === 'IOC' || lifetime === 'FOK') {
      this.#end(working, { kind: 'canceled', reason: lifetime });
      return;
    }
    this.#queue(market, working);
  }

  #queue(market: Market, working: Working): void {
    const limit = working.terms.limitPrice;
    working.queueAhead =
      limit === undefined ? 0n : market.liquidity.shownAt(working.order.side, limit);
  }

  #match(market: Market, trade: Trade | undefined): void {
    const waiting = market.working.filter((working) => !working.triggered);
    const resting = market.working.filter((working) => working.triggered).sort(byPrice);
    let volume = trade?.size ?? 0n;
    for (const working of resting) {
      if (trade !== undefined && volume > 0n)
        volume -= this.#meetTrade(working, { ...trade, size: volume }, market);
      if (!working.ended) this.#meetQuote(market, working);
    }
    // Those that rested come first; a trade that triggers an order does not fill it too.
    for (const working of waiting) this.#trigger(market, working);
    this.#sweep(market);
  }

  /** Returns the volume that went to the queue before it and to it. */
  #meetTrade(working: Working, trade: Trade, market: Market): bigint {
    const limit = working.terms.limitPrice;
    if (limit === undefined) return 0n;
    const buying = working.order.side === 'BUY';
    const through = buying ? trade.price < limit : trade.price > limit;
    if (!through && trade.price !== limit) return 0n;
    // Where its place in the queue is not known, only a trade through its price can fill it.
    if (!through && working.queueAhead === undefined) return 0n;
    const ahead = through ? 0n : (working.queueAhead ?? 0n);
    const passed = ahead < trade.size ? ahead : trade.size;
    if (!through) working.queueAhead = ahead - passed;
    const size = least(trade.size - passed, open(working));
    if (size > 0n) this.#fill(market, working, { price: limit, size, liquidity: 'MAKER' });
    return size;
  }

  /** The other side may have come to it; what is shown at its price bounds the queue before it. */
  #meetQuote(market: Market, working: Working): void {
    const { side } = working.order;
    const limit = working.terms.limitPrice;
    if (limit === undefined) {
      this.#takeShown(market, working);
      return;
    }
    for (const { size } of market.liquidity.take(side, open(working), limit)) {
      this.#fill(market, working, { price: limit, size, liquidity: 'MAKER' });
    }
    const shown = market.liquidity.shownAt(side, limit);
    if (shown !== undefined && shown < (working.queueAhead ?? shown + 1n))
      working.queueAhead = shown;
  }

  #takeShown(market: Market, working: Working): void {
    const { side } = working.order;
    for (const { price, size } of market.liquidity.take(
      side,
      open(working),
      working.terms.limitPrice,
    )) {
      this.#fill(market, working, { price, size, liquidity: 'TAKER' });
    }
  }

  #trigger(market: Market, working: Working): void {
    const { stopPrice } = working.terms;
    const { side, clientOrderId } = working.order;
    const seen = market.liquidity.last() ?? market.liquidity.best(opposite(side));
    if (stopPrice === undefined || seen === undefined) return;
    if (side === 'BUY' ? seen < stopPrice : seen > stopPrice) return;
    working.triggered = true;
    this.#say(clientOrderId, { kind: 'triggered' });
    this.#enter(market, working);
  }

  #fill(
    market: Market,
    working: Working,
    trade: Trade & { readonly liquidity: LiquidityFlag },
  ): void {
    const { clientOrderId } = working.order;
    working.filledQuantity += trade.size;
    working.executions++;
    const ended = open(working) === 0n;
    if (ended) this.#forget(working);
    this.#say(
      clientOrderId,
      {
        kind: 'fill',
        executionId: `${clientOrderId}-${working.executions}`,
        quantity: trade.size,
        price: trade.price,
        fee: this.#fee(market.instrument, trade),
        feeCurrency: market.instrument.settlementCurrency,
        liquidity: trade.liquidity,
      },
      ended,
    );
  }

  #fee(instrument: PaperInstrument, trade: Trade & { readonly liquidity: LiquidityFlag }): bigint {
    const { makerFeeRate, takerFeeRate } = this.#settings;
    const rate = trade.liquidity === 'MAKER' ? makerFeeRate : takerFeeRate;
    const contracts = trade.size * instrument.multiplier;
    if (instrument.inverse) return divideHalfEven(contracts * rate, trade.price * UNIT);
    return divideHalfEven(contracts * trade.price * rate, UNIT * UNIT * UNIT);
  }

  #cancel(clientOrderId: string, requestId: string): void {
    const held = this.#orders.get(clientOrderId);
    if (held === undefined) {
      this.#say(clientOrderId, { kind: 'cancel-rejected', requestId, reason: 'not open' });
      return;
    }
    this.#end(held, { kind: 'canceled', reason: 'asked for' });
  }

  /** A new price or a larger quantity goes to the end of the queue. */
  #replace(request: Extract<Arrival, { kind: 'replace' }>): void {
    const { clientOrderId, requestId, terms } = request;
    const held = this.#orders.get(clientOrderId);
    if (held === undefined || terms.quantity <= held.filledQuantity) {
      const reason = held === undefined ? 'not open' : 'too late';
      this.#say(clientOrderId, { kind: 'replace-rejected', requestId, reason });
      return;
    }
    const market = this.#markets.get(held.order.market);
    if (market !== undefined && held.order.postOnly && wouldTake(market, held.order.side, terms)) {
      const reason = 'post only: it would take';
      this.#say(clientOrderId, { kind: 'replace-rejected', requestId, reason });
      return;
    }
    const moved =
      terms.limitPrice !== held.terms.limitPrice || terms.quantity > held.terms.quantity;
    held.terms = terms;
    this.#say(clientOrderId, { kind: 'replace-accepted', requestId });
    if (market === undefined || !moved) return;
    market.working = [...market.working.filter((working) => working !== held), held];
    if (!held.triggered) this.#trigger(market, held);
    else this.#enter(market, held);
    this.#sweep(market);
  }

  #end(working: Working, said: DistributiveOmit<OrderFact, 'atMicros'>): void {
    this.#forget(working);
    this.#say(working.order.clientOrderId, said, true);
    const market = this.#markets.get(working.order.market);
    if (market !== undefined) this.#sweep(market);
  }

  /** Memory is bounded by what is open. */
  #forget(working: Working): void {
    working.ended = true;
    this.#orders.delete(working.order.clientOrderId);
  }

  #sweep(market: Market): void {
    if (market.working.some((working) => working.ended)) {
      market.working = market.working.filter((working) => !working.ended);
    }
  }

  #scheduleExpiry({ clientOrderId, lifetime, expiresAtMicros }: PaperOrder): void {
    if (lifetime === 'DAY' && expiresAtMicros !== undefined) {
      this.#schedule.add(expiresAtMicros, { kind: 'expiry', clientOrderId });
    }
  }

  #say(clientOrderId: string, said: DistributiveOmit<OrderFact, 'atMicros'>, ended = false): void {
    const atMicros = this.#nowMicros;
    const deliverAtMicros = atMicros + this.#draw(this.#settings.responseLatencyMicros);
    this.#events.push({ clientOrderId, fact: { ...said, atMicros }, deliverAtMicros, ended });
  }

  #drain(): PaperEvent[] {
    if (this.#events.length === 0) return [];
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #arrivalTime(nowMicros: number): number {
    return nowMicros + this.#draw(this.#settings.entryLatencyMicros);
  }

  #draw([min, max]: readonly [number, number]): number {
    return min === max ? min : this.#random.integer(min, max);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const wouldTake = ({ liquidity }: Market, side: Side, { limitPrice }: OrderTerms): boolean =>
  liquidity.available(side, limitPrice) > 0n;

const open = (working: Working): bigint => working.terms.quantity - working.filledQuantity;
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The better price first; arrival decides between equals, because the sort is stable. */
function byPrice(a: Working, b: Working): number {
  const [x, y] = [a.terms.limitPrice, b.terms.limitPrice];
  if (a.order.side !== b.order.side) return a.order.side === 'BUY' ? -1 : 1;
  if (x === y) return 0;
  if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
  const better: Side = x > y ? 'BUY' : 'SELL';
  return better === a.order.side ? -1 : 1;
}

/** The last quote of each market, as decisions and marks read it. */
import type { Instrument, InstrumentMaster, MarketEvent } from '@tickmesh/contracts';
import type { ReferencePrice } from '@tickmesh/domain-risk';
import { decimalFromNumber } from '@tickmesh/kernel';
import type { Markets } from './ports.ts';

interface Seen {
  readonly symbol: string;
  readonly exchange: string;
  event: MarketEvent | undefined;
  bookLive: boolean;
  /** Made of the event when it is first asked for. */
  reference: ReferencePrice | undefined;
}

export class MarketBoard implements Markets {
  readonly #master: InstrumentMaster;
  readonly #seen = new Map<string, Seen>();
  #last: Seen | undefined;

  constructor(master: InstrumentMaster) {
    this.#master = master;
  }

  instrument(symbol: string, exchange: string): Instrument | undefined {
    return this.#master.find(symbol, exchange);
  }

  /** Takes ticks and changes of book state; bars say nothing of the quote. */
  show(event: MarketEvent): void {
    const seen = this.#seenOf(event);
    if (event.tick !== null) seen.event = event;
    else if (event.book_status !== null) seen.bookLive = event.book_status.state === 'LIVE';
    else return;
    seen.reference = undefined;
  }

  reference(symbol: string, exchange: string): ReferencePrice | undefined {
    const seen = this.#seen.get(`${exchange}|${symbol}`);
    const instrument = this.#master.find(symbol, exchange);
    const tick = seen?.event?.tick;
    if (seen?.event === undefined || instrument === undefined || !tick) return undefined;
    const price = (value: number | null): bigint | undefined =>
      value === null || value <= 0 ? undefined : decimalFromNumber(value, instrument.price_step);
    seen.reference ??= {
      bid: price(tick.bid),
      ask: price(tick.ask),
      last: price(tick.last),
      atMicros: seen.event.received_at,
      bookLive: seen.bookLive,
    };
    return seen.reference;
  }

  /** Most events are of the market of the one before: its names are compared before a key is made. */
  #seenOf({ symbol, exchange }: MarketEvent): Seen {
    if (this.#last?.symbol === symbol && this.#last.exchange === exchange) return this.#last;
    const key = `${exchange}|${symbol}`;
    let seen = this.#seen.get(key);
    if (seen === undefined) {
      seen = { symbol, exchange, event: undefined, bookLive: true, reference: undefined };
      this.#seen.set(key, seen);
    }
    this.#last = seen;
    return seen;
  }
}

/**
 * What one market shows, side by side, and what of it our own orders have taken. A level that was taken from stays
 * taken until the market shows it with another size: one displayed size is not filled twice.
 */
import { decimalFromNumber } from '@tickmesh/kernel';
import type { Side } from '../fact.ts';
import type { PaperInstrument, PaperLevel, PaperQuote } from './order.ts';

interface Level {
  readonly price: bigint;
  readonly shown: bigint;
  left: bigint;
}

export interface Trade {
  readonly price: bigint;
  readonly size: bigint;
}

export class Liquidity {
  readonly #instrument: PaperInstrument;
  #quote: PaperQuote | undefined;
  #levels: { readonly BUY: readonly Level[]; readonly SELL: readonly Level[] } | undefined;
  /** What was taken, by side and price, of which shown size. */
  #taken = new Map<string, { readonly shown: bigint; left: bigint }>();

  constructor(instrument: PaperInstrument) {
    this.#instrument = instrument;
  }

  get isKnown(): boolean {
    return this.#quote !== undefined;
  }

  /**
   * Shows the next quote. Returns the trade that it reports, if it is another than the last: ticks repeat the last
   * trade, so two equal trades in a row count as one, which errs on the side of fewer fills.
   */
  show(quote: PaperQuote): Trade | undefined {
    const before = this.#quote;
    this.#quote = quote;
    this.#levels = undefined;
    const { last, lastSize } = quote;
    if (last === null || lastSize === null || before === undefined) return undefined;
    if (last === before.last && lastSize === before.lastSize) return undefined;
    // Made exact when it is asked for: most trades meet no order of ours.
    const [price, size] = [() => this.#price(last), () => this.#size(lastSize)];
    return {
      get price() {
        return price();
      },
      get size() {
        return size();
      },
    };
  }

  /** Best price of the side that rests (`BUY`: the bid); undefined when it is empty. */
  best(resting: Side): bigint | undefined {
    return this.#side(resting)[0]?.price;
  }

  /** Price of the last trade. */
  last(): bigint | undefined {
    const last = this.#quote?.last ?? null;
    return last === null ? undefined : this.#price(last);
  }

  /** Size shown at a price of the side that rests; undefined when the price is beyond what is shown. */
  shownAt(resting: Side, price: bigint): bigint | undefined {
    const levels = this.#side(resting);
    const level = levels.find((held) => held.price === price);
    if (level !== undefined) return level.shown;
    const worst = levels.at(-1)?.price;
    if (worst === undefined) return 0n;
    const beyond = resting === 'BUY' ? price < worst : price > worst;
    return beyond ? undefined : 0n;
  }

  /** Quantity that an order of `side` can take at `limit` or better. */
  available(side: Side, limit: bigint | undefined): bigint {
    let sum = 0n;
    for (const level of this.#side(opposite(side))) {
      if (!isWithin(side, level.price, limit)) break;
      sum += level.left;
    }
    return sum;
  }

  /** Takes up to `quantity`, best levels first. */
  take(side: Side, quantity: bigint, limit: bigint | undefined): Trade[] {
    const trades: Trade[] = [];
    let wanted = quantity;
    const resting = opposite(side);
    for (const level of this.#side(resting)) {
      if (wanted === 0n || !isWithin(side, level.price, limit)) break;
      const size = level.left < wanted ? level.left : wanted;
      if (size === 0n) continue;
      level.left -= size;
      wanted -= size;
      this.#taken.set(keyOf(resting, level.price), { shown: level.shown, left: level.left });
      trades.push({ price: level.price, size });
    }
    return trades;
  }

  #side(resting: Side): readonly Level[] {
    this.#levels ??= this.#build();
    return this.#levels[resting];
  }

  #build(): { BUY: readonly Level[]; SELL: readonly Level[] } {
    const quote = this.#quote;
    if (quote === undefined) return { BUY: [], SELL: [] };
    const bids = quote.bids ?? [{ price: quote.bid, size: quote.bidSize }];
    const asks = quote.asks ?? [{ price: quote.ask, size: quote.askSize }];
    const taken = this.#taken;
    this.#taken = new Map();
    return { BUY: this.#levelsOf('BUY', bids, taken), SELL: this.#levelsOf('SELL', asks, taken) };
  }

  #levelsOf(
    side: Side,
    shown: readonly PaperLevel[],
    taken: ReadonlyMap<string, { readonly shown: bigint; readonly left: bigint }>,
  ): Level[] {
    return shown.map(({ price, size }) => {
      const level = { price: this.#price(price), shown: this.#size(size) };
      const before = taken.get(keyOf(side, level.price));
      if (before?.shown !== level.shown) return { ...level, left: level.shown };
      this.#taken.set(keyOf(side, level.price), before);
      return { ...level, left: before.left };
    });
  }

  #price(value: number): bigint {
    return decimalFromNumber(value, this.#instrument.priceStep);
  }

  #size(value: number): bigint {
    return decimalFromNumber(value, this.#instrument.quantityStep);
  }
}

export const opposite = (side: Side): Side => (side === 'BUY' ? 'SELL' : 'BUY');

function isWithin(side: Side, price: bigint, limit: bigint | undefined): boolean {
  if (limit === undefined) return true;
  return side === 'BUY' ? price <= limit : price >= limit;
}

const keyOf = (side: Side, price: bigint): string => `${side}${price}`;

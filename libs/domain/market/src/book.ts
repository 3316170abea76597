import type { PriceLevel } from '@tickmesh/contracts';
import { numberOfUnits } from './decimal-units.ts';
import type { DecimalDigits, LevelList } from './venue-frames.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/**
 * One side of a book, by price. Two columns sorted so that the best level is the last one: updates
 * gather near the best price, so a search starts there and an insertion moves a short tail.
 * Prices and sizes are units of 10^-digits; `sign` is 1 for bids and -1 for asks, whose keys are
 * negated prices.
 */
export class BookSide {
  count = 0;
  readonly #sign: 1 | -1;
  readonly #levelsMax: number;
  #keys: Float64Array = new Float64Array(1024);
  #sizes: Float64Array = new Float64Array(1024);

  /** @param levelsMax levels held at the most; the worst is dropped beyond it */
  constructor(sign: 1 | -1, levelsMax: number) {
    this.#sign = sign;
    this.#levelsMax = levelsMax;
  }

  /** Price of the level at a distance from the best; NaN where there is none. */
  priceAt(rank: number): number {
    return rank < this.count ? this.#sign * this.#keys[this.count - 1 - rank]! : NaN;
  }

  /** Size of the level at a distance from the best; 0 where there is none. */
  sizeAt(rank: number): number {
    return rank < this.count ? this.#sizes[this.count - 1 - rank]! : 0;
  }

  /**
   * Sets the absolute size of a price; 0 deletes it. Deleting an unknown price is normal.
   * @returns the rank (0 is the best) that was set, inserted or deleted; -1 when nothing changed
   */
  set(price: number, size: number): number {
    const key = this.#sign * price;
    const place = this.#search(key);
    const known = place < this.count && this.#keys[place] === key;
    if (size === 0) return known ? this.#delete(place) : -1;
    if (known) {
      if (this.#sizes[place] === size) return -1;
      this.#sizes[place] = size;
      return this.count - 1 - place;
    }
    return this.#insert(place, key, size);
  }

  clear(): void {
    this.count = 0;
  }

  /** First place whose key is not below `key`, by doubling steps from the best down, then halving. */
  #search(key: number): number {
    const keys = this.#keys;
    let high = this.count;
    let step = 1;
    let low = high - 1;
    while (low >= 0 && keys[low]! >= key) {
      high = low;
      low -= step;
      step += step;
    }
    low = low < 0 ? 0 : low + 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(place: number, key: number, size: number): number {
    if (this.count === this.#levelsMax) {
      if (place === 0) return -1;
      this.#delete(0);
      place -= 1;
    }
    if (this.count === this.#keys.length) this.#grow();
    shiftUp(this.#keys, place, this.count);
    shiftUp(this.#sizes, place, this.count);
    this.#keys[place] = key;
    this.#sizes[place] = size;
    this.count += 1;
    return this.count - 1 - place;
  }

  #delete(place: number): number {
    shiftDown(this.#keys, place, this.count);
    shiftDown(this.#sizes, place, this.count);
    this.count -= 1;
    return this.count - place;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const sizes = new Float64Array(this.#keys.length * 2);
    keys.set(this.#keys);
    sizes.set(this.#sizes);
    this.#keys = keys;
    this.#sizes = sizes;
  }

  save(out: StateWriter): void {
    out.columns(this.count, this.#keys, this.#sizes);
  }

  load(from: StateReader): void {
    const [keys, sizes] = from.columns(1024);
    this.#keys = keys;
    this.#sizes = sizes;
    this.count = from.lastCount;
  }
}

/** Tails shorter than this are moved by a loop: a call into the engine costs more. */
const LOOP_MAX = 24;

function shiftUp(column: Float64Array, place: number, count: number): void {
  if (count - place > LOOP_MAX) {
    column.copyWithin(place + 1, place, count);
    return;
  }
  for (let i = count; i > place; i--) column[i] = column[i - 1]!;
}

function shiftDown(column: Float64Array, place: number, count: number): void {
  if (count - place > LOOP_MAX) {
    column.copyWithin(place, place + 1, count);
    return;
  }
  for (let i = place + 1; i < count; i++) column[i - 1] = column[i]!;
}

/** A price-level book with the venue's id of the last update applied. */
export class Book {
  readonly bids: BookSide;
  readonly asks: BookSide;
  /** The venue's id of the last update applied; -1 for an empty book that has none. */
  lastId = -1;
  /** The best rank that changed last; Infinity when none did, 0 when the whole book is new. */
  changedRank = Infinity;

  constructor(levelsMax: number) {
    this.bids = new BookSide(1, levelsMax);
    this.asks = new BookSide(-1, levelsMax);
  }

  /** Sets the levels of a difference, and its id. */
  apply(lastId: number, bids: LevelList, asks: LevelList): void {
    this.changedRank = Math.min(setAll(this.bids, bids), setAll(this.asks, asks));
    this.lastId = lastId;
  }

  /** Replaces the whole book. */
  replace(lastId: number, bids: LevelList, asks: LevelList): void {
    this.clear();
    setWorstFirst(this.bids, bids);
    setWorstFirst(this.asks, asks);
    this.lastId = lastId;
    this.changedRank = 0;
  }

  clear(): void {
    this.bids.clear();
    this.asks.clear();
    this.lastId = -1;
    this.changedRank = Infinity;
  }

  /** Both sides have levels, and the best bid is not below the best ask. */
  isCrossed(): boolean {
    return this.bids.priceAt(0) >= this.asks.priceAt(0);
  }

  /** The best levels of a side, best first, as doubles. */
  best(side: BookSide, depth: number, digits: DecimalDigits): PriceLevel[] {
    const levels: PriceLevel[] = [];
    const count = Math.min(depth, side.count);
    for (let rank = 0; rank < count; rank++) {
      levels.push({
        price: numberOfUnits(side.priceAt(rank), digits.price),
        size: numberOfUnits(side.sizeAt(rank), digits.size),
      });
    }
    return levels;
  }

  save(out: StateWriter): void {
    out.number(this.lastId);
    this.bids.save(out);
    this.asks.save(out);
  }

  load(from: StateReader): void {
    this.lastId = from.number();
    this.bids.load(from);
    this.asks.load(from);
    this.changedRank = Infinity;
  }
}

function setAll(side: BookSide, levels: LevelList): number {
  const { count, prices, sizes } = levels;
  let best = Infinity;
  for (let i = 0; i < count; i++) {
    const rank = side.set(prices[i]!, sizes[i]!);
    if (rank >= 0 && rank < best) best = rank;
  }
  return best;
}

/** A snapshot is listed best first; set from its end, every level lands behind the last one. */
function setWorstFirst(side: BookSide, levels: LevelList): void {
  for (let i = levels.count - 1; i >= 0; i--) side.set(levels.prices[i]!, levels.sizes[i]!);
}

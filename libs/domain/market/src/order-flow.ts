import type { Book } from './book.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/**
 * Order flow of one bid level between two states (Cont, Kukanov and Stoikov 2014, equation 1):
 * a higher price counts the whole new size, an equal one the change, a lower one minus the old size.
 * Prices and sizes in whole units, so the result is exact.
 */
export function bidFlow(
  priceBefore: number,
  sizeBefore: number,
  price: number,
  size: number,
): number {
  if (price > priceBefore) return size;
  return price < priceBefore ? -sizeBefore : size - sizeBefore;
}

/** Order flow of one ask level, mirrored: a lower price counts the whole new size. */
export function askFlow(
  priceBefore: number,
  sizeBefore: number,
  price: number,
  size: number,
): number {
  if (price < priceBefore) return size;
  return price > priceBefore ? -sizeBefore : size - sizeBefore;
}

/**
 * Follows the best levels and gives the order-flow imbalance of every change: e = bid flow - ask flow,
 * summed over the levels (Xu, Gould and Howison 2019). With one level it is the measure of Cont,
 * Kukanov and Stoikov. The first state after a reset has no flow, nor has a state with an empty side.
 * A level that one of the two states does not have is left out.
 */
export class OrderFlow {
  readonly levels: number;
  /** Imbalance of the last change, units of size. */
  imbalance = 0;
  /** Resting size after the last change, both sides of all levels, units of size. */
  depth = 0;
  /** Levels that `depth` sums. */
  depthLevels = 0;
  #known = false;
  readonly #bidPrices: Float64Array;
  readonly #bidSizes: Float64Array;
  readonly #askPrices: Float64Array;
  readonly #askSizes: Float64Array;

  constructor(levels: number) {
    this.levels = levels;
    this.#bidPrices = new Float64Array(levels).fill(NaN);
    this.#bidSizes = new Float64Array(levels);
    this.#askPrices = new Float64Array(levels).fill(NaN);
    this.#askSizes = new Float64Array(levels);
  }

  reset(): void {
    this.#known = false;
  }

  /**
   * Takes the next best bid and ask; only the first level is looked at.
   * @returns whether they changed since the last state, so that imbalance and depth hold an event
   */
  onQuote(bidPrice: number, bidSize: number, askPrice: number, askSize: number): boolean {
    if (bidSize === 0 || askSize === 0) {
      this.#known = false;
      return false;
    }
    const bidPriceBefore = this.#bidPrices[0]!;
    const bidSizeBefore = this.#bidSizes[0]!;
    const askPriceBefore = this.#askPrices[0]!;
    const askSizeBefore = this.#askSizes[0]!;
    this.#bidPrices[0] = bidPrice;
    this.#bidSizes[0] = bidSize;
    this.#askPrices[0] = askPrice;
    this.#askSizes[0] = askSize;
    if (!this.#known) {
      this.#known = true;
      return false;
    }
    if (
      bidPrice === bidPriceBefore &&
      bidSize === bidSizeBefore &&
      askPrice === askPriceBefore &&
      askSize === askSizeBefore
    ) {
      return false;
    }
    this.imbalance =
      bidFlow(bidPriceBefore, bidSizeBefore, bidPrice, bidSize) -
      askFlow(askPriceBefore, askSizeBefore, askPrice, askSize);
    this.depth = bidSize + askSize;
    this.depthLevels = 1;
    return true;
  }

  /** As `onQuote`, over the first levels of a book. */
  onBook({ bids, asks }: Book): boolean {
    if (bids.count === 0 || asks.count === 0) {
      this.#known = false;
      return false;
    }
    const known = this.#known;
    this.#known = true;
    this.imbalance = 0;
    this.depth = 0;
    this.depthLevels = 0;
    let changed = false;
    for (let level = 0; level < this.levels; level++) {
      const bidChanged = this.#bidLevel(level, bids.priceAt(level), bids.sizeAt(level));
      const askChanged = this.#askLevel(level, asks.priceAt(level), asks.sizeAt(level));
      if (bidChanged || askChanged) changed = true;
      if (level < bids.count || level < asks.count) this.depthLevels += 1;
    }
    return known && changed;
  }

  #bidLevel(level: number, price: number, size: number): boolean {
    const priceBefore = this.#bidPrices[level]!;
    const sizeBefore = this.#bidSizes[level]!;
    this.depth += size;
    if (price === priceBefore && size === sizeBefore) return false;
    this.#bidPrices[level] = price;
    this.#bidSizes[level] = size;
    if (sizeBefore === 0 && size === 0) return false;
    if (sizeBefore !== 0 && size !== 0) {
      this.imbalance += bidFlow(priceBefore, sizeBefore, price, size);
    }
    return true;
  }

  #askLevel(level: number, price: number, size: number): boolean {
    const priceBefore = this.#askPrices[level]!;
    const sizeBefore = this.#askSizes[level]!;
    this.depth += size;
    if (price === priceBefore && size === sizeBefore) return false;
    this.#askPrices[level] = price;
    this.#askSizes[level] = size;
    if (sizeBefore === 0 && size === 0) return false;
    if (sizeBefore !== 0 && size !== 0) {
      this.imbalance -= askFlow(priceBefore, sizeBefore, price, size);
    }
    return true;
  }

  save(out: StateWriter): void {
    out.boolean(this.#known);
    out.columns(this.levels, this.#bidPrices, this.#bidSizes);
    out.columns(this.levels, this.#askPrices, this.#askSizes);
  }

  load(from: StateReader): void {
    this.#known = from.boolean();
    const bids = from.columns(this.levels);
    const asks = from.columns(this.levels);
    this.#bidPrices.set(bids[0].subarray(0, this.levels));
    this.#bidSizes.set(bids[1].subarray(0, this.levels));
    this.#askPrices.set(asks[0].subarray(0, this.levels));
    this.#askSizes.set(asks[1].subarray(0, this.levels));
  }
}

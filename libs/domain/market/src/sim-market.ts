import { Fault, type Random } from '@tickmesh/kernel';
import { POWERS_OF_TEN, textOfUnits } from './decimal-units.ts';

/** A share that the simulated exchange trades. */
export interface SimShare {
  readonly symbol: string;
  /** First price; prices move in cents. */
  readonly price: number;
}

/** A raw frame of the simulated exchange, as SimReader reads it. */
export interface SimFrame {
  readonly symbol: string;
  readonly venueMicros: number;
  readonly payload: Uint8Array;
}

export interface SimMarketOptions {
  readonly shares: readonly SimShare[];
  /** Standard deviation of the relative price change of one step. */
  readonly volatility: number;
  /** Share of the steps that end with a trade, 0 to 1. */
  readonly tradeShare: number;
}

/** The simulated shares of the default feed. */
export const SIM_SHARES: readonly SimShare[] = [
  { symbol: 'AAPL', price: 228 },
  { symbol: 'GOOGL', price: 192 },
  { symbol: 'MSFT', price: 415 },
  { symbol: 'AMZN', price: 225 },
  { symbol: 'TSLA', price: 355 },
  { symbol: 'NVDA', price: 138 },
  { symbol: 'META', price: 700 },
  { symbol: 'NFLX', price: 1020 },
];

export const SIM_DEFAULTS: SimMarketOptions = {
  shares: SIM_SHARES,
  volatility: 0.0002,
  tradeShare: 0.5,
};

const PRICE_DIGITS = 2;
const CENTS = POWERS_OF_TEN[PRICE_DIGITS]!;
/** Spread of one basis point of the price, at least a cent. */
const SPREAD_SHARE = 0.0001;
const LOT = 100;
const LOTS_MAX = 100;

interface ShareState {
  readonly symbol: string;
  cents: number;
  sequence: number;
  tradeId: number;
}

/**
 * Simulated shares: each step moves every price by a random share of itself, quotes one basis point
 * around it, and now and then prints a trade at the bid or the ask. The same random source gives the
 * same frames; time is passed in.
 */
export class SimMarket {
  readonly #random: Random;
  readonly #options: SimMarketOptions;
  readonly #shares: readonly ShareState[];

  /** @throws Fault ARGUMENT_INVALID for a price under a cent, or a share of trades outside 0 to 1 */
  constructor(random: Random, options: Partial<SimMarketOptions> = {}) {
    const all = { ...SIM_DEFAULTS, ...options };
    if (!(all.tradeShare >= 0 && all.tradeShare <= 1)) {
      throw new Fault('ARGUMENT_INVALID', { expected: 'tradeShare of 0 to 1', ...all });
    }
    this.#random = random;
    this.#options = all;
    this.#shares = all.shares.map(({ symbol, price }) => {
      const cents = Math.round(price * CENTS);
      if (!(cents >= 1))
        throw new Fault('ARGUMENT_INVALID', { expected: 'a price', symbol, price });
      return { symbol, cents, sequence: 0, tradeId: 0 };
    });
  }

  /** The frames of one step: for each share a quote, and perhaps a trade. */
  step(nowMicros: number): SimFrame[] {
    return this.#shares.flatMap((share) => this.#stepShare(share, nowMicros));
  }

  #stepShare(share: ShareState, nowMicros: number): SimFrame[] {
    const random = this.#random;
    const moved = share.cents * (1 + this.#options.volatility * random.normal());
    share.cents = Math.max(2, Math.round(moved));
    const spread = Math.max(1, Math.round(share.cents * SPREAD_SHARE));
    const bid = share.cents - Math.floor(spread / 2);
    const ask = bid + spread;
    const bidSize = LOT * random.integer(1, LOTS_MAX);
    const askSize = LOT * random.integer(1, LOTS_MAX);
    share.sequence += 1;
    const frames = [
      frameOf(share.symbol, nowMicros, {
        type: 'quote',
        symbol: share.symbol,
        time: nowMicros,
        sequence: share.sequence,
        bid: textOfUnits(bid, PRICE_DIGITS),
        bid_size: String(bidSize),
        ask: textOfUnits(ask, PRICE_DIGITS),
        ask_size: String(askSize),
      }),
    ];
    if (random.next() >= this.#options.tradeShare) return frames;
    const isBuy = random.next() < 0.5;
    share.tradeId += 1;
    const size = LOT * random.integer(1, Math.max(1, (isBuy ? askSize : bidSize) / LOT));
    frames.push(
      frameOf(share.symbol, nowMicros, {
        type: 'trade',
        symbol: share.symbol,
        time: nowMicros,
        id: share.tradeId,
        price: textOfUnits(isBuy ? ask : bid, PRICE_DIGITS),
        size: String(size),
        side: isBuy ? 'BUY' : 'SELL',
      }),
    );
    return frames;
  }
}

function frameOf(symbol: string, venueMicros: number, body: object): SimFrame {
  return { symbol, venueMicros, payload: new TextEncoder().encode(JSON.stringify(body)) };
}

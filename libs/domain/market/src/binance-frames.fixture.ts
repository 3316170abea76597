/**
 * Frames in the venue's own shapes, for specs. Prices and sizes are numbers of cents and of units of
 * 0.001, so that a test can add them up.
 */
import type { MarketFrame } from './market-pipeline.ts';
import type { MarketSpec } from './market-spec.ts';

export type Levels = readonly (readonly [cents: number, size: number])[];

export const SPOT: MarketSpec = {
  symbol: 'BTCUSDT',
  exchange: 'BINANCE',
  digits: { price: 2, size: 3 },
  assetClass: 'crypto',
  currency: 'USDT',
};

export const PERPETUAL: MarketSpec = { ...SPOT, exchange: 'BINANCE_USDM', assetClass: 'future' };

/** 2024-08-09T00:00:00Z. */
export const START_MICROS = 1_723_161_600_000_000;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const price = (cents: number): string => (cents / 100).toFixed(8);
const size = (units: number): string => (units / 1000).toFixed(8);
const levels = (side: Levels): string[][] =>
  side.map(([cents, units]) => [price(cents), size(units)]);

export function depth(update: {
  first: number;
  last: number;
  previous?: number;
  bids?: Levels;
  asks?: Levels;
  millis?: number;
}): string {
  const pu = update.previous === undefined ? {} : { pu: update.previous };
  return JSON.stringify({
    stream: 'btcusdt@depth@100ms',
    data: {
      e: 'depthUpdate',
      E: update.millis ?? START_MICROS / 1000,
      s: 'BTCUSDT',
      U: update.first,
      u: update.last,
      ...pu,
      b: levels(update.bids ?? []),
      a: levels(update.asks ?? []),
    },
  });
}

export function snapshot(lastId: number, bids: Levels, asks: Levels): string {
  return JSON.stringify({ lastUpdateId: lastId, bids: levels(bids), asks: levels(asks) });
}

export function quote(
  updateId: number,
  bid: readonly [number, number],
  ask: readonly [number, number],
  millis?: number,
): string {
  const time = millis === undefined ? {} : { E: millis, T: millis };
  return JSON.stringify({
    stream: 'btcusdt@bookTicker',
    data: {
      u: updateId,
      s: 'BTCUSDT',
      b: price(bid[0]),
      B: size(bid[1]),
      a: price(ask[0]),
      A: size(ask[1]),
      ...time,
    },
  });
}

export function trade(print: {
  id: number;
  cents: number;
  size: number;
  tradeMillis: number;
  millis?: number;
  buyerIsMaker?: boolean;
  execution?: string;
}): string {
  const execution = print.execution === undefined ? {} : { X: print.execution };
  return JSON.stringify({
    stream: 'btcusdt@trade',
    data: {
      e: 'trade',
      E: print.millis ?? print.tradeMillis,
      s: 'BTCUSDT',
      t: print.id,
      p: price(print.cents),
      q: size(print.size),
      T: print.tradeMillis,
      ...execution,
      m: print.buyerIsMaker ?? false,
      M: true,
    },
  });
}

/** A raw frame of connection `c1` unless another is named. */
export function raw(
  text: string,
  receivedMicros: number,
  more: Partial<MarketFrame> = {},
): MarketFrame {
  return {
    kind: 'FRAME',
    connection_id: 'c1',
    received_at: receivedMicros,
    time_shift_micros: 0,
    payload: bytes(text),
    ...more,
  };
}

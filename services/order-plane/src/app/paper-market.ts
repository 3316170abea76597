import type { Instrument, MarketEvent } from '@tickmesh/contracts';
import type { PaperInstrument, PaperQuote, PaperSettings } from '@tickmesh/domain-orders';
import { parseDecimal } from '@tickmesh/kernel';

/** What the paper venue needs of a market. */
export function paperInstrument(instrument: Instrument): PaperInstrument {
  return {
    market: `${instrument.exchange}|${instrument.symbol}`,
    priceStep: instrument.price_step,
    quantityStep: instrument.quantity_step,
    multiplier: instrument.multiplier,
    inverse: instrument.inverse,
    settlementCurrency: instrument.settlement_currency,
  };
}

/** A tick as the paper venue is shown it. */
export function paperQuote(tick: NonNullable<MarketEvent['tick']>): PaperQuote {
  return {
    bid: tick.bid,
    ask: tick.ask,
    bidSize: tick.bid_size,
    askSize: tick.ask_size,
    last: tick.last,
    lastSize: tick.last_size,
    bids: tick.level2?.bids,
    asks: tick.level2?.asks,
  };
}

/** Settings as people write them: milliseconds, basis points. */
export interface PaperTerms {
  readonly seed: string;
  readonly entryLatencyMs: readonly [min: number, max: number];
  readonly responseLatencyMs: readonly [min: number, max: number];
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
}

export function paperSettings(config: PaperTerms): PaperSettings {
  const micros = ([min, max]: readonly [number, number]): [number, number] => [
    min * 1_000,
    max * 1_000,
  ];
  const rate = (basisPoints: number): bigint => parseDecimal(String(basisPoints)) / 10_000n;
  return {
    seed: config.seed,
    entryLatencyMicros: micros(config.entryLatencyMs),
    responseLatencyMicros: micros(config.responseLatencyMs),
    makerFeeRate: rate(config.makerFeeBps),
    takerFeeRate: rate(config.takerFeeBps),
  };
}

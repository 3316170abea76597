import type { ExecutionReport, Instrument, MarketEvent, OfiEvent } from '@tickmesh/contracts';
import type { Random } from '@tickmesh/kernel';
import type { StrategyDefinition } from './document.ts';
import type { StrategyInput } from './runner.ts';

/** Inputs for the specs of this package: one market, one second apart. */
export const BTC: Instrument = {
  symbol: 'BTCUSDT',
  exchange: 'BINANCE',
  name: 'Bitcoin against Tether',
  asset_class: 'crypto',
  base_currency: 'BTC',
  quote_currency: 'USDT',
  settlement_currency: 'USDT',
  price_step: 10_000_000n,
  quantity_step: 10_000n,
  quantity_min: 10_000n,
  quantity_max: null,
  notional_min: null,
  multiplier: 1_000_000_000n,
  inverse: false,
  status: 'TRADING',
  time_zone: 'UTC',
  sessions: [],
  holidays: [],
  expiry: null,
  strike: null,
  option_type: null,
  underlying: null,
  valid_from: 0,
};

export const definitionOf = (
  kind: string,
  parameters: StrategyDefinition['parameters'],
): StrategyDefinition => ({
  id: 'SAMPLE',
  kind,
  account: 'PAPER-1',
  markets: ['BINANCE|BTCUSDT'],
  parameters: { notional: 1000, position_notional_max: 5000, cooldown_ms: 0, ...parameters },
  intentLifeMs: 5000,
});

const SECOND = 1_000_000;
const stem = (second: number) => ({
  symbol: BTC.symbol,
  exchange: BTC.exchange,
  timestamp: second * SECOND,
  received_at: second * SECOND + 5,
});
const cause = (topic: string, second: number) => ({
  eventId: `run/${topic}/${second}`,
  runId: 'run',
});

export function tickAt(second: number, price: number): StrategyInput {
  const event: MarketEvent = {
    ...stem(second),
    event_type: 'tick_event',
    tick: {
      bid: price - 0.01,
      ask: price + 0.01,
      bid_size: 1,
      ask_size: 1,
      last: price,
      last_size: 0.1,
      level2: null,
    },
    bar: null,
    book_status: null,
    data_quality: null,
    metadata: null,
  };
  return { topic: 'market_events', event, cause: cause('tick', second) };
}

export function barAt(second: number, close: number, revision = 0): StrategyInput {
  const event: MarketEvent = {
    ...stem(second),
    event_type: 'bar_event',
    tick: null,
    bar: {
      open: close,
      high: close,
      low: close,
      close,
      volume: 1,
      bar_duration: '1m',
      asset_class: 'crypto',
      currency: 'USDT',
      final: true,
      revision,
      synthetic: false,
      trade_count: null,
      first_trade_id: null,
      last_trade_id: null,
    },
    book_status: null,
    data_quality: null,
    metadata: null,
  };
  return { topic: 'market_events', event, cause: cause(`bar${revision}`, second) };
}

export function ofiAt(
  second: number,
  z: number,
  quality: OfiEvent['quality'] = 'good',
): StrategyInput {
  const event: OfiEvent = {
    ...stem(second),
    event_type: 'ofi_event',
    ofi_z: z,
    ofi_raw: z,
    ofi_ma: null,
    ofi_std: null,
    ofi_per_depth: null,
    window: '1s',
    window_start: (second - 1) * SECOND,
    levels: 1,
    event_count: 10,
    z_lookback: 100,
    quality,
    metadata: null,
  };
  return { topic: 'ofi_events', event, cause: cause('ofi', second) };
}

export function reportOf(
  intentId: string,
  status: ExecutionReport['status'],
  filled: bigint,
  slippageBps: number | null = null,
): StrategyInput {
  const event: ExecutionReport = {
    event_type: 'execution_report',
    report_id: intentId,
    intent_id: intentId,
    order_id: '',
    symbol: BTC.symbol,
    exchange: BTC.exchange,
    status,
    timestamp: 0,
    strategy_id: 'SAMPLE',
    account: 'PAPER-1',
    direction: 'BUY',
    submitted_timestamp: null,
    acknowledged_timestamp: null,
    filled_timestamp: null,
    requested_quantity: null,
    filled_quantity: filled,
    remaining_quantity: null,
    average_fill_price: null,
    limit_price: null,
    commission: 0n,
    commission_currency: null,
    rebate: null,
    slippage_bps: slippageBps,
    execution_costs: null,
    reject_reason: null,
    error_message: null,
    fills: [],
    overfill: false,
    latency_metrics: null,
    metadata: null,
  };
  return { topic: 'exec_reports', event, cause: { eventId: `report/${intentId}`, runId: 'run' } };
}

/** A market of some length: prices walk, imbalance is noise with runs. */
export function randomInputs(random: Random, length: number): StrategyInput[] {
  let price = 60_000;
  let drift = 0;
  return Array.from({ length }, (_, index) => {
    price += random.normal() * 5;
    drift = 0.7 * drift + random.normal();
    const second = index + 1;
    if (index % 10 === 0) return barAt(second, price);
    return index % 3 === 0 ? tickAt(second, price) : ofiAt(second, drift);
  });
}

import type { PaperSettings } from '@tickmesh/domain-orders';
import { type LimitsDocument, readLimits } from '@tickmesh/domain-risk';
import type { StrategyDefinition } from '@tickmesh/domain-strategies';

/** Limits, a venue and strategies for the specs of this package. */
export const LIMITS: LimitsDocument = readLimits({
  versions: [
    {
      version: 1,
      effective_from: '2020-01-01T00:00:00Z',
      changed_by: 'desk',
      reason: 'specs',
      defaults: { signal_age_ms_max: 10_000, rate_orders_max: 50, rate_window_ms: 1000 },
      accounts: {
        'PAPER-1': {
          broker: 'paper',
          cash: { USDT: 1_000_000 },
          limits: { gross_max: 1_000_000, daily_loss_max: 50_000 },
        },
      },
      strategies: { '*': { account: 'PAPER-1' } },
    },
  ],
});

export const PAPER: PaperSettings = {
  seed: 'specs',
  entryLatencyMicros: [1_000, 3_000],
  responseLatencyMicros: [1_000, 3_000],
  makerFeeRate: 100_000n,
  takerFeeRate: 400_000n,
};

const common = { account: 'PAPER-1', markets: ['BINANCE|BTCUSDT'], intentLifeMs: 5_000 };
const entry = {
  notional: 10_000,
  position_notional_max: 50_000,
  cooldown_ms: 1_000,
  execution: 'market',
  patience_ms: 5_000,
  reprice_ms: 200,
};

export const STRATEGIES: Readonly<Record<string, StrategyDefinition>> = {
  crossover: {
    ...common,
    id: 'CROSSOVER',
    kind: 'ofi_crossover',
    parameters: { ...entry, window: '1s', threshold: 1.5, ema_alpha: 0.1, warm_up_windows: 10 },
  },
  'passive momentum': {
    ...common,
    id: 'MOMENTUM',
    kind: 'ofi_momentum',
    parameters: { ...entry, execution: 'passive', window: '1s', threshold: 0.2, run_windows: 3 },
  },
  reversion: {
    ...common,
    id: 'REVERSION',
    kind: 'mean_reversion',
    parameters: { ...entry, bar_duration: '1s', lookback_bars: 20, threshold: 2 },
  },
  factors: {
    ...common,
    id: 'FACTORS',
    kind: 'factor_composite',
    parameters: {
      bar_duration: '1s',
      capital: 100_000,
      trade_notional_min: 500,
      horizon_bars: 5,
      periods_per_year: 31_536_000,
      box_max: 0.25,
      volatility_target: 0.1,
      trade_cost: 0.002,
      gate: 'linucb',
      covariance_drift_max: 0.1,
    },
  },
};

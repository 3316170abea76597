import { FactorComposite } from './factor-composite.ts';
import { MeanReversion } from './mean-reversion.ts';
import { OfiCrossover } from './ofi-crossover.ts';
import { OfiMomentum } from './ofi-momentum.ts';
import { PassiveExecution } from './passive-execution.ts';
import type { Strategy } from './strategy.ts';

/** One parameter of a kind of strategy, as its file and its reference page name it. */
export interface ParameterDeclaration {
  readonly default: number | string;
  /** Bounds of a number, both included. */
  readonly min?: number;
  readonly max?: number;
  /** Words that a text may be. */
  readonly oneOf?: readonly string[];
  readonly whole?: boolean;
  readonly says: string;
}

export type Parameters = Readonly<Record<string, number | string>>;

/** A kind of strategy: what it does, what it takes, how it is made. */
export interface StrategyKind {
  readonly says: string;
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly create: (parameters: Parameters) => Strategy;
}

const OFI_WINDOWS = ['100ms', '1s', '10s', '60s', '50e'];
const BAR_DURATIONS = ['1s', '10s', '1m', '5m', '15m', '30m', '1h', '4h', '1d'];

const entry = {
  notional: { default: 10_000, min: 1, max: 1e9, says: 'Value of one order, quote currency.' },
  position_notional_max: {
    default: 50_000,
    min: 1,
    max: 1e12,
    says: 'Value of position and working orders at the most, quote currency.',
  },
  cooldown_ms: {
    default: 5_000,
    min: 0,
    max: 86_400_000,
    whole: true,
    says: 'Time between two orders of one market at the least.',
  },
  execution: {
    default: 'market',
    oneOf: ['market', 'passive'],
    says: 'Market orders, or limit orders at the best price of their own side that follow the market.',
  },
  patience_ms: {
    default: 10_000,
    min: 1,
    max: 86_400_000,
    whole: true,
    says: 'Passive: time after which an order that has not filled is cancelled.',
  },
  reprice_ms: {
    default: 500,
    min: 0,
    max: 86_400_000,
    whole: true,
    says: 'Passive: time between two changes of one price at the least.',
  },
} as const satisfies Record<string, ParameterDeclaration>;

const entryOf = (parameters: Parameters) => ({
  notional: number(parameters, 'notional'),
  positionNotionalMax: number(parameters, 'position_notional_max'),
  cooldownMicros: number(parameters, 'cooldown_ms') * 1000,
});

/** The strategy as it is, or with its orders worked passively. */
function executed(strategy: Strategy, parameters: Parameters): Strategy {
  if (text(parameters, 'execution') !== 'passive') return strategy;
  return new PassiveExecution(strategy, {
    patienceMicros: number(parameters, 'patience_ms') * 1000,
    repriceMicros: number(parameters, 'reprice_ms') * 1000,
  });
}

/** Every kind of strategy that can be configured. */
export const STRATEGY_KINDS: Readonly<Record<string, StrategyKind>> = {
  ofi_crossover: {
    says: 'Order-flow imbalance above its own average and above a threshold: buy; mirrored: sell.',
    parameters: {
      ...entry,
      window: { default: '1s', oneOf: OFI_WINDOWS, says: 'Window that it listens to.' },
      threshold: { default: 2, min: 0, max: 100, says: 'Size of z that counts as a signal.' },
      ema_alpha: { default: 0.1, min: 0.001, max: 1, says: 'Weight of the newest value.' },
      warm_up_windows: { default: 10, min: 1, max: 10_000, whole: true, says: 'Windows first.' },
    },
    create: (parameters) =>
      executed(
        new OfiCrossover({
          ...entryOf(parameters),
          window: text(parameters, 'window'),
          threshold: number(parameters, 'threshold'),
          emaAlpha: number(parameters, 'ema_alpha'),
          warmUpWindows: number(parameters, 'warm_up_windows'),
        }),
        parameters,
      ),
  },
  ofi_momentum: {
    says: 'Several windows in a row beyond the threshold on one side: follow them.',
    parameters: {
      ...entry,
      window: { default: '1s', oneOf: OFI_WINDOWS, says: 'Window that it listens to.' },
      threshold: { default: 0.5, min: 0, max: 100, says: 'Size of z that every window passes.' },
      run_windows: { default: 5, min: 1, max: 10_000, whole: true, says: 'Windows in a row.' },
    },
    create: (parameters) =>
      executed(
        new OfiMomentum({
          ...entryOf(parameters),
          window: text(parameters, 'window'),
          threshold: number(parameters, 'threshold'),
          runWindows: number(parameters, 'run_windows'),
        }),
        parameters,
      ),
  },
  mean_reversion: {
    says: 'A close far from the mean of the last closes is bet against.',
    parameters: {
      ...entry,
      bar_duration: { default: '1m', oneOf: BAR_DURATIONS, says: 'Bars that it listens to.' },
      lookback_bars: { default: 20, min: 2, max: 10_000, whole: true, says: 'Closes in the mean.' },
      threshold: { default: 2, min: 0, max: 100, says: 'Size of z that counts as a signal.' },
    },
    create: (parameters) =>
      executed(
        new MeanReversion({
          ...entryOf(parameters),
          barDuration: text(parameters, 'bar_duration'),
          lookbackBars: number(parameters, 'lookback_bars'),
          threshold: number(parameters, 'threshold'),
        }),
        parameters,
      ),
  },
  factor_composite: {
    says: 'Six factors of the returns of its markets, told apart, weighed by what they were worth and gated, into one portfolio.',
    parameters: {
      bar_duration: { default: '1m', oneOf: BAR_DURATIONS, says: 'Bars that returns are made of.' },
      capital: {
        default: 100_000,
        min: 1,
        max: 1e12,
        says: 'Capital that weights are shares of, quote currency.',
      },
      trade_notional_min: {
        default: 1_000,
        min: 0,
        max: 1e12,
        says: 'Changes below this value are not traded, quote currency.',
      },
      horizon_bars: {
        default: 5,
        min: 1,
        max: 20,
        whole: true,
        says: 'Bars of the forward return that factors are judged by.',
      },
      periods_per_year: {
        default: 525_600,
        min: 1,
        max: 31_536_000,
        says: 'Bars of a year: volatilities are annualised by it.',
      },
      box_max: { default: 0.25, min: 0, max: 1, says: 'Largest weight of one market.' },
      volatility_target: {
        default: 0.1,
        min: 0,
        max: 10,
        says: 'Annualised volatility of the portfolio at the most.',
      },
      trade_cost: {
        default: 0.002,
        min: 0,
        max: 10,
        says: 'Cost of a change of weight beside its impact, in units of alpha: the higher, the less is traded.',
      },
      gate: {
        default: 'linucb',
        oneOf: ['linucb', 'none'],
        says: 'Listen to the group of factors that has done best in such a market, or to all.',
      },
      covariance_drift_max: {
        default: 0.1,
        min: 0,
        max: 1e6,
        says: 'Change of the covariance from one decision to the next, a share of it, beyond which nothing is added.',
      },
    },
    create: (parameters) =>
      new FactorComposite({
        barDuration: text(parameters, 'bar_duration'),
        capital: number(parameters, 'capital'),
        tradeNotionalMin: number(parameters, 'trade_notional_min'),
        horizonBars: number(parameters, 'horizon_bars'),
        periodsPerYear: number(parameters, 'periods_per_year'),
        boxMax: number(parameters, 'box_max'),
        volatilityTarget: number(parameters, 'volatility_target'),
        tradeCost: number(parameters, 'trade_cost'),
        isGated: text(parameters, 'gate') === 'linucb',
        covarianceDriftMax: number(parameters, 'covariance_drift_max'),
      }),
  },
};

// The document's check has run: a wrong type here is ours.
function number(parameters: Parameters, name: string): number {
  return Number(parameters[name]);
}

function text(parameters: Parameters, name: string): string {
  return String(parameters[name]);
}

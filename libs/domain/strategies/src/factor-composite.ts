import {
  type FactorState,
  type FactorValues,
  FACTORS,
  initialFactors,
  pushReturn,
} from './factor-signals.ts';
import {
  REGIME_TERMS,
  type Regime,
  covarianceOf,
  factorWeights,
  regimeOf,
  targetWeights,
} from './portfolio.ts';
import { notionalOf, quantityOfNotional } from './sizing.ts';
import {
  type IntentDraft,
  type MarketBar,
  type MarketKey,
  type MarketView,
  NO_INTENTS,
  type NewDraft,
  type Strategy,
  type StrategyContext,
} from './strategy.ts';

export interface FactorCompositeParameters {
  /** The bars that it listens to, as in bar_duration. */
  readonly barDuration: string;
  /** Capital that the weights are shares of, quote currency. */
  readonly capital: number;
  /** Changes below this value are not traded, quote currency. */
  readonly tradeNotionalMin: number;
  /** Periods of the forward return that factors are judged by. */
  readonly horizonBars: number;
  readonly periodsPerYear: number;
  /** Largest weight of one market, and the annualised volatility aimed at. */
  readonly boxMax: number;
  readonly volatilityTarget: number;
}

interface MarketHistory {
  close: number | null;
  /** End of the last bar. Microseconds. */
  endMicros: number;
  factors: FactorState;
  signals: Record<string, number>[];
  returns: number[];
  [name: string]: number | null | FactorState | Record<string, number>[] | number[];
}

export interface FactorCompositeState {
  markets: Record<MarketKey, MarketHistory>;
  /** The interval that is being gathered, by its end; 0 before the first. */
  endMicros: number;
  [name: string]: number | Record<MarketKey, MarketHistory>;
}

/** Periods that factors, regime and covariance look back on. */
const HISTORY_BARS = 66;

/**
 * The six factors of every market, weighed by what they were worth, into one portfolio. Decides once an interval, when
 * the bar of its last market is there, or with the first bar of the next interval: a market that did not trade in an
 * interval has no bar, and its return is 0. Markets are traded to their target weights by market orders; a market
 * with an order that still works is left alone.
 *
 * Factors are not made orthogonal across markets, which needs more markets than factors, and none is switched off by a
 * bandit: both would fit noise on the few markets of one file.
 */
export class FactorComposite implements Strategy<FactorCompositeState> {
  readonly sharesState = true;
  readonly #parameters: FactorCompositeParameters;

  constructor(parameters: FactorCompositeParameters) {
    this.#parameters = parameters;
  }

  initialState(): FactorCompositeState {
    return { markets: {}, endMicros: 0 };
  }

  onBar(
    event: MarketBar,
    state: FactorCompositeState,
    context: StrategyContext,
  ): readonly IntentDraft[] {
    const { bar, timestamp, market } = event;
    const isOurs = bar.bar_duration === this.#parameters.barDuration;
    // A correction of an earlier bar is not a new close, and a bar of a closed interval comes too late.
    if (!isOurs || !bar.final || bar.revision !== 0) return NO_INTENTS;
    const history = (state.markets[market] ??= newHistory());
    if (timestamp <= history.endMicros || timestamp < state.endMicros) return NO_INTENTS;
    const drafts: IntentDraft[] = [];
    if (timestamp > state.endMicros && state.endMicros > 0) {
      if (this.#closeInterval(state, context)) drafts.push(...this.#rebalance(state, context));
    }
    state.endMicros = timestamp;
    addBar(history, bar.close, timestamp);
    const isComplete = context.markets.every(
      (view) => state.markets[view.market]?.endMicros === timestamp,
    );
    if (isComplete) drafts.push(...this.#rebalance(state, context));
    return drafts;
  }

  /** Gives markets without a bar their return of 0; true when there were any. */
  #closeInterval(state: FactorCompositeState, context: StrategyContext): boolean {
    let missing = false;
    for (const { market } of context.markets) {
      const history = (state.markets[market] ??= newHistory());
      if (history.endMicros >= state.endMicros || history.close === null) continue;
      addBar(history, history.close, state.endMicros);
      missing = true;
    }
    return missing;
  }

  #rebalance(state: FactorCompositeState, context: StrategyContext): readonly IntentDraft[] {
    const { capital, horizonBars, periodsPerYear, boxMax, volatilityTarget } = this.#parameters;
    const views = context.markets;
    const histories = views.map(({ market }) => state.markets[market] ?? newHistory());
    const periods = Math.min(...histories.map(({ returns }) => returns.length));
    if (periods < HISTORY_BARS) return NO_INTENTS;
    const panel = Array.from({ length: periods }, (_, at) =>
      histories.map(({ returns }) => returns[returns.length - periods + at] ?? 0),
    );
    const regime = regimeOf(panel, periodsPerYear);
    const { gross, net, halfLife } = REGIME_TERMS[regime];
    const worth = factorWeights(
      histories as unknown as Parameters<typeof factorWeights>[0],
      horizonBars,
    );
    const alpha = histories.map(({ signals }) => {
      const last = signals.at(-1);
      return FACTORS.reduce((sum, factor) => sum + worth[factor] * (last?.[factor] ?? 0), 0);
    });
    const held = views.map((view) => weightOf(view, capital));
    const weights = targetWeights(alpha, covarianceOf(panel, halfLife, periodsPerYear), held, {
      box: boxMax,
      gross,
      net,
      volatility: volatilityTarget,
    });
    return views.flatMap((view, i) => {
      const change = {
        target: weights[i] ?? 0,
        current: held[i] ?? 0,
        alpha: alpha[i] ?? 0,
        regime,
      };
      return this.#trade(view, change);
    });
  }

  #trade(
    view: MarketView,
    change: {
      readonly target: number;
      readonly current: number;
      readonly alpha: number;
      readonly regime: Regime;
    },
  ): NewDraft[] {
    const { capital, tradeNotionalMin } = this.#parameters;
    const { target, current, alpha, regime } = change;
    const notional = (target - current) * capital;
    if (view.lastPrice === null || view.orders.length > 0) return [];
    if (Math.abs(notional) < tradeNotionalMin) return [];
    const quantity = quantityOfNotional(Math.abs(notional), view.lastPrice, view.instrument);
    if (quantity === 0n) return [];
    return [
      {
        action: 'NEW',
        market: view.market,
        direction: notional > 0 ? 'BUY' : 'SELL',
        quantity,
        orderType: 'MARKET',
        signalStrength: Math.min(1, Math.abs(alpha)),
        targetWeight: clampOne(target),
        currentWeight: clampOne(current),
        regime,
        reason: `composite ${alpha.toFixed(4)} in a ${regime} market: weight ${current.toFixed(4)} to ${target.toFixed(4)}`,
      },
    ];
  }
}

const newHistory = (): MarketHistory => ({
  close: null,
  endMicros: 0,
  factors: initialFactors(),
  signals: [],
  returns: [],
});

function addBar(history: MarketHistory, close: number, endMicros: number): void {
  const before = history.close;
  history.close = close;
  history.endMicros = endMicros;
  if (before === null) return;
  const change = close / before - 1;
  const values: FactorValues = pushReturn(history.factors, change);
  history.returns.push(change);
  history.signals.push({ ...values });
  if (history.returns.length > HISTORY_BARS) history.returns.shift();
  if (history.signals.length > HISTORY_BARS) history.signals.shift();
}

function weightOf({ position, lastPrice, instrument }: MarketView, capital: number): number {
  if (lastPrice === null) return 0;
  return notionalOf(position, lastPrice, instrument) / capital;
}

const clampOne = (value: number): number => Math.max(-1, Math.min(1, value));

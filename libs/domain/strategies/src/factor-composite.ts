import type { ExecutionReport } from '@tickmesh/contracts';
import { newArms } from './arm-gate.ts';
import {
  CONTEXT_SIZE,
  type Decision,
  type DecisionMemory,
  type DecisionParameters,
  decide,
} from './factor-decision.ts';
import {
  HISTORY_BARS,
  type MarketHistory,
  addBar,
  meanVolume,
  newHistory,
} from './factor-history.ts';
import { learntImpact } from './market-impact.ts';
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

export interface FactorCompositeParameters extends DecisionParameters {
  /** The bars that it listens to, as in bar_duration. */
  readonly barDuration: string;
  /** Capital that the weights are shares of, quote currency. */
  readonly capital: number;
  /** Changes below this value are not traded, quote currency. */
  readonly tradeNotionalMin: number;
}

export interface FactorCompositeState {
  markets: Record<MarketKey, MarketHistory>;
  /** The interval that is being gathered, by its end; 0 before the first. */
  endMicros: number;
  memory: DecisionMemory;
  [name: string]: number | Record<MarketKey, MarketHistory> | DecisionMemory;
}

/**
 * The six factors of every market, told apart, weighed by what they were worth, gated, into one portfolio. Decides once
 * an interval, when the bar of its last market is there, or with the first bar of the next interval: a market that did
 * not trade in an interval has no bar, and its return is 0. Markets are traded to their target weights by market
 * orders; a market with an order that still works is left alone. docs/guides/factor-composite.md tells the whole.
 */
export class FactorComposite implements Strategy<FactorCompositeState> {
  readonly sharesState = true;
  readonly #parameters: FactorCompositeParameters;

  constructor(parameters: FactorCompositeParameters) {
    this.#parameters = parameters;
  }

  initialState(): FactorCompositeState {
    const memory = { arms: newArms(CONTEXT_SIZE), context: [], bets: [], covariance: [] };
    return { markets: {}, endMicros: 0, memory };
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
      if (closeInterval(state, context)) drafts.push(...this.#rebalance(state, context));
    }
    state.endMicros = timestamp;
    addBar(history, { close: bar.close, volume: bar.volume, endMicros: timestamp });
    const isComplete = context.markets.every(
      (view) => state.markets[view.market]?.endMicros === timestamp,
    );
    if (isComplete) drafts.push(...this.#rebalance(state, context));
    return drafts;
  }

  /** Learns what trading moves the price by from an order that has filled. */
  onReport(
    event: ExecutionReport,
    state: FactorCompositeState,
    context: StrategyContext,
  ): readonly IntentDraft[] {
    const history = state.markets[context.market];
    if (event.status !== 'FILLED' || event.slippage_bps === null || history === undefined) {
      return NO_INTENTS;
    }
    const volume = meanVolume(history);
    if (volume > 0) {
      history.impact = learntImpact(history.impact, {
        participation: Number(event.filled_quantity) / 1e9 / volume,
        slippage: event.slippage_bps / 1e4,
      });
    }
    return NO_INTENTS;
  }

  #rebalance(state: FactorCompositeState, context: StrategyContext): readonly IntentDraft[] {
    const { capital } = this.#parameters;
    const views = context.markets;
    const histories = views.map(({ market }) => state.markets[market] ?? newHistory());
    if (histories.some(({ returns }) => returns.length < HISTORY_BARS.min)) return NO_INTENTS;
    const held = views.map((view) => weightOf(view, capital));
    const decision = decide(histories, held, state.memory, this.#parameters);
    return views.flatMap((view, at) => this.#trade(view, { at, held: held[at] ?? 0, decision }));
  }

  #trade(
    view: MarketView,
    change: { readonly at: number; readonly held: number; readonly decision: Decision },
  ): NewDraft[] {
    const { capital, tradeNotionalMin } = this.#parameters;
    const { at, held, decision } = change;
    const { regime, heard } = decision;
    const target = decision.weights[at] ?? 0;
    const alpha = decision.alpha[at] ?? 0;
    const notional = (target - held) * capital;
    if (view.lastPrice === null || view.orders.length > 0) return [];
    if (Math.abs(notional) < tradeNotionalMin) return [];
    const quantity = quantityOfNotional(Math.abs(notional), view.lastPrice, view.instrument);
    if (quantity === 0n) return [];
    const contained = decision.isContained ? ', contained' : '';
    return [
      {
        action: 'NEW',
        market: view.market,
        direction: notional > 0 ? 'BUY' : 'SELL',
        quantity,
        orderType: 'MARKET',
        signalStrength: Math.min(1, Math.abs(alpha)),
        targetWeight: clampOne(target),
        currentWeight: clampOne(held),
        regime,
        reason: `composite ${alpha.toFixed(4)} of ${heard} in a ${regime} market${contained}: weight ${held.toFixed(4)} to ${target.toFixed(4)}`,
      },
    ];
  }
}

/** Gives markets without a bar their return of 0; true when there were any. */
function closeInterval(state: FactorCompositeState, context: StrategyContext): boolean {
  let missing = false;
  for (const { market } of context.markets) {
    const history = (state.markets[market] ??= newHistory());
    if (history.endMicros >= state.endMicros || history.close === null) continue;
    addBar(history, { close: history.close, volume: 0, endMicros: state.endMicros });
    missing = true;
  }
  return missing;
}

function weightOf({ position, lastPrice, instrument }: MarketView, capital: number): number {
  if (lastPrice === null) return 0;
  return notionalOf(position, lastPrice, instrument) / capital;
}

const clampOne = (value: number): number => Math.max(-1, Math.min(1, value));

import type { ExecutionReport, OfiEvent } from '@tickmesh/contracts';
import { decimalFromNumber } from '@tickmesh/kernel';
import {
  type IntentDraft,
  type Json,
  type MarketBar,
  type MarketTick,
  NO_INTENTS,
  type Strategy,
  type StrategyContext,
  type WorkingOrder,
} from './strategy.ts';

export interface PassiveParameters {
  /** Microseconds after which an order that has not filled is cancelled. */
  readonly patienceMicros: number;
  /** Microseconds between two changes of one order's price, at the least. */
  readonly repriceMicros: number;
}

/**
 * Works the market orders of another strategy as limit orders at the best price of their own side: replaced
 * when the market moves away from them, cancelled when patience ends. It has no state of its own: its orders are
 * the context's. Without a quote the order goes to the market as it was.
 */
export class PassiveExecution implements Strategy {
  readonly sharesState: boolean;
  readonly #inner: Strategy;
  readonly #parameters: PassiveParameters;

  constructor(inner: Strategy, parameters: PassiveParameters) {
    this.#inner = inner;
    this.#parameters = parameters;
    this.sharesState = inner.sharesState ?? false;
  }

  initialState(): Json {
    return this.#inner.initialState();
  }

  onTick(event: MarketTick, state: Json, context: StrategyContext): readonly IntentDraft[] {
    const wanted = rest(this.#inner.onTick?.(event, state, context) ?? NO_INTENTS, context);
    const { orders } = context;
    if (orders.length === 0) return wanted;
    return [...orders.flatMap((order) => this.#work(order, context)), ...wanted];
  }

  onBar(event: MarketBar, state: Json, context: StrategyContext): readonly IntentDraft[] {
    return rest(this.#inner.onBar?.(event, state, context) ?? NO_INTENTS, context);
  }

  onOfi(event: OfiEvent, state: Json, context: StrategyContext): readonly IntentDraft[] {
    return rest(this.#inner.onOfi?.(event, state, context) ?? NO_INTENTS, context);
  }

  onReport(event: ExecutionReport, state: Json, context: StrategyContext): readonly IntentDraft[] {
    return rest(this.#inner.onReport?.(event, state, context) ?? NO_INTENTS, context);
  }

  #work(order: WorkingOrder, context: StrategyContext): IntentDraft[] {
    const { intentId: targetIntentId, limitPrice, direction } = order;
    if (order.hasOpenRequest || limitPrice === null || context.quote === null) return [];
    const { nowMicros, quote, instrument } = context;
    if (nowMicros - order.sentAtMicros >= this.#parameters.patienceMicros) {
      return [{ action: 'CANCEL', targetIntentId, reason: 'not filled within its patience' }];
    }
    if (nowMicros - order.changedAtMicros < this.#parameters.repriceMicros) return [];
    const buying = direction === 'BUY';
    const touch = decimalFromNumber(buying ? quote.bid : quote.ask, instrument.price_step);
    const isLeftBehind = buying ? touch > limitPrice : touch < limitPrice;
    if (!isLeftBehind) return [];
    return [
      { action: 'REPLACE', targetIntentId, limitPrice: touch, reason: 'the market moved away' },
    ];
  }
}

/** Market orders, resting at the best price of their own side. */
function rest(drafts: readonly IntentDraft[], context: StrategyContext): readonly IntentDraft[] {
  if (drafts.length === 0) return drafts;
  return drafts.map((draft) => {
    if (draft.action !== 'NEW' || draft.orderType !== 'MARKET') return draft;
    const view = context.markets.find(({ market }) => market === (draft.market ?? context.market));
    if (view?.quote == null) return draft;
    const price = draft.direction === 'BUY' ? view.quote.bid : view.quote.ask;
    return {
      ...draft,
      orderType: 'LIMIT',
      limitPrice: decimalFromNumber(price, view.instrument.price_step),
    };
  });
}

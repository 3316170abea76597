import type {
  ExecutionReport,
  Instrument,
  MarketEvent,
  OfiEvent,
  OrderIntent,
} from '@tickmesh/contracts';
import { Fault, derivedUuid } from '@tickmesh/kernel';
import { BookOfOrders, type OrderLines } from './book-of-orders.ts';
import { STRATEGY_KINDS } from './catalogue.ts';
import type { StrategyDefinition } from './document.ts';
import {
  type IntentDraft,
  type Json,
  type MarketKey,
  NO_INTENTS,
  type Strategy,
  type StrategyContext,
  marketKey,
} from './strategy.ts';

/** Where an event comes from: all that identity and causation are made of. */
export interface Cause {
  /** event_id of the event. */
  readonly eventId: string;
  readonly runId: string;
}

export type StrategyInput =
  | { readonly topic: 'market_events'; readonly event: MarketEvent; readonly cause: Cause }
  | { readonly topic: 'ofi_events'; readonly event: OfiEvent; readonly cause: Cause }
  | { readonly topic: 'exec_reports'; readonly event: ExecutionReport; readonly cause: Cause };

interface MarketState {
  readonly instrument: Instrument;
  state: Json;
  lastPrice: number | null;
}

interface SavedRunner {
  readonly version: 1;
  readonly markets: Readonly<Record<MarketKey, { state: Json; lastPrice: number | null }>>;
  readonly orders: OrderLines;
  readonly nowMicros: number;
}

/**
 * Runs one configured strategy: routes events of its markets, keeps its orders and positions, and turns
 * drafts into intents. A pure state machine: the same inputs in the same order give the same intents, byte
 * for byte, and a snapshot taken anywhere continues as if nothing had happened.
 */
export class StrategyRunner {
  readonly definition: StrategyDefinition;
  readonly #strategy: Strategy;
  readonly #markets = new Map<MarketKey, MarketState>();
  #orders = new BookOfOrders();
  #nowMicros = 0;

  /**
   * @param instruments must hold every market of the definition
   * @throws Fault STRATEGY_INVALID for an unknown kind, INSTRUMENT_UNKNOWN for an unknown market
   */
  constructor(definition: StrategyDefinition, instruments: readonly Instrument[]) {
    const kind = STRATEGY_KINDS[definition.kind];
    if (kind === undefined) throw new Fault('STRATEGY_INVALID', { kind: definition.kind });
    this.definition = definition;
    this.#strategy = kind.create(definition.parameters);
    for (const market of definition.markets) {
      const instrument = instruments.find((each) => marketKey(each) === market);
      if (instrument === undefined) throw new Fault('INSTRUMENT_UNKNOWN', { market });
      this.#markets.set(market, {
        instrument,
        state: this.#strategy.initialState(),
        lastPrice: null,
      });
    }
  }

  /** Receive time of the last event applied, microseconds. */
  get nowMicros(): number {
    return this.#nowMicros;
  }

  /** Applies one event; the intents it causes, in order. Events of other markets cause none. */
  apply(input: StrategyInput): readonly OrderIntent[] {
    const market = this.#markets.get(marketKey(input.event));
    if (market === undefined) return [];
    const drafts = this.#drafts(input, market);
    return drafts.map((draft, index) => this.#intent(draft, index, input, market));
  }

  snapshot(): Uint8Array {
    const saved: SavedRunner = {
      version: 1,
      markets: Object.fromEntries(
        [...this.#markets].map(([key, market]) => [
          key,
          { state: market.state, lastPrice: market.lastPrice },
        ]),
      ),
      orders: this.#orders.snapshot(),
      nowMicros: this.#nowMicros,
    };
    return new TextEncoder().encode(JSON.stringify(saved));
  }

  /**
   * Puts the runner where a snapshot was taken. Markets that were added to the definition since start afresh.
   * @throws Fault CHECKPOINT_CORRUPT
   */
  restore(snapshot: Uint8Array): void {
    const saved = readSaved(snapshot);
    for (const [key, market] of this.#markets) {
      const found = saved.markets[key];
      if (found === undefined) continue;
      market.state = found.state;
      market.lastPrice = found.lastPrice;
    }
    this.#orders = BookOfOrders.restore(saved.orders);
    this.#nowMicros = saved.nowMicros;
  }

  #drafts(input: StrategyInput, market: MarketState): readonly IntentDraft[] {
    switch (input.topic) {
      case 'market_events':
        return this.#onMarketEvent(input.event, market);
      case 'ofi_events': {
        const { event } = input;
        this.#nowMicros = event.received_at;
        return this.#strategy.onOfi?.(event, market.state, this.#context(market)) ?? NO_INTENTS;
      }
      case 'exec_reports': {
        const { event } = input;
        if (!this.#orders.reported(event)) return NO_INTENTS;
        return this.#strategy.onReport?.(event, market.state, this.#context(market)) ?? NO_INTENTS;
      }
    }
  }

  #onMarketEvent(event: MarketEvent, market: MarketState): readonly IntentDraft[] {
    this.#nowMicros = event.received_at;
    const stem = {
      market: marketKey(event),
      timestamp: event.timestamp,
      receivedAt: event.received_at,
    };
    if (event.tick) {
      const { tick } = event;
      market.lastPrice = tick.last ?? (tick.bid + tick.ask) / 2;
      const context = this.#context(market);
      return this.#strategy.onTick?.({ ...stem, tick }, market.state, context) ?? NO_INTENTS;
    }
    if (event.bar) {
      const { bar } = event;
      market.lastPrice ??= bar.close;
      const context = this.#context(market);
      return this.#strategy.onBar?.({ ...stem, bar }, market.state, context) ?? NO_INTENTS;
    }
    return NO_INTENTS;
  }

  #context(market: MarketState): StrategyContext {
    const key = marketKey(market.instrument);
    return {
      nowMicros: this.#nowMicros,
      instrument: market.instrument,
      lastPrice: market.lastPrice,
      position: this.#orders.position(key),
      working: this.#orders.working(key),
    };
  }

  #intent(
    draft: IntentDraft,
    index: number,
    input: StrategyInput,
    market: MarketState,
  ): OrderIntent {
    const { id, account, intentLifeMs } = this.definition;
    const { symbol, exchange } = market.instrument;
    const intentId = derivedUuid('intent', input.cause.runId, id, input.cause.eventId, index);
    this.#orders.sent(intentId, marketKey(market.instrument), draft.direction, draft.quantity);
    return {
      event_type: 'order_intent',
      intent_id: intentId,
      symbol,
      exchange,
      action: 'NEW',
      direction: draft.direction,
      quantity: draft.quantity,
      order_type: draft.orderType,
      timestamp: input.event.timestamp,
      strategy_id: id,
      account,
      target_intent_id: null,
      limit_price: draft.limitPrice ?? null,
      stop_price: draft.stopPrice ?? null,
      time_in_force: draft.timeInForce ?? 'DAY',
      urgency: draft.urgency ?? 'NORMAL',
      deadline: this.#nowMicros + intentLifeMs * 1000,
      causation_id: input.cause.eventId,
      reason: draft.reason,
      target_weight: null,
      current_weight: null,
      signal_strength: draft.signalStrength ?? null,
      risk_checks: null,
      execution_params: null,
      metadata: null,
    };
  }
}

function readSaved(snapshot: Uint8Array): SavedRunner {
  try {
    const saved = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(snapshot),
    ) as Omit<SavedRunner, 'version'> & { readonly version: unknown };
    if (saved.version === 1) return { ...saved, version: 1 };
  } catch (cause) {
    throw new Fault('CHECKPOINT_CORRUPT', { of: 'strategy' }, cause);
  }
  throw new Fault('CHECKPOINT_CORRUPT', { of: 'strategy', expected: 'version 1' });
}

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
import { MarketSlot, type RunnerParts } from './market-slot.ts';
import {
  type IntentDraft,
  type Json,
  type MarketKey,
  NO_INTENTS,
  type Quote,
  type Strategy,
  marketKey,
} from './strategy.ts';
import { type LastIntent, lastIntent, newOrder, request } from './wanted-order.ts';

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

/** State under this name is of all markets together. */
const SHARED = '*';

interface SavedMarket {
  readonly lastPrice: number | null;
  readonly quote: Quote | null;
}

/** What a snapshot holds, JSON in UTF-8. */
export interface SavedRunner {
  readonly version: 2;
  /** By market, or by `*`. */
  readonly states: Readonly<Record<MarketKey, Json>>;
  readonly markets: Readonly<Record<MarketKey, SavedMarket>>;
  readonly orders: OrderLines;
  readonly nowMicros: number;
  readonly lastIntent: LastIntent | null;
  readonly isPaused: boolean;
}

/**
 * Runs one configured strategy: routes events of its markets, keeps its orders and positions, and turns
 * drafts into intents. A pure state machine: the same inputs in the same order give the same intents, byte
 * for byte, and a snapshot taken anywhere continues as if nothing had happened.
 */
export class StrategyRunner {
  readonly definition: StrategyDefinition;
  readonly #strategy: Strategy;
  readonly #slots = new Map<MarketKey, MarketSlot>();
  readonly #parts: RunnerParts = { nowMicros: 0, orders: new BookOfOrders(), slots: [] };
  #lastSlot: MarketSlot | undefined;
  #lastIntent: LastIntent | null = null;
  #isPaused = false;

  /**
   * @param instruments must hold every market of the definition
   * @throws Fault STRATEGY_INVALID for an unknown kind, INSTRUMENT_UNKNOWN for an unknown market
   */
  constructor(definition: StrategyDefinition, instruments: readonly Instrument[]) {
    const kind = STRATEGY_KINDS[definition.kind];
    if (kind === undefined) throw new Fault('STRATEGY_INVALID', { kind: definition.kind });
    this.definition = definition;
    this.#strategy = kind.create(definition.parameters);
    const shared = this.#strategy.sharesState === true ? this.#strategy.initialState() : undefined;
    for (const market of definition.markets) {
      const instrument = instruments.find((each) => marketKey(each) === market);
      if (instrument === undefined) throw new Fault('INSTRUMENT_UNKNOWN', { market });
      const state = shared ?? this.#strategy.initialState();
      const slot = new MarketSlot(this.#parts, instrument, state);
      this.#slots.set(market, slot);
      this.#parts.slots.push(slot);
    }
  }

  /** Receive time of the last event applied, microseconds. */
  get nowMicros(): number {
    return this.#parts.nowMicros;
  }

  /** Paused, it applies events and keeps its state, and sends no intents. Orders that work go on working. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  set isPaused(value: boolean) {
    this.#isPaused = value;
  }

  /** Applies one event; the intents it causes, in order. Events of other markets cause none. */
  apply(input: StrategyInput): readonly OrderIntent[] {
    const slot = this.#slotOf(input.event);
    if (slot === undefined) return NONE;
    const drafts = this.#drafts(input, slot);
    // What a paused strategy wants is not wanted: it leaves no order behind.
    if (drafts.length === 0 || this.#isPaused) return NONE;
    const intents: OrderIntent[] = [];
    for (const draft of drafts) {
      const intent = this.#intent(draft, intents.length, input, slot);
      if (intent !== undefined) intents.push(intent);
    }
    return intents;
  }

  snapshot(): Uint8Array {
    const shares = this.#strategy.sharesState === true;
    const { slots, orders, nowMicros } = this.#parts;
    const saved: SavedRunner = {
      version: 2,
      states: Object.fromEntries(
        slots.map(({ market, state }) => [shares ? SHARED : market, state]),
      ),
      markets: Object.fromEntries(
        slots.map(({ market, lastPrice, quote }) => [market, { lastPrice, quote }]),
      ),
      orders: orders.snapshot(),
      nowMicros,
      lastIntent: this.#lastIntent,
      isPaused: this.#isPaused,
    };
    return new TextEncoder().encode(JSON.stringify(saved));
  }

  /**
   * Puts the runner where a snapshot was taken. Markets that were added to the definition since start afresh.
   * @throws Fault CHECKPOINT_CORRUPT
   */
  restore(snapshot: Uint8Array): void {
    const saved = readSaved(snapshot);
    const shares = this.#strategy.sharesState === true;
    for (const slot of this.#parts.slots) {
      const state = saved.states[shares ? SHARED : slot.market];
      if (state !== undefined) slot.state = state;
      const market = saved.markets[slot.market];
      if (market === undefined) continue;
      slot.lastPrice = market.lastPrice;
      slot.quote = market.quote;
    }
    this.#parts.orders = BookOfOrders.restore(saved.orders);
    this.#parts.nowMicros = saved.nowMicros;
    this.#lastIntent = saved.lastIntent;
    this.#isPaused = saved.isPaused;
  }

  /** Most events are of the market of the one before: its names are compared before a key is made. */
  #slotOf(event: StrategyInput['event']): MarketSlot | undefined {
    const known = this.#lastSlot?.instrument;
    if (known?.symbol === event.symbol && known.exchange === event.exchange) return this.#lastSlot;
    this.#lastSlot = this.#slots.get(marketKey(event));
    return this.#lastSlot;
  }

  #drafts(input: StrategyInput, slot: MarketSlot): readonly IntentDraft[] {
    switch (input.topic) {
      case 'market_events':
        return this.#onMarketEvent(input.event, slot);
      case 'ofi_events': {
        const { event } = input;
        this.#parts.nowMicros = event.received_at;
        return this.#strategy.onOfi?.(event, slot.state, slot) ?? NO_INTENTS;
      }
      case 'exec_reports': {
        const { event } = input;
        if (!this.#parts.orders.reported(event)) return NO_INTENTS;
        return this.#strategy.onReport?.(event, slot.state, slot) ?? NO_INTENTS;
      }
    }
  }

  #onMarketEvent(event: MarketEvent, slot: MarketSlot): readonly IntentDraft[] {
    this.#parts.nowMicros = event.received_at;
    if (event.tick) {
      const { tick } = event;
      slot.lastPrice = tick.last ?? (tick.bid + tick.ask) / 2;
      slot.quote = {
        bid: tick.bid,
        ask: tick.ask,
        bidSize: tick.bid_size,
        askSize: tick.ask_size,
      };
      if (this.#strategy.onTick === undefined) return NO_INTENTS;
      return this.#strategy.onTick({ ...stemOf(event, slot), tick }, slot.state, slot);
    }
    if (event.bar) {
      const { bar } = event;
      slot.lastPrice ??= bar.close;
      if (this.#strategy.onBar === undefined) return NO_INTENTS;
      return this.#strategy.onBar({ ...stemOf(event, slot), bar }, slot.state, slot);
    }
    return NO_INTENTS;
  }

  /** Undefined when the order that a draft is about no longer works, or is in another market. */
  #intent(
    draft: IntentDraft,
    index: number,
    input: StrategyInput,
    slot: MarketSlot,
  ): OrderIntent | undefined {
    const { nowMicros, orders } = this.#parts;
    const wanted =
      draft.action === 'NEW'
        ? newOrder(draft, slot.market)
        : request(draft, orders.find(draft.targetIntentId));
    const instrument = this.#slots.get(wanted?.market ?? '')?.instrument;
    if (wanted === undefined || instrument === undefined) return undefined;
    const { id, account, intentLifeMs } = this.definition;
    const intent: OrderIntent = {
      event_type: 'order_intent',
      intent_id: derivedUuid('intent', input.cause.runId, id, input.cause.eventId, index),
      symbol: instrument.symbol,
      exchange: instrument.exchange,
      ...wanted.order,
      action: draft.action,
      timestamp: input.event.timestamp,
      strategy_id: id,
      account,
      deadline: nowMicros + intentLifeMs * 1000,
      causation_id: input.cause.eventId,
      reason: draft.reason,
      risk_checks: null,
      execution_params: null,
    };
    orders.sent(intent, nowMicros);
    this.#lastIntent = lastIntent(intent, nowMicros);
    return intent;
  }
}

const NONE: readonly OrderIntent[] = [];

const stemOf = (event: MarketEvent, slot: MarketSlot) => ({
  market: slot.market,
  timestamp: event.timestamp,
  receivedAt: event.received_at,
});

/**
 * Reads a snapshot.
 * @throws Fault CHECKPOINT_CORRUPT for bytes that are none, or of another version
 */
export function readSaved(snapshot: Uint8Array): SavedRunner {
  try {
    const saved = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(snapshot)) as Omit<
      SavedRunner,
      'version'
    > & { readonly version: unknown };
    if (saved.version === 2) return { ...saved, version: 2 };
  } catch (cause) {
    throw new Fault('CHECKPOINT_CORRUPT', { of: 'strategy' }, cause);
  }
  throw new Fault('CHECKPOINT_CORRUPT', { of: 'strategy', expected: 'version 2' });
}

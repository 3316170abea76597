import type { OrderIntent } from '@tickmesh/contracts';
import { formatDecimal } from '@tickmesh/kernel';
import type { OwnOrder } from './book-of-orders.ts';
import {
  type CancelDraft,
  type MarketKey,
  type NewDraft,
  type ReplaceDraft,
  marketKey,
} from './strategy.ts';

/** What a draft decides of its intent. */
export interface Wanted {
  readonly market: MarketKey;
  readonly order: Pick<
    OrderIntent,
    | 'direction'
    | 'quantity'
    | 'order_type'
    | 'target_intent_id'
    | 'limit_price'
    | 'stop_price'
    | 'time_in_force'
    | 'urgency'
    | 'target_weight'
    | 'current_weight'
    | 'signal_strength'
    | 'metadata'
  >;
}

export function newOrder(draft: NewDraft, market: MarketKey): Wanted {
  const { regime } = draft;
  return {
    market: draft.market ?? market,
    order: {
      direction: draft.direction,
      quantity: draft.quantity,
      order_type: draft.orderType,
      target_intent_id: null,
      limit_price: draft.limitPrice ?? null,
      stop_price: draft.stopPrice ?? null,
      time_in_force: draft.timeInForce ?? 'DAY',
      urgency: draft.urgency ?? 'NORMAL',
      target_weight: draft.targetWeight ?? null,
      current_weight: draft.currentWeight ?? null,
      signal_strength: draft.signalStrength ?? null,
      metadata: regime === undefined ? null : { portfolio_id: null, regime, kafka_topic: null },
    },
  };
}

/** A cancel says what is left of the order, a replace the whole order with its new terms. */
export function request(
  draft: CancelDraft | ReplaceDraft,
  target: OwnOrder | undefined,
): Wanted | undefined {
  if (target === undefined) return undefined;
  const terms: Partial<ReplaceDraft> = draft.action === 'REPLACE' ? draft : {};
  const left = target.quantity - target.filled;
  return {
    market: target.market,
    order: {
      direction: target.direction,
      quantity: draft.action === 'CANCEL' ? left : (draft.quantity ?? target.quantity),
      order_type: target.orderType,
      target_intent_id: target.intentId,
      limit_price: terms.limitPrice ?? target.limitPrice,
      stop_price: terms.stopPrice ?? target.stopPrice,
      time_in_force: target.timeInForce,
      urgency: 'NORMAL',
      target_weight: null,
      current_weight: null,
      signal_strength: null,
      metadata: null,
    },
  };
}

export function lastIntent(intent: OrderIntent, atMicros: number): LastIntent {
  return {
    intentId: intent.intent_id,
    market: marketKey(intent),
    action: intent.action,
    direction: intent.direction,
    quantity: formatDecimal(intent.quantity),
    atMicros,
    reason: intent.reason ?? '',
  };
}

/** What was last wanted, for people. */
export interface LastIntent {
  readonly intentId: string;
  readonly market: MarketKey;
  readonly action: OrderIntent['action'];
  readonly direction: OrderIntent['direction'];
  /** Decimal text. */
  readonly quantity: string;
  readonly atMicros: number;
  readonly reason: string;
}

import { quantityOfNotional, notionalOf } from './sizing.ts';
import { type IntentDraft, NO_INTENTS, type StrategyContext } from './strategy.ts';

/** What a rule saw: which way, how strongly, how surely. */
export interface Signal {
  readonly direction: 'BUY' | 'SELL';
  /** 0 to 1. */
  readonly strength: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly reason: string;
}

export interface EntryParameters {
  /** Value of one order, quote currency. */
  readonly notional: number;
  /** Value of the position and the working orders together, quote currency, at the most. */
  readonly positionNotionalMax: number;
  /** Microseconds between two orders of one market, at the least. */
  readonly cooldownMicros: number;
}

/** When the market was last entered; part of a strategy's state. */
export interface EntryState {
  lastEntryMicros: number;
}

/**
 * A market order for a signal, or none: inside the cooldown, without a price, below one step, or beyond the
 * largest position. Urgency follows confidence: above 0.8 HIGH, above 0.6 NORMAL, else LOW.
 */
export function enter(
  signal: Signal | null,
  parameters: EntryParameters,
  state: EntryState,
  context: StrategyContext,
): readonly IntentDraft[] {
  if (signal === null || context.lastPrice === null) return NO_INTENTS;
  if (context.nowMicros - state.lastEntryMicros < parameters.cooldownMicros) return NO_INTENTS;
  const quantity = quantityOfNotional(parameters.notional, context.lastPrice, context.instrument);
  if (quantity === 0n) return NO_INTENTS;
  const signed = signal.direction === 'BUY' ? quantity : -quantity;
  const held = context.position + context.working;
  const after = Math.abs(notionalOf(held + signed, context.lastPrice, context.instrument));
  const before = Math.abs(notionalOf(held, context.lastPrice, context.instrument));
  if (after > parameters.positionNotionalMax && after > before) return NO_INTENTS;
  state.lastEntryMicros = context.nowMicros;
  return [
    {
      action: 'NEW',
      direction: signal.direction,
      quantity,
      orderType: 'MARKET',
      urgency: signal.confidence > 0.8 ? 'HIGH' : signal.confidence > 0.6 ? 'NORMAL' : 'LOW',
      signalStrength: signal.strength,
      reason: signal.reason,
    },
  ];
}

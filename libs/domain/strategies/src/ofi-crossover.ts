import type { OfiEvent } from '@tickmesh/contracts';
import { type EntryParameters, type EntryState, type Signal, enter } from './entry.ts';
import { type IntentDraft, NO_INTENTS, type Strategy, type StrategyContext } from './strategy.ts';

export interface OfiCrossoverParameters extends EntryParameters {
  /** The windows that it listens to: 100ms, 1s, 10s, 60s or 50e. */
  readonly window: string;
  /** Size of z that counts as a signal. */
  readonly threshold: number;
  /** Weight of the newest value in the average, 0 to 1. */
  readonly emaAlpha: number;
  /** Windows seen before the first signal. */
  readonly warmUpWindows: number;
}

export interface OfiCrossoverState extends EntryState {
  windows: number;
  ema: number;
  [name: string]: number;
}

/**
 * Order-flow imbalance above its own average and above a threshold: buy; mirrored below: sell.
 * Strength is the distance to the average over the threshold, at most 1; confidence 0.7.
 */
export class OfiCrossover implements Strategy<OfiCrossoverState> {
  readonly #parameters: OfiCrossoverParameters;

  constructor(parameters: OfiCrossoverParameters) {
    this.#parameters = parameters;
  }

  initialState(): OfiCrossoverState {
    return { windows: 0, ema: 0, lastEntryMicros: -Number.MAX_SAFE_INTEGER };
  }

  onOfi(
    event: OfiEvent,
    state: OfiCrossoverState,
    context: StrategyContext,
  ): readonly IntentDraft[] {
    const { window, emaAlpha, warmUpWindows } = this.#parameters;
    if (event.window !== window || event.levels !== 1) return NO_INTENTS;
    if (event.quality !== 'good') return NO_INTENTS;
    const before = state.windows === 0 ? event.ofi_z : state.ema;
    state.windows += 1;
    state.ema = before + emaAlpha * (event.ofi_z - before);
    if (state.windows <= warmUpWindows) return NO_INTENTS;
    return enter(this.#signal(event.ofi_z, state.ema), this.#parameters, state, context);
  }

  #signal(z: number, ema: number): Signal | null {
    const { threshold } = this.#parameters;
    const side = z > 0 ? 1 : -1;
    const crossed = side * z > threshold && side * (z - ema) > 0;
    if (!crossed) return null;
    return {
      direction: side > 0 ? 'BUY' : 'SELL',
      strength: Math.min(1, (side * (z - ema)) / threshold),
      confidence: 0.7,
      reason: `OFI z ${z.toFixed(3)} crossed its average ${ema.toFixed(3)} beyond ${threshold}`,
    };
  }
}

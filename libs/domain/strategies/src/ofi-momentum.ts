import type { OfiEvent } from '@tickmesh/contracts';
import { type EntryParameters, type EntryState, type Signal, enter } from './entry.ts';
import { type IntentDraft, NO_INTENTS, type Strategy, type StrategyContext } from './strategy.ts';

export interface OfiMomentumParameters extends EntryParameters {
  /** The windows that it listens to: 100ms, 1s, 10s, 60s or 50e. */
  readonly window: string;
  /** Size of z that every window of the run must pass. */
  readonly threshold: number;
  /** Windows in a row. */
  readonly runWindows: number;
}

export interface OfiMomentumState extends EntryState {
  /** Signed length of the run of windows beyond the threshold. */
  run: number;
  /** Sum of z over the run. */
  sum: number;
  [name: string]: number;
}

/**
 * Several windows in a row beyond the threshold on one side: follow them.
 * Strength is their mean over twice the threshold, at most 1; confidence 0.8.
 */
export class OfiMomentum implements Strategy<OfiMomentumState> {
  readonly #parameters: OfiMomentumParameters;

  constructor(parameters: OfiMomentumParameters) {
    this.#parameters = parameters;
  }

  initialState(): OfiMomentumState {
    return { run: 0, sum: 0, lastEntryMicros: -Number.MAX_SAFE_INTEGER };
  }

  onOfi(
    event: OfiEvent,
    state: OfiMomentumState,
    context: StrategyContext,
  ): readonly IntentDraft[] {
    const { window, threshold } = this.#parameters;
    if (event.window !== window || event.levels !== 1) return NO_INTENTS;
    const z = event.quality === 'good' ? event.ofi_z : 0;
    const side = z > threshold ? 1 : z < -threshold ? -1 : 0;
    const continues = side !== 0 && Math.sign(state.run) === side;
    state.run = continues ? state.run + side : side;
    state.sum = side === 0 ? 0 : (continues ? state.sum : 0) + z;
    return enter(this.#signal(state), this.#parameters, state, context);
  }

  #signal(state: OfiMomentumState): Signal | null {
    const { threshold, runWindows } = this.#parameters;
    const length = Math.abs(state.run);
    if (length < runWindows) return null;
    const mean = state.sum / length;
    return {
      direction: state.run > 0 ? 'BUY' : 'SELL',
      strength: Math.min(1, Math.abs(mean) / (2 * threshold)),
      confidence: 0.8,
      reason: `OFI z beyond ${threshold} for ${length} windows, mean ${mean.toFixed(3)}`,
    };
  }
}

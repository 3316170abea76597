import { type EntryParameters, enter } from './entry.ts';
import {
  type IntentDraft,
  type MarketBar,
  NO_INTENTS,
  type Strategy,
  type StrategyContext,
} from './strategy.ts';

export interface MeanReversionParameters extends EntryParameters {
  /** The bars that it listens to, as in bar_duration. */
  readonly barDuration: string;
  /** Closes in the mean. */
  readonly lookbackBars: number;
  /** Size of z that counts as a signal. */
  readonly threshold: number;
}

export interface MeanReversionState {
  lastEntryMicros: number;
  /** The last closes, oldest first. */
  closes: number[];
  [name: string]: number | number[];
}

/**
 * A close far from the mean of the last closes is bet against: z below -threshold buys, above sells.
 * z by the population standard deviation; confidence min(|z| / 4, 1); a flat market gives no signal.
 */
export class MeanReversion implements Strategy<MeanReversionState> {
  readonly #parameters: MeanReversionParameters;

  constructor(parameters: MeanReversionParameters) {
    this.#parameters = parameters;
  }

  initialState(): MeanReversionState {
    return { closes: [], lastEntryMicros: -Number.MAX_SAFE_INTEGER };
  }

  onBar(
    event: MarketBar,
    state: MeanReversionState,
    context: StrategyContext,
  ): readonly IntentDraft[] {
    const { barDuration, lookbackBars, threshold } = this.#parameters;
    const { bar } = event;
    // A correction of an earlier bar is not a new close.
    if (bar.bar_duration !== barDuration || !bar.final || bar.revision !== 0) return NO_INTENTS;
    state.closes.push(bar.close);
    if (state.closes.length > lookbackBars) state.closes.shift();
    if (state.closes.length < lookbackBars) return NO_INTENTS;
    const z = lastScore(state.closes);
    if (z === null || Math.abs(z) <= threshold) return NO_INTENTS;
    const confidence = Math.min(Math.abs(z) / 4, 1);
    return enter(
      {
        direction: z < 0 ? 'BUY' : 'SELL',
        strength: confidence,
        confidence,
        reason: `close is ${z.toFixed(3)} deviations from the mean of ${lookbackBars} bars`,
      },
      this.#parameters,
      state,
      context,
    );
  }
}

/** z of the last value among all of them; null when they are all equal. */
function lastScore(values: readonly number[]): number | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const last = values.at(-1);
  return variance === 0 || last === undefined ? null : (last - mean) / Math.sqrt(variance);
}

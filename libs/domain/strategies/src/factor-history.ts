/** What the composite keeps of one market. */
import { type FactorState, initialFactors, pushReturn } from './factor-signals.ts';
import { IMPACT_COEFFICIENT } from './market-impact.ts';
import { mean } from './statistics.ts';

export interface MarketHistory {
  close: number | null;
  /** End of the last bar. Microseconds. */
  endMicros: number;
  factors: FactorState;
  signals: Record<string, number>[];
  returns: number[];
  /** Base units or contracts, of the last bars. */
  volumes: number[];
  /** Coefficient of market impact, learnt from own fills. */
  impact: number;
  [name: string]: number | null | FactorState | Record<string, number>[] | number[];
}

/** Bars before the first decision, and bars that are looked back on at the most. */
export const HISTORY_BARS = { min: 66, max: 126 } as const;
const VOLUME_BARS = 20;

export const newHistory = (): MarketHistory => ({
  close: null,
  endMicros: 0,
  factors: initialFactors(),
  signals: [],
  returns: [],
  volumes: [],
  impact: IMPACT_COEFFICIENT.initial,
});

/** Takes the next bar in; one without trades has the close of the one before and no volume. */
export function addBar(
  history: MarketHistory,
  bar: { readonly close: number; readonly volume: number; readonly endMicros: number },
): void {
  const before = history.close;
  history.close = bar.close;
  history.endMicros = bar.endMicros;
  push(history.volumes, bar.volume, VOLUME_BARS);
  if (before === null) return;
  const change = bar.close / before - 1;
  push(history.signals, { ...pushReturn(history.factors, change) }, HISTORY_BARS.max);
  push(history.returns, change, HISTORY_BARS.max);
}

/** Mean volume of the last bars. */
export const meanVolume = ({ volumes }: MarketHistory): number => mean(volumes);

function push<T>(values: T[], value: T, max: number): void {
  values.push(value);
  if (values.length > max) values.shift();
}

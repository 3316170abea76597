/**
 * Six factor signals of a series of returns, one value each for every return. With z(x, w) = (x - mean) / deviation
 * over the last w values of x (population deviation; 0 while there are fewer, or all are equal), and m_n the mean of
 * the last n returns:
 *   OFI  z(sum_3 r / max(sum_3 |r|, 1e-8), 20)     the pressure of the last returns
 *   ERN  z(m_21 - m_63, 63)                        drift of a month against a quarter
 *   VRP  z(1.5 ema_20 |r| - sqrt(mean_20 r^2), 20) expected against realised variation
 *   POS  z(m_60, 60)                               how far positioning has run
 *   TSX  z(m_10 - m_30, 30)                        time-series trend
 *   SIF  z(m_5 - m_20, 20)                         short-term impulse
 */
export const FACTORS = ['OFI', 'ERN', 'VRP', 'POS', 'TSX', 'SIF'] as const;
export type Factor = (typeof FACTORS)[number];
export type FactorValues = Readonly<Record<Factor, number>>;

/** What is kept between two returns; plain data, so that a checkpoint can hold it. */
export interface FactorState {
  /** The last returns, oldest first. */
  returns: number[];
  /** Average of |r|; null before the first. */
  averageSize: number | null;
  /** The last values that z looks back on, by factor. */
  series: Record<Factor, number[]>;
  [name: string]: number | number[] | null | Record<Factor, number[]>;
}

const RETURNS_MAX = 63;
const SIZE_ALPHA = 2 / 21;
const Z_WINDOW: FactorValues = { OFI: 20, ERN: 63, VRP: 20, POS: 60, TSX: 30, SIF: 20 };

export function initialFactors(): FactorState {
  const series = { OFI: [], ERN: [], VRP: [], POS: [], TSX: [], SIF: [] };
  return { returns: [], averageSize: null, series };
}

/** Takes the next return in and tells the signals. Changes the state. */
export function pushReturn(state: FactorState, value: number): FactorValues {
  push(state.returns, value, RETURNS_MAX);
  const size = Math.abs(value);
  state.averageSize =
    state.averageSize === null ? size : SIZE_ALPHA * size + (1 - SIZE_ALPHA) * state.averageSize;
  const values: Record<Factor, number> = { OFI: 0, ERN: 0, VRP: 0, POS: 0, TSX: 0, SIF: 0 };
  for (const factor of FACTORS) {
    const raw = RAW[factor](state);
    if (raw === undefined) continue;
    push(state.series[factor], raw, Z_WINDOW[factor]);
    values[factor] = lastScore(state.series[factor], Z_WINDOW[factor]);
  }
  return values;
}

/** The value that z is taken of; undefined while there are too few returns. */
const RAW: Readonly<Record<Factor, (state: FactorState) => number | undefined>> = {
  OFI: ({ returns }) => {
    if (returns.length < 3) return undefined;
    const last = returns.slice(-3);
    return sum(last) / Math.max(sum(last.map(Math.abs)), 1e-8);
  },
  ERN: ({ returns }) => difference(meanOf(returns, 21), meanOf(returns, 63)),
  VRP: ({ returns, averageSize }) => {
    const squares = meanOf(
      returns.map((value) => value * value),
      20,
    );
    return squares === undefined || averageSize === null
      ? undefined
      : 1.5 * averageSize - Math.sqrt(squares);
  },
  POS: ({ returns }) => meanOf(returns, 60),
  TSX: ({ returns }) => difference(meanOf(returns, 10), meanOf(returns, 30)),
  SIF: ({ returns }) => difference(meanOf(returns, 5), meanOf(returns, 20)),
};

function lastScore(values: readonly number[], window: number): number {
  const last = values.at(-1);
  if (values.length < window || last === undefined) return 0;
  const mean = sum(values) / window;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / window;
  return variance === 0 ? 0 : (last - mean) / Math.sqrt(variance);
}

function push(values: number[], value: number, max: number): void {
  values.push(value);
  if (values.length > max) values.shift();
}

function meanOf(values: readonly number[], last: number): number | undefined {
  return values.length < last ? undefined : sum(values.slice(-last)) / last;
}

const difference = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a - b;
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

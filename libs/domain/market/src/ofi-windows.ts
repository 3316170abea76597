import { Fault } from '@tickmesh/kernel';
import type { StateReader, StateWriter } from './state-bytes.ts';

/** A time window (`100ms`, `1s`) or an event window (`50e`). */
export interface WindowSpec {
  readonly name: string;
  /** Length by the receive clock, or 0 for an event window. */
  readonly widthMicros: number;
  /** Events that fill an event window, or 0 for a time window. */
  readonly events: number;
}

/** One closed window. Sums are whole units of size, so windows add up exactly. */
export interface ClosedWindow {
  readonly window: string;
  readonly startMicros: number;
  /** Sum of the imbalances, units of size. */
  readonly sumUnits: number;
  readonly eventCount: number;
  /** Mean over events and levels of (bid size + ask size) / 2, units of size. */
  readonly meanDepthUnits: number;
  readonly zScore: number;
  /** Mean of the past windows that z is taken against, units of size; null until there are two. */
  readonly pastMean: number | null;
  /** Population standard deviation of those windows, units of size. */
  readonly pastDeviation: number | null;
  readonly good: boolean;
}

const TEXT = /^(\d{1,9})(ms|s|m|e)$/;
const UNIT_MICROS: Readonly<Record<string, number>> = { ms: 1_000, s: 1_000_000, m: 60_000_000 };

/**
 * Reads `100ms`, `10s`, `1m` or `50e`.
 * @throws Fault ARGUMENT_INVALID
 */
export function windowSpecOf(name: string): WindowSpec {
  const match = TEXT.exec(name);
  const count = Number(match?.[1] ?? 0);
  if (match === null || count === 0) {
    throw new Fault('ARGUMENT_INVALID', { expected: 'a window such as 100ms, 1s or 50e', name });
  }
  const micros = UNIT_MICROS[match[2] ?? ''];
  return micros === undefined
    ? { name, widthMicros: 0, events: count }
    : { name, widthMicros: count * micros, events: 0 };
}

/**
 * Tumbling windows over the events of one order flow, keyed by their start. Time windows go by the
 * receive clock and are whole multiples of the narrowest one, which gathers the events; a closed
 * window is added to the wider ones, so that an event costs one addition however many windows there
 * are. A window without an event is not reported and is no part of the past that z is taken against.
 *
 * z = (sum - mean) / population deviation of up to `lookback` past windows that were good, without
 * the new one; 0 until there are two, and while the deviation is 0.
 */
export class OfiWindows {
  readonly lookback: number;
  readonly #timed: readonly Accumulator[];
  readonly #counted: readonly Accumulator[];
  /** When the first of the open time windows ends; Infinity while none is open. */
  #endMicros = Infinity;
  /** The latest moment at which the source was not good. */
  #badMicros = -Infinity;

  /**
   * @param names windows, as windowSpecOf reads them
   * @param lookback past windows that z is taken against, at the most
   * @throws Fault ARGUMENT_INVALID when a time window is no multiple of the narrowest
   */
  constructor(names: readonly string[], lookback: number) {
    this.lookback = lookback;
    const specs = names.map(windowSpecOf);
    const timed = specs.filter((spec) => spec.widthMicros > 0);
    timed.sort((left, right) => left.widthMicros - right.widthMicros);
    const narrowest = timed[0]?.widthMicros ?? 1;
    for (const spec of timed) {
      if (spec.widthMicros % narrowest !== 0) {
        throw new Fault('ARGUMENT_INVALID', {
          expected: `a multiple of ${timed[0]?.name ?? ''}`,
          name: spec.name,
        });
      }
    }
    this.#timed = timed.map((spec) => new Accumulator(spec, lookback));
    this.#counted = specs
      .filter((spec) => spec.events > 0)
      .map((spec) => new Accumulator(spec, lookback));
  }

  /**
   * Adds one event. Time must have been advanced to it before.
   * @param imbalance whole units of size
   * @param depth resting size of both sides of `levels` levels, units of size
   */
  add(
    imbalance: number,
    depth: number,
    levels: number,
    nowMicros: number,
    closed: ClosedWindow[],
  ): void {
    const narrowest = this.#timed[0];
    if (narrowest !== undefined) {
      if (narrowest.eventCount === 0) {
        narrowest.startMicros = floorTo(nowMicros, narrowest.spec.widthMicros);
        const endMicros = narrowest.startMicros + narrowest.spec.widthMicros;
        if (endMicros < this.#endMicros) this.#endMicros = endMicros;
      }
      narrowest.add(imbalance, depth, levels);
    }
    for (const window of this.#counted) {
      if (window.eventCount === 0) window.startMicros = nowMicros;
      window.add(imbalance, depth, levels);
      if (window.eventCount === window.spec.events) closed.push(window.close(this.#badMicros));
    }
  }

  /** Lets the receive clock pass: every window that has ended is closed, the narrow ones first. */
  advance(nowMicros: number, closed: ClosedWindow[]): void {
    if (nowMicros < this.#endMicros) return;
    const [narrowest] = this.#timed;
    if (narrowest !== undefined && nowMicros >= narrowest.endMicros) {
      for (let i = 1; i < this.#timed.length; i++) this.#timed[i]!.addWindow(narrowest);
    }
    this.#endMicros = Infinity;
    for (const window of this.#timed) {
      if (nowMicros >= window.endMicros) closed.push(window.close(this.#badMicros));
      this.#endMicros = Math.min(this.#endMicros, window.endMicros);
    }
  }

  /** The source was not good at that moment: windows that hold it are degraded. */
  markBad(nowMicros: number): void {
    this.#badMicros = nowMicros;
  }

  save(out: StateWriter): void {
    out.number(this.#endMicros);
    out.number(this.#badMicros);
    for (const window of [...this.#timed, ...this.#counted]) window.save(out);
  }

  load(from: StateReader): void {
    this.#endMicros = from.number();
    this.#badMicros = from.number();
    for (const window of [...this.#timed, ...this.#counted]) window.load(from);
  }
}

/** One open window and the past ones that z is taken against. */
class Accumulator {
  readonly spec: WindowSpec;
  startMicros = 0;
  eventCount = 0;
  #sum = 0;
  #depthSum = 0;
  #depthLevels = 0;
  readonly #past: Float64Array;
  #pastCount = 0;
  #pastNext = 0;

  constructor(spec: WindowSpec, lookback: number) {
    this.spec = spec;
    this.#past = new Float64Array(lookback);
  }

  /** Infinity while the window holds no event. */
  get endMicros(): number {
    return this.eventCount === 0 ? Infinity : this.startMicros + this.spec.widthMicros;
  }

  add(imbalance: number, depth: number, levels: number): void {
    this.eventCount += 1;
    this.#sum += imbalance;
    this.#depthSum += depth;
    this.#depthLevels += levels;
  }

  /** Adds a whole narrower window that lies inside this one. */
  addWindow(inner: Accumulator): void {
    if (this.eventCount === 0) this.startMicros = floorTo(inner.startMicros, this.spec.widthMicros);
    this.eventCount += inner.eventCount;
    this.#sum += inner.#sum;
    this.#depthSum += inner.#depthSum;
    this.#depthLevels += inner.#depthLevels;
  }

  /** Takes z against the past, then joins the past if the window was good, and starts anew. */
  close(badMicros: number): ClosedWindow {
    const { mean, deviation } = this.#pastMoments();
    const sumUnits = this.#sum;
    const good = badMicros < this.startMicros && Number.isSafeInteger(sumUnits);
    const hasPast = this.#pastCount >= 2;
    const closed: ClosedWindow = {
      window: this.spec.name,
      startMicros: this.startMicros,
      sumUnits,
      eventCount: this.eventCount,
      meanDepthUnits: this.#depthLevels === 0 ? 0 : this.#depthSum / 2 / this.#depthLevels,
      zScore: hasPast && deviation > 0 ? (sumUnits - mean) / deviation : 0,
      pastMean: hasPast ? mean : null,
      pastDeviation: hasPast ? deviation : null,
      good,
    };
    if (good) this.#remember(sumUnits);
    this.eventCount = 0;
    this.#sum = 0;
    this.#depthSum = 0;
    this.#depthLevels = 0;
    return closed;
  }

  #remember(sum: number): void {
    if (this.#past.length === 0) return;
    this.#past[this.#pastNext] = sum;
    this.#pastNext = (this.#pastNext + 1) % this.#past.length;
    if (this.#pastCount < this.#past.length) this.#pastCount += 1;
  }

  /** Two passes: the plain sum of squares cancels when the mean is far from 0. */
  #pastMoments(): { mean: number; deviation: number } {
    const count = this.#pastCount;
    if (count === 0) return { mean: 0, deviation: 0 };
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#past[i]!;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += (this.#past[i]! - mean) ** 2;
    return { mean, deviation: Math.sqrt(squares / count) };
  }

  save(out: StateWriter): void {
    out.number(this.startMicros);
    out.number(this.eventCount);
    out.number(this.#sum);
    out.number(this.#depthSum);
    out.number(this.#depthLevels);
    out.number(this.#pastNext);
    out.columns(this.#pastCount, this.#past);
  }

  load(from: StateReader): void {
    this.startMicros = from.number();
    this.eventCount = from.number();
    this.#sum = from.number();
    this.#depthSum = from.number();
    this.#depthLevels = from.number();
    this.#pastNext = from.number();
    this.#pastCount = from.column(this.#past);
  }
}

const floorTo = (value: number, step: number): number => Math.floor(value / step) * step;

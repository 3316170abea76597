import type { StateReader, StateWriter } from './state-bytes.ts';

/** What a gate says. `value` and `limit` are in the unit that the gate names. */
export interface Verdict {
  readonly gate: GateName;
  readonly passed: boolean;
  readonly value: number;
  readonly limit: number;
  readonly unit: 'micros' | 'share';
  /** True where the limit does not apply, as freshness to historical data. */
  readonly exempt: boolean;
}

export type GateName = 'completeness' | 'freshness' | 'clock_skew' | 'future_time';

/** The one interface of every gate: shown what came, it keeps what it needs. No clock is read. */
export interface QualityGate<Observation> {
  observe(observation: Observation): void;
  /** As `verdict().passed`, at once. */
  readonly passed: boolean;
  verdict(): Verdict;
  save(out: StateWriter): void;
  load(from: StateReader): void;
}

/** The two times of a frame, microseconds. */
export interface FrameTimes {
  readonly venueMicros: number;
  readonly receivedMicros: number;
}

/**
 * Clock skew: how far our clock is ahead of the venue's, apart from how old frames are. The least
 * (received - venue) of the recent frames is the offset plus the shortest way of a frame, which a
 * delay cannot lower; below 0 our clock is behind for certain. Passed while its size is within the
 * limit. The recent frames are the last one to two periods of `period` frames.
 */
export class ClockSkewGate implements QualityGate<FrameTimes> {
  readonly #limitMicros: number;
  readonly #period: number;
  #current = Infinity;
  #previous = Infinity;
  #count = 0;

  constructor(limitMicros: number, period: number) {
    this.#limitMicros = limitMicros;
    this.#period = period;
  }

  observe({ venueMicros, receivedMicros }: FrameTimes): void {
    this.observeTimes(venueMicros, receivedMicros);
  }

  observeTimes(venueMicros: number, receivedMicros: number): void {
    if (this.#count === this.#period) {
      this.#previous = this.#current;
      this.#current = Infinity;
      this.#count = 0;
    }
    const offset = receivedMicros - venueMicros;
    if (offset < this.#current) this.#current = offset;
    this.#count += 1;
  }

  /** The offset, microseconds; 0 before the first frame. */
  skewMicros(): number {
    const skew = this.#current < this.#previous ? this.#current : this.#previous;
    return skew === Infinity ? 0 : skew;
  }

  get passed(): boolean {
    return Math.abs(this.skewMicros()) <= this.#limitMicros;
  }

  verdict(): Verdict {
    return {
      gate: 'clock_skew',
      passed: this.passed,
      value: this.skewMicros(),
      limit: this.#limitMicros,
      unit: 'micros',
      exempt: false,
    };
  }

  save(out: StateWriter): void {
    out.number(this.#current);
    out.number(this.#previous);
    out.number(this.#count);
  }

  load(from: StateReader): void {
    this.#current = from.number();
    this.#previous = from.number();
    this.#count = from.number();
  }
}

/**
 * Freshness: the age of frames, free of clock skew: (received - venue) above the skew. Passed while
 * the 95th percentile (nearest rank) of the last `window` ages is strictly below the limit. The count
 * of old frames decides that without a sort; `verdict` sorts for the number it shows. Historical data
 * is exempt.
 */
export class FreshnessGate implements QualityGate<{ readonly ageMicros: number }> {
  readonly #limitMicros: number;
  readonly #historical: boolean;
  readonly #ages: Float64Array;
  #count = 0;
  #next = 0;
  #old = 0;

  constructor(limitMicros: number, window: number, historical: boolean) {
    this.#limitMicros = limitMicros;
    this.#historical = historical;
    this.#ages = new Float64Array(window);
  }

  observe({ ageMicros }: { readonly ageMicros: number }): void {
    this.observeAge(ageMicros);
  }

  observeAge(ageMicros: number): void {
    if (this.#count === this.#ages.length) {
      if (this.#ages[this.#next]! >= this.#limitMicros) this.#old -= 1;
    } else {
      this.#count += 1;
    }
    this.#ages[this.#next] = ageMicros;
    if (ageMicros >= this.#limitMicros) this.#old += 1;
    this.#next = this.#next + 1 === this.#ages.length ? 0 : this.#next + 1;
  }

  get passed(): boolean {
    return this.#historical || this.#count - this.#old >= Math.ceil(0.95 * this.#count);
  }

  verdict(): Verdict {
    const ages = this.#ages.slice(0, this.#count).sort();
    return {
      gate: 'freshness',
      passed: this.passed,
      value: this.#count === 0 ? 0 : ages[Math.ceil(0.95 * this.#count) - 1]!,
      limit: this.#limitMicros,
      unit: 'micros',
      exempt: this.#historical,
    };
  }

  save(out: StateWriter): void {
    out.number(this.#next);
    out.number(this.#old);
    out.columns(this.#count, this.#ages);
  }

  load(from: StateReader): void {
    this.#next = from.number();
    this.#old = from.number();
    this.#count = from.column(this.#ages);
  }
}

/**
 * Future time: a frame dated further ahead of our clock than the limit. Such a time is not believed:
 * it moves no clock and closes no bar. The verdict is that of the last frame.
 */
export class FutureTimeGate implements QualityGate<FrameTimes> {
  /** Frames whose time was not believed. */
  refused = 0;
  readonly #limitMicros: number;
  #ahead = -Infinity;

  constructor(limitMicros: number) {
    this.#limitMicros = limitMicros;
  }

  observe({ venueMicros, receivedMicros }: FrameTimes): void {
    this.accepts(venueMicros, receivedMicros);
  }

  /** Observes, and tells whether the time may be believed. */
  accepts(venueMicros: number, receivedMicros: number): boolean {
    this.#ahead = venueMicros - receivedMicros;
    if (this.#ahead <= this.#limitMicros) return true;
    this.refused += 1;
    return false;
  }

  get passed(): boolean {
    return this.#ahead <= this.#limitMicros;
  }

  verdict(): Verdict {
    return {
      gate: 'future_time',
      passed: this.passed,
      value: this.#ahead === -Infinity ? 0 : this.#ahead,
      limit: this.#limitMicros,
      unit: 'micros',
      exempt: false,
    };
  }

  save(out: StateWriter): void {
    out.number(this.refused);
    out.number(this.#ahead);
  }

  load(from: StateReader): void {
    this.refused = from.number();
    this.#ahead = from.number();
  }
}

/**
 * Completeness: the share of expected items that came, over the last one to two periods of `period`
 * expected items. Passed while it is not below the threshold.
 */
export class CompletenessGate implements QualityGate<{
  readonly expected: number;
  readonly received: number;
}> {
  readonly #threshold: number;
  readonly #period: number;
  #expected = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;

  constructor(threshold: number, period: number) {
    this.#threshold = threshold;
    this.#period = period;
  }

  observe({ expected, received }: { readonly expected: number; readonly received: number }): void {
    this.observeCounts(expected, received);
  }

  observeCounts(expected: number, received: number): void {
    if (this.#expected >= this.#period) {
      this.#expectedBefore = this.#expected;
      this.#receivedBefore = this.#received;
      this.#expected = 0;
      this.#received = 0;
    }
    this.#expected += expected;
    this.#received += received;
  }

  /** 1 while nothing was expected. */
  share(): number {
    const expected = this.#expected + this.#expectedBefore;
    const share = expected === 0 ? 1 : (this.#received + this.#receivedBefore) / expected;
    return Math.min(1, share);
  }

  get passed(): boolean {
    return this.share() >= this.#threshold;
  }

  verdict(): Verdict {
    return {
      gate: 'completeness',
      passed: this.passed,
      value: this.share(),
      limit: this.#threshold,
      unit: 'share',
      exempt: false,
    };
  }

  save(out: StateWriter): void {
    out.number(this.#expected);
    out.number(this.#received);
    out.number(this.#expectedBefore);
    out.number(this.#receivedBefore);
  }

  load(from: StateReader): void {
    this.#expected = from.number();
    this.#received = from.number();
    this.#expectedBefore = from.number();
    this.#receivedBefore = from.number();
  }
}

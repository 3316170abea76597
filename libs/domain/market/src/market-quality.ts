import type { GateLimits } from './market-spec.ts';
import {
  ClockSkewGate,
  CompletenessGate,
  FreshnessGate,
  FutureTimeGate,
  type QualityGate,
  type Verdict,
} from './quality-gates.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/** How often the verdicts are compared with the last ones told, by the receive clock. */
const LOOK_MICROS = 1_000_000;

/** The four gates of one market, fed by its frames, and what was last told of each. */
export class MarketQuality {
  readonly #future: FutureTimeGate;
  readonly #skew: ClockSkewGate;
  readonly #freshness: FreshnessGate;
  readonly #completeness: CompletenessGate;
  readonly #gates: readonly QualityGate<never>[];
  readonly #told: boolean[];
  #dueMicros = 0;

  constructor(limits: GateLimits, historical: boolean) {
    this.#future = new FutureTimeGate(limits.futureMicros);
    this.#skew = new ClockSkewGate(limits.skewMicros, limits.skewPeriod);
    this.#freshness = new FreshnessGate(limits.freshnessMicros, limits.freshnessWindow, historical);
    this.#completeness = new CompletenessGate(limits.completenessMin, limits.completenessPeriod);
    this.#gates = [this.#completeness, this.#freshness, this.#skew, this.#future];
    this.#told = this.#gates.map(() => true);
  }

  /** Frames whose venue time was not believed. */
  get refused(): number {
    return this.#future.refused;
  }

  /** Whether a venue time may be believed. */
  accepts(venueMicros: number, receivedMicros: number): boolean {
    return this.#future.accepts(venueMicros, receivedMicros);
  }

  /** Shows a frame's times to the gates. @returns its age without clock skew, microseconds, not below 0 */
  observe(venueMicros: number, receivedMicros: number): number {
    this.#skew.observeTimes(venueMicros, receivedMicros);
    const age = receivedMicros - venueMicros - this.#skew.skewMicros();
    this.#freshness.observeAge(age);
    return age;
  }

  /** A trade came; `expected` is 1 and what is newly missing, or 0 for one that had been missing. */
  observeTrades(expected: number): void {
    this.#completeness.observeCounts(expected, 1);
  }

  /** Share of the venue's recent trades that came. */
  completeness(): number {
    return this.#completeness.share();
  }

  verdicts(): readonly Verdict[] {
    return this.#gates.map((gate) => gate.verdict());
  }

  /** Whether it is time to look for changes. */
  isDue(nowMicros: number): boolean {
    return nowMicros >= this.#dueMicros;
  }

  /** The verdicts that are not what was told last. */
  changes(nowMicros: number): readonly Verdict[] {
    this.#dueMicros = nowMicros + LOOK_MICROS;
    const changed: Verdict[] = [];
    for (const [index, gate] of this.#gates.entries()) {
      if (gate.passed === this.#told[index]) continue;
      this.#told[index] = gate.passed;
      changed.push(gate.verdict());
    }
    return changed;
  }

  save(out: StateWriter): void {
    out.number(this.#dueMicros);
    for (const told of this.#told) out.boolean(told);
    for (const gate of this.#gates) gate.save(out);
  }

  load(from: StateReader): void {
    this.#dueMicros = from.number();
    for (const index of this.#told.keys()) this.#told[index] = from.boolean();
    for (const gate of this.#gates) gate.load(from);
  }
}

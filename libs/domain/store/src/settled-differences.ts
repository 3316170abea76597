/**
 * Records lag behind the books by a moment, and the two are never read at one instant: what differs is looked at again,
 * and counts once both sides have stood still for a while and still differ. Times are milliseconds of one clock.
 */
import type { RecordDifference } from './compare-records.ts';

export interface SettledDifference extends RecordDifference {
  /** False: one side still moved when the looking ended, and the two never agreed meanwhile. */
  readonly settled: boolean;
}

interface Standing {
  readonly difference: RecordDifference;
  readonly sinceMs: number;
}

export class SettledDifferences {
  readonly #settleMs: number;
  #standing = new Map<string, Standing>();
  #lookedAtMs = 0;

  /** @param settleMs how long a difference has to stand unchanged; 0: one look is enough */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** What is not among the differences of this look agreed at it, and begins anew should it differ later. */
  look(differences: readonly RecordDifference[], atMs: number): void {
    this.#lookedAtMs = atMs;
    this.#standing = new Map(
      differences.map((difference) => {
        const key = JSON.stringify([difference.kind, difference.name, difference.field]);
        const before = this.#standing.get(key);
        const isSame =
          before?.difference.book === difference.book &&
          before.difference.record === difference.record;
        return [key, { difference, sinceMs: isSame ? before.sinceMs : atMs }];
      }),
    );
  }

  /** Whether another look could tell more. */
  get isSettled(): boolean {
    return [...this.#standing.values()].every((standing) => this.#hasSettled(standing));
  }

  /** Of the last look, in its order. */
  get differences(): SettledDifference[] {
    return [...this.#standing.values()].map((standing) => ({
      ...standing.difference,
      settled: this.#hasSettled(standing),
    }));
  }

  #hasSettled({ sinceMs }: Standing): boolean {
    return this.#lookedAtMs - sinceMs >= this.#settleMs;
  }
}

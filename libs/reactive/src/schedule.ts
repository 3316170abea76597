/**
 * When observers run: at the end of the outermost batch, synchronously, in the order they were made,
 * each once a round however many of its values changed. What observers write makes a further round.
 * Observers that record the outcome run last, when nothing else is due.
 */
import { Fault } from '@tickmesh/kernel';
import { aside, together } from './cell.ts';

/** Rounds after which observers that keep setting each other off are stopped. */
const ROUNDS_MAX = 100;

/** Something to run when its values have changed. */
export interface Observer {
  readonly order: number;
  /** Runs only when no observer without this flag is due. */
  readonly isLast: boolean;
  run(): void;
}

export class Schedule {
  readonly #due = new Set<Observer>();
  readonly #onFault: (fault: Fault) => void;
  #depth = 0;
  #isFlushing = false;

  constructor(onFault: (fault: Fault) => void) {
    this.#onFault = onFault;
  }

  /** Runs `act`; observers follow when the outermost batch ends, whether it returned or threw. */
  batch<Result>(act: () => Result): Result {
    this.#depth++;
    try {
      return together(act);
    } finally {
      this.#depth--;
      if (this.#depth === 0) this.#flush();
    }
  }

  add(observer: Observer): void {
    this.#due.add(observer);
    // The batch of another graph encloses ours, and ends after it.
    if (this.#depth === 0) this.#flush();
  }

  remove(observer: Observer): void {
    this.#due.delete(observer);
  }

  #flush(): void {
    // A batch inside an observer leaves its changes to the round that follows.
    if (this.#isFlushing || this.#due.size === 0) return;
    this.#isFlushing = true;
    try {
      for (let round = 0; this.#due.size > 0; round++) {
        if (round === ROUNDS_MAX) {
          this.#due.clear();
          this.#onFault(
            new Fault('GRAPH_CYCLE', { observers: 'set each other off', rounds: round }),
          );
          return;
        }
        this.#runRound();
      }
    } finally {
      this.#isFlushing = false;
    }
  }

  #runRound(): void {
    const all = [...this.#due];
    const first = all.filter((observer) => !observer.isLast);
    const round = first.length > 0 ? first : all;
    round.sort((one, other) => one.order - other.order);
    for (const observer of round) {
      // An earlier observer of the round may have removed it.
      if (this.#due.delete(observer)) aside(() => observer.run());
    }
  }
}

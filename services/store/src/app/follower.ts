/** One step, again and again: as long as it finds work, and after that whenever there is a hint. */
import { type Fault, faultOf } from '@tickmesh/kernel';
import type { Hints } from './hints.ts';

export interface FollowerParts {
  readonly hints: Hints;
  /** Does some work. Whether there may be more at once. */
  readonly step: (signal: AbortSignal) => Promise<boolean>;
  /** A step that failed; it is tried again at the next hint. */
  readonly failed: (fault: Fault) => void;
}

export class Follower {
  readonly #parts: FollowerParts;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Waits for the step in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { hints, step, failed } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const seen = hints.count;
      let hasMore = false;
      try {
        hasMore = await step(signal);
      } catch (thrown) {
        failed(faultOf(thrown));
      }
      if (!hasMore) await hints.after(seen, signal);
    }
  }
}

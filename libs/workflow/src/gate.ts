/**
 * Where the operations of running workflows pass. Once it is closed nothing passes any more: whoever comes waits for ever,
 * which costs nothing, and goes on when its workflow is taken up by the next engine.
 */

/** What setTimeout can hold. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class Gate {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #working = new Set<Promise<unknown>>();
  readonly #waiting = new Set<Promise<unknown>>();
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Passes work through; neither its result nor its error comes out after the closing. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    return this.#through(work, this.#working);
  }

  /** As `pass`, for what only waits: the closing is not held up by it. */
  passWaiting<T>(work: () => Promise<T>): Promise<T> {
    return this.#through(work, this.#waiting);
  }

  /** Resolves at a time; never, and without a timer left, when the gate closes before. */
  waitUntil(untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const again = (): void => {
        const leftMs = untilMs - Date.now();
        if (leftMs <= 0) resolve();
        else if (!this.#isClosed) this.#after(Math.min(leftMs, TIMER_MS_MAX), again);
      };
      again();
    });
  }

  /** Closes, and waits for the work under way. @returns whether all of it ended in time */
  async close(timeoutMs: number): Promise<boolean> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    return within(Promise.allSettled([...this.#working]), timeoutMs);
  }

  /** Waits for those that only waited, once they have been told. @returns whether all of them ended in time */
  async drained(timeoutMs: number): Promise<boolean> {
    return within(Promise.allSettled([...this.#waiting]), timeoutMs);
  }

  async #through<T>(work: () => Promise<T>, underWay: Set<Promise<unknown>>): Promise<T> {
    if (this.#isClosed) return never();
    const working = work();
    underWay.add(working);
    try {
      return await working;
    } finally {
      underWay.delete(working);
      // It is closed now, whatever it was before.
      if (this.isClosed) await never();
    }
  }

  #after(waitMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, waitMs);
    this.#timers.add(timer);
  }
}

/** Whether it settles in time. Leaves no timer. */
export async function within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, Math.min(timeoutMs, TIMER_MS_MAX), false);
  });
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

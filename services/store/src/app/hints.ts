/** That something may have happened: it wakes whoever waits, and says nothing else. A hint is never lost. */
export class Hints {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** How many there have been. Noted before a look, it tells afterwards whether to look again. */
  get count(): number {
    return this.#count;
  }

  give(): void {
    this.#count++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at once when there has been a hint beyond `seen`, else at the next one, or when the signal says so. */
  after(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#count > seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

/** Resolves when either has something new. */
export async function afterEither(
  one: { readonly hints: Hints; readonly seen: number },
  other: { readonly hints: Hints; readonly seen: number },
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const both = AbortSignal.any([signal, done.signal]);
  await Promise.race([one.hints.after(one.seen, both), other.hints.after(other.seen, both)]);
  done.abort();
}

/** Resolves after so long, or when `signal` is aborted. */
export type Sleep = (delayMs: number, signal: AbortSignal) => Promise<void>;

/** A reason of our own: without one each abort makes an exception, with its stack. */
const RUNG = 'rung';

/** Where a loop waits until there is something to do, or for so long. Rung while nobody waits, it keeps the ring. */
export class Bell {
  readonly #sleep: Sleep;
  #ringing = new AbortController();

  constructor(sleep: Sleep) {
    this.#sleep = sleep;
  }

  ring(): void {
    this.#ringing.abort(RUNG);
  }

  /** What rang so far is being seen to. */
  heard(): void {
    if (this.#ringing.signal.aborted) this.#ringing = new AbortController();
  }

  async wait(delayMs: number): Promise<void> {
    if (!this.#ringing.signal.aborted) await this.#sleep(delayMs, this.#ringing.signal);
  }
}

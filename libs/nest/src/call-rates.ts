/** How often each caller may call: a bucket of tokens for each, filled at a steady rate (RFC 2697's idea). */

/** Callers whose buckets are kept; the one that was heard of longest ago makes room. */
const CALLERS_MAX = 10_000;
/** A burst may be as large as what two seconds bring. */
const BURST_SECONDS = 2;

interface Bucket {
  readonly calls: number;
  readonly atMs: number;
}

export class CallRates {
  readonly #perSecondMax: number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param nowMs a clock that never goes back */
  constructor(perSecondMax: number, nowMs: () => number = () => performance.now()) {
    this.#perSecondMax = perSecondMax;
    this.#nowMs = nowMs;
  }

  /** Takes one call. @returns 0 when it may pass, else after how many seconds the next one may */
  take(caller: string): number {
    const atMs = this.#nowMs();
    const most = this.#perSecondMax * BURST_SECONDS;
    const held = this.#buckets.get(caller);
    const gained = held === undefined ? most : ((atMs - held.atMs) / 1_000) * this.#perSecondMax;
    const calls = Math.min(most, (held?.calls ?? 0) + gained);
    const isAllowed = calls >= 1;
    // Written anew, so that the map is in the order of the last call.
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { calls: isAllowed ? calls - 1 : calls, atMs });
    if (this.#buckets.size > CALLERS_MAX) this.#forgetOldest();
    return isAllowed ? 0 : (1 - calls) / this.#perSecondMax;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #forgetOldest(): void {
    for (const caller of this.#buckets.keys()) {
      this.#buckets.delete(caller);
      return;
    }
  }
}

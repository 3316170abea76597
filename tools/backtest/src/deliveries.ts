/** What is heard later: in order of its time, then of its adding. Few wait at once, so a sorted list will do. */
export class Deliveries<T> {
  readonly #waiting: { readonly atMicros: number; readonly item: T }[] = [];

  get nextAtMicros(): number {
    return this.#waiting[0]?.atMicros ?? Infinity;
  }

  add(atMicros: number, item: T): void {
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.atMicros > atMicros) at--;
    this.#waiting.splice(at, 0, { atMicros, item });
  }

  take(): { readonly atMicros: number; readonly item: T } | undefined {
    return this.#waiting.shift();
  }
}

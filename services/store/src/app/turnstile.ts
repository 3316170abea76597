/**
 * Lets so many through at a time, in the order in which they came. Creations wait for each other in the database anyway,
 * where positions are given out: more of them at once would only hold connections and wake each other for nothing.
 */
export class Turnstile {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnceMax: number) {
    this.#free = atOnceMax;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    try {
      return await work();
    } finally {
      const enter = this.#waiting.shift();
      if (enter === undefined) this.#free++;
      else enter();
    }
  }
}

/** What happens when: a binary heap by time, then by the order of adding. */
export class Schedule<T> {
  readonly #heap: { readonly atMicros: number; readonly sequence: number; readonly item: T }[] = [];
  #added = 0;

  get nextAtMicros(): number | undefined {
    return this.#heap[0]?.atMicros;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(atMicros: number, item: T): void {
    const heap = this.#heap;
    heap.push({ atMicros, sequence: this.#added++, item });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Takes the first that is due at `nowMicros`, if any. */
  takeDue(nowMicros: number): { readonly atMicros: number; readonly item: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atMicros > nowMicros) return undefined;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, parent)) break;
      this.#swap(child, parent);
      parent = child;
    }
    return first;
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a]!, this.#heap[b]!];
    return x.atMicros < y.atMicros || (x.atMicros === y.atMicros && x.sequence < y.sequence);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}

import type { StateReader, StateWriter } from './state-bytes.ts';

/**
 * Which trade ids have come: a duplicate is told from a late trade, and what is missing is counted.
 * Ids up to the highest seen are all seen, but for a list of missing ranges; ids below the first one
 * are one such range, since a stream starts anywhere. The list is bounded: beyond it the oldest range
 * is given up, and its trades would count as duplicates.
 */
export class TradeIds {
  /** Ids between the first and the highest one that have not come. */
  missing = 0;
  /** Trades that came twice. */
  duplicates = 0;
  #highest = -1;
  #first = -1;
  readonly #rangesMax: number;
  /** Missing ranges, inclusive, ascending. */
  #ranges: { from: number; to: number }[] = [];

  constructor(rangesMax = 1024) {
    this.#rangesMax = rangesMax;
  }

  /** @returns `new`, `late` for an id that was missing, or `duplicate` */
  observe(id: number): 'new' | 'late' | 'duplicate' {
    if (id === this.#highest + 1 && this.#highest >= 0) {
      this.#highest = id;
      return 'new';
    }
    if (id > this.#highest) return this.#skip(id);
    return this.#fill(id);
  }

  #skip(id: number): 'new' {
    if (this.#highest < 0) {
      this.#first = id;
      if (id > 0) this.#ranges.push({ from: 0, to: id - 1 });
    } else {
      this.missing += id - this.#highest - 1;
      this.#ranges.push({ from: this.#highest + 1, to: id - 1 });
      if (this.#ranges.length > this.#rangesMax) this.#ranges.shift();
    }
    this.#highest = id;
    return 'new';
  }

  #fill(id: number): 'late' | 'duplicate' {
    const index = this.#ranges.findLastIndex((range) => range.from <= id && id <= range.to);
    const range = this.#ranges[index];
    if (range === undefined) {
      this.duplicates += 1;
      return 'duplicate';
    }
    const parts = [
      { from: range.from, to: id - 1 },
      { from: id + 1, to: range.to },
    ].filter((part) => part.from <= part.to);
    this.#ranges.splice(index, 1, ...parts);
    if (this.#ranges.length > this.#rangesMax) this.#ranges.shift();
    if (id >= this.#first) this.missing -= 1;
    return 'late';
  }

  save(out: StateWriter): void {
    out.number(this.missing);
    out.number(this.duplicates);
    out.number(this.#highest);
    out.number(this.#first);
    out.list(this.#ranges, (range) => {
      out.number(range.from);
      out.number(range.to);
    });
  }

  load(from: StateReader): void {
    this.missing = from.number();
    this.duplicates = from.number();
    this.#highest = from.number();
    this.#first = from.number();
    this.#ranges = from.list(() => ({ from: from.number(), to: from.number() }));
  }
}

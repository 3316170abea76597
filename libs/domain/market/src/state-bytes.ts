import { Fault } from '@tickmesh/kernel';

/**
 * The state of a pipeline as bytes: numbers as IEEE doubles (every id, time and sum here is a safe
 * integer or a double), texts as length and UTF-8. Little endian, no padding, so that the same state
 * gives the same bytes.
 */
export class StateWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  number(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  boolean(value: boolean): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.number(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The first `count` entries of columns of equal use. */
  columns(count: number, ...columns: readonly Float64Array[]): void {
    this.number(count);
    for (const column of columns) for (let i = 0; i < count; i++) this.number(column[i]!);
  }

  list<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.number(items.length);
    for (const item of items) write(item);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads what StateWriter wrote. @throws Fault CHECKPOINT_CORRUPT when the bytes end too early */
export class StateReader {
  /** Entries that the last `columns` held. */
  lastCount = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  boolean(): boolean {
    this.#need(1);
    return this.#bytes[this.#at++] === 1;
  }

  text(): string {
    const length = this.#count(1);
    const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return text;
  }

  /** Two columns with room for at least `capacityMin` entries. */
  columns(capacityMin: number): [Float64Array, Float64Array] {
    const count = this.#count(16);
    let capacity = capacityMin;
    while (capacity < count) capacity *= 2;
    const first = new Float64Array(capacity);
    const second = new Float64Array(capacity);
    for (let i = 0; i < count; i++) first[i] = this.number();
    for (let i = 0; i < count; i++) second[i] = this.number();
    this.lastCount = count;
    return [first, second];
  }

  /** Reads a column into one that is there, and returns how many entries it has. */
  column(into: Float64Array): number {
    const count = this.#count(8);
    if (count > into.length)
      throw new Fault('CHECKPOINT_CORRUPT', { entries: count, room: into.length });
    for (let i = 0; i < count; i++) into[i] = this.number();
    return count;
  }

  list<Item>(read: () => Item): Item[] {
    const count = this.#count(0);
    const items: Item[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  /** Asserts that every byte was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) {
      throw new Fault('CHECKPOINT_CORRUPT', { unread_bytes: this.#bytes.length - this.#at });
    }
  }

  /** A count whose items of `bytesEach` must still be there. */
  #count(bytesEach: number): number {
    const count = this.number();
    if (!Number.isSafeInteger(count) || count < 0) throw new Fault('CHECKPOINT_CORRUPT', { count });
    this.#need(count * bytesEach);
    return count;
  }

  #need(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) {
      throw new Fault('CHECKPOINT_CORRUPT', { expected_bytes: bytes, at_byte: this.#at });
    }
  }
}

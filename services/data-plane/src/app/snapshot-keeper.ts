import type { FrameGlance } from './frame-glance.ts';

/** How a venue chains its depth frames: spot by the first id, perpetuals by the previous last id. */
export type DepthChain = 'spot' | 'usdm';

/** A full snapshot costs 250 of the 6,000 request weights a minute that Binance allows an address. */
const REFRESH_MICROS = 60_000_000;

/**
 * Says when a market needs a snapshot, from the ids of its depth frames alone: at the start of a connection, after a
 * gap, and when the snapshot that came is older than the first frame that was kept. The books themselves are kept
 * by the data plane, which reads the same frames.
 * Source: Binance, "How to manage a local order book correctly", spot and USD-M.
 */
export class SnapshotKeeper {
  readonly #chain: DepthChain;
  #firstId: number | null = null;
  #lastId: number | null = null;
  #wanted = true;
  #takenMicros = 0;

  constructor(chain: DepthChain) {
    this.#chain = chain;
  }

  /**
   * Whether a snapshot should be asked for now: one is wanted and a frame to join it to is there, or the last one is
   * old. The data plane may distrust a book for reasons that ids do not show; a fresh one now and then lets it heal.
   */
  wants(nowMicros: number): boolean {
    if (this.#firstId === null) return false;
    return this.#wanted || nowMicros - this.#takenMicros > REFRESH_MICROS;
  }

  /** Takes a depth frame in; true when it opens a gap. */
  onDepth(frame: FrameGlance): boolean {
    const { firstUpdateId, lastUpdateId, previousUpdateId } = frame;
    if (firstUpdateId === null || lastUpdateId === null) return false;
    const expected = this.#lastId;
    const follows =
      expected === null ||
      (this.#chain === 'usdm' ? previousUpdateId === expected : firstUpdateId <= expected + 1);
    if (!follows) {
      this.#wanted = true;
      this.#firstId = firstUpdateId;
    }
    this.#firstId ??= firstUpdateId;
    this.#lastId = lastUpdateId;
    return !follows;
  }

  /** Takes a snapshot's id in; true when it reaches the frames that were kept, false when another must be asked for. */
  onSnapshot(lastUpdateId: number, nowMicros: number): boolean {
    this.#takenMicros = nowMicros;
    const reaches = this.#firstId !== null && lastUpdateId >= this.#firstId - 1;
    if (reaches) this.#wanted = false;
    return reaches;
  }

  /** A new connection: ids start afresh. */
  reset(): void {
    this.#firstId = null;
    this.#lastId = null;
    this.#wanted = true;
  }
}

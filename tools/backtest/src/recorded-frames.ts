/** Frames of several recordings as one sequence, by receive time, then by the order of the recordings. */
import type { openRecordings } from '@tickmesh/data-plane/replay';
import type { MarketFrame } from '@tickmesh/domain-market';

export type Recording = Awaited<ReturnType<typeof openRecordings>>[number];
type RecordedFrame =
  ReturnType<Recording['frames']> extends AsyncIterable<readonly (infer Frame)[]> ? Frame : never;

export interface PlayedFrame {
  /** `exchange|symbol`. */
  readonly market: string;
  readonly frame: MarketFrame;
  /** Number of the frame in its recording, from 0. */
  readonly position: number;
}

/** Frames that are handed on at once. */
const BATCH_FRAMES_MAX = 4096;

/** The frames in order, a batch at a time. Reads no further ahead than one block of each file. */
export async function* mergedFrames(
  recordings: readonly Recording[],
): AsyncGenerator<readonly PlayedFrame[]> {
  const cursors: Cursor[] = [];
  for (const recording of recordings) cursors.push(await Cursor.open(recording));
  let batch: PlayedFrame[] = [];
  for (;;) {
    let first: Cursor | undefined;
    for (const cursor of cursors) {
      if (cursor.head === undefined) continue;
      if (first === undefined || cursor.headMicros < first.headMicros) first = cursor;
    }
    if (first === undefined) break;
    batch.push(first.take());
    if (first.head === undefined) await first.refill();
    if (batch.length < BATCH_FRAMES_MAX) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

class Cursor {
  readonly #market: string;
  readonly #blocks: AsyncIterator<readonly RecordedFrame[]>;
  #block: readonly RecordedFrame[] = [];
  #next = 0;
  #position = 0;
  headMicros = 0;

  private constructor(recording: Recording) {
    this.#market = `${recording.exchange}|${recording.symbol}`;
    this.#blocks = recording.frames()[Symbol.asyncIterator]();
  }

  static async open(recording: Recording): Promise<Cursor> {
    const cursor = new Cursor(recording);
    await cursor.refill();
    return cursor;
  }

  get head(): RecordedFrame | undefined {
    return this.#block[this.#next];
  }

  take(): PlayedFrame {
    const { payload, stream } = this.#block[this.#next++]!;
    const frame: MarketFrame = {
      kind: stream === null ? 'SNAPSHOT' : 'FRAME',
      connection_id: 'recording',
      received_at: this.headMicros,
      time_shift_micros: 0,
      payload,
    };
    this.#readTime();
    return { market: this.#market, frame, position: this.#position++ };
  }

  async refill(): Promise<void> {
    while (this.head === undefined) {
      const read = await this.#blocks.next();
      if (read.done === true) return;
      this.#block = read.value;
      this.#next = 0;
    }
    this.#readTime();
  }

  #readTime(): void {
    if (this.head !== undefined) this.headMicros = Number(this.head.receivedAtNanos / 1000n);
  }
}

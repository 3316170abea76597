import type { RawFrame } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import {
  type Connector,
  type ConnectorClock,
  ConnectionFrames,
  type FrameSink,
} from './connector.ts';

/** A line of a recording: receive time in nanoseconds, and the bytes as they came. */
export interface RecordedFrame {
  readonly receivedAtNanos: bigint;
  readonly payload: Uint8Array;
  /** `btcusdt@depth@100ms`, where the frame names its stream. */
  readonly stream: string | null;
}

/** A recording that can be read from its start as often as wanted. */
export interface Recording {
  readonly name: string;
  readonly exchange: string;
  readonly symbol: string;
  frames(): AsyncIterable<readonly RecordedFrame[]>;
}

export interface ReplayOptions {
  /** Recorded time over wall time; Infinity is as fast as it goes. */
  readonly speed: number;
  readonly loop: boolean;
  /** Moves the recording's times to the time of the run; off: times stay as recorded. */
  readonly shiftToNow: boolean;
}

/** Frames published at once, at the most. */
const BATCH_FRAMES_MAX = 500;
/** Frames that are due within this time go together. */
const BATCH_SPAN_MS = 2;

/**
 * Plays one recording at its own pace, faster, or as fast as the broker takes it. Bytes go out as recorded; each
 * round is a run and a connection of its own, with its times shifted to now.
 */
export class ReplayConnector implements Connector {
  readonly name: string;
  readonly #recording: Recording;
  readonly #options: ReplayOptions;
  readonly #clock: ConnectorClock;

  constructor(recording: Recording, options: ReplayOptions, clock: ConnectorClock) {
    this.name = `replay-${recording.exchange}-${recording.symbol}`.toLowerCase();
    this.#recording = recording;
    this.#options = options;
    this.#clock = clock;
  }

  async run(sink: FrameSink, signal: AbortSignal): Promise<void> {
    do {
      const played = await this.#playOnce(sink, signal);
      if (played === 0)
        throw new Fault('FRAME_UNREADABLE', {
          recording: this.#recording.name,
          expected: 'frames',
        });
    } while (this.#options.loop && !signal.aborted);
  }

  /** One round; the number of frames that it played. */
  async #playOnce(sink: FrameSink, signal: AbortSignal): Promise<number> {
    const { exchange } = this.#recording;
    const startMicros = this.#clock.nowMicros();
    const runId = `${this.name}-${startMicros}`;
    const numbered = new ConnectionFrames(runId, exchange);
    const run = { runId, mode: 'replay' as const };
    let pace: Pace | null = null;
    let played = 0;
    let lastNanos = 0n;
    for await (const block of this.#recording.frames()) {
      for (let from = 0; from < block.length && !signal.aborted;) {
        const first = block[from];
        if (first === undefined) break;
        if (pace === null) {
          pace = this.#paceFrom(first.receivedAtNanos, startMicros);
          await sink.publish(
            [this.#marker(numbered, 'CONNECTED', first.receivedAtNanos, pace)],
            run,
          );
        }
        await this.#clock.sleep(
          pace.waitMs(first.receivedAtNanos, this.#clock.nowMicros()),
          signal,
        );
        const until = batchEnd(
          block,
          from,
          pace.paced ? BATCH_SPAN_MS * this.#options.speed : Infinity,
        );
        const batch = block
          .slice(from, until)
          .map((frame) => this.#frame(numbered, frame, pace as Pace));
        await sink.publish(batch, run);
        played += batch.length;
        lastNanos = block[until - 1]?.receivedAtNanos ?? lastNanos;
        from = until;
      }
      if (signal.aborted) break;
    }
    if (pace !== null) {
      await sink.publish([this.#marker(numbered, 'DISCONNECTED', lastNanos, pace)], run);
    }
    return played;
  }

  #paceFrom(firstNanos: bigint, startMicros: number): Pace {
    const { speed, shiftToNow } = this.#options;
    const shiftMicros = shiftToNow ? startMicros - Number(firstNanos / 1000n) : 0;
    return new Pace(firstNanos, startMicros, speed, shiftMicros);
  }

  #frame(numbered: ConnectionFrames, frame: RecordedFrame, pace: Pace): RawFrame {
    return numbered.make(frame.stream === null ? 'SNAPSHOT' : 'FRAME', {
      symbol: this.#recording.symbol,
      stream: frame.stream,
      received_at_ns: pace.shifted(frame.receivedAtNanos),
      time_shift_micros: pace.shiftMicros,
      historical: true,
      payload: Buffer.from(frame.payload),
    });
  }

  #marker(
    numbered: ConnectionFrames,
    kind: 'CONNECTED' | 'DISCONNECTED',
    nanos: bigint,
    pace: Pace,
  ): RawFrame {
    return numbered.make(kind, {
      symbol: this.#recording.symbol,
      received_at_ns: pace.shifted(nanos),
      time_shift_micros: pace.shiftMicros,
      historical: true,
      payload: Buffer.alloc(0),
    });
  }
}

/** Recorded time against wall time. */
class Pace {
  readonly paced: boolean;
  readonly shiftMicros: number;
  readonly #firstNanos: bigint;
  readonly #startMicros: number;
  readonly #speed: number;

  constructor(firstNanos: bigint, startMicros: number, speed: number, shiftMicros: number) {
    this.paced = Number.isFinite(speed);
    this.shiftMicros = shiftMicros;
    this.#firstNanos = firstNanos;
    this.#startMicros = startMicros;
    this.#speed = speed;
  }

  shifted(nanos: bigint): bigint {
    return nanos + BigInt(this.shiftMicros) * 1000n;
  }

  /** Milliseconds until a frame is due; 0 when it is late, or nothing is paced. */
  waitMs(nanos: bigint, nowMicros: number): number {
    if (!this.paced) return 0;
    const dueMicros = this.#startMicros + Number((nanos - this.#firstNanos) / 1000n) / this.#speed;
    return Math.max(0, (dueMicros - nowMicros) / 1000);
  }
}

/** One past the last frame of the batch that starts at `from`. */
function batchEnd(block: readonly RecordedFrame[], from: number, spanMs: number): number {
  const start = block[from]?.receivedAtNanos ?? 0n;
  let until = from + 1;
  while (until < block.length && until - from < BATCH_FRAMES_MAX) {
    const frame = block[until];
    if (frame === undefined || Number(frame.receivedAtNanos - start) / 1e6 > spanMs) break;
    until++;
  }
  return until;
}

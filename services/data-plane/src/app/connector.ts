import type { RawFrame } from '@tickmesh/contracts';

/** Where a connector puts what it received. Resolves when the broker has it. */
export interface FrameSink {
  publish(frames: readonly RawFrame[], run: FrameRun): Promise<void>;
}

/** The run that frames belong to: a looped replay starts a new one at every round. */
export interface FrameRun {
  readonly runId: string;
  readonly mode: 'live' | 'paper' | 'replay';
}

/** One source of frames. */
export interface Connector {
  readonly name: string;
  /** Plays until the feed ends or the signal aborts; rejects when it cannot go on. */
  run(sink: FrameSink, signal: AbortSignal): Promise<void>;
}

/** Time and waiting, passed in. */
export interface ConnectorClock {
  nowMicros(): number;
  nowNanos(): bigint;
  /** Resolves after the delay, or at once when the signal aborts. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
}

/** Numbers the records of one connection. */
export class ConnectionFrames {
  readonly #connectionId: string;
  readonly #exchange: string;
  #sequence = 0;

  constructor(connectionId: string, exchange: string) {
    this.#connectionId = connectionId;
    this.#exchange = exchange;
  }

  make(
    kind: RawFrame['kind'],
    frame: Pick<RawFrame, 'symbol' | 'received_at_ns' | 'payload'> &
      Partial<
        Pick<
          RawFrame,
          'stream' | 'time_shift_micros' | 'historical' | 'venue_time' | 'venue_sequence'
        >
      >,
  ): RawFrame {
    return {
      exchange: this.#exchange,
      symbol: frame.symbol,
      connection_id: this.#connectionId,
      connection_sequence: this.#sequence++,
      kind,
      stream: frame.stream ?? null,
      received_at: Number(frame.received_at_ns / 1000n),
      received_at_ns: frame.received_at_ns,
      venue_time: frame.venue_time ?? null,
      venue_sequence: frame.venue_sequence ?? null,
      time_shift_micros: frame.time_shift_micros ?? 0,
      historical: frame.historical ?? false,
      payload: frame.payload,
    };
  }
}

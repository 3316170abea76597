import type { StateReader, StateWriter } from './state-bytes.ts';

const CONNECTIONS_MAX = 16;

/**
 * The venue's time, as its frames tell it. A frame without a time of its own takes the latest venue
 * time of its connection, never backwards; on a connection that has told none yet, the latest of the
 * market's other connections. Time passes only by frames.
 */
export class VenueClock {
  /** The latest venue time of all connections, microseconds; -1 before the first. */
  latestMicros = -1;
  #connection = '';
  #connectionLatest = -1;
  /** Latest times of the connections that are not the current one; the oldest entry goes first. */
  readonly #others = new Map<string, number>();

  /** Frames that follow are of this connection. */
  select(connection: string): void {
    if (connection === this.#connection) return;
    if (this.#connectionLatest >= 0) this.#others.set(this.#connection, this.#connectionLatest);
    this.#connection = connection;
    this.#connectionLatest = this.#others.get(connection) ?? -1;
    this.#others.delete(connection);
    if (this.#others.size > CONNECTIONS_MAX) {
      for (const oldest of this.#others.keys()) {
        this.#others.delete(oldest);
        break;
      }
    }
  }

  /** A frame of the selected connection told its time. */
  observe(venueMicros: number): void {
    if (venueMicros > this.#connectionLatest) this.#connectionLatest = venueMicros;
    if (venueMicros > this.latestMicros) this.latestMicros = venueMicros;
  }

  /** The time for a frame that tells none; -1 while no frame of the market has told any. */
  inferred(): number {
    if (this.#connectionLatest < 0) this.#connectionLatest = this.latestMicros;
    return this.#connectionLatest;
  }

  save(out: StateWriter): void {
    out.number(this.latestMicros);
    out.text(this.#connection);
    out.number(this.#connectionLatest);
    out.list([...this.#others], ([connection, micros]) => {
      out.text(connection);
      out.number(micros);
    });
  }

  load(from: StateReader): void {
    this.latestMicros = from.number();
    this.#connection = from.text();
    this.#connectionLatest = from.number();
    this.#others.clear();
    for (const [connection, micros] of from.list(() => [from.text(), from.number()] as const)) {
      this.#others.set(connection, micros);
    }
  }
}

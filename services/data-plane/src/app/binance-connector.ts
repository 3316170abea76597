import type { RawFrame } from '@tickmesh/contracts';
import { Fault, type Random, faultOf } from '@tickmesh/kernel';
import {
  type Connector,
  type ConnectorClock,
  ConnectionFrames,
  type FrameSink,
} from './connector.ts';
import { type FrameGlance, glance } from './frame-glance.ts';
import { type DepthChain, SnapshotKeeper } from './snapshot-keeper.ts';

/** One open WebSocket. */
export interface VenueSocket {
  /** Messages with their receive time, until the socket closes; ends when it does. */
  messages(): AsyncIterable<{ readonly payload: Buffer; readonly receivedAtNanos: bigint }>;
  close(): void;
}

/** What the connector needs of the outside. */
export interface VenueAccess {
  /** @throws Fault VENUE_UNREACHABLE */
  openSocket(url: string, signal: AbortSignal): Promise<VenueSocket>;
  /** @throws Fault VENUE_UNREACHABLE, with `retryAfterMs` when the venue says how long to stay away */
  get(url: string, signal: AbortSignal): Promise<Buffer>;
}

export interface BinanceOptions {
  readonly exchange: 'BINANCE' | 'BINANCE_USDM';
  readonly symbols: readonly string[];
  /** `wss://stream.binance.com:9443` */
  readonly streamUrl: string;
  /** `https://api.binance.com` */
  readonly restUrl: string;
  /** Levels a side of a snapshot. */
  readonly snapshotLevels: number;
  /** A socket without a message for so long is closed and opened again. */
  readonly silenceMs: number;
  /** Milliseconds between two snapshot requests, at the least: they are dear at the venue. */
  readonly snapshotIntervalMs: number;
}

/** First wait after a lost connection; doubles up to the longest. */
const BACKOFF_FIRST_MS = 250;
const BACKOFF_LONGEST_MS = 30_000;
const HEARTBEAT_MS = 1000;
/** Beyond this the socket is not read until the broker has caught up. */
const PENDING_FRAMES_MAX = 5000;

/** Facts for logs and metrics. */
export interface VenueProbe {
  disconnected(facts: { connector: string; attempt: number; reason: string }): void;
  /** Nothing came for so long that the socket is closed and opened again. */
  fellSilent(facts: { connector: string; silentMs: number }): void;
  snapshotFailed(facts: { connector: string; symbol: string; reason: string }): void;
  /** A snapshot is wanted and may not be asked for yet. */
  paced(facts: { connector: string; symbol: string; waitMs: number }): void;
}

/**
 * Live frames of Binance: one combined stream (depth, best quote, trades) and the REST snapshot that a book starts
 * from. Publishes bytes as received; reconnects with jittered back-off; asks for a snapshot at the start, after a
 * gap and when the last one was too old.
 */
export class BinanceConnector implements Connector {
  readonly name: string;
  readonly #options: BinanceOptions;
  readonly #venue: VenueAccess;
  readonly #clock: ConnectorClock;
  readonly #random: Random;
  readonly #probe: VenueProbe;
  #lastSnapshotMicros = -Infinity;

  constructor(
    options: BinanceOptions,
    deps: { venue: VenueAccess; clock: ConnectorClock; random: Random; probe: VenueProbe },
  ) {
    this.name = `${options.exchange}-${options.symbols.join('-')}`.toLowerCase();
    this.#options = options;
    this.#venue = deps.venue;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#probe = deps.probe;
  }

  async run(sink: FrameSink, signal: AbortSignal): Promise<void> {
    const run = { runId: `${this.name}-${this.#clock.nowMicros()}`, mode: 'live' as const };
    let backoffMs = BACKOFF_FIRST_MS;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const startMicros = this.#clock.nowMicros();
      try {
        await this.#connection(
          `${run.runId}-${attempt}`,
          (frames) => sink.publish(frames, run),
          signal,
        );
      } catch (thrown) {
        const fault = faultOf(thrown);
        // The broker's faults are not the venue's: they go up, and the service decides.
        if (fault.code !== 'VENUE_UNREACHABLE') throw fault;
        this.#probe.disconnected({
          connector: this.name,
          attempt,
          reason: fault.message,
        });
      }
      const lastedMs = (this.#clock.nowMicros() - startMicros) / 1000;
      backoffMs =
        lastedMs > BACKOFF_LONGEST_MS
          ? BACKOFF_FIRST_MS
          : Math.min(backoffMs * 2, BACKOFF_LONGEST_MS);
      await this.#clock.sleep(backoffMs * (0.5 + this.#random.next() / 2), signal);
    }
  }

  async #connection(
    connectionId: string,
    publish: (frames: readonly RawFrame[]) => Promise<void>,
    outer: AbortSignal,
  ): Promise<void> {
    const ending = new AbortController();
    const signal = AbortSignal.any([outer, ending.signal]);
    const socket = await this.#venue.openSocket(this.#streamUrl(), signal);
    const connection = new LiveConnection(connectionId, this.#options, publish, this.#clock);
    const tasks: Promise<void>[] = [];
    signal.addEventListener(
      'abort',
      () => {
        socket.close();
      },
      { once: true },
    );
    try {
      await connection.marker('CONNECTED');
      tasks.push(this.#heartbeats(connection, ending, signal));
      tasks.push(this.#snapshots(connection, signal));
      tasks.push(readMessages(socket, connection));
      await Promise.race(tasks);
    } finally {
      ending.abort();
      socket.close();
      await Promise.allSettled(tasks);
      await connection.marker('DISCONNECTED');
    }
  }

  #streamUrl(): string {
    const { streamUrl, symbols, exchange } = this.#options;
    const depth = exchange === 'BINANCE' ? 'depth@100ms' : 'depth@0ms';
    const streams = symbols
      .map((symbol) => symbol.toLowerCase())
      .flatMap((symbol) => [`${symbol}@${depth}`, `${symbol}@bookTicker`, `${symbol}@trade`]);
    return `${streamUrl}/stream?streams=${streams.join('/')}`;
  }

  /** Tells the data plane that time goes on, and ends a connection that has gone silent. */
  async #heartbeats(
    connection: LiveConnection,
    ending: AbortController,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(HEARTBEAT_MS, signal);
      if (isOver(signal)) return;
      const silentMs = (this.#clock.nowMicros() - connection.lastMessageMicros) / 1000;
      if (silentMs > this.#options.silenceMs) {
        this.#probe.fellSilent({ connector: this.name, silentMs: Math.round(silentMs) });
        ending.abort();
        return;
      }
      await connection.marker('HEARTBEAT');
    }
  }

  /** Asks for snapshots as markets want them, one at a time, no faster than allowed. */
  async #snapshots(connection: LiveConnection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const symbol = connection.wantsSnapshot();
      const sinceMs = (this.#clock.nowMicros() - this.#lastSnapshotMicros) / 1000;
      const waitMs = Math.max(0, this.#options.snapshotIntervalMs - sinceMs);
      if (symbol === null || waitMs > 0) {
        if (symbol !== null) this.#probe.paced({ connector: this.name, symbol, waitMs });
        await this.#clock.sleep(symbol === null ? 20 : waitMs, signal);
        continue;
      }
      this.#lastSnapshotMicros = this.#clock.nowMicros();
      try {
        await connection.snapshot(symbol, await this.#venue.get(this.#snapshotUrl(symbol), signal));
      } catch (thrown) {
        const fault = faultOf(thrown);
        if (fault.code !== 'VENUE_UNREACHABLE') throw fault;
        if (isOver(signal)) return;
        this.#probe.snapshotFailed({
          connector: this.name,
          symbol,
          reason: fault.message,
        });
        const retryAfterMs = Number(
          fault.details['retryAfterMs'] ?? this.#options.snapshotIntervalMs,
        );
        await this.#clock.sleep(retryAfterMs, signal);
      }
    }
  }

  #snapshotUrl(symbol: string): string {
    const { restUrl, exchange, snapshotLevels } = this.#options;
    const path = exchange === 'BINANCE' ? '/api/v3/depth' : '/fapi/v1/depth';
    return `${restUrl}${path}?symbol=${encodeURIComponent(symbol)}&limit=${snapshotLevels}`;
  }
}

/** Asked again after a wait: the compiler takes the first answer for good. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function readMessages(socket: VenueSocket, connection: LiveConnection): Promise<void> {
  for await (const message of socket.messages())
    await connection.message(message.payload, message.receivedAtNanos);
  throw new Fault('VENUE_UNREACHABLE', { reason: 'the venue closed the connection' });
}

/** The frames of one connection, in the order in which they came, whichever way they came. */
class LiveConnection {
  lastMessageMicros: number;
  readonly #keepers: ReadonlyMap<string, SnapshotKeeper>;
  readonly #numbered: ConnectionFrames;
  readonly #publish: (frames: readonly RawFrame[]) => Promise<void>;
  readonly #clock: ConnectorClock;
  /** Frames handed to the broker and not yet acknowledged. */
  #pendingFrames = 0;
  #failed: unknown = null;

  constructor(
    connectionId: string,
    options: BinanceOptions,
    publish: (frames: readonly RawFrame[]) => Promise<void>,
    clock: ConnectorClock,
  ) {
    const chain: DepthChain = options.exchange === 'BINANCE' ? 'spot' : 'usdm';
    this.#numbered = new ConnectionFrames(connectionId, options.exchange);
    this.#keepers = new Map(options.symbols.map((symbol) => [symbol, new SnapshotKeeper(chain)]));
    this.#publish = publish;
    this.#clock = clock;
    this.lastMessageMicros = clock.nowMicros();
  }

  wantsSnapshot(): string | null {
    for (const [symbol, keeper] of this.#keepers)
      if (keeper.wants(this.#clock.nowMicros())) return symbol;
    return null;
  }

  async message(payload: Buffer, receivedAtNanos: bigint): Promise<void> {
    this.lastMessageMicros = this.#clock.nowMicros();
    const seen = glance(payload);
    const symbol = seen.stream?.split('@', 1)[0]?.toUpperCase();
    if (symbol !== undefined && seen.stream?.includes('@depth') === true) {
      this.#keepers.get(symbol)?.onDepth(seen);
    }
    // Frames of no market (answers, notices) are facts of the connection: they go to each of its markets.
    const symbols = symbol === undefined ? [...this.#keepers.keys()] : [symbol];
    await this.#send(
      symbols.map((each) => this.#frame('FRAME', each, payload, receivedAtNanos, seen)),
    );
  }

  async snapshot(symbol: string, payload: Buffer): Promise<void> {
    const seen = glance(payload);
    this.#keepers.get(symbol)?.onSnapshot(seen.lastUpdateId ?? 0, this.#clock.nowMicros());
    await this.#send([this.#frame('SNAPSHOT', symbol, payload, this.#clock.nowNanos(), seen)]);
  }

  async marker(kind: 'CONNECTED' | 'DISCONNECTED' | 'HEARTBEAT'): Promise<void> {
    const now = this.#clock.nowNanos();
    const empty = Buffer.alloc(0);
    await this.#send(
      [...this.#keepers.keys()].map((symbol) =>
        this.#numbered.make(kind, { symbol, received_at_ns: now, payload: empty }),
      ),
    );
  }

  #frame(
    kind: 'FRAME' | 'SNAPSHOT',
    symbol: string,
    payload: Buffer,
    receivedAtNanos: bigint,
    seen: FrameGlance,
  ): RawFrame {
    return this.#numbered.make(kind, {
      symbol,
      stream: seen.stream,
      received_at_ns: receivedAtNanos,
      venue_time: seen.venueTimeMicros,
      venue_sequence: seen.lastUpdateId,
      payload,
    });
  }

  /** Hands frames over in the order of the calls; waits only when the broker is far behind. */
  async #send(frames: readonly RawFrame[]): Promise<void> {
    if (this.#failed !== null) throw faultOf(this.#failed);
    this.#pendingFrames += frames.length;
    const sent = this.#publish(frames).then(
      () => void (this.#pendingFrames -= frames.length),
      (thrown: unknown) => void (this.#failed ??= thrown),
    );
    if (this.#pendingFrames > PENDING_FRAMES_MAX) await sent;
  }
}

import { WebSocket } from 'ws';
import { Fault } from '@tickmesh/kernel';
import type { ConnectorClock } from '../app/connector.ts';
import type { VenueAccess, VenueSocket } from '../app/binance-connector.ts';

const OPEN_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** The largest frame of a venue that is believed: a full snapshot is under 1 MB. */
const FRAME_BYTES_MAX = 4 * 1024 * 1024;
/** Frames kept while the reader is busy; beyond this the socket is paused. */
const UNREAD_FRAMES_MAX = 10_000;

/** WebSocket by `ws`, REST by fetch. Pings of the venue are answered by `ws`. */
export function venueAccess(clock: ConnectorClock): VenueAccess {
  return {
    openSocket: (url, signal) => openSocket(url, signal, clock),
    get: (url, signal) => get(url, signal),
  };
}

function openSocket(url: string, signal: AbortSignal, clock: ConnectorClock): Promise<VenueSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
      handshakeTimeout: OPEN_TIMEOUT_MS,
    });
    const queue = new MessageQueue(socket);
    const fail = (cause: unknown): void => {
      reject(new Fault('VENUE_UNREACHABLE', { url, reason: reasonOf(cause) }, cause));
    };
    signal.addEventListener(
      'abort',
      () => {
        socket.terminate();
      },
      { once: true },
    );
    socket.on('message', (data: Buffer) => {
      queue.push(data, clock.nowNanos());
    });
    socket.once('open', () => {
      resolve({
        messages: () => queue.read(),
        close: () => {
          socket.terminate();
        },
      });
    });
    socket.on('error', (cause) => {
      fail(cause);
      queue.end();
    });
    socket.once('close', () => {
      fail(new Error('closed before it was open'));
      queue.end();
    });
  });
}

/** Messages between the socket's callbacks and one reader; pauses the socket rather than grow. */
class MessageQueue {
  readonly #socket: WebSocket;
  #messages: { payload: Buffer; receivedAtNanos: bigint }[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  push(payload: Buffer, receivedAtNanos: bigint): void {
    this.#messages.push({ payload, receivedAtNanos });
    if (this.#messages.length >= UNREAD_FRAMES_MAX) this.#socket.pause();
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *read(): AsyncGenerator<{ payload: Buffer; receivedAtNanos: bigint }> {
    for (;;) {
      const ready = this.#messages;
      this.#messages = [];
      if (this.#socket.isPaused) this.#socket.resume();
      yield* ready;
      if (this.#messages.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function get(url: string, signal: AbortSignal): Promise<Buffer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
  try {
    const answer = await fetch(url, { signal: limit, redirect: 'error' });
    if (answer.ok) return Buffer.from(await answer.arrayBuffer());
    const retryAfter = Number(answer.headers.get('retry-after'));
    await answer.body?.cancel();
    throw new Fault('VENUE_UNREACHABLE', {
      url,
      status: answer.status,
      ...(Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfterMs: retryAfter * 1000 } : {}),
    });
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('VENUE_UNREACHABLE', { url, reason: reasonOf(thrown) }, thrown);
  }
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** How calls are made: signed, within a deadline, and again where that can do no harm. */
import { type ErrorCode, Fault, faultOf } from '@tickmesh/kernel';
import type { StoreMethod, Transport } from './transport.ts';

/**
 * Gives the token that signs a call. It is asked before every call, so it keeps its own token as long as it is good.
 * @param refused the token that the service has just refused: give another one, and the call is made once more
 */
export type TokenProvider = (refused?: string) => string | Promise<string>;

export interface CallOptions {
  readonly token: TokenProvider;
  /** Of a call with all its attempts; default 10,000. Subscriptions have none. */
  readonly timeoutMs?: number;
  /** Of a question, or of a stream without an event in between; default 4. */
  readonly attemptsMax?: number;
  /** The least pause before the second attempt; doubles from there, to 5 seconds, with jitter. Default 100. */
  readonly backoffMs?: number;
}

const PAUSE_MAX_MS = 5_000;

/** Codes that say that nothing was done, so that a change may be asked for again. */
const NOTHING_DONE: readonly ErrorCode[] = ['RATE_EXCEEDED', 'DATABASE_CONFLICT'];

export class Calls<Method extends string = StoreMethod> {
  readonly #transport: Transport<Method>;
  readonly #token: TokenProvider;
  readonly #timeoutMs: number;
  readonly #attemptsMax: number;
  readonly #backoffMs: number;
  readonly #closing = new AbortController();

  constructor(transport: Transport<Method>, options: CallOptions) {
    const { token, timeoutMs = 10_000, attemptsMax = 4, backoffMs = 100 } = options;
    this.#transport = transport;
    this.#token = token;
    this.#timeoutMs = above0('timeoutMs', timeoutMs);
    this.#attemptsMax = above0('attemptsMax', attemptsMax);
    this.#backoffMs = above0('backoffMs', backoffMs);
  }

  /** May be asked again whenever the service was away: it changes nothing. */
  question(method: Method, request: object): Promise<unknown> {
    return this.#ask(method, request, (fault) => fault.reaction.retry === 'backoff');
  }

  /**
   * Asked again only when the service says that it did nothing. When the answer is lost (SERVICE_UNREACHABLE) the
   * change may have been made: read the entity, or write with a key.
   */
  change(method: Method, request: object): Promise<unknown> {
    return this.#ask(method, request, ({ code }) => NOTHING_DONE.includes(code));
  }

  /**
   * A stream that goes on when it breaks.
   * @param requestAfter the request that begins behind everything that was delivered
   */
  async *stream(requestAfter: () => object, ended: AbortSignal): AsyncGenerator<unknown, void> {
    const signal = AbortSignal.any([ended, this.#closing.signal]);
    let broken = 0;
    let refused: string | undefined;
    for (;;) {
      if (this.#closing.signal.aborted) throw closed();
      const token = await this.#token(refused);
      try {
        for await (const message of this.#transport.follow(requestAfter(), { token, signal })) {
          broken = 0;
          refused = undefined;
          yield message;
        }
        if (ended.aborted) return;
        throw new Fault('SERVICE_UNREACHABLE', { reason: 'the stream ended' });
      } catch (thrown) {
        if (ended.aborted) return;
        if (signal.aborted) throw closed();
        const fault = faultOf(thrown);
        const isRefused = fault.code === 'TOKEN_REFUSED' && refused === undefined;
        broken += 1;
        if (isRefused) refused = token;
        else if (fault.reaction.retry !== 'backoff' || broken >= this.#attemptsMax) throw fault;
      }
      await this.#pause(broken, signal);
    }
  }

  close(): void {
    this.#closing.abort();
    this.#transport.close();
  }

  async #ask(method: Method, request: object, isSafe: (fault: Fault) => boolean): Promise<unknown> {
    if (this.#closing.signal.aborted) throw closed();
    const endsAt = Date.now() + this.#timeoutMs;
    let refused: string | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.#token(refused);
      const timeoutMs = Math.max(1, endsAt - Date.now());
      try {
        return await this.#transport.ask(method, request, { token, timeoutMs });
      } catch (thrown) {
        const fault = faultOf(thrown);
        const isRefused = fault.code === 'TOKEN_REFUSED' && refused === undefined;
        const isAgain = isRefused || (attempt < this.#attemptsMax && isSafe(fault));
        if (!isAgain || Date.now() >= endsAt) throw fault;
        if (isRefused) refused = token;
        else await this.#pause(attempt, AbortSignal.timeout(timeoutMs));
      }
    }
  }

  /** Full pauses would let all clients of a service that was away come back at one time. */
  async #pause(attempt: number, signal: AbortSignal): Promise<void> {
    const most = Math.min(PAUSE_MAX_MS, this.#backoffMs * 2 ** (attempt - 1));
    const pauseMs = most * (0.5 + Math.random() / 2);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, pauseMs);
      if (signal.aborted) done();
      else signal.addEventListener('abort', done);
    });
  }
}

const closed = (): Fault =>
  new Fault('SERVICE_UNREACHABLE', { reason: 'the client has been closed' });

function above0(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Fault('ARGUMENT_INVALID', { name, rule: 'a whole number above 0', value });
}

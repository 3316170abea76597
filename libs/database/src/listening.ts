/**
 * Notifications of PostgreSQL, on a connection of their own. They are hints: what was sent while nobody was connected is
 * lost, so each new connection is a hint as well, and whoever needs certainty looks from time to time.
 */
import type { Fault } from '@tickmesh/kernel';
import pg from 'pg';
import { databaseFault } from './faults.ts';

export interface ListenOptions {
  /** A plain name: letters, digits, underscores. */
  readonly channel: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Called for each notification, and whenever listening begins. */
  readonly onHint: () => void;
  /** The connection broke or could not be made; another one is tried after a pause. */
  readonly onLost?: (fault: Fault) => void;
  readonly retryMs?: number;
}

const RETRY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Listens until it is closed. */
export class Listening {
  readonly #url: string;
  readonly #options: ListenOptions;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;

  /** @param url postgres://user:password@host:port/database */
  constructor(url: string, options: ListenOptions) {
    this.#url = url;
    this.#options = options;
    this.#ended = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#listen(signal);
      } catch (thrown) {
        if (!isAborted(signal)) this.#options.onLost?.(databaseFault(thrown));
      }
      if (!isAborted(signal)) await pause(this.#options.retryMs ?? RETRY_MS, signal);
    }
  }

  /** Resolves when it is told to end, rejects when the connection does. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { applicationName, channel, onHint } = this.#options;
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    try {
      const ended = new Promise<void>((resolve, reject) => {
        client.on('error', reject);
        client.on('end', () => {
          reject(new Error('the server closed the connection'));
        });
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
      // It may break before anybody waits for it.
      ended.catch(() => undefined);
      client.on('notification', onHint);
      await Promise.race([client.connect(), ended]);
      if (isAborted(signal)) return;
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      onHint();
      await ended;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Behind a call, so that the compiler does not take an earlier answer for the present one. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal.addEventListener('abort', end);
  });
}

/**
 * PostgreSQL behind one small face: a bounded pool, transactions that are tried again when they met another one,
 * and faults instead of driver errors. Isolation is READ COMMITTED unless asked otherwise: who needs a serial
 * step locks the row that stands for it.
 */
import type { Duplex } from 'node:stream';
import { Fault, assert, faultOf } from '@tickmesh/kernel';
import pg from 'pg';
import { databaseFault } from './faults.ts';
import { valueTypes } from './types.ts';

/** A statement whose text is constant: prepared once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Queryable {
  /** @throws Fault DATABASE_UNREACHABLE, DATABASE_CONFLICT, DATABASE_REFUSED */
  query<R extends Row>(statement: Statement | string, values?: readonly unknown[]): Promise<R[]>;
  /**
   * The same for a statement that changes nothing, though it may lock rows: a transaction sends it at once, with its
   * BEGIN if need be, so that reads that are asked for together cost one round trip.
   */
  read<R extends Row>(statement: Statement | string, values?: readonly unknown[]): Promise<R[]>;
}

export interface Transaction extends Queryable {
  /**
   * Writes without waiting: the answer is looked at with the COMMIT, which goes out behind it. What fails here
   * fails the transaction.
   */
  send(statement: Statement | string, values?: readonly unknown[]): void;
}

export interface Database extends Queryable {
  /**
   * Runs `work` between BEGIN and COMMIT. When it met another transaction (serialization, deadlock, lock timeout)
   * all of it runs again, at most `attemptsMax` times in all, so it must do nothing but query. A connection
   * that goes away during COMMIT leaves the outcome unknown (`commit: unknown` in the details): it is not
   * tried again, the caller asks what became of it.
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly attemptsMax?: number;
}

export interface DatabaseOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Role to take on after the log-in; absent: the user's own. */
  readonly role?: string;
  readonly connectionsMax?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  /** A transaction that its owner forgot is ended by the server. */
  readonly idleInTransactionTimeoutMs?: number;
  readonly probe?: DatabaseProbe;
}

/** Called with facts, for logs and metrics. */
export interface DatabaseProbe {
  /** An idle connection broke; the pool has already dropped it. */
  connectionLost?(fault: Fault): void;
  transactionRetried?(fault: Fault, attempt: number): void;
}

const ATTEMPTS_MAX = 5;
/** First wait before a transaction is tried again; doubles each time, half of it random. */
const RETRY_WAIT_MS = 5;

const names = new Map<string, string>();

/** Names a constant text. Equal texts share a name; never call it with a text made from values. */
export function statement(text: string): Statement {
  let name = names.get(text);
  if (name === undefined) {
    name = `s${names.size + 1}`;
    names.set(text, name);
  }
  return { name, text };
}

/**
 * Opens a pool; nothing is connected before the first query.
 * @param url postgres://user:password@host:port/database
 */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: options.applicationName,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    types: valueTypes,
    options: sessionSettings(options),
    keepAlive: true,
    // Statements that are asked for together travel together; the server answers them in order.
    pipeline: true,
  });
  // Without a listener the death of an idle connection would end the process.
  pool.on('error', (error) => options.probe?.connectionLost?.(databaseFault(error)));
  return new PooledDatabase(pool, options.probe ?? {});
}

function sessionSettings(options: DatabaseOptions): string {
  const settings: Record<string, string | number> = {
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    lock_timeout: options.lockTimeoutMs ?? 5_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 15_000,
    ...(options.role === undefined ? {} : { role: options.role }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${String(value)}`)
    .join(' ');
}

class PooledDatabase implements Database {
  readonly #pool: pg.Pool;
  readonly #probe: DatabaseProbe;

  constructor(pool: pg.Pool, probe: DatabaseProbe) {
    this.#pool = pool;
    this.#probe = probe;
  }

  async query<R extends Row>(
    text: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    return run<R>(this.#pool, text, values);
  }

  async read<R extends Row>(
    text: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    return run<R>(this.#pool, text, values);
  }

  async transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const attemptsMax = options.attemptsMax ?? ATTEMPTS_MAX;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work, options.isolation);
      } catch (thrown) {
        // Queries throw faults; anything else is the work's own error.
        const fault = faultOf(thrown);
        if (fault.code !== 'DATABASE_CONFLICT' || attempt >= attemptsMax) throw thrown;
        this.#probe.transactionRetried?.(fault, attempt);
        await wait(RETRY_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
      }
    }
  }

  async ping(): Promise<void> {
    await this.query('select 1');
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #attempt<T>(
    work: (transaction: Transaction) => Promise<T>,
    isolation: TransactionOptions['isolation'],
  ): Promise<T> {
    const client = await this.#connect();
    // A connection can die while nobody awaits a query on it; the next query says so.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    let broken: Error | undefined;
    try {
      const transaction = new OpenTransaction(client, isolation);
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (thrown) {
      broken = await rollback(client, faultOf(thrown));
      throw thrown;
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (thrown) {
      throw databaseFault(thrown);
    }
  }
}

/**
 * Between BEGIN and COMMIT. Statements go out in the order in which they are asked for; what writes waits until the
 * server has said that BEGIN stands, for without it each statement would commit by itself.
 */
class OpenTransaction implements Transaction {
  readonly #client: pg.PoolClient;
  readonly #begun: Promise<unknown>;
  readonly #sent: Promise<unknown>[] = [];
  /** What waits for BEGIN; undefined once it stands. */
  #waiting: (() => void)[] | undefined = [];

  constructor(client: pg.PoolClient, isolation: TransactionOptions['isolation']) {
    this.#client = client;
    const text = isolation === undefined ? 'begin' : `begin isolation level ${isolation}`;
    this.#begun = settled(run(client, text, []).then(() => this.#open()));
  }

  #open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const start of waiting) start();
  }

  async read<R extends Row>(
    text: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    if (this.#waiting === undefined || this.#waiting.length > 0) return this.query(text, values);
    const rows = settled(run<R>(this.#client, text, values));
    await this.#begun;
    return rows;
  }

  async query<R extends Row>(
    text: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    const waiting = this.#waiting;
    if (waiting === undefined) return run(this.#client, text, values);
    const rows = new Promise<R[]>((resolve, reject) => {
      waiting.push(() => void run<R>(this.#client, text, values).then(resolve, reject));
    });
    await this.#begun;
    return rows;
  }

  send(text: Statement | string, values: readonly unknown[] = []): void {
    this.#sent.push(settled(this.query(text, values)));
  }

  async commit(): Promise<void> {
    await this.#begun;
    // Behind a statement that failed, the server answers COMMIT with ROLLBACK: what failed is told first.
    const committed = settled(commit(this.#client));
    await Promise.all(this.#sent);
    await committed;
  }
}

/** Its failure is told to whoever awaits it, and to nobody else. */
function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** What pg does not declare: the socket of a connection. */
interface ConnectedClient {
  readonly connection?: { readonly stream?: Duplex };
}

/** Statements that are asked for together leave in one write: each costs a call of the system and a wake-up there. */
function gatherWrites(client: pg.PoolClient): void {
  const stream = (client as ConnectedClient).connection?.stream;
  assert(stream !== undefined, 'A connection of pg writes to a socket');
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => {
    stream.uncork();
  });
}

async function run<R extends Row>(
  target: pg.Pool | pg.PoolClient,
  text: Statement | string,
  values: readonly unknown[],
): Promise<R[]> {
  try {
    if (!(target instanceof pg.Pool)) gatherWrites(target);
    const config = typeof text === 'string' ? { text } : { text: text.text, name: text.name };
    const result = await target.query<R>({ ...config, values: [...values] });
    return result.rows;
  } catch (thrown) {
    throw databaseFault(thrown);
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  try {
    const { command } = await client.query('commit');
    // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and no error.
    if (command !== 'COMMIT') throw new Fault('DATABASE_REFUSED', { commit: 'rolled back' });
  } catch (thrown) {
    const fault = databaseFault(thrown);
    if (fault.code !== 'DATABASE_UNREACHABLE') throw fault;
    throw new Fault('DATABASE_UNREACHABLE', { ...fault.details, commit: 'unknown' }, thrown);
  }
}

/** Returns why the connection must not be used again, if so. */
async function rollback(client: pg.PoolClient, fault: Fault): Promise<Error | undefined> {
  if (fault.code === 'DATABASE_UNREACHABLE') return fault;
  try {
    await client.query('rollback');
    return undefined;
  } catch (thrown) {
    return databaseFault(thrown);
  }
}

const wait = (delayMs: number): Promise<void> => new Promise((done) => setTimeout(done, delayMs));

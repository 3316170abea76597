import { existsSync, mkdirSync, rmSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import pg from 'pg';
import { startProcess, type LocalProcess } from './child-process.ts';
import { lastLogLines } from './log-tail.ts';
import { pickFreePort } from './ports.ts';
import { placePostgres, type PostgresPlace } from './postgres-place.ts';
import { waitUntilReady } from './readiness.ts';

export interface PostgresOptions {
  /** The loopback port; a free one when absent. It stays the same over restarts. */
  readonly port?: number;
  /** The cluster and postgres.log lie here; a folder with data continues where it ended. */
  readonly dataDir: string;
  readonly logFile?: string;
  /** The superuser; `postgres` with password `postgres` when absent: it listens on loopback alone. */
  readonly user?: string;
  readonly password?: string;
  /** A database created when it is missing, and named by `url`; `postgres` when absent. */
  readonly database?: string;
  /** Settings on top of ours, for example `fsync: 'off'` where data may be lost. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL 18 cluster on loopback. */
export interface Postgres {
  /** Of the superuser, with password and database. */
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  /** Where the data really lies: outside of `dataDir` when root runs it from a folder others cannot reach. */
  readonly clusterDir: string;
  readonly pid: number;
  readonly process: LocalProcess;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
  /** As a crash: kill -9; the next start recovers from the write-ahead log. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Small enough for a laptop beside a broker; no socket file, whose path may be too long. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '100',
  log_min_messages: 'warning',
};

const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 15_000;

/**
 * Creates the cluster the first time, starts it and returns when it answers a query.
 * @throws Fault PREREQUISITE_MISSING when no binaries fit this machine, or root has no user to run it as;
 * @throws Fault DATABASE_UNREACHABLE when it does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const place = await placePostgres(options.dataDir);
  const port = options.port ?? (await pickFreePort());
  const logFile = options.logFile ?? join(options.dataDir, 'postgres.log');
  const launch: Launch = {
    ...place,
    port,
    logFile,
    user: options.user ?? 'postgres',
    password: options.password ?? 'postgres',
    database: options.database ?? 'postgres',
    settings: { ...SETTINGS, ...options.settings },
  };
  await initialiseOnce(launch);
  let process = await launchPostgres(launch);
  await createDatabase(launch);
  const stop = async (): Promise<void> => {
    // SIGINT is PostgreSQL's fast shutdown.
    await process.stop('SIGINT', STOP_GRACE_MS);
  };
  return {
    url: urlOf(launch, launch.database),
    port,
    logFile,
    clusterDir: launch.clusterDir,
    get pid() {
      return process.pid;
    },
    get process() {
      return process;
    },
    stop,
    kill: async () => {
      await process.kill();
    },
    restart: async () => {
      await stop();
      process = await launchPostgres(launch);
    },
  };
}

interface Launch extends PostgresPlace {
  readonly port: number;
  readonly logFile: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
}

async function initialiseOnce(launch: Launch): Promise<void> {
  if (existsSync(join(launch.clusterDir, 'PG_VERSION'))) return;
  // A cluster that was interrupted half way has no version file, and initdb refuses a folder that is not empty.
  rmSync(launch.clusterDir, { recursive: true, force: true });
  mkdirSync(launch.clusterDir, { recursive: true, mode: 0o700 });
  const passwordFile = `${launch.clusterDir}.password`;
  writeFileSync(passwordFile, `${launch.password}\n`, { mode: 0o600 });
  if (launch.owner !== undefined) {
    chownSync(launch.clusterDir, launch.owner.uid, launch.owner.gid);
    chownSync(passwordFile, launch.owner.uid, launch.owner.gid);
  }
  const initdb = await startProcess({
    name: 'postgres initdb',
    command: join(launch.binDir, 'initdb'),
    args: [
      `--pgdata=${launch.clusterDir}`,
      `--username=${launch.user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The built-in provider sorts alike on every machine.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-sync',
    ],
    logFile: launch.logFile,
    cwd: launch.binDir,
    ...(launch.owner === undefined ? {} : { user: launch.owner }),
  });
  const exit = await initdb.exited;
  rmSync(passwordFile, { force: true });
  if (exit.code === 0) return;
  throw new Fault('DATABASE_UNREACHABLE', {
    reason: 'its folder could not be initialised',
    log: launch.logFile,
    lastLines: lastLogLines(launch.logFile, 8).join('\n'),
  });
}

async function launchPostgres(launch: Launch): Promise<LocalProcess> {
  const settings = Object.entries(launch.settings).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const process = await startProcess({
    name: 'postgres',
    command: join(launch.binDir, 'postgres'),
    args: ['-D', launch.clusterDir, '-p', String(launch.port), ...settings],
    logFile: launch.logFile,
    cwd: launch.binDir,
    ...(launch.owner === undefined ? {} : { user: launch.owner }),
  });
  await waitUntilReady({
    process,
    probe: () => query(urlOf(launch, 'postgres'), 'select 1').then(() => true),
    timeoutMs: START_TIMEOUT_MS,
    code: 'DATABASE_UNREACHABLE',
  }).catch(async (error: unknown) => {
    await process.kill();
    throw error;
  });
  return process;
}

async function createDatabase(launch: Launch): Promise<void> {
  if (launch.database === 'postgres') return;
  const name = pg.escapeIdentifier(launch.database);
  const known = `select 1 from pg_database where datname = ${pg.escapeLiteral(launch.database)}`;
  const admin = urlOf(launch, 'postgres');
  if ((await query(admin, known)) === 0) await query(admin, `create database ${name}`);
}

/** Runs one statement on a connection of its own; answers the number of rows. */
async function query(url: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

function urlOf(launch: Launch, database: string): string {
  const user = `${encodeURIComponent(launch.user)}:${encodeURIComponent(launch.password)}`;
  return `postgres://${user}@127.0.0.1:${String(launch.port)}/${encodeURIComponent(database)}`;
}

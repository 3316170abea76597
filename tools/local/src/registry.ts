import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchArtefacts, type Artefacts, type Progress } from './artefacts.ts';
import { startProcess, type LocalProcess } from './child-process.ts';
import { pickFreePort } from './ports.ts';
import { waitUntilReady } from './readiness.ts';

export interface RegistryOptions {
  /** The loopback port; a free one when absent. It stays the same over restarts. */
  readonly port?: number;
  /** Schemas (an H2 file) and registry.log lie here. */
  readonly dataDir: string;
  readonly logFile?: string;
  /** Settings of Apicurio on top of ours, by their environment names (APICURIO_...). */
  readonly environment?: Readonly<Record<string, string>>;
  readonly progress?: Progress;
}

/** An Apicurio schema registry on loopback. */
export interface Registry {
  /** The root of the server, as http://127.0.0.1:PORT. */
  readonly url: string;
  /** The Confluent-compatible API: what schema clients are given. */
  readonly confluentUrl: string;
  readonly port: number;
  readonly logFile: string;
  readonly pid: number;
  readonly process: LocalProcess;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Where Apicurio serves Confluent's API. */
export const CONFLUENT_API_PATH = '/apis/ccompat/v7';

const RUNNER = 'apicurio-registry-app-3.0.9-runner.jar';
const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 10_000;

/**
 * Starts the registry from its jars and returns when it is ready.
 * @throws Fault PREREQUISITE_MISSING without Java or the jars; REGISTRY_UNREACHABLE when it does not come up
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const artefacts = await fetchArtefacts(options.progress);
  const port = options.port ?? (await pickFreePort());
  const logFile = options.logFile ?? join(options.dataDir, 'registry.log');
  const launch = (): Promise<LocalProcess> =>
    launchRegistry({ ...options, port, logFile }, artefacts);
  let process = await launch();
  const stop = async (): Promise<void> => {
    await process.stop('SIGTERM', STOP_GRACE_MS);
  };
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    url,
    confluentUrl: `${url}${CONFLUENT_API_PATH}`,
    port,
    logFile,
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
      process = await launch();
    },
  };
}

type Launch = RegistryOptions & { readonly port: number; readonly logFile: string };

async function launchRegistry(options: Launch, artefacts: Artefacts): Promise<LocalProcess> {
  mkdirSync(options.dataDir, { recursive: true });
  const database = join(options.dataDir, 'schemas').replaceAll('\\', '/');
  const registry = await startProcess({
    name: 'registry',
    command: artefacts.java,
    args: [
      '-Xmx128m',
      '-XX:+UseSerialGC',
      // The registry answers a few look-ups: the second compiler would cost more memory than it gives speed.
      '-XX:TieredStopAtLevel=1',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${String(options.port)}`,
      '-Dapicurio.storage.kind=sql',
      '-Dapicurio.storage.sql.kind=h2',
      `-Dapicurio.datasource.url=jdbc:h2:file:${database};DB_CLOSE_ON_EXIT=FALSE`,
      '-jar',
      join(artefacts.registryDir, RUNNER),
    ],
    logFile: options.logFile,
    cwd: options.dataDir,
    environment: { ...inherited(), ...options.environment },
  });
  await waitUntilReady({
    process: registry,
    probe: () => answersReady(options.port),
    timeoutMs: START_TIMEOUT_MS,
    code: 'REGISTRY_UNREACHABLE',
  }).catch(async (error: unknown) => {
    await registry.kill();
    throw error;
  });
  return registry;
}

function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

async function answersReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${String(port)}/health/ready`, {
    signal: AbortSignal.timeout(2_000),
  });
  return answer.ok;
}

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import { readCompose, type ComposeFile, type ComposeService } from './compose.ts';
import { localise } from './localise.ts';
import { partFor, type Part } from './parts.ts';
import { COMPOSE_FILE, MESH_DIR, REPOSITORY_ROOT } from './paths.ts';
import { checkPorts, pickFreePort } from './ports.ts';
import { postgresClusterDir } from './postgres-place.ts';
import { identityOf, removeRunning, writeRunning, type RunningService } from './running-file.ts';
import { PartSupervisor, type PartEvent } from './supervisor.ts';

export interface LaunchOptions {
  /** Holds data, logs and what runs; one mesh runs in a folder at a time. `.mesh` when absent. */
  readonly meshDir?: string;
  /** docker-compose.yml of the repository when absent. */
  readonly composeFile?: string;
  /** Files that change something in it. */
  readonly changes?: readonly string[];
  /** Brings the built code up to date: services of ours wait for it, broker, registry and database do not. */
  readonly build?: () => Promise<void>;
  /** Sets variables of the compose file on top of the environment: ports, FEED. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Forgets all data first. */
  readonly fresh: boolean;
  readonly onEvent: (event: PartEvent) => void;
  readonly progress: (line: string) => void;
}

/** The mesh of this clone, as it runs. */
export interface Mesh {
  readonly services: readonly RunningService[];
  /** Services of the compose file that need Docker. */
  readonly dockerOnly: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Settles when every part is ready; rejects with the first that cannot come up. */
  readonly ready: Promise<void>;
  /** Stops everything, dependents before what they depend on. */
  stop(): Promise<void>;
}

/**
 * Starts docker-compose.yml without Docker. Returns when everything is under way.
 * @throws Fault PORT_TAKEN before anything is started; CONFIG_INVALID for the compose file
 */
export async function launchMesh(options: LaunchOptions): Promise<Mesh> {
  const { composeFile = COMPOSE_FILE, changes = [], variables } = options;
  const compose = readCompose(composeFile, variables, ...changes);
  const meshDir = options.meshDir ?? MESH_DIR;
  const dataDir = join(meshDir, 'data');
  const logDir = join(meshDir, 'logs');
  const wanted = [...compose.services.values()].filter(({ profiles }) => profiles.length === 0);
  const parts = new Map<string, Part>();
  let built: Promise<void> | undefined;
  for (const service of wanted) {
    const part = partFor(service, compose, {
      root: REPOSITORY_ROOT,
      dataDir,
      logDir,
      progress: options.progress,
      built: () => (built ??= options.build?.() ?? Promise.resolve()),
    });
    if (part !== undefined) parts.set(service.name, part);
  }
  await checkPorts(namedPorts(parts));
  if (options.fresh) await forgetData(dataDir);
  // Logs are of this run: the last one's are read before the next start.
  rmSync(logDir, { recursive: true, force: true });
  for (const folder of [dataDir, logDir]) mkdirSync(folder, { recursive: true });
  const environment = clientEnvironment(compose, dataDir);
  return supervise({ parts, wanted, environment, meshDir }, options.onEvent);
}

interface Plan {
  readonly parts: ReadonlyMap<string, Part>;
  readonly wanted: readonly ComposeService[];
  readonly environment: Readonly<Record<string, string>>;
  readonly meshDir: string;
}

function supervise(plan: Plan, tell: (event: PartEvent) => void): Mesh {
  const { parts, wanted, environment, meshDir } = plan;
  const supervisors = new Map<string, PartSupervisor>();
  const startedAt = new Date().toISOString();
  let isReady = false;
  let stopping = false;
  const services = (): RunningService[] => [...supervisors.values()].map(runningService);
  const isStopping = (): boolean => stopping;
  const record = (): void => {
    const launcher = identityOf(process.pid);
    if (launcher === undefined || stopping) return;
    writeRunning(meshDir, {
      launcher,
      startedAt,
      ready: isReady,
      services: services(),
      environment,
    });
  };
  const onEvent = (event: PartEvent): void => {
    record();
    tell(event);
  };
  for (const [name, part] of parts) {
    supervisors.set(name, new PartSupervisor(part, REPOSITORY_ROOT, onEvent));
  }
  record();
  const ready = startInOrder(supervisors).then(() => {
    // A start that was interrupted is not ready, and has not failed either.
    if (isStopping()) return new Promise<void>(() => undefined);
    isReady = true;
    record();
    return undefined;
  });
  return {
    get services() {
      return services();
    },
    dockerOnly: wanted.map(({ name }) => name).filter((name) => !parts.has(name)),
    environment,
    ready,
    stop: async () => {
      stopping = true;
      await stopInReverse(supervisors);
      removeRunning(meshDir);
    },
  };
}

/** Every port variable of the compose file with a free port: for a mesh beside another one. */
export async function freePortVariables(
  composeFile: string = COMPOSE_FILE,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const service of readCompose(composeFile, {}).services.values()) {
    for (const { variable } of service.ports) variables[variable] = String(await pickFreePort());
  }
  return variables;
}

/** Everything starts as soon as what it depends on is ready. */
async function startInOrder(supervisors: ReadonlyMap<string, PartSupervisor>): Promise<void> {
  const started = new Map<string, Promise<void>>();
  const start = (name: string): Promise<void> => {
    const known = started.get(name);
    if (known !== undefined) return known;
    const supervisor = supervisors.get(name);
    // What runs only with Docker is waited for by nobody here.
    if (supervisor === undefined) return Promise.resolve();
    const starting = Promise.all(supervisor.waitsFor.map(start)).then(() => supervisor.start());
    started.set(name, starting);
    return starting;
  };
  await Promise.all([...supervisors.keys()].map(start));
}

/** A part stops when everything that depends on it has stopped. */
async function stopInReverse(supervisors: ReadonlyMap<string, PartSupervisor>): Promise<void> {
  const stopped = new Map<string, Promise<void>>();
  const stop = (name: string): Promise<void> => {
    const known = stopped.get(name);
    if (known !== undefined) return known;
    const dependents = [...supervisors.values()]
      .filter(({ service }) => name in service.dependsOn)
      .map(({ service }) => stop(service.name));
    const stopping = Promise.all(dependents).then(() => supervisors.get(name)?.stop());
    stopped.set(name, stopping);
    return stopping;
  };
  await Promise.all([...supervisors.keys()].map(stop));
}

function namedPorts(
  parts: ReadonlyMap<string, Part>,
): { variable: string; port: number; service: string }[] {
  return [...parts.values()].flatMap(({ service }) =>
    service.ports.map(({ variable, published }) => ({
      variable,
      port: published,
      service: service.name,
    })),
  );
}

async function forgetData(dataDir: string): Promise<void> {
  const elsewhere = await postgresClusterDir(join(dataDir, 'postgres'));
  for (const folder of [dataDir, elsewhere]) rmSync(folder, { recursive: true, force: true });
}

function runningService(supervisor: PartSupervisor): RunningService {
  const { service, pid } = supervisor;
  const addresses = Object.fromEntries(
    service.ports.map(({ name, hostAddress, published }) => {
      const address = `${hostAddress}:${String(published)}`;
      return [name, name === 'http' ? `http://${address}` : address];
    }),
  );
  const identity = pid === undefined ? undefined : identityOf(pid);
  return {
    name: service.name,
    addresses,
    ...(identity === undefined ? {} : { process: identity }),
  };
}

const CLIENT_VARIABLES = [
  'KAFKA_BROKERS',
  'SCHEMA_REGISTRY_URL',
  'DATABASE_URL',
  'SIGN_IN_ISSUER',
  'ISSUER_FOLDER',
];

/** The service that stands for clients: what it is told to sign in with, they are. */
const CLIENT_SERVICE = 'mesh';

/**
 * What a client on this machine is told: all that the command line's own service is, and the variables that every
 * client needs from the first service that has each.
 */
function clientEnvironment(compose: ComposeFile, dataDir: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const service of compose.services.values()) {
    if (!service.built) continue;
    const { environment } = localise(service, compose, { root: REPOSITORY_ROOT, dataDir });
    if (service.name === CLIENT_SERVICE) Object.assign(found, environment);
    for (const name of CLIENT_VARIABLES) {
      const value = environment[name];
      if (value !== undefined) found[name] ??= value;
    }
  }
  if (!('KAFKA_BROKERS' in found)) {
    throw new Fault('CONFIG_INVALID', {
      rule: 'a service in the compose file names KAFKA_BROKERS',
    });
  }
  return found;
}

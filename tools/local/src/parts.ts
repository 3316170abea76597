/**
 * What runs on this machine for each service of the compose file: a local process where an image of a broker, a
 * registry or a database stands, and our own services as they are. Anything else runs only with Docker.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBroker, type Broker } from './broker.ts';
import { startProcess, type LocalProcess } from './child-process.ts';
import type { ComposeFile, ComposePort, ComposeService } from './compose.ts';
import { localise, type LocalPlaces } from './localise.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { startRegistry, type Registry } from './registry.ts';
import type { Progress } from './artefacts.ts';

export interface RunningPart {
  readonly process: LocalProcess;
  stop(): Promise<void>;
}

/** One service of the compose file, as it can be started here. */
export interface Part {
  readonly service: ComposeService;
  /** Environment as this machine needs it; a health check runs in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** True when `launch` itself returns only once the part is ready. */
  readonly launchesReady: boolean;
  /** Parts that must be ready first: those of the file, except where a stand-in needs nobody. */
  readonly waitsFor: readonly string[];
  /** Starts it, the first time or again. */
  launch(): Promise<RunningPart>;
}

export interface PartsOptions extends LocalPlaces {
  readonly logDir: string;
  readonly progress: Progress;
  /** Services of ours run built code: settles when it is up to date. */
  readonly built: () => Promise<void>;
}

/** Undefined for an image that has no stand-in here. */
export function partFor(
  service: ComposeService,
  file: ComposeFile,
  options: PartsOptions,
): Part | undefined {
  const { command, environment } = localise(service, file, options);
  const logFile = join(options.logDir, `${service.name}.log`);
  const local = { service, command, environment, logFile, options };
  if (service.built) return servicePart(local);
  const image = service.image.split(':')[0];
  if (image === 'apache/kafka') return brokerPart(local);
  if (image === 'apicurio/apicurio-registry') return registryPart(local);
  if (image === 'postgres') return postgresPart(local);
  return undefined;
}

interface LocalService {
  readonly service: ComposeService;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly options: PartsOptions;
}

function servicePart({ service, command, environment, logFile, options }: LocalService): Part {
  const full = { ...machineEnvironment(), ...environment };
  return {
    service,
    environment: full,
    launchesReady: false,
    waitsFor: Object.keys(service.dependsOn),
    launch: async () => {
      await options.built();
      const process = await startProcess({
        name: service.name,
        ...programOf(command),
        logFile,
        cwd: options.root,
        environment: full,
      });
      return {
        process,
        stop: async () => {
          await process.stop('SIGTERM', service.stopGraceMs);
        },
      };
    },
  };
}

/** `node` in a command is the pinned one that runs this file, whatever the machine has. */
export function programOf(words: readonly string[]): { command: string; args: string[] } {
  const [program = '', ...args] = words;
  return { command: program === 'node' ? process.execPath : program, args };
}

function brokerPart({ service, environment, logFile, options }: LocalService): Part {
  let broker: Broker | undefined;
  return {
    service,
    environment,
    launchesReady: true,
    // A broker that asks who is there waits for its certificate and for the provider.
    waitsFor: Object.keys(service.dependsOn),
    launch: async () => {
      if (broker === undefined) {
        const { published } = portNamed(service, 'kafka');
        const secured = securedListener(environment, published);
        broker = await startBroker({
          // Whoever comes by the plaintext listener of a secured broker has no rights there.
          ...(secured === undefined ? { port: published } : {}),
          dataDir: join(options.dataDir, 'kafka'),
          logFile,
          properties: { ...brokerProperties(environment), ...secured },
          jvmFlags: (environment['KAFKA_OPTS'] ?? '').split(' ').filter((flag) => flag !== ''),
          heapMebibytes: heapMebibytes(environment['KAFKA_HEAP_OPTS']),
          progress: options.progress,
        });
      } else await broker.restart();
      return broker;
    },
  };
}

/** Settings that name listeners, nodes and paths of the container; the broker here has its own. */
const CONTAINER_ONLY = new Set([
  'node.id',
  'process.roles',
  'controller.quorum.voters',
  'controller.listener.names',
  'inter.broker.listener.name',
  'listener.security.protocol.map',
  'listeners',
  'advertised.listeners',
  'log.dirs',
  'heap.opts',
  'opts',
]);

/** The listener that the container publishes, when it asks who is there; and the controller's protocol then. */
function securedListener(
  environment: Readonly<Record<string, string>>,
  port: number,
): Record<string, string> | undefined {
  const protocols = new Map(
    (environment['KAFKA_LISTENER_SECURITY_PROTOCOL_MAP'] ?? '')
      .split(',')
      .map((pair) => pair.split(':') as [string, string | undefined]),
  );
  const host = protocols.get('HOST') ?? 'PLAINTEXT';
  if (host === 'PLAINTEXT') return undefined;
  const controller = protocols.get('CONTROLLER') ?? host;
  return {
    listeners: `HOST://127.0.0.1:${String(port)}`,
    'listener.security.protocol.map': `CONTROLLER:${controller},PLAINTEXT:PLAINTEXT,HOST:${host}`,
  };
}

/** The image's own rule: KAFKA_LOG_DIRS sets log.dirs, two underscores make one, three a dash. */
export function brokerProperties(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const properties = Object.entries(environment)
    .filter(([name]) => name.startsWith('KAFKA_'))
    .map(([name, value]): [string, string] => [propertyName(name), value])
    .filter(([name]) => !CONTAINER_ONLY.has(name));
  return Object.fromEntries(properties);
}

function propertyName(variable: string): string {
  return variable
    .slice('KAFKA_'.length)
    .toLowerCase()
    .replaceAll(/_{1,3}/g, (run) => (run.length === 1 ? '.' : run.length === 2 ? '_' : '-'));
}

function heapMebibytes(options: string | undefined): number {
  return Number(/-Xmx(\d+)m/.exec(options ?? '')?.[1] ?? 320);
}

/** Schemas are kept in a file instead of a topic, so that the registry starts beside the broker, not after it. */
function registryPart({ service, environment, logFile, options }: LocalService): Part {
  let registry: Registry | undefined;
  return {
    service,
    environment,
    launchesReady: true,
    waitsFor: [],
    launch: async () => {
      if (registry === undefined) {
        registry = await startRegistry({
          port: portNamed(service, 'http').published,
          dataDir: join(options.dataDir, 'registry'),
          logFile,
          progress: options.progress,
        });
      } else await registry.restart();
      return registry;
    },
  };
}

function postgresPart({ service, command, environment, logFile, options }: LocalService): Part {
  let postgres: Postgres | undefined;
  const user = environment['POSTGRES_USER'] ?? 'postgres';
  return {
    service,
    environment,
    launchesReady: true,
    waitsFor: [],
    launch: async () => {
      if (postgres === undefined) {
        postgres = await startPostgres({
          port: portNamed(service, 'postgres').published,
          dataDir: join(options.dataDir, 'postgres'),
          logFile,
          user,
          password: environment['POSTGRES_PASSWORD'] ?? '',
          database: environment['POSTGRES_DB'] ?? user,
          settings: settingsOf(command.slice(1)),
        });
      } else await postgres.restart();
      return postgres;
    },
  };
}

/** `-c name=value` words of the image's command. */
function settingsOf(words: readonly string[]): Record<string, string> {
  const { values } = parseArgs({
    args: [...words],
    options: { c: { type: 'string', short: 'c', multiple: true } },
  });
  return Object.fromEntries(
    (values.c ?? []).map((setting) => {
      const equals = setting.indexOf('=');
      return [setting.slice(0, equals), setting.slice(equals + 1)];
    }),
  );
}

function portNamed(service: ComposeService, name: string): ComposePort {
  const port = service.ports.find((candidate) => candidate.name === name);
  if (port === undefined) throw new Error(`${service.name} publishes no port named ${name}`);
  return port;
}

/** What a process needs of the machine. A container inherits nothing else either: no stray setting leaks in. */
const INHERITED =
  /^(PATH|HOME|USERPROFILE|TMPDIR|TEMP|TMP|LANG|LC_ALL|TZ|SystemRoot|COMSPEC|PATHEXT|NODE_EXTRA_CA_CERTS|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;

function machineEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && INHERITED.test(entry[0]),
  );
  return Object.fromEntries(entries);
}

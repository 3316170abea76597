import { pbkdf2Sync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import { fetchArtefacts, type Artefacts, type Progress } from './artefacts.ts';
import { startProcess, type LocalProcess } from './child-process.ts';
import { lastLogLines } from './log-tail.ts';
import { LOCAL_DIR } from './paths.ts';
import { pickFreePort } from './ports.ts';
import { waitUntilReady } from './readiness.ts';

export interface BrokerOptions {
  /** The loopback port of the plaintext listener; a free one when absent. It stays the same over restarts. */
  readonly port?: number;
  /** The log folder, the configuration and broker.log lie here; a folder with data continues where it ended. */
  readonly dataDir: string;
  readonly logFile?: string;
  /** Lines of server.properties on top of ours: further listeners, SASL, limits. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Further flags of the JVM, for example -D settings. */
  readonly jvmFlags?: readonly string[];
  /** Users of SCRAM-SHA-256 and -512 with their passwords, made with the log folder; later starts keep them. */
  readonly scramUsers?: Readonly<Record<string, string>>;
  readonly heapMebibytes?: number;
  readonly progress?: Progress;
}

/** A single Kafka node in KRaft mode on loopback. */
export interface Broker {
  /** host:port of the plaintext listener. */
  readonly address: string;
  readonly port: number;
  readonly logFile: string;
  /** Of the process that runs now: a restart changes it. */
  readonly pid: number;
  /** The process that runs now, for a supervisor. */
  readonly process: LocalProcess;
  /** Shuts down in order: segments flushed, clients told. */
  stop(): Promise<void>;
  /** As a crash: kill -9. */
  kill(): Promise<void>;
  /** Starts again on the same port and data; stops first when it runs. */
  restart(): Promise<void>;
}

/** What a single node needs to be whole: every internal topic with one replica, and no wait on a first join. */
const SINGLE_NODE: Readonly<Record<string, string>> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map':
    'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '6',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  // A consumer may ask for a short session, so that a killed one is replaced soon.
  'group.min.session.timeout.ms': '1000',
  // After a crash the node may register again only when its old session has run out (9 s by default).
  'broker.session.timeout.ms': '4000',
  'broker.heartbeat.interval.ms': '500',
  'auto.create.topics.enable': 'false',
  // Dead letters are larger than their records; topics set their own, lower limits.
  'message.max.bytes': '5242880',
  'replica.fetch.max.bytes': '5242880',
  // A laptop's few clients; more threads only take the processor from each other.
  'num.network.threads': '1',
  'num.io.threads': '2',
  // Segment files are grown, not preallocated, and small indexes keep hundreds of partitions cheap.
  'log.index.size.max.bytes': '1048576',
};

const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 20_000;

/**
 * Starts Kafka from its jars and returns when it answers.
 * @throws Fault PREREQUISITE_MISSING without Java or the jars; BROKER_UNREACHABLE when it does not come up
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const artefacts = await fetchArtefacts(options.progress);
  const port = options.port ?? (await pickFreePort());
  const logFile = options.logFile ?? join(options.dataDir, 'broker.log');
  const launch = (): Promise<LocalProcess> =>
    launchBroker({ ...options, port, logFile }, artefacts);
  let process = await launch();
  const stop = async (): Promise<void> => {
    await process.stop('SIGTERM', STOP_GRACE_MS);
  };
  return {
    address: `127.0.0.1:${String(port)}`,
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

type Launch = BrokerOptions & { readonly port: number; readonly logFile: string };

async function launchBroker(options: Launch, artefacts: Artefacts): Promise<LocalProcess> {
  const configuration = await writeConfiguration(options);
  await formatOnce(options, configuration, artefacts);
  const process = await startProcess({
    name: 'broker',
    command: artefacts.java,
    args: [
      `-Xmx${String(options.heapMebibytes ?? 320)}m`,
      ...JVM_FLAGS,
      ...(options.jvmFlags ?? []),
      ...classPath(artefacts),
      'kafka.Kafka',
      configuration,
    ],
    logFile: options.logFile,
    cwd: options.dataDir,
  });
  await waitUntilReady({
    process,
    probe: () => answersApiVersions(options.port),
    timeoutMs: START_TIMEOUT_MS,
    code: 'BROKER_UNREACHABLE',
  }).catch(async (error: unknown) => {
    await process.kill();
    throw error;
  });
  return process;
}

/**
 * The serial collector holds the least memory, and one node on one machine has no use for more threads. The first
 * compiler alone: the second one would take a processor for minutes, for a broker that waits for its disk and clients.
 */
const JVM_FLAGS = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xshare:auto',
  '-Dlog4j2.formatMsgNoLookups=true',
];

function classPath(artefacts: Artefacts): string[] {
  const logging = join(LOCAL_DIR, 'log4j2.properties');
  return [`-Dlog4j2.configurationFile=${logging}`, '-cp', join(artefacts.kafkaDir, '*')];
}

async function writeConfiguration(options: Launch): Promise<string> {
  const controllerPort = await pickFreePort();
  const client = `PLAINTEXT://127.0.0.1:${String(options.port)}`;
  const properties: Record<string, string> = {
    ...SINGLE_NODE,
    'controller.quorum.voters': `1@127.0.0.1:${String(controllerPort)}`,
    'log.dirs': join(options.dataDir, 'log').replaceAll('\\', '/'),
    ...options.properties,
  };
  const { listeners: moreListeners, 'advertised.listeners': moreAdvertised, ...rest } = properties;
  const listeners = [client, moreListeners, `CONTROLLER://127.0.0.1:${String(controllerPort)}`];
  const advertised = [client, moreAdvertised ?? moreListeners];
  const all = { ...rest, listeners: joined(listeners), 'advertised.listeners': joined(advertised) };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  mkdirSync(options.dataDir, { recursive: true });
  const file = join(options.dataDir, 'server.properties');
  // It holds the passwords of users, when there are any.
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(',');
}

/** KRaft refuses a log folder without a cluster id; StorageTool writes it, and the first metadata, once. */
async function formatOnce(
  options: Launch,
  configuration: string,
  artefacts: Artefacts,
): Promise<void> {
  if (existsSync(join(options.dataDir, 'log', 'meta.properties'))) return;
  const tool = await startProcess({
    name: 'broker format',
    command: artefacts.java,
    args: [
      '-Xmx128m',
      '-XX:TieredStopAtLevel=1',
      ...JVM_FLAGS,
      ...classPath(artefacts),
      'kafka.tools.StorageTool',
      'format',
      '-t',
      newClusterId(),
      '-c',
      configuration,
      ...scramArguments(options.scramUsers ?? {}),
    ],
    logFile: options.logFile,
  });
  const exit = await tool.exited;
  if (exit.code === 0) return;
  throw new Fault('BROKER_UNREACHABLE', {
    reason: 'its log folder could not be formatted',
    log: options.logFile,
    lastLines: lastLogLines(options.logFile, 8).join('\n'),
  });
}

/** RFC 5802: salted here, because the tool cannot read a password with a comma; and so that no list of processes shows it. */
function scramArguments(users: Readonly<Record<string, string>>): string[] {
  return Object.entries(users).flatMap(([name, password]) =>
    (['sha256', 'sha512'] as const).flatMap((hash) => {
      const salt = randomBytes(16);
      const bytes = SCRAM_BYTES[hash];
      const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, bytes, hash).toString('base64');
      const mechanism = `SCRAM-${hash.toUpperCase().replace('SHA', 'SHA-')}`;
      const fields = `name=${name},salt="${salt.toString('base64')}",saltedpassword="${salted}"`;
      return ['--add-scram', `${mechanism}=[${fields},iterations=${String(SCRAM_ITERATIONS)}]`];
    }),
  );
}

const SCRAM_ITERATIONS = 4_096;
const SCRAM_BYTES = { sha256: 32, sha512: 64 } as const;

/** Sixteen bytes in base64url; as Kafka's own, never with a leading hyphen, which StorageTool takes for an option. */
export function newClusterId(uuid: () => string = randomUUID): string {
  for (;;) {
    const id = Buffer.from(uuid().replaceAll('-', ''), 'hex').toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** ApiVersions, version 0, is answered by every broker, before any sign-in, as soon as it serves requests. */
const API_VERSIONS_REQUEST = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255]);

function answersApiVersions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(1_000, () => {
      settle(false);
    });
    socket.once('connect', () => socket.write(API_VERSIONS_REQUEST));
    socket.once('data', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}

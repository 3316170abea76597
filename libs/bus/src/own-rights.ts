/**
 * What whoever signs in may do, as the broker itself decides: Metadata and DescribeGroups answer with the operations
 * that are allowed. The client's own requests leave that out, so these two are written here (versions without tagged
 * fields: Metadata 8, DescribeGroups 3).
 * Source: https://kafka.apache.org/protocol#The_Messages_Metadata
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AclOperation, type AclRule, type PrincipalName, aclsOf } from '@tickmesh/contracts';
import { assert } from '@tickmesh/kernel';
import type { Kafka } from 'kafkajs';
import { brokerFault, typeOf } from './broker-faults.ts';
import { clusterOf } from './kafkajs-cures.ts';
import type { TopicNames } from './topic-names.ts';

/** A right that is declared and that the broker does not give. Names are the declared ones. */
export type MissingRight = Pick<AclRule, 'operation' | 'resource' | 'name'>;

export interface OwnRightsDeps {
  readonly client: Kafka;
  readonly names: TopicNames;
  readonly groupPrefix: string;
}

/** Kafka's numbers: bits of what is allowed. */
const BIT: Readonly<Record<AclOperation, number>> = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  cluster_action: 9,
  describe_configs: 10,
  alter_configs: 11,
  idempotent_write: 12,
};

const METADATA = { apiKey: 3, apiVersion: 8, apiName: 'Metadata' } as const;
const DESCRIBE_GROUPS = { apiKey: 15, apiVersion: 3, apiName: 'DescribeGroups' } as const;

/** Ends the name of a group that is asked about for every group of a prefix. */
const ANY_ENDING = 'start-check';
/** Kafka's names of what DescribeGroups may answer. */
const GROUP_ERRORS: Readonly<Record<number, string>> = {
  14: 'GROUP_LOAD_IN_PROGRESS',
  15: 'GROUP_COORDINATOR_NOT_AVAILABLE',
  16: 'NOT_COORDINATOR_FOR_GROUP',
  30: 'GROUP_AUTHORIZATION_FAILED',
};
/** A broker that is new makes its topic of groups when somebody first asks. */
const NOT_YET = new Set(Object.values(GROUP_ERRORS).slice(0, 3));
const TRIES_MAX = 100;
const PAUSE_MS = 100;
const GROUP_COORDINATOR = 0;
const ERROR_NONE = 0;
const ERROR_NO_SUCH_TOPIC = 3;

/** A connection that takes requests of ours. */
interface AskedBroker {
  /** One question, where the cluster's own search hides a refusal behind many of them. */
  findGroupCoordinator(group: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
  readonly connectionPool: {
    send<Answer>(request: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
      };
      readonly response: {
        readonly decode: (bytes: Buffer) => Promise<Answer>;
        readonly parse: (answer: Answer) => Promise<Answer>;
      };
    }): Promise<Answer>;
  };
}

interface AskedCluster {
  connect(): Promise<void>;
  /** Learns which brokers there are. */
  refreshMetadata(): Promise<void>;
  disconnect(): Promise<void>;
  findControllerBroker(): Promise<AskedBroker>;
  findBroker(node: { readonly nodeId: number }): Promise<AskedBroker>;
}

/**
 * The rights of the principal that are not there. A topic that does not exist yet is no matter of rights.
 * @throws Fault of the broker
 */
export async function missingRights(
  deps: OwnRightsDeps,
  principal: PrincipalName,
): Promise<readonly MissingRight[]> {
  const rules = aclsOf(principal);
  const cluster = clusterOf(deps.client) as unknown as AskedCluster;
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    const missing = await missingOnTopics(deps, cluster, rules);
    for (const rule of rules.filter(({ resource }) => resource === 'group')) {
      if (!(await mayUseGroup(deps, cluster, rule))) missing.push(named(rule));
    }
    return missing;
  } catch (error) {
    throw brokerFault(error, { principal });
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

async function missingOnTopics(
  { names }: OwnRightsDeps,
  cluster: AskedCluster,
  rules: readonly AclRule[],
): Promise<MissingRight[]> {
  const onBroker = (topic: string): string =>
    names.onBroker(topic as Parameters<TopicNames['onBroker']>[0]);
  const topics = [
    ...new Set(rules.filter(({ resource }) => resource === 'topic').map(({ name }) => name)),
  ];
  const broker = await cluster.findControllerBroker();
  const answer = await ask(broker, METADATA, metadataRequest(topics.map(onBroker)), readMetadata);
  return rules
    .filter(({ resource, name, operation }) => {
      if (resource === 'group') return false;
      if (resource === 'cluster') return lacksOnCluster(answer.cluster, operation);
      const topic = answer.topics.get(onBroker(name));
      if (topic?.error === ERROR_NO_SUCH_TOPIC) return false;
      return topic?.error !== ERROR_NONE || !allows(topic.operations, operation);
    })
    .map(named);
}

/**
 * Who may not describe the cluster is told nothing of it; and since Kafka 3.0 a producer is idempotent by the right to
 * write any topic (KIP-679), so that one is not asked for.
 */
function lacksOnCluster(operations: number, operation: AclOperation): boolean {
  return operation !== 'idempotent_write' && !allows(operations, operation);
}

async function mayUseGroup(
  { groupPrefix }: OwnRightsDeps,
  cluster: AskedCluster,
  { name, pattern, operation }: AclRule,
): Promise<boolean> {
  const groupId = `${groupPrefix}${name}${pattern === 'prefixed' ? ANY_ENDING : ''}`;
  for (let tries = 1; ; tries++) {
    try {
      return allows(await operationsOnGroup(cluster, groupId), operation);
    } catch (thrown) {
      const type = typeOf(thrown) ?? '';
      if (type === 'GROUP_AUTHORIZATION_FAILED') return false;
      if (!NOT_YET.has(type) || tries === TRIES_MAX) throw thrown;
    }
    await sleep(PAUSE_MS);
  }
}

async function operationsOnGroup(cluster: AskedCluster, groupId: string): Promise<number> {
  const anyBroker = await cluster.findControllerBroker();
  const { coordinator } = await anyBroker.findGroupCoordinator({
    groupId,
    coordinatorType: GROUP_COORDINATOR,
  });
  const broker = await cluster.findBroker({ nodeId: coordinator.nodeId });
  const body = new Body().array([groupId]).boolean(true);
  const { error, operations } = await ask(broker, DESCRIBE_GROUPS, body, readGroup);
  if (error !== ERROR_NONE) throw protocolError(error);
  return operations;
}

/** As the client would throw it. */
function protocolError(code: number): Error {
  const type = GROUP_ERRORS[code] ?? `error ${code}`;
  return Object.assign(new Error(`DescribeGroups: ${type}`), {
    name: 'KafkaJSProtocolError',
    type,
  });
}

function named({ operation, resource, name, pattern }: AclRule): MissingRight {
  return { operation, resource, name: pattern === 'prefixed' ? `${name}*` : name };
}

function allows(operations: number, operation: AclOperation): boolean {
  return ((operations >> BIT[operation]) & 1) === 1;
}

function ask<Answer>(
  broker: AskedBroker,
  api: { readonly apiKey: number; readonly apiVersion: number; readonly apiName: string },
  body: Body,
  read: (reader: Reader) => Answer,
): Promise<Answer> {
  assert(
    typeof broker.connectionPool.send === 'function',
    'kafkajs sends requests by a pool of connections',
  );
  const bytes = body.bytes();
  return broker.connectionPool.send({
    request: { ...api, encode: () => Promise.resolve({ buf: bytes, buffer: bytes }) },
    response: {
      decode: (answer) => Promise.resolve(read(new Reader(answer))),
      parse: (answer) => Promise.resolve(answer),
    },
  });
}

function metadataRequest(topics: readonly string[]): Body {
  // No topic is created by asking; operations of the cluster and of the topics are told.
  return new Body().array(topics).boolean(false).boolean(true).boolean(true);
}

interface MetadataAnswer {
  readonly topics: ReadonlyMap<string, { readonly error: number; readonly operations: number }>;
  readonly cluster: number;
}

function readMetadata(reader: Reader): MetadataAnswer {
  reader.int32();
  reader.array(() => [reader.int32(), reader.text(), reader.int32(), reader.text()]);
  reader.text();
  reader.int32();
  const topics = new Map<string, { readonly error: number; readonly operations: number }>();
  reader.array(() => {
    const error = reader.int16();
    const name = reader.text();
    reader.boolean();
    reader.array(() => {
      reader.int16();
      for (const _ of ['index', 'leader', 'leader epoch']) reader.int32();
      for (const _ of ['replicas', 'in sync', 'offline']) reader.array(() => reader.int32());
    });
    topics.set(name, { error, operations: reader.int32() });
  });
  return { topics, cluster: reader.int32() };
}

interface GroupAnswer {
  readonly error: number;
  readonly operations: number;
}

function readGroup(reader: Reader): GroupAnswer {
  reader.int32();
  const [group] = reader.array(() => {
    const error = reader.int16();
    for (const _ of ['group', 'state', 'protocol type', 'protocol']) reader.text();
    reader.array(() => {
      for (const _ of ['member', 'client', 'host']) reader.text();
      for (const _ of ['metadata', 'assignment']) reader.skipBytes();
    });
    return { error, operations: reader.int32() };
  });
  assert(group !== undefined, 'A broker answers about the group that it was asked about');
  return group;
}

/** A request as Kafka lays it out: big-endian, texts and lists behind their lengths. */
class Body {
  readonly #parts: Buffer[] = [];

  array(texts: readonly string[]): this {
    this.#parts.push(int32(texts.length));
    for (const text of texts) {
      const bytes = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(2);
      length.writeInt16BE(bytes.length);
      this.#parts.push(length, bytes);
    }
    return this;
  }

  boolean(value: boolean): this {
    this.#parts.push(Buffer.from([value ? 1 : 0]));
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  boolean(): boolean {
    return this.#bytes.readInt8(this.#move(1)) !== 0;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#move(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#move(4));
  }

  /** A text; what is not there (length -1) is empty. */
  text(): string {
    const length = Math.max(0, this.int16());
    const start = this.#move(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  skipBytes(): void {
    this.#move(Math.max(0, this.int32()));
  }

  array<Item>(read: () => Item): Item[] {
    const length = Math.max(0, this.int32());
    return Array.from({ length }, read);
  }

  #move(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

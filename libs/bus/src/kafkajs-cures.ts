/**
 * Cures for what kafkajs 2.2.4 gets wrong and offers no public hook for. The version is pinned exactly;
 * every place that is touched is checked when this module loads, so that another version fails at
 * start instead of misbehaving later.
 *
 * 1. Each connection re-arms a 1 ms timer for ever after its first answer (a tenth of a core at rest).
 * 2. A member that hears of a rebalance rejoins at once, while its handlers still work on partitions
 *    that another member gets by that. The hooks make it finish, commit and let go first.
 * 3. Batches that were fetched under an earlier assignment reach the handler under the next one and
 *    move its positions. They are dropped here and fetched again.
 * 4. A position that is no longer in the log is silently replaced by the default one. The hook decides.
 * 5. A commit carries the generation of the moment it is retried in, not the one its records were
 *    delivered in. Commits go through the offset manager of their own generation, so that the broker
 *    refuses those of a member that was away.
 * 6. A session is renewed a fixed time before its end: too late for a provider of tokens that is away, and
 *    with short sessions on every request, which Kafka refuses within a second. Renewed at half of it here.
 * 7. A sign-in opens its exchange before it has its token, and leaves a broken exchange open when there is none, or
 *    when the broker refuses it: the next try is out of step. The token comes first; a refusal closes the connection.
 * 8. What was fetched is handed on by partition, also of partitions that brought nothing: dropped here.
 *
 * What concerns the wire format is in kafkajs-encoding.ts, kafkajs-produce.ts and kafkajs-fetch.ts.
 */
import { createRequire } from 'node:module';
import { assert } from '@tickmesh/kernel';
import type { Cluster as KafkajsCluster, Kafka, KafkaMessage } from 'kafkajs';
import { cureWireFormat } from './kafkajs-encoding.ts';
import { type SessionBroker, cureFetchRequests, useFetchSession } from './kafkajs-fetch.ts';
import { cureProduce } from './kafkajs-produce.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface CommitRequest {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[];
}

/** Membership of one generation of a group. */
export interface Generation {
  readonly generationId: number;
  readonly partitions: readonly TopicPartition[];
  /** Refused by the broker once the generation is over. */
  commit(request: CommitRequest): Promise<void>;
}

/** What a consumer of ours wants to be asked, carried by its partition assigner. */
export interface MembershipHooks {
  /** How often to tell the group that this member lives while `beforeJoin` takes its time. */
  readonly heartbeatIntervalMs: number;
  /** Before the member asks to join, first or again. The member's partitions end with this call. */
  beforeJoin(): Promise<void>;
  /** After the group was joined and before anything is fetched. Must not throw. */
  joined(generation: Generation): void;
  /** Answers where to go on; undefined leaves the position for the next try. */
  offsetOutOfRange(partition: TopicPartition): Promise<string | undefined>;
}

export const MEMBERSHIP_HOOKS: unique symbol = Symbol('tickmesh.membershipHooks');

/** What a fetch answers for a partition. */
export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly (KafkaMessage & { readonly isControlRecord?: boolean })[];
}

export interface FetchingBroker {
  fetch(request: {
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly FetchedPartition[];
    }[];
  }>;
}

/** A connection to the cluster below consumers and producers. */
export interface FetchingCluster extends Omit<KafkajsCluster, 'findBroker'> {
  findBroker(node: { nodeId: string }): Promise<FetchingBroker>;
}

interface OffsetManager {
  readonly generationId: number;
  commitOffsets(request: CommitRequest): Promise<void>;
}

interface Batch {
  readonly rawMessages: readonly unknown[];
}

interface ConsumerGroup {
  readonly cluster: { findBroker(node: { nodeId: string }): Promise<SessionBroker> };
  readonly assigners: readonly { readonly [MEMBERSHIP_HOOKS]?: MembershipHooks }[];
  readonly generationId: number | null;
  readonly offsetManager: OffsetManager;
  assigned(): readonly { readonly topic: string; readonly partitions: readonly number[] }[];
  seek(position: TopicPartition & { readonly offset: string }): void;
  heartbeat(options: { readonly interval: number }): Promise<void>;
}

interface ConsumerGroupPrototype {
  joinAndSync: (this: ConsumerGroup) => Promise<void>;
  fetch: (this: ConsumerGroup, nodeId: string) => Promise<Batch[]>;
  recoverFromOffsetOutOfRange: (this: ConsumerGroup, error: TopicPartition) => Promise<void>;
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

interface RequestQueuePrototype {
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

/** Carried by a SASL mechanism: gets what the exchange needs, before it begins. */
export const BEFORE_SIGN_IN: unique symbol = Symbol('tickmesh.beforeSignIn');

interface SessionLifetime {
  toNumber(): number;
}

interface Connection {
  /** Of a connection that signs in. */
  readonly sasl: { readonly [BEFORE_SIGN_IN]?: () => Promise<unknown> };
  /** As `process.hrtime` told it. */
  readonly authenticatedAt: [number, number] | null;
  /** Milliseconds; 0: for ever. */
  readonly sessionLifetime: SessionLifetime;
  disconnect(): Promise<unknown>;
}

interface Authenticator {
  readonly connection: Connection;
}

interface AuthenticatorPrototype {
  authenticate: (this: Authenticator) => Promise<void>;
}

const CURED = Symbol.for('tickmesh.kafkajsCured');
const THROTTLE_RECHECK_MS = 10;
/** Kafka refuses to renew a session twice within a second. */
const SESSION_RENEWAL_MIN_MS = 1_200;
const generationOfBatch = new WeakMap<object, number | null>();

/** The generation that a batch of `eachBatch` was fetched under. */
export function fetchedUnder(batch: object): number | null | undefined {
  return generationOfBatch.get(batch);
}

/** Installs the cures once in this process. */
export function cureKafkajs(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { version: string };
  assert(version === '2.2.4', 'The cures are written for kafkajs 2.2.4');
  const queue = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueuePrototype };
  const group = require('kafkajs/src/consumer/consumerGroup') as {
    prototype: ConsumerGroupPrototype & { [CURED]?: true };
  };
  const connection = require('kafkajs/src/network/connection') as { prototype: object };
  const authenticator = require('kafkajs/src/broker/saslAuthenticator') as {
    prototype: AuthenticatorPrototype;
  };
  if (group.prototype[CURED] === true) return;
  group.prototype[CURED] = true;
  cureWireFormat(require);
  cureProduce(require);
  cureFetchRequests(require);
  cureIdleLoop(queue.prototype);
  cureRebalance(group.prototype);
  cureFetch(group.prototype);
  cureOffsetOutOfRange(group.prototype);
  cureSessionRenewal(connection.prototype);
  cureSignIn(authenticator.prototype);
}

/** A cluster connection with the settings of the client, for reading without a group. */
export function clusterOf(client: Kafka): FetchingCluster {
  const symbol = Object.getOwnPropertySymbols(client).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  assert(symbol !== undefined, 'A kafkajs client makes its own clusters');
  const create = (client as unknown as Record<symbol, (options: object) => FetchingCluster>)[
    symbol
  ]!;
  return create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false, isolationLevel: 1 });
}

function cureIdleLoop(queue: RequestQueuePrototype): void {
  assert(
    typeof queue.scheduleCheckPendingRequests === 'function',
    'kafkajs schedules the check of its pending requests',
  );
  queue.scheduleCheckPendingRequests = function (): void {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const delayMs = Math.max(this.throttledUntil - Date.now(), THROTTLE_RECHECK_MS);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, delayMs);
  };
}

function cureRebalance(group: ConsumerGroupPrototype): void {
  const join = group.joinAndSync;
  assert(typeof join === 'function', 'kafkajs joins by joinAndSync');
  group.joinAndSync = async function (): Promise<void> {
    const hooks = hooksOf(this);
    if (hooks === undefined) return join.call(this);
    const beat = setInterval(() => {
      // The answer is that the group rebalances: known. What counts is that the broker heard of us.
      this.heartbeat({ interval: hooks.heartbeatIntervalMs }).catch(() => undefined);
    }, hooks.heartbeatIntervalMs);
    try {
      await hooks.beforeJoin();
    } finally {
      clearInterval(beat);
    }
    await join.call(this);
    hooks.joined(generationOf(this));
  };
}

function cureFetch(group: ConsumerGroupPrototype): void {
  const fetch = group.fetch;
  assert(typeof fetch === 'function', 'kafkajs fetches by the consumer group');
  group.fetch = async function (nodeId: string): Promise<Batch[]> {
    const before = this.generationId;
    // A broker that cannot be reached: the fetch itself will meet it again, and recover.
    await this.cluster.findBroker({ nodeId }).then(useFetchSession, () => undefined);
    const batches = await fetch.call(this, nodeId);
    if (this.generationId !== before) return [];
    const full = batches.filter(({ rawMessages }) => rawMessages.length > 0);
    for (const batch of full) generationOfBatch.set(batch, before);
    return full;
  };
}

function cureOffsetOutOfRange(group: ConsumerGroupPrototype): void {
  const recover = group.recoverFromOffsetOutOfRange;
  assert(typeof recover === 'function', 'kafkajs recovers positions that are out of range');
  group.recoverFromOffsetOutOfRange = async function (error: TopicPartition): Promise<void> {
    const hooks = hooksOf(this);
    if (hooks === undefined) return recover.call(this, error);
    const { topic, partition } = error;
    const offset = await hooks.offsetOutOfRange({ topic, partition });
    if (offset !== undefined) this.seek({ topic, partition, offset });
  };
}

function cureSessionRenewal(connection: object): void {
  const symbol = Object.getOwnPropertySymbols(connection).find(
    ({ description }) => description === 'private:Connection:shouldReauthenticate',
  );
  assert(symbol !== undefined, 'A kafkajs connection decides when to sign in again');
  Object.defineProperty(connection, symbol, {
    value(this: Connection): boolean {
      const lifeMs = this.sessionLifetime.toNumber();
      if (lifeMs === 0) return false;
      if (this.authenticatedAt === null) return true;
      const [seconds, nanoseconds] = process.hrtime(this.authenticatedAt);
      const ageMs = seconds * 1_000 + nanoseconds / 1_000_000;
      return ageMs >= Math.max(lifeMs / 2, SESSION_RENEWAL_MIN_MS);
    },
  });
}

function cureSignIn(authenticator: AuthenticatorPrototype): void {
  const { authenticate } = authenticator;
  assert(typeof authenticate === 'function', 'kafkajs signs in by its SASL authenticator');
  authenticator.authenticate = async function (): Promise<void> {
    const { [BEFORE_SIGN_IN]: prepare } = this.connection.sasl;
    await prepare?.();
    try {
      await authenticate.call(this);
    } catch (error) {
      await this.connection.disconnect();
      throw error;
    }
  };
}

function hooksOf(group: ConsumerGroup): MembershipHooks | undefined {
  for (const assigner of group.assigners) {
    const hooks = assigner[MEMBERSHIP_HOOKS];
    if (hooks !== undefined) return hooks;
  }
  return undefined;
}

function generationOf(group: ConsumerGroup): Generation {
  const { offsetManager } = group;
  const partitions = group
    .assigned()
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
  return {
    generationId: offsetManager.generationId,
    partitions,
    commit: (request) => offsetManager.commitOffsets(request),
  };
}

/**
 * A member of a group: joins, hands what is fetched to its lanes, commits what they applied, lets go
 * before a rebalance, and joins anew when the Kafka client gives up. Fetching never waits for
 * handling: a lane that is slow or waits pauses its own partitions, and the fetch loop, which is also
 * the heartbeat, goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicName } from '@tickmesh/contracts';
import { type ErrorCode, Fault, faultOf } from '@tickmesh/kernel';
import type { Consumer as KafkajsConsumer, EachBatchPayload, Kafka } from 'kafkajs';
import { assignerFor } from './assigners.ts';
import { Assigned } from './assigned.ts';
import { brokerFault } from './broker-faults.ts';
import { CommitLog } from './commit-log.ts';
import type { BusKafkaConfig } from './config.ts';
import { backoffMs } from './delivery.ts';
import { type Generation, type MembershipHooks, fetchedUnder } from './kafkajs-cures.ts';
import type { SendLetters } from './lane.ts';
import { type BusLimits, FETCH_BYTES_MAX, FETCH_PARTITION_BYTES_MAX } from './limits.ts';
import type { LogReader } from './log-reader.ts';
import { type BusLog, type BusMetrics, type BusTracer, faultFields } from './observe.ts';
import type { Consumer, ConsumerOptions, ConsumerState, PartitionStart } from './port.ts';
import type { RecordDecoder } from './record-decoder.ts';
import type { TopicNames } from './topic-names.ts';

export interface ConsumerDeps {
  /** A client of its own for each consumer. */
  readonly newClient: () => Kafka;
  readonly kafka: Pick<BusKafkaConfig, 'sessionTimeoutMs' | 'heartbeatIntervalMs'>;
  readonly names: TopicNames;
  readonly decoder: RecordDecoder;
  readonly reader: LogReader;
  readonly lettersOf: (groupId: string) => SendLetters;
  readonly lagOf: (
    groupId: string,
    partitions: readonly PartitionStart[],
  ) => Promise<ReadonlyMap<string, bigint>>;
  readonly limits: BusLimits;
  readonly log: BusLog;
  readonly metrics: BusMetrics;
  readonly tracer: BusTracer;
}

export function groupConsumer<T extends TopicName>(
  options: ConsumerOptions<T>,
  deps: ConsumerDeps,
): Consumer {
  return new GroupConsumer(options, deps);
}

type Phase = ConsumerState['phase'];

const REFUSALS: readonly ErrorCode[] = ['BROKER_CREDENTIALS', 'BROKER_UNTRUSTED'];

class GroupConsumer<T extends TopicName> implements Consumer {
  readonly #options: ConsumerOptions<T>;
  readonly #deps: ConsumerDeps;
  #member: KafkajsConsumer | undefined;
  #assigned: Assigned<T> | undefined;
  /** Phase between assignments; while something is assigned, that says more. */
  #phase: Phase = 'idle';
  #reason: string | undefined;
  #ownedGeneration = 0;
  #lettingGo: Promise<void> = Promise.resolve();
  #leaving: Promise<void> | undefined;
  #restarts = 0;
  #stopped = new AbortController();
  #onFirstJoin: { resolve: () => void; reject: (fault: Fault) => void } | undefined;
  #lagTimer: NodeJS.Timeout | undefined;

  constructor(options: ConsumerOptions<T>, deps: ConsumerDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (this.#phase !== 'idle' && this.#phase !== 'stopped') {
      throw new Fault('INVARIANT', { invariant: 'A consumer is started once' });
    }
    this.#stopped = new AbortController();
    this.#leaving = undefined;
    this.#phase = 'joining';
    const joined = new Promise<void>((resolve, reject) => {
      this.#onFirstJoin = { resolve, reject };
    });
    void this.#join();
    await joined;
    this.#lagTimer = setInterval(() => void this.#observeLag(), this.#deps.limits.lagIntervalMs);
    this.#lagTimer.unref();
  }

  async stop(): Promise<void> {
    await this.#shutDown();
    if (this.#phase !== 'failed') this.#phase = 'stopped';
    this.#onFirstJoin?.reject(new Fault('BROKER_UNREACHABLE', { reason: 'stopped' }));
    this.#onFirstJoin = undefined;
  }

  /** Ends the work and leaves the group; the second caller waits for the first. */
  #shutDown(): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#lagTimer);
    this.#leaving ??= this.#letGo().then(() => this.#leave());
    return this.#leaving;
  }

  lag(): Promise<ReadonlyMap<string, bigint>> {
    return this.#deps.lagOf(this.#options.groupId, this.#assigned?.partitions ?? []);
  }

  state(): ConsumerState {
    const partitions = this.#assigned?.partitions ?? [];
    const waitsFor = this.#assigned?.waitsFor();
    if (this.#phase === 'consuming' && waitsFor !== undefined) {
      return { phase: 'waiting', reason: waitsFor, partitions };
    }
    return {
      phase: this.#phase,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      partitions,
    };
  }

  /** Joins, however often it takes; never throws. */
  async #join(): Promise<void> {
    const member = this.#newMember();
    this.#member = member;
    try {
      await member.connect();
      if (this.#member !== member) {
        await member.disconnect();
        return;
      }
      await member.subscribe({
        topics: this.#options.topics.map((topic) => this.#deps.names.onBroker(topic)),
        fromBeginning: this.#options.fallback === 'earliest',
      });
      await member.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 64,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
    } catch (error) {
      await this.#crashed(member, error);
    }
  }

  #newMember(): KafkajsConsumer {
    const { kafka, limits } = this.#deps;
    const { assignment, groupId } = this.#options;
    const hooks: MembershipHooks = {
      heartbeatIntervalMs: kafka.heartbeatIntervalMs,
      beforeJoin: () => this.#letGo(),
      joined: (generation) => {
        this.#joined(member, generation);
      },
      offsetOutOfRange: ({ topic, partition }) => this.#offsetOutOfRange(topic, partition),
    };
    const member: KafkajsConsumer = this.#deps.newClient().consumer({
      groupId,
      partitionAssigners: [assignerFor(assignment, hooks, () => this.#ownedGeneration)],
      sessionTimeout: kafka.sessionTimeoutMs,
      heartbeatInterval: kafka.heartbeatIntervalMs,
      rebalanceTimeout: Math.max(limits.rebalanceTimeoutMs, kafka.sessionTimeoutMs),
      maxWaitTimeInMs: Math.min(limits.fetchWaitMs, kafka.heartbeatIntervalMs),
      maxBytesPerPartition: FETCH_PARTITION_BYTES_MAX,
      maxBytes: FETCH_BYTES_MAX,
      allowAutoTopicCreation: false,
      retry: { retries: 8, restartOnFailure: () => Promise.resolve(false) },
    });
    member.on('consumer.crash', ({ payload }) => void this.#crashed(member, payload.error));
    return member;
  }

  #joined(member: KafkajsConsumer, generation: Generation): void {
    if (this.#stopped.signal.aborted) return;
    const { groupId } = this.#options;
    const { log, metrics, limits } = this.#deps;
    if (generation.partitions.length > 0) this.#ownedGeneration = generation.generationId;
    const commits = new CommitLog({
      groupId,
      intervalMs: limits.commitIntervalMs,
      commit: (request) => generation.commit(request),
      log,
      metrics,
    });
    const assigned = new Assigned<T>(this.#options, {
      ...this.#deps,
      generation,
      member,
      commits,
      sendLetters: this.#deps.lettersOf(groupId),
      failed: (fault) => void this.#fail(fault),
    });
    this.#assigned = assigned;
    this.#phase = generation.partitions.length === 0 ? 'standby' : 'consuming';
    this.#reason = undefined;
    this.#restarts = 0;
    log('info', generation.partitions.length === 0 ? 'consumer.joined' : 'consumer.assigned', {
      group: groupId,
      generation: generation.generationId,
      partitions: assigned.partitions.map(({ topic, partition }) => `${topic}/${partition}`),
    });
    assigned.start();
    this.#onFirstJoin?.resolve();
    this.#onFirstJoin = undefined;
  }

  /** Finishes the batches in hand, commits, and tells the service; then the partitions are gone. */
  #letGo(): Promise<void> {
    const assigned = this.#assigned;
    this.#assigned = undefined;
    if (this.#phase === 'consuming' || this.#phase === 'standby') this.#phase = 'joining';
    if (assigned !== undefined) {
      this.#lettingGo = this.#lettingGo.then(() => this.#end(assigned));
    }
    return this.#lettingGo;
  }

  async #end(assigned: Assigned<T>): Promise<void> {
    await assigned.end();
    if (assigned.partitions.length === 0) return;
    this.#deps.log('info', 'consumer.revoked', {
      group: this.#options.groupId,
      partitions: assigned.partitions.map(({ topic, partition }) => `${topic}/${partition}`),
    });
  }

  /** Hands over what was fetched. Never throws: an error here would stop every partition. */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const assigned = this.#assigned;
    if (assigned === undefined || !payload.isRunning() || payload.isStale()) return;
    const { batch } = payload;
    if (fetchedUnder(batch) !== assigned.generationId) return;
    // The lane takes all of it or, once ended, none that counts: the position may go behind it at once.
    const isTaken = assigned.push(batch.topic, batch.partition, batch.messages);
    if (!isTaken) return;
    payload.resolveOffset(batch.lastOffset());
    await assigned.awaitRoom(batch.topic, batch.partition);
    const { limits } = this.#deps;
    const pauseMs = this.#options.fetchPauseMs ?? limits.fetchPauseMs;
    if (batch.messages.length < limits.fetchFewRecords) await sleep(pauseMs);
  }

  /** The log no longer has the position: expired, or cut. The declared fallback, and never silently. */
  async #offsetOutOfRange(topic: string, partition: number): Promise<string | undefined> {
    const { fallback, groupId } = this.#options;
    const { log, metrics, names, reader } = this.#deps;
    try {
      const ends = (await reader.ends(topic)).find((end) => end.partition === partition);
      if (ends === undefined) return undefined;
      const offset = fallback === 'earliest' ? ends.first : ends.next;
      metrics.offsetReset(groupId, names.declared(topic) ?? topic);
      log('error', 'consumer.offset_reset', {
        group: groupId,
        topic,
        partition,
        fallback,
        to_offset: offset,
        first_offset: ends.first,
        next_offset: ends.next,
      });
      return offset.toString();
    } catch (error) {
      log('warn', 'consumer.waiting', { group: groupId, ...faultFields(faultOf(error)) });
      return undefined;
    }
  }

  /** The Kafka client gave up: joins anew after a pause, without end where waiting is the cure. */
  async #crashed(member: KafkajsConsumer, error: unknown): Promise<void> {
    if (this.#member !== member || this.#stopped.signal.aborted) return;
    const { groupId } = this.#options;
    const { limits, log } = this.#deps;
    const fault = brokerFault(error, { group: groupId });
    this.#restarts++;
    this.#phase = 'waiting';
    this.#reason = fault.message;
    await this.#letGo();
    await this.#leave();
    // Credentials that were good once can be so again; those that never were are a mistake to be told.
    const isRefused = REFUSALS.includes(fault.code) && this.#onFirstJoin !== undefined;
    const isCurable = fault.reaction.retry === 'backoff' && !isRefused;
    const isHopeless = !isCurable && this.#restarts > limits.restartsMax;
    if (isHopeless || fault.reaction.retry === 'halt') {
      await this.#fail(fault);
      return;
    }
    const delayMs = backoffMs(this.#restarts, limits, Math.random());
    const facts = { group: groupId, delay_ms: delayMs, restarts: this.#restarts };
    log('warn', 'consumer.restarting', { ...facts, ...faultFields(fault) });
    try {
      await sleep(delayMs, undefined, { signal: this.#stopped.signal });
    } catch {
      return;
    }
    void this.#join();
  }

  async #fail(fault: Fault): Promise<void> {
    if (this.#phase === 'failed') return;
    this.#phase = 'failed';
    this.#reason = fault.message;
    this.#deps.log('fatal', 'consumer.failed', {
      group: this.#options.groupId,
      ...faultFields(fault),
    });
    await this.#shutDown();
    this.#onFirstJoin?.reject(fault);
    this.#onFirstJoin = undefined;
  }

  async #leave(): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    try {
      await member?.disconnect();
    } catch (error) {
      const fault = faultOf(error);
      this.#deps.log('debug', 'kafka.client', { message: fault.message });
    }
  }

  async #observeLag(): Promise<void> {
    try {
      for (const [name, records] of await this.lag()) {
        const at = name.lastIndexOf('/');
        const partition = Number(name.slice(at + 1));
        this.#deps.metrics.lag(
          this.#options.groupId,
          name.slice(0, at),
          partition,
          Number(records),
        );
      }
    } catch {
      // The broker is away: the consumer's own state says so.
    }
  }
}

/**
 * What a member owns in one generation of its group: the lanes of its partitions, why they are paused,
 * and the offsets that may be committed. Ends as a whole.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicName } from '@tickmesh/contracts';
import { type Fault, assert, faultOf } from '@tickmesh/kernel';
import type { Consumer as KafkajsConsumer, KafkaMessage } from 'kafkajs';
import type { CommitLog } from './commit-log.ts';
import { backoffMs } from './delivery.ts';
import type { Generation, TopicPartition } from './kafkajs-cures.ts';
import { Lane, type SendLetters } from './lane.ts';
import type { BusLimits } from './limits.ts';
import { type BusLog, type BusMetrics, type BusTracer, faultFields } from './observe.ts';
import type { ConsumerOptions, PartitionStart } from './port.ts';
import type { RecordDecoder } from './record-decoder.ts';
import type { TopicNames } from './topic-names.ts';

export interface AssignedDeps {
  readonly generation: Generation;
  readonly member: KafkajsConsumer;
  readonly commits: CommitLog;
  readonly names: TopicNames;
  readonly decoder: RecordDecoder;
  readonly sendLetters: SendLetters;
  /** Something that no waiting cures. */
  readonly failed: (fault: Fault) => void;
  readonly limits: BusLimits;
  readonly log: BusLog;
  readonly metrics: BusMetrics;
  readonly tracer: BusTracer;
}

type PauseReason = 'restoring' | 'full' | 'waiting';

interface LaneEntry<T extends TopicName> {
  readonly lane: Lane<T>;
  readonly partitions: readonly TopicPartition[];
  readonly reasons: Set<PauseReason>;
  waitsFor: string | undefined;
}

export class Assigned<T extends TopicName> {
  readonly generationId: number;
  /** By the topics' declared names. */
  readonly partitions: readonly PartitionStart[];
  readonly #options: ConsumerOptions<T>;
  readonly #deps: AssignedDeps;
  readonly #lanes = new Map<string, LaneEntry<T>>();
  readonly #ended = new AbortController();
  #isOwned = true;
  #restoring: Promise<void> | undefined;

  constructor(options: ConsumerOptions<T>, deps: AssignedDeps) {
    this.#options = options;
    this.#deps = deps;
    this.generationId = deps.generation.generationId;
    this.partitions = deps.generation.partitions.map(({ topic, partition }) => ({
      topic: this.#declared(topic),
      partition,
    }));
    const byLane = grouped(deps.generation.partitions, (owned) => this.#laneName(owned));
    for (const [name, partitions] of byLane) this.#lanes.set(name, this.#entry(partitions));
  }

  /** Nothing is fetched before the service has said where to start. Does not throw. */
  start(): void {
    const { onAssigned } = this.#options;
    for (const entry of this.#lanes.values()) {
      if (onAssigned !== undefined) entry.reasons.add('restoring');
      this.#applyPause(entry);
    }
    if (onAssigned !== undefined && this.partitions.length > 0) {
      this.#restoring = this.#restore(onAssigned);
    }
  }

  /** False once this generation is over. */
  push(topicOnBroker: string, partition: number, messages: readonly KafkaMessage[]): boolean {
    if (this.#ended.signal.aborted) return false;
    const topic = this.#declared(topicOnBroker);
    const entry = this.#entryOf({ topic: topicOnBroker, partition });
    entry.lane.push({ topic, topicOnBroker, partition, messages });
    return true;
  }

  async awaitRoom(topic: string, partition: number): Promise<void> {
    await this.#entryOf({ topic, partition }).lane.awaitRoom();
  }

  /** What a lane waits for; undefined while none does. */
  waitsFor(): string | undefined {
    for (const { waitsFor } of this.#lanes.values()) if (waitsFor !== undefined) return waitsFor;
    return undefined;
  }

  /**
   * Waits for the batches in hand, within bounds, and commits them; then nothing of this generation
   * counts any more, and the service is told.
   */
  async end(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    const { batchInHandMs } = this.#deps.limits;
    const lanes = Promise.all([...this.#lanes.values()].map(({ lane }) => lane.end()));
    const inHand = Promise.all([lanes, this.#restoring]);
    const bound = new AbortController();
    const isDone = await Promise.race([
      inHand.then(() => true),
      sleep(batchInHandMs, false, { signal: bound.signal }).catch(() => false),
    ]);
    bound.abort();
    if (isDone) await this.#commitLast();
    else this.#deps.commits.abandon();
    this.#isOwned = false;
    if (this.partitions.length === 0) return;
    try {
      await this.#options.onRevoked?.(this.partitions);
    } catch (error) {
      const facts = { group: this.#options.groupId, ...faultFields(faultOf(error)) };
      this.#deps.log('error', 'consumer.revoked', facts);
    }
    this.#deps.metrics.pausedPartitions(this.#options.groupId, 0);
  }

  async #commitLast(): Promise<void> {
    const bound = new AbortController();
    const { lastCommitMs } = this.#deps.limits;
    const pause = sleep(lastCommitMs, undefined, { signal: bound.signal }).catch(() => undefined);
    await Promise.race([this.#deps.commits.close(), pause]);
    bound.abort();
    this.#deps.commits.abandon();
  }

  #hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Asks the service where to start, until it can say. */
  async #restore(onAssigned: NonNullable<ConsumerOptions<T>['onAssigned']>): Promise<void> {
    for (let tries = 1; !this.#hasEnded(); tries++) {
      try {
        const positions = await onAssigned(this.partitions);
        if (this.#hasEnded()) return;
        for (const { topic, partition, offset } of positions) {
          const name = this.#deps.names.onBroker(topic as TopicName);
          this.#deps.member.seek({ topic: name, partition, offset: offset.toString() });
        }
        for (const entry of this.#lanes.values()) this.#pause(entry, 'restoring', false);
        return;
      } catch (error) {
        const fault = faultOf(error);
        const { limits, log } = this.#deps;
        log('warn', 'consumer.waiting', { group: this.#options.groupId, ...faultFields(fault) });
        const isPassing = fault.reaction.retry === 'backoff';
        if (!isPassing && tries >= limits.bugAttemptsMax) {
          this.#deps.failed(fault);
          return;
        }
        const { signal } = this.#ended;
        await sleep(backoffMs(tries, limits, Math.random()), undefined, { signal }).catch(
          () => undefined,
        );
      }
    }
  }

  #entry(partitions: readonly TopicPartition[]): LaneEntry<T> {
    const { groupId, batchRecordsMax, handle } = this.#options;
    const { commits, decoder, limits, log, metrics, sendLetters, tracer } = this.#deps;
    const entry: LaneEntry<T> = {
      partitions,
      reasons: new Set(),
      waitsFor: undefined,
      lane: new Lane<T>({
        groupId,
        batchRecordsMax,
        handle,
        decoder,
        sendLetters,
        applied: (topic, partition, offset) => {
          if (this.#isOwned) commits.applied(topic, partition, offset);
        },
        isOwned: () => this.#isOwned,
        waiting: (fault) => {
          this.#waiting(entry, fault);
        },
        full: (isFull) => {
          this.#pause(entry, 'full', isFull);
        },
        failed: this.#deps.failed,
        limits,
        log,
        metrics,
        tracer,
      }),
    };
    return entry;
  }

  #waiting(entry: LaneEntry<T>, fault: Fault | undefined): void {
    const was = entry.waitsFor;
    entry.waitsFor = fault?.message;
    this.#pause(entry, 'waiting', fault !== undefined);
    const facts = {
      group: this.#options.groupId,
      partitions: entry.partitions.map(({ topic, partition }) => `${topic}/${partition}`),
    };
    if (fault !== undefined && was === undefined) {
      this.#deps.log('warn', 'consumer.waiting', { ...facts, ...faultFields(fault) });
    }
    if (fault === undefined) this.#deps.log('info', 'consumer.resumed', facts);
  }

  #pause(entry: LaneEntry<T>, reason: PauseReason, isOn: boolean): void {
    if (isOn) entry.reasons.add(reason);
    else entry.reasons.delete(reason);
    if (!this.#ended.signal.aborted) this.#applyPause(entry);
  }

  /** kafkajs keeps pauses across generations, so that none is also said. */
  #applyPause({ partitions, reasons }: LaneEntry<T>): void {
    const topics = [...grouped(partitions, ({ topic }) => topic)].map(([topic, owned]) => ({
      topic,
      partitions: owned.map(({ partition }) => partition),
    }));
    if (reasons.size > 0) this.#deps.member.pause(topics);
    else this.#deps.member.resume(topics);
    let paused = 0;
    for (const entry of this.#lanes.values()) {
      if (entry.reasons.size > 0) paused += entry.partitions.length;
    }
    this.#deps.metrics.pausedPartitions(this.#options.groupId, paused);
  }

  #entryOf(owned: TopicPartition): LaneEntry<T> {
    const entry = this.#lanes.get(this.#laneName(owned));
    assert(entry !== undefined, 'Only owned partitions are fetched');
    return entry;
  }

  #laneName({ topic, partition }: TopicPartition): string {
    switch (this.#options.ordering) {
      case 'partition':
        return `${topic}/${partition}`;
      case 'slice':
        return String(partition);
      case 'all':
        return '';
    }
  }

  #declared(topicOnBroker: string): T {
    const topic = this.#deps.names.declared(topicOnBroker);
    assert(topic !== undefined, 'Only declared topics are subscribed to');
    return topic as T;
  }
}

function grouped<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

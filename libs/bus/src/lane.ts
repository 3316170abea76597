/**
 * One in-order worker: takes records from a bounded queue, applies them in batches, sends to the
 * dead-letter queue what cannot be applied, and reports how far it is. Whatever fails, the verdict is
 * that of delivery.ts. A lane belongs to one generation of the group and ends with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicName } from '@tickmesh/contracts';
import { type Fault, faultOf } from '@tickmesh/kernel';
import type { KafkaMessage } from 'kafkajs';
import type { Failure } from './dead-letter.ts';
import { type Verdict, admit, backoffMs, judge, withoutQueue } from './delivery.ts';
import type { BusLimits } from './limits.ts';
import {
  type BusLog,
  type BusMetrics,
  type BusTracer,
  faultFields,
  headerText,
} from './observe.ts';
import type { Delivery, DeliveryBatch, TransportRecord } from './port.ts';
import type { RecordDecoder } from './record-decoder.ts';
import { declarationOf } from './topic-names.ts';
import { transportRecord } from './transport-record.ts';

/** What one fetch brought for a partition. */
export interface FetchedRecords<T extends TopicName> {
  readonly topic: T;
  readonly topicOnBroker: string;
  readonly partition: number;
  readonly messages: readonly KafkaMessage[];
}

/** A record that cannot be applied, and why. */
export interface Casualty {
  readonly topic: TopicName;
  readonly record: TransportRecord;
  readonly failure: Failure;
}

/** Sends each to the dead-letter queue of its topic; resolves when all are acknowledged. */
export type SendLetters = (casualties: readonly Casualty[]) => Promise<void>;

export interface LaneDeps<T extends TopicName> {
  readonly groupId: string;
  readonly batchRecordsMax: number;
  readonly handle: (batch: DeliveryBatch<T>) => Promise<void>;
  readonly decoder: RecordDecoder;
  readonly sendLetters: SendLetters;
  /** Record applied, skipped or dead-lettered: its offset may be committed. */
  readonly applied: (topicOnBroker: string, partition: number, offset: bigint) => void;
  readonly isOwned: () => boolean;
  /** A dependency is away (its fault), or back (undefined). */
  readonly waiting: (fault: Fault | undefined) => void;
  /** The queue is full, or has room again. */
  readonly full: (isFull: boolean) => void;
  /** The lane has stopped for good. */
  readonly failed: (fault: Fault) => void;
  readonly limits: BusLimits;
  readonly log: BusLog;
  readonly metrics: BusMetrics;
  readonly tracer: BusTracer;
}

interface Segment<T extends TopicName> extends FetchedRecords<T> {
  cursor: number;
}

interface Sourced<T extends TopicName> {
  readonly topic: T;
  readonly record: TransportRecord;
}

/** More say nothing that these do not. */
const SPAN_LINKS_MAX = 128;

/** Ends a lane's work at once, without an effect: its partitions are no longer ours. */
class LaneEnded extends Error {
  override readonly name = 'LaneEnded';
}

export class Lane<T extends TopicName> {
  readonly #deps: LaneDeps<T>;
  #segments: Segment<T>[] = [];
  #records = 0;
  #bytes = 0;
  #isFull = false;
  #roomWaiters: (() => void)[] = [];
  #work: Promise<void> | undefined;
  readonly #ended = new AbortController();
  #turnStartedMs = performance.now();
  #isWaiting = false;

  constructor(deps: LaneDeps<T>) {
    this.#deps = deps;
  }

  push(fetched: FetchedRecords<T>): void {
    if (this.#ended.signal.aborted || fetched.messages.length === 0) return;
    this.#segments.push({ ...fetched, cursor: 0 });
    this.#records += fetched.messages.length;
    for (const message of fetched.messages) this.#bytes += message.value?.length ?? 0;
    this.#work ??= this.#run();
  }

  /** Waits a little for room; true while the queue is full. */
  async awaitRoom(): Promise<boolean> {
    if (!this.#isOver(1)) return false;
    const { signal } = this.#ended;
    const pause = sleep(this.#deps.limits.roomWaitMs, undefined, { signal }).catch(() => undefined);
    await Promise.race([pause, new Promise<void>((resolve) => this.#roomWaiters.push(resolve))]);
    if (!this.#isOver(1)) return false;
    this.#isFull = true;
    this.#deps.full(true);
    return true;
  }

  /** Takes no further batch; resolves when the one in hand is done. */
  async end(): Promise<void> {
    this.#ended.abort();
    this.#segments = [];
    await this.#work;
  }

  #isOver(share: number): boolean {
    const { queueRecordsMax, queueBytesMax } = this.#deps.limits;
    return this.#records > queueRecordsMax * share || this.#bytes > queueBytesMax * share;
  }

  async #run(): Promise<void> {
    try {
      while (this.#segments.length > 0) {
        const sources = this.#take();
        await this.#applyAll(sources);
        const last = new Map<string, TransportRecord>();
        for (const { record } of sources) last.set(`${record.topic}/${record.partition}`, record);
        for (const record of last.values()) {
          this.#deps.applied(record.topic, record.partition, record.offset);
        }
        await this.#yieldTurn();
      }
    } catch (thrown) {
      if (!(thrown instanceof LaneEnded)) {
        this.#ended.abort();
        this.#segments = [];
        this.#deps.failed(faultOf(thrown));
      }
    } finally {
      this.#work = undefined;
      this.#releaseRoom();
    }
  }

  /** Up to a batch of records, in the order in which they came. */
  #take(): Sourced<T>[] {
    const sources: Sourced<T>[] = [];
    const { batchRecordsMax } = this.#deps;
    while (sources.length < batchRecordsMax && this.#segments.length > 0) {
      const segment = this.#segments[0]!;
      const { topic, topicOnBroker, partition, messages } = segment;
      const end = Math.min(messages.length, segment.cursor + batchRecordsMax - sources.length);
      for (let i = segment.cursor; i < end; i++) {
        const message = messages[i]!;
        this.#bytes -= message.value?.length ?? 0;
        sources.push({ topic, record: transportRecord(topicOnBroker, partition, message) });
      }
      this.#records -= end - segment.cursor;
      segment.cursor = end;
      if (end === messages.length) this.#segments.shift();
    }
    if (!this.#isOver(0.5)) this.#releaseRoom();
    return sources;
  }

  #releaseRoom(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve();
    if (this.#isFull) {
      this.#isFull = false;
      this.#deps.full(false);
    }
  }

  /** Decodes, dead-letters what does not, applies the rest. */
  async #applyAll(sources: readonly Sourced<T>[]): Promise<void> {
    const deliveries: Delivery<T>[] = [];
    const undecodable: Casualty[] = [];
    for (const source of sources) {
      const { topic, record } = source;
      const { groupId, log } = this.#deps;
      const admission = admit(record, groupId, declarationOf(topic).cleanup === 'compact');
      if (admission.kind === 'skip') {
        const { partition, offset } = record;
        const { reason } = admission;
        log('debug', 'record.skipped', { group: groupId, topic, partition, offset, reason });
        continue;
      }
      const wait = this.#deps.decoder.prepare(topic, record);
      if (wait !== undefined) await this.#prepare(source, wait);
      const decoded = this.#decode(source);
      if ('fault' in decoded) undecodable.push({ ...source, failure: decoded });
      else deliveries.push(decoded);
    }
    await this.#bury(undecodable);
    if (deliveries.length > 0) await this.#apply(deliveries);
  }

  #decode({ topic, record }: Sourced<T>): Delivery<T> | Failure {
    try {
      return this.#deps.decoder.decode(topic, record);
    } catch (thrown) {
      this.#deps.metrics.consumeFailed(topic);
      const now = nowMicros();
      return { fault: faultOf(thrown), attempts: 1, firstFailedAt: now, lastFailedAt: now };
    }
  }

  /** Waits for the registry as long as it takes. */
  async #prepare({ topic, record }: Sourced<T>, first: Promise<void>): Promise<void> {
    let asked: Promise<void> | undefined = first;
    for (let attempts = 1; asked !== undefined; attempts++) {
      try {
        await asked;
        break;
      } catch (thrown) {
        const fault = faultOf(thrown);
        if (fault.reaction.retry !== 'backoff') throw fault;
        await this.#wait(fault, backoffMs(attempts, this.#deps.limits, Math.random()));
        asked = this.#deps.decoder.prepare(topic, record);
      }
    }
    this.#goOn();
    this.#checkOwned();
  }

  /** Applies the deliveries together, or each alone when one of them spoils the lot. */
  async #apply(deliveries: readonly Delivery<T>[], attemptsBefore = 0): Promise<void> {
    const topics = [...new Set(deliveries.map(({ topic }) => topic))];
    const hasQueue = topics.every((topic) => declarationOf(topic).dlq !== null);
    let [failures, waits, firstFailedAt] = [0, 0, 0];
    for (let attempts = attemptsBefore + 1; ; attempts++) {
      this.#checkOwned();
      const rejected = new Map<Delivery<T>, Fault>();
      const fault = await this.#attempt(deliveries, topics, rejected);
      this.#checkOwned();
      if (fault === undefined) {
        this.#goOn();
        await this.#buryRejected(rejected, attempts);
        this.#observe(deliveries);
        return;
      }
      const lastFailedAt = nowMicros();
      firstFailedAt ||= lastFailedAt;
      if (fault.reaction.retry !== 'backoff') failures++;
      const circumstances = { failures, waits, records: deliveries.length, hasQueue };
      const verdict = judge(fault, circumstances, this.#deps.limits, Math.random());
      this.#report(fault, verdict, topics, deliveries, attempts);
      switch (verdict.kind) {
        case 'wait':
          waits++;
          await this.#wait(fault, verdict.delayMs);
          break;
        case 'retry':
          await this.#pause(verdict.delayMs);
          break;
        case 'isolate':
          for (const delivery of deliveries) await this.#apply([delivery], attempts);
          return;
        case 'dead-letter': {
          this.#goOn();
          const { topic, record } = deliveries[0]!;
          const failure = { fault, attempts, firstFailedAt, lastFailedAt };
          await this.#bury([{ topic, record, failure }]);
          return;
        }
        case 'halt':
          throw hasQueue ? fault : withoutQueue(deliveries[0]!.record, fault);
      }
    }
  }

  /** The fault of the handler; undefined when the batch is applied. */
  async #attempt(
    deliveries: readonly Delivery<T>[],
    topics: readonly T[],
    rejected: Map<Delivery<T>, Fault>,
  ): Promise<Fault | undefined> {
    const { groupId, handle, isOwned, tracer } = this.#deps;
    const links: string[] = [];
    for (const { record } of deliveries.slice(0, SPAN_LINKS_MAX)) {
      const link = headerText(record.headers, 'traceparent');
      if (link !== undefined) links.push(link);
    }
    const batch: DeliveryBatch<T> = {
      deliveries,
      reject: (delivery, fault) => {
        rejected.set(delivery, fault);
      },
      isOwned,
    };
    try {
      const span = { group: groupId, topics, records: deliveries.length, links };
      await tracer.batch(span, () => handle(batch));
      return undefined;
    } catch (thrown) {
      return faultOf(thrown);
    }
  }

  async #buryRejected(rejected: ReadonlyMap<Delivery<T>, Fault>, attempts: number): Promise<void> {
    const now = nowMicros();
    const casualties = [...rejected].map(([{ topic, record }, fault]) => {
      this.#deps.metrics.consumeFailed(topic);
      const failure = { fault, attempts, firstFailedAt: now, lastFailedAt: now };
      return { topic, record, failure };
    });
    await this.#bury(casualties);
  }

  /** Until the dead-letter queues have them: a queue that is away pauses the partitions. */
  async #bury(casualties: readonly Casualty[]): Promise<void> {
    const homeless = casualties.find(({ topic }) => declarationOf(topic).dlq === null);
    if (homeless !== undefined) throw withoutQueue(homeless.record, homeless.failure.fault);
    for (let tries = 1; casualties.length > 0; tries++) {
      this.#checkOwned();
      try {
        await this.#deps.sendLetters(casualties);
        this.#goOn();
        return;
      } catch (thrown) {
        const fault = faultOf(thrown);
        const [{ record }] = casualties as readonly [Casualty];
        if (fault.code === 'MSG_TOO_LARGE') throw withoutQueue(record, fault);
        await this.#wait(fault, backoffMs(tries, this.#deps.limits, Math.random()));
      }
    }
  }

  /** For a dependency: the partitions are paused meanwhile. */
  async #wait(fault: Fault, delayMs: number): Promise<void> {
    this.#checkOwned();
    this.#isWaiting = true;
    this.#deps.waiting(fault);
    await this.#pause(delayMs);
  }

  async #pause(delayMs: number): Promise<void> {
    try {
      await sleep(delayMs, undefined, { signal: this.#ended.signal });
    } catch {
      throw new LaneEnded();
    }
  }

  #goOn(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#deps.waiting(undefined);
  }

  #checkOwned(): void {
    if (!this.#deps.isOwned()) throw new LaneEnded();
  }

  /** Lets heartbeats and other workers have the event loop, however little the handler waits. */
  async #yieldTurn(): Promise<void> {
    if (performance.now() - this.#turnStartedMs < this.#deps.limits.turnMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnStartedMs = performance.now();
  }

  #observe(deliveries: readonly Delivery<T>[]): void {
    const { groupId, metrics } = this.#deps;
    metrics.batchApplied(groupId, deliveries.length);
    const last = deliveries.at(-1);
    if (last === undefined) return;
    const seconds = Math.max(0, Date.now() - last.timestampMs) / 1000;
    metrics.endToEndLatency(groupId, last.topic, seconds);
  }

  #report(
    fault: Fault,
    verdict: Verdict,
    topics: readonly T[],
    deliveries: readonly Delivery<T>[],
    attempts: number,
  ): void {
    for (const topic of topics) this.#deps.metrics.consumeFailed(topic);
    const { partition, offset } = deliveries[0]!;
    this.#deps.log('warn', 'batch.retried', {
      group: this.#deps.groupId,
      topics,
      partition,
      offset,
      records: deliveries.length,
      attempts,
      verdict: verdict.kind,
      ...faultFields(fault),
    });
  }
}

function nowMicros(): number {
  return Date.now() * 1000;
}

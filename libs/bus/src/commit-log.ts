/**
 * Offsets of applied records of one generation, committed at a steady pace: never before the effect,
 * never after the partitions were lost (the broker refuses the generation then).
 */
import { faultOf } from '@tickmesh/kernel';
import { typeOf } from './broker-faults.ts';
import type { CommitRequest } from './kafkajs-cures.ts';
import { type BusLog, type BusMetrics, faultFields } from './observe.ts';

export interface CommitLogDeps {
  readonly groupId: string;
  readonly intervalMs: number;
  readonly commit: (request: CommitRequest) => Promise<void>;
  readonly log: BusLog;
  readonly metrics: BusMetrics;
}

/** The broker gave the group to others: this generation has no say any more. */
const FENCED: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
]);

export class CommitLog {
  readonly #deps: CommitLogDeps;
  /** Next offset to read, by topic and partition; `topic` as on the broker. */
  readonly #next = new Map<string, Map<number, bigint>>();
  #dirty = new Map<string, Set<number>>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: CommitLogDeps) {
    this.#deps = deps;
  }

  /** The record's effect is durable, or the record is in its dead-letter queue. */
  applied(topic: string, partition: number, offset: bigint): void {
    let positions = this.#next.get(topic);
    if (positions === undefined) this.#next.set(topic, (positions = new Map<number, bigint>()));
    positions.set(partition, offset + 1n);
    let dirty = this.#dirty.get(topic);
    if (dirty === undefined) this.#dirty.set(topic, (dirty = new Set<number>()));
    dirty.add(partition);
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, this.#deps.intervalMs);
  }

  /** Commits what is applied. Does not throw: what is not committed is delivered again. */
  flush(): Promise<void> {
    this.#running = this.#running.then(() => this.#commit());
    return this.#running;
  }

  /** Commits a last time, then nothing more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush();
    this.#closed = true;
  }

  /** Nothing is committed any more, whatever is applied. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#closed = true;
  }

  async #commit(): Promise<void> {
    if (this.#closed || this.#dirty.size === 0) return;
    const dirty = this.#dirty;
    this.#dirty = new Map();
    const topics = [...dirty].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions].map((partition) => ({
        partition,
        offset: String(this.#next.get(topic)?.get(partition)),
      })),
    }));
    try {
      await this.#deps.commit({ topics });
      for (const { topic } of topics) this.#deps.metrics.committed(topic);
    } catch (error) {
      const type = typeOf(error) ?? '';
      this.#deps.log('warn', 'commit.refused', {
        group: this.#deps.groupId,
        broker_error: type,
        ...faultFields(faultOf(error)),
      });
      if (FENCED.has(type)) this.abandon();
      else this.#again(dirty);
    }
  }

  #again(dirty: ReadonlyMap<string, ReadonlySet<number>>): void {
    for (const [topic, partitions] of dirty) {
      const set = this.#dirty.get(topic) ?? new Set<number>();
      for (const partition of partitions) set.add(partition);
      this.#dirty.set(topic, set);
    }
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, this.#deps.intervalMs * 5);
  }
}

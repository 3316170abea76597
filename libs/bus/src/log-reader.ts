/**
 * Reads a topic's log by offsets, without a group: for tools, dead letters and compacted topics. Works
 * on topics by their names on the broker, and on bytes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@tickmesh/kernel';
import type { Admin, Kafka } from 'kafkajs';
import { brokerFault, typeOf } from './broker-faults.ts';
import { type FetchedPartition, type FetchingCluster, clusterOf } from './kafkajs-cures.ts';
import { FETCH_BYTES_MAX, FETCH_PARTITION_BYTES_MAX } from './limits.ts';
import { transportRecord } from './transport-record.ts';
import type { TransportRecord } from './port.ts';

/** Offsets of a partition: the first that is kept and the one that the next record will get. */
export interface PartitionEnds {
  readonly partition: number;
  readonly first: bigint;
  readonly next: bigint;
}

export interface LogReader {
  /** @throws Fault TOPIC_UNKNOWN, BROKER_UNREACHABLE */
  ends(topic: string): Promise<readonly PartitionEnds[]>;
  /**
   * What is there from the positions on, one answer of the broker for each; moves the positions behind
   * what it returns. Empty when nothing came within `waitMs`. Records are by time, then partition.
   */
  next(
    topic: string,
    positions: Map<number, bigint>,
    waitMs: number,
  ): Promise<readonly TransportRecord[]>;
  /** All records from the positions to the present end of each partition. */
  toEnd(topic: string, from: ReadonlyMap<number, bigint>): AsyncGenerator<TransportRecord>;
  close(): Promise<void>;
}

const READ_COMMITTED = 1;
const TRIES_MAX = 6;
const RETRY_DELAY_MS = 150;
const END_WAIT_MS = 100;

export function logReader(client: Kafka): LogReader {
  return new Reader(client);
}

class Reader implements LogReader {
  readonly #client: Kafka;
  #cluster: Promise<FetchingCluster> | undefined;
  #admin: Promise<Admin> | undefined;

  constructor(client: Kafka) {
    this.#client = client;
  }

  async ends(topic: string): Promise<readonly PartitionEnds[]> {
    this.#admin ??= connected(this.#client.admin());
    try {
      const offsets = await (await this.#admin).fetchTopicOffsets(topic);
      return offsets
        .map(({ partition, low, high }) => ({
          partition,
          first: BigInt(low),
          next: BigInt(high),
        }))
        .toSorted((a, b) => a.partition - b.partition);
    } catch (error) {
      await this.#dropAdmin();
      throw brokerFault(error, { topic });
    }
  }

  async next(
    topic: string,
    positions: Map<number, bigint>,
    waitMs: number,
  ): Promise<readonly TransportRecord[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#fetch(topic, positions, waitMs);
      } catch (error) {
        const isFinal = typeOf(error) === 'OFFSET_OUT_OF_RANGE' || tries === TRIES_MAX;
        if (isFinal) throw brokerFault(error, { topic });
        await this.#dropCluster();
        await sleep(RETRY_DELAY_MS * tries);
      }
    }
  }

  async *toEnd(topic: string, from: ReadonlyMap<number, bigint>): AsyncGenerator<TransportRecord> {
    const ends = await this.ends(topic);
    const positions = new Map<number, bigint>();
    const until = new Map<number, bigint>();
    const isBefore = (partition: number, offset: bigint): boolean => {
      const end = until.get(partition);
      return end !== undefined && offset < end;
    };
    for (const { partition, first, next } of ends) {
      const wanted = from.get(partition);
      if (wanted === undefined) continue;
      const start = wanted < first ? first : wanted;
      if (start < next) {
        positions.set(partition, start);
        until.set(partition, next);
      }
    }
    while (positions.size > 0) {
      const records = await this.next(topic, positions, END_WAIT_MS);
      for (const record of records) {
        if (isBefore(record.partition, record.offset)) yield record;
      }
      for (const [partition, position] of positions) {
        if (!isBefore(partition, position)) positions.delete(partition);
      }
    }
  }

  async close(): Promise<void> {
    await this.#dropCluster();
    await this.#dropAdmin();
  }

  async #fetch(
    topic: string,
    positions: Map<number, bigint>,
    waitMs: number,
  ): Promise<readonly TransportRecord[]> {
    const cluster = await this.#connected(topic);
    const leaders = cluster.findLeaderForPartitions(topic, [...positions.keys()]);
    const answers = await Promise.all(
      Object.entries(leaders).map(async ([nodeId, partitions]) => {
        const broker = await cluster.findBroker({ nodeId });
        return broker.fetch({
          maxWaitTime: waitMs,
          minBytes: 1,
          maxBytes: FETCH_BYTES_MAX,
          isolationLevel: READ_COMMITTED,
          topics: [
            {
              topic,
              partitions: partitions.map((partition) => ({
                partition,
                fetchOffset: String(positions.get(partition)),
                maxBytes: FETCH_PARTITION_BYTES_MAX,
              })),
            },
          ],
        });
      }),
    );
    const records: TransportRecord[] = [];
    for (const { responses } of answers) {
      for (const { partitions } of responses) {
        for (const fetched of partitions) collect(topic, fetched, positions, records);
      }
    }
    return records.sort((a, b) => a.timestampMs - b.timestampMs || a.partition - b.partition);
  }

  async #connected(topic: string): Promise<FetchingCluster> {
    this.#cluster ??= connected(clusterOf(this.#client));
    const cluster = await this.#cluster;
    await cluster.addTargetTopic(topic);
    return cluster;
  }

  async #dropCluster(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    try {
      await (await cluster)?.disconnect();
    } catch {
      // A connection that is given up has nothing more to tell.
    }
  }

  async #dropAdmin(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    try {
      await (await admin)?.disconnect();
    } catch {
      // As above.
    }
  }
}

/** A sign-in that is refused leaves its connection open, and with it the process. */
async function connected<
  Link extends { connect(): Promise<unknown>; disconnect(): Promise<unknown> },
>(link: Link): Promise<Link> {
  try {
    await link.connect();
    return link;
  } catch (error) {
    await link.disconnect().catch(() => undefined);
    throw error;
  }
}

/** Takes what lies at or behind the position, and moves it. */
function collect(
  topic: string,
  { partition, messages, highWatermark }: FetchedPartition,
  positions: Map<number, bigint>,
  records: TransportRecord[],
): void {
  const position = positions.get(partition) ?? 0n;
  if (messages.length === 0) {
    // Alone in its request, an empty answer below the end means that compaction took the rest; among
    // others it may only have found no room.
    const end = BigInt(highWatermark);
    if (positions.size === 1 && end > position) positions.set(partition, end);
    return;
  }
  let next = position;
  for (const message of messages) {
    const offset = BigInt(message.offset);
    if (offset < next) continue;
    next = offset + 1n;
    if (message.isControlRecord !== true) records.push(transportRecord(topic, partition, message));
  }
  positions.set(partition, next);
}

/** The first position of every partition. */
export function beginnings(ends: readonly PartitionEnds[]): Map<number, bigint> {
  return new Map(ends.map(({ partition, first }) => [partition, first]));
}

/** @throws Fault ARGUMENT_INVALID */
export function positionsFrom(
  ends: readonly PartitionEnds[],
  from: 'beginning' | 'end' | bigint,
): Map<number, bigint> {
  if (typeof from === 'bigint' && from < 0n) {
    throw new Fault('ARGUMENT_INVALID', { argument: 'from', expected: 'an offset of 0 or more' });
  }
  return new Map(
    ends.map(({ partition, first, next }) => {
      if (from === 'beginning') return [partition, first];
      if (from === 'end') return [partition, next];
      return [partition, from < first ? first : from > next ? next : from];
    }),
  );
}

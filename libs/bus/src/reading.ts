/** Reads decoded messages without a group: for tools, masters and checkpoints. */
import type { TopicName } from '@tickmesh/contracts';
import { type Fault, faultOf } from '@tickmesh/kernel';
import type { Kafka } from 'kafkajs';
import { typeOf } from './broker-faults.ts';
import { type LogReader, type PartitionEnds, beginnings, positionsFrom } from './log-reader.ts';
import type { Delivery, PartitionStart, TransportRecord } from './port.ts';
import type { RecordDecoder } from './record-decoder.ts';
import type { TopicNames } from './topic-names.ts';
import { withAdmin } from './topics.ts';

/** A record as tools see it: the message, or why it is none. */
export type TailedRecord<T extends TopicName = TopicName> =
  | { readonly kind: 'message'; readonly delivery: Delivery<T>; readonly record: TransportRecord }
  | { readonly kind: 'unreadable'; readonly fault: Fault; readonly record: TransportRecord };

export interface TailOptions {
  /** An offset counts for every partition. */
  readonly from: 'beginning' | 'end' | bigint;
  /** Only this one. */
  readonly partition?: number;
  /** Ends after that many. */
  readonly max?: number;
  /** Goes on at the end of the log, until aborted; else the present end is the end. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** Called when the start is known: what is published from now on will be seen. */
  readonly onOpen?: () => void;
}

export interface LogRange {
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Lag {
  readonly topic: TopicName;
  readonly partition: number;
  /** undefined when the group has committed nothing there. */
  readonly committed: bigint | undefined;
  readonly next: bigint;
  readonly lagRecords: bigint;
}

export interface Reading {
  /** Records in the order of their times as far as one answer of the broker goes. */
  tail<T extends TopicName>(topic: T, options: TailOptions): AsyncGenerator<TailedRecord<T>>;
  /**
   * What the log still has of one partition from `first` to `last`, both included. On a connection that stays open:
   * for looks that must be quick.
   */
  between<T extends TopicName>(topic: T, range: LogRange): Promise<readonly TailedRecord<T>[]>;
  endOffsets(topic: TopicName): Promise<readonly PartitionEnds[]>;
  /** Of every declared topic that the group has committed to. */
  groupLag(groupId: string): Promise<readonly Lag[]>;
  /** Every consumer group that the broker knows. */
  groupIds(): Promise<readonly string[]>;
  /** Behind the end of the log, of the partitions given, by `topic/partition`. */
  lagOf(
    groupId: string,
    partitions: readonly PartitionStart[],
  ): Promise<ReadonlyMap<string, bigint>>;
  /**
   * The latest message of each key up to the present end; deleted keys are left out.
   * @throws Fault of the first record that cannot be decoded
   */
  readCompacted<T extends TopicName>(topic: T): Promise<ReadonlyMap<string, Delivery<T>>>;
}

export interface ReadingDeps {
  readonly client: Kafka;
  /** A connection for each use, since a reader that follows keeps it busy. */
  readonly newReader: () => LogReader;
  /** One that stays open, for reads that never wait. */
  readonly reader: LogReader;
  readonly decoder: RecordDecoder;
  readonly names: TopicNames;
}

const FOLLOW_WAIT_MS = 500;
const RANGE_WAIT_MS = 100;

export function reading(deps: ReadingDeps): Reading {
  const withReader = async <R>(work: (reader: LogReader) => Promise<R>): Promise<R> => {
    const reader = deps.newReader();
    try {
      return await work(reader);
    } finally {
      await reader.close();
    }
  };
  return {
    tail: (topic, options) => tail(deps, topic, options),
    between: (topic, range) => between(deps, topic, range),
    endOffsets: (topic) => withReader((reader) => reader.ends(deps.names.onBroker(topic))),
    groupLag: (groupId) => withReader((reader) => groupLag(deps, reader, groupId)),
    groupIds: () =>
      withAdmin(deps.client, async (admin) =>
        (await admin.listGroups()).groups.map(({ groupId }) => groupId).toSorted(),
      ),
    lagOf: async (groupId, partitions) => {
      const lags = await withReader((reader) => groupLag(deps, reader, groupId, partitions));
      return new Map(lags.map((lag) => [`${lag.topic}/${lag.partition}`, lag.lagRecords]));
    },
    readCompacted: (topic) => withReader((reader) => readCompacted(deps, reader, topic)),
  };
}

async function* tail<T extends TopicName>(
  deps: ReadingDeps,
  topic: T,
  { from, partition, max = Infinity, follow = false, signal, onOpen }: TailOptions,
): AsyncGenerator<TailedRecord<T>> {
  const reader = deps.newReader();
  try {
    const name = deps.names.onBroker(topic);
    const ends = await reader.ends(name);
    const wanted = ends.filter((end) => partition === undefined || end.partition === partition);
    const positions = positionsFrom(wanted, from);
    onOpen?.();
    const records = follow
      ? following(reader, name, positions, signal)
      : reader.toEnd(name, positions);
    let count = 0;
    if (count >= max) return;
    for await (const record of records) {
      if (signal?.aborted === true) return;
      yield await tailed(deps, topic, record);
      if (++count >= max) return;
    }
  } finally {
    await reader.close();
  }
}

async function between<T extends TopicName>(
  deps: ReadingDeps,
  topic: T,
  { partition, first, last }: LogRange,
): Promise<readonly TailedRecord<T>[]> {
  const found: TailedRecord<T>[] = [];
  const name = deps.names.onBroker(topic);
  let positions = new Map([[partition, first]]);
  while ((positions.get(partition) ?? first) <= last) {
    const records = await nextKept(deps.reader, name, positions);
    for (const record of records) {
      if (record.offset <= last) found.push(await tailed(deps, topic, record));
    }
    if (records.length === 0) {
      const end = (await deps.reader.ends(name)).find((each) => each.partition === partition);
      const position = positions.get(partition) ?? first;
      if (end === undefined || position >= end.next) break;
      positions = new Map([[partition, position < end.first ? end.first : position]]);
    }
  }
  return found;
}

/** Nothing when the log no longer has the position. */
async function nextKept(
  reader: LogReader,
  name: string,
  positions: Map<number, bigint>,
): Promise<readonly TransportRecord[]> {
  try {
    return await reader.next(name, positions, RANGE_WAIT_MS);
  } catch (error) {
    if (typeOf(error) === 'OFFSET_OUT_OF_RANGE') return [];
    throw error;
  }
}

async function* following(
  reader: LogReader,
  topic: string,
  positions: Map<number, bigint>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TransportRecord> {
  while (signal?.aborted !== true) yield* await reader.next(topic, positions, FOLLOW_WAIT_MS);
}

async function tailed<T extends TopicName>(
  { decoder }: ReadingDeps,
  topic: T,
  record: TransportRecord,
): Promise<TailedRecord<T>> {
  try {
    await decoder.prepare(topic, record);
    return { kind: 'message', delivery: decoder.decode(topic, record), record };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.reaction.retry === 'backoff') throw fault;
    return { kind: 'unreadable', fault, record };
  }
}

async function readCompacted<T extends TopicName>(
  { decoder, names }: ReadingDeps,
  reader: LogReader,
  topic: T,
): Promise<ReadonlyMap<string, Delivery<T>>> {
  const name = names.onBroker(topic);
  const latest = new Map<string, TransportRecord>();
  for await (const record of reader.toEnd(name, beginnings(await reader.ends(name)))) {
    const key = record.key?.toString('utf8') ?? '';
    if (record.value === null) latest.delete(key);
    else latest.set(key, record);
  }
  const result = new Map<string, Delivery<T>>();
  for (const [key, record] of latest) {
    await decoder.prepare(topic, record);
    result.set(key, decoder.decode(topic, record));
  }
  return result;
}

async function groupLag(
  { client, names }: ReadingDeps,
  reader: LogReader,
  groupId: string,
  wanted?: readonly PartitionStart[],
): Promise<readonly Lag[]> {
  const topics = wanted && [...new Set(wanted.map(({ topic }) => topic as TopicName))];
  if (topics?.length === 0) return [];
  const offsets = await withAdmin(client, (admin) =>
    admin.fetchOffsets({
      groupId,
      ...(topics === undefined ? {} : { topics: topics.map((topic) => names.onBroker(topic)) }),
    }),
  );
  const lags: Lag[] = [];
  for (const { topic: nameOnBroker, partitions } of offsets) {
    const topic = names.declared(nameOnBroker);
    if (topic === undefined) continue;
    const ends = new Map((await reader.ends(nameOnBroker)).map((end) => [end.partition, end]));
    for (const { partition, offset } of partitions) {
      const isWanted =
        wanted === undefined
          ? BigInt(offset) >= 0n
          : wanted.some((one) => one.topic === topic && one.partition === partition);
      const end = ends.get(partition);
      if (isWanted && end !== undefined) lags.push(lagAt(topic, BigInt(offset), end));
    }
  }
  return lags;
}

/** Without a commit everything that is there lies ahead. */
function lagAt(topic: TopicName, offset: bigint, { partition, first, next }: PartitionEnds): Lag {
  const committed = offset < 0n ? undefined : offset;
  const from = committed === undefined || committed < first ? first : committed;
  return { topic, partition, committed, next, lagRecords: next > from ? next - from : 0n };
}

/**
 * Reads dead letters and sends them back, once, by choice.
 *
 * What was replayed is written into the queue itself, as markers: empty records whose headers name a
 * letter. A replay first writes its claims, then reads the queue to their end; the earliest claim of a
 * letter wins, so that of two replays at the same time only one sends it. A letter that was claimed
 * and not marked as replayed (the tool died in between) is shown as such and needs `force`.
 */
import { randomUUID } from 'node:crypto';
import type { TopicName } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import type { BatchingProducer, OutgoingRecord } from './batching-producer.ts';
import {
  LETTER_HEADERS,
  type LetterHeader,
  lastValue,
  withHeaders,
  withoutLast,
} from './dead-letter.ts';
import { type LogReader, beginnings } from './log-reader.ts';
import type { BusLog } from './observe.ts';
import type { TransportHeaders, TransportRecord } from './port.ts';
import { type TopicNames, declarationOf, isDeadLetterQueue } from './topic-names.ts';

/** Whether a letter was sent back: `claimed` means that a replay began and did not report its end. */
export type LetterStatus = 'new' | 'claimed' | 'replayed';

export interface DeadLetter {
  /** Declared name of the queue. */
  readonly queue: TopicName;
  readonly partition: number;
  readonly offset: bigint;
  readonly diedAtMs: number;
  readonly status: LetterStatus;
  /** What our headers say: source, error, attempts, times and group. */
  readonly facts: Readonly<Record<LetterHeader, string>>;
  /** The record as it was: key, value and its own headers untouched. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: TransportHeaders;
}

export interface LetterQuery {
  readonly queue: TopicName;
  /** The newest that many; all by default. */
  readonly max?: number;
  readonly select?: (letter: DeadLetter) => boolean;
}

export interface ReplayRequest extends LetterQuery {
  /** The group that is to apply them; the one that failed, by default. */
  readonly targetGroup?: string;
  /** Also what was replayed before. */
  readonly force?: boolean;
}

export interface ReplayReport {
  readonly replayed: readonly DeadLetter[];
  /** Sent back before, or by another replay at this moment; nothing was sent for them. */
  readonly refused: readonly DeadLetter[];
}

export interface DeadLetterQueues {
  /** Oldest first. @throws Fault ARGUMENT_INVALID for a topic that is no dead-letter queue */
  list(query: LetterQuery): Promise<readonly DeadLetter[]>;
  /** @throws Fault NOT_FOUND */
  read(queue: TopicName, partition: number, offset: bigint): Promise<DeadLetter>;
  replay(request: ReplayRequest): Promise<ReplayReport>;
  /** Letters that nobody sent back. */
  depth(queue: TopicName): Promise<number>;
}

export interface DeadLetterQueuesDeps {
  readonly reader: LogReader;
  readonly producer: BatchingProducer;
  readonly names: TopicNames;
  readonly log: BusLog;
}

const MARKER_HEADER = 'tickmesh_marker';
const REPLAY_ID_HEADER = 'replay_id';
const LETTER_HEADER = 'letter';

export function deadLetterQueues(deps: DeadLetterQueuesDeps): DeadLetterQueues {
  return {
    list: (query) => list(deps, query),
    read: async (queue, partition, offset) => {
      const { letters } = await scan(deps, queue);
      const letter = letters.find((one) => one.partition === partition && one.offset === offset);
      if (letter === undefined) throw new Fault('NOT_FOUND', { queue, partition, offset });
      return letter;
    },
    replay: (request) => replay(deps, request),
    depth: async (queue) =>
      (await scan(deps, queue)).letters.filter(({ status }) => status === 'new').length,
  };
}

async function list(
  deps: DeadLetterQueuesDeps,
  { queue, max, select }: LetterQuery,
): Promise<readonly DeadLetter[]> {
  const { letters } = await scan(deps, queue);
  const selected = select === undefined ? letters : letters.filter(select);
  return max === undefined ? selected : max <= 0 ? [] : selected.slice(-max);
}

async function replay(deps: DeadLetterQueuesDeps, request: ReplayRequest): Promise<ReplayReport> {
  const wanted = await list(deps, request);
  const isFree = ({ status }: DeadLetter): boolean => status === 'new' || request.force === true;
  const free = wanted.filter(isFree);
  const refused = wanted.filter((letter) => !isFree(letter));
  if (free.length === 0) return { replayed: [], refused };
  const replayId = randomUUID();
  await mark(deps, free, 'claim', replayId);
  const replayed: DeadLetter[] = [];
  const { firstClaims } = await scan(deps, request.queue);
  for (const letter of free) {
    const isOurs = request.force === true || firstClaims.get(placeOf(letter)) === replayId;
    (isOurs ? replayed : refused).push(letter);
  }
  await deps.producer.sendAll(
    replayed.map((letter) => replayedRecord(letter, request.targetGroup)),
  );
  await mark(deps, replayed, 'done', replayId);
  for (const { queue, partition, offset, facts } of replayed) {
    const target_group = request.targetGroup ?? facts.consumer_group;
    deps.log('info', 'record.replayed', { queue, partition, offset, target_group });
  }
  return { replayed, refused };
}

/** The letter as it was before it died, for the one group that is to try again. */
function replayedRecord(letter: DeadLetter, targetGroup: string | undefined): OutgoingRecord {
  const { queue, partition, offset, key, value, headers, facts } = letter;
  const count = Number(lastValue(headers, 'replay_count') ?? '0');
  const before = withoutLast(headers, ['replayed_from', 'replay_count', 'target_group']);
  return {
    topic: facts.source_topic,
    key,
    value,
    headers: withHeaders(before, {
      replayed_from: `${queue}/${partition}/${offset}`,
      replay_count: String(count + 1),
      target_group: targetGroup ?? facts.consumer_group,
    }),
  };
}

async function mark(
  { producer, names }: DeadLetterQueuesDeps,
  letters: readonly DeadLetter[],
  marker: 'claim' | 'done',
  replayId: string,
): Promise<void> {
  await producer.sendAll(
    letters.map((letter) => ({
      topic: names.onBroker(letter.queue),
      // Queues have one partition, where all markers have one order; a key keeps that so if ever more.
      key: Buffer.from(placeOf(letter), 'utf8'),
      value: null,
      headers: {
        [MARKER_HEADER]: marker,
        [REPLAY_ID_HEADER]: replayId,
        [LETTER_HEADER]: placeOf(letter),
      },
    })),
  );
}

interface Scan {
  readonly letters: readonly DeadLetter[];
  /** Of each claimed letter the replay that claimed it first. */
  readonly firstClaims: ReadonlyMap<string, string>;
}

async function scan({ reader, names }: DeadLetterQueuesDeps, queue: TopicName): Promise<Scan> {
  if (!isDeadLetterQueue(queue)) {
    throw new Fault('ARGUMENT_INVALID', { queue, expected: 'a dead-letter queue' });
  }
  const topic = names.onBroker(queue);
  const found: TransportRecord[] = [];
  const firstClaims = new Map<string, string>();
  const done = new Set<string>();
  for await (const record of reader.toEnd(topic, beginnings(await reader.ends(topic)))) {
    const marker = lastValue(record.headers, MARKER_HEADER);
    const letter = lastValue(record.headers, LETTER_HEADER);
    if (marker === undefined || letter === undefined) {
      found.push(record);
      continue;
    }
    const replayId = lastValue(record.headers, REPLAY_ID_HEADER) ?? '';
    if (marker === 'claim' && !firstClaims.has(letter)) firstClaims.set(letter, replayId);
    if (marker === 'done') done.add(letter);
  }
  const letters = found.map((record) => {
    const place = `${record.partition}/${record.offset}`;
    const status = done.has(place) ? 'replayed' : firstClaims.has(place) ? 'claimed' : 'new';
    return letterOf(queue, record, status);
  });
  return { letters, firstClaims };
}

function letterOf(queue: TopicName, record: TransportRecord, status: LetterStatus): DeadLetter {
  const { partition, offset, timestampMs, key, value, headers } = record;
  const facts = Object.fromEntries(
    LETTER_HEADERS.map((name) => [name, lastValue(headers, name) ?? '']),
  ) as Record<LetterHeader, string>;
  const own = withoutLast(headers, LETTER_HEADERS) as TransportHeaders;
  return {
    queue,
    partition,
    offset,
    diedAtMs: timestampMs,
    status,
    facts,
    key,
    value,
    headers: own,
  };
}

const placeOf = ({ partition, offset }: Pick<DeadLetter, 'partition' | 'offset'>): string =>
  `${partition}/${offset}`;

/** The queue of a topic. @throws Fault ARGUMENT_INVALID when it declares none */
export function queueOf(topic: TopicName): TopicName {
  const { dlq, schema } = declarationOf(topic);
  if (schema === 'any') return topic;
  if (dlq === null)
    throw new Fault('ARGUMENT_INVALID', { topic, expected: 'a topic with a queue' });
  return dlq;
}

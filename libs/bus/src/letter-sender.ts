/** Sends what a group cannot apply to the dead-letter queues, counted and logged. */
import type { BatchingProducer } from './batching-producer.ts';
import { deadLetter } from './dead-letter.ts';
import { queueOf } from './dead-letter-queue.ts';
import type { SendLetters } from './lane.ts';
import { type BusLog, type BusMetrics, faultFields } from './observe.ts';
import type { TopicNames } from './topic-names.ts';

export interface LetterSenderDeps {
  readonly producer: BatchingProducer;
  readonly names: TopicNames;
  readonly metrics: BusMetrics;
  readonly log: BusLog;
}

export function letterSender(
  { producer, names, metrics, log }: LetterSenderDeps,
  groupId: string,
): SendLetters {
  return async (casualties) => {
    await producer.sendAll(
      casualties.map(({ topic, record, failure }) =>
        deadLetter(record, failure, groupId, names.onBroker(queueOf(topic))),
      ),
    );
    for (const { topic, record, failure } of casualties) {
      const queue = queueOf(topic);
      const { partition, offset } = record;
      metrics.deadLettered(queue, topic, failure.fault.code);
      const facts = { group: groupId, topic, partition, offset, queue };
      log('warn', 'record.dead_lettered', { ...facts, ...faultFields(failure.fault) });
    }
  };
}

import type {
  Delivery,
  EventHeaders,
  OutgoingMessage,
  Publisher,
  RecordPosition,
} from '@tickmesh/bus';
import { type StrategyCheckpoint, type StrategyJournal, codecOf } from '@tickmesh/contracts';
import type { LogReader, StrategyTopic } from '../app/ports.ts';

const TOPICS = ['market_events', 'ofi_events', 'exec_reports', 'strategy_control'] as const;

/** Logs of one partition each, in memory: what a strategy's host reads and writes, in the order of writing. */
export class MemoryBus implements LogReader {
  readonly inputs = new Map<StrategyTopic, Delivery<StrategyTopic>[]>(
    TOPICS.map((topic) => [topic, []]),
  );
  readonly journal: StrategyJournal[] = [];
  /** Avro bytes of each intent that was published, in hexadecimal, by event id and in order. */
  readonly intents: { readonly eventId: string; readonly bytes: string }[] = [];
  checkpoint: StrategyCheckpoint | null = null;

  append(
    topic: StrategyTopic,
    value: Delivery<StrategyTopic>['value'],
    headers: EventHeaders,
  ): void {
    const log = this.inputs.get(topic)!;
    const offset = BigInt(log.length);
    log.push({
      topic,
      partition: 0,
      offset,
      timestampMs: 0,
      key: null,
      value,
      headers,
    } as Delivery<StrategyTopic>);
  }

  lastCheckpoint(): Promise<StrategyCheckpoint | null> {
    return Promise.resolve(this.checkpoint);
  }

  journalFrom(_: string, offset: bigint) {
    const entries = this.journal.map((entry, at) => ({ offset: BigInt(at), entry }));
    return Promise.resolve(entries.slice(Number(offset)));
  }

  highestEpoch(_: string, after: bigint, before: bigint): Promise<number> {
    const between = this.journal.slice(Number(after) + 1, Number(before));
    return Promise.resolve(Math.max(0, ...between.map(({ epoch }) => epoch)));
  }

  records(topic: string, _: number, first: bigint, last: bigint): Promise<never[]> {
    const log = this.inputs.get(topic as StrategyTopic)!;
    return Promise.resolve(log.slice(Number(first), Number(last) + 1) as never[]);
  }

  starts(): Promise<readonly RecordPosition[]> {
    return Promise.resolve(TOPICS.map((topic) => ({ topic, partition: 0, offset: 0n })));
  }

  /** A publisher of one member: `before` runs ahead of each write, and may be where the member stops or dies. */
  publisher(before: (message: OutgoingMessage) => Promise<void>): Publisher {
    const publish = async (message: OutgoingMessage): Promise<RecordPosition> => {
      await before(message);
      return this.#write(message);
    };
    const publishAll = async (messages: readonly OutgoingMessage[]): Promise<RecordPosition[]> => {
      const positions: RecordPosition[] = [];
      for (const message of messages) positions.push(await publish(message));
      return positions;
    };
    return { publish, publishAll } as unknown as Publisher;
  }

  #write({ topic, value, headers }: OutgoingMessage): RecordPosition {
    let offset = 0n;
    if (topic === 'strategy_journal') {
      offset = BigInt(this.journal.push(value as StrategyJournal) - 1);
    } else if (topic === 'strategy_checkpoints') {
      this.checkpoint = value as StrategyCheckpoint;
    } else if (topic === 'order_intents') {
      const bytes = codecOf('OrderIntent')
        .encode(value as never)
        .toString('hex');
      this.intents.push({ eventId: headers.event_id, bytes });
    }
    return { topic, partition: 0, offset };
  }
}

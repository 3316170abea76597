import { describe, expect, it } from '@jest/globals';
import { TOPICS, type TopicName } from './gen/topics.ts';
import { goldenRecord } from './testing/golden-records.ts';
import { partitionKey } from './topics.ts';

const topics = Object.values(TOPICS);
const letters = topics.filter((topic) => topic.schema === 'any');
const HOUR_MS = 3_600_000;

describe('topics', () => {
  it('keep streams as long as the design says', () => {
    const hours = (name: TopicName): number => (TOPICS[name].retentionMs ?? 0) / HOUR_MS;
    expect(hours('market_raw')).toBe(8);
    expect(hours('market_events')).toBe(24);
    expect(hours('order_intents')).toBe(6);
    expect(hours('exec_reports')).toBe(7 * 24);
    expect(hours('dlq_market_raw')).toBe(30 * 24);
  });

  it.each(topics)(
    "$name sends its letters to a queue, unless it is compacted or the mesh's own",
    (topic) => {
      const own = topic.producers.length === 1 && topic.producers[0] === topic.consumers[0];
      const needsNone = topic.schema === 'any' || topic.cleanup === 'compact' || own;
      expect(topic.dlq === null).toBe(needsNone);
    },
  );

  it.each(letters)('$name has room for the largest record and its headers', (queue) => {
    const sources = topics.filter((topic) => topic.dlq === queue.name);
    expect(sources).not.toEqual([]);
    for (const source of sources) {
      expect(queue.maxMessageBytes).toBeGreaterThan(source.maxMessageBytes);
    }
    expect(queue.partitions).toBe(1);
  });

  it('key market topics by exchange and symbol', () => {
    expect(partitionKey('market_events', goldenRecord('MarketEvent'))).toBe('BINANCE|BTCUSDT');
    expect(partitionKey('order_intents', goldenRecord('OrderIntent'))).toBe('BINANCE|BTCUSDT');
    expect(partitionKey('data_checkpoints', goldenRecord('DataPlaneCheckpoint'))).toBe('3');
    expect(partitionKey('view_control', { usersTopic: 'users' })).toBe('');
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import type { Bus } from '@tickmesh/bus';
import { Fault } from '@tickmesh/kernel';
import { withBus } from '../connect.ts';
import { register } from './dlq.ts';

const GROUP = 'dlq-spec';

/** Runs `mesh dlq ...` in this process. */
async function dlq(...args: string[]): Promise<{ out: string; err: string }> {
  const lines = { out: [] as string[], err: [] as string[] };
  const program = new Command().exitOverride();
  register(program, {
    line: (text) => void lines.out.push(text),
    error: (text) => void lines.err.push(text),
  });
  await program.parseAsync(['dlq', ...args], { from: 'user' });
  process.exitCode = 0;
  return { out: lines.out.join('\n'), err: lines.err.join('\n') };
}

const tick = {
  event_type: 'tick_event',
  symbol: 'AAPL',
  exchange: 'SIM',
  timestamp: 1_767_623_400_000_000,
  received_at: 1_767_623_400_000_000,
  tick: {
    bid: 228,
    ask: 228.02,
    bid_size: 300,
    ask_size: 200,
    last: null,
    last_size: null,
    level2: null,
  },
  bar: null,
  book_status: null,
  data_quality: null,
  metadata: null,
} as const;

/** Publishes a message, and lets a group refuse it. */
async function refuseOne(bus: Bus): Promise<void> {
  await bus.publisher.publish({
    topic: 'market_events',
    value: tick,
    headers: { event_id: 'spec/1', run_id: 'spec', mode: 'paper' },
  });
  const refused = Promise.withResolvers<unknown>();
  const consumer = bus.consumer({
    groupId: GROUP,
    topics: ['market_events'],
    assignment: 'co-partitioned',
    ordering: 'partition',
    fallback: 'earliest',
    batchRecordsMax: 10,
    handle: (batch) => {
      for (const delivery of batch.deliveries) {
        batch.reject(delivery, new Fault('MSG_RULE_BROKEN', { field: 'bid', rule: 'spec' }));
      }
      refused.resolve(undefined);
      return Promise.resolve();
    },
  });
  await consumer.start();
  await refused.promise;
  await consumer.stop();
}

describe('mesh dlq', () => {
  const before = { ...process.env };

  beforeAll(async () => {
    process.env['KAFKA_BROKERS'] = before['TICKMESH_TEST_KAFKA'];
    process.env['SCHEMA_REGISTRY_URL'] =
      `${before['TICKMESH_TEST_REGISTRY'] ?? ''}/apis/ccompat/v7`;
    // The command line refuses variables of our prefix that it does not know.
    process.env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('TICKMESH_TEST_')),
    );
    process.env['TICKMESH_TOPIC_PREFIX'] = `dlq-${randomUUID().slice(0, 8)}-`;
    await withBus(async (bus) => {
      const topics = ['market_events', 'dlq_market_events'] as const;
      await bus.topics.create(topics);
      await bus.registerSchemas(['market_events']);
      await refuseOne(bus);
    });
  });

  afterAll(() => {
    process.env = before;
  });

  it('lists a letter with its reason, its source and the group that failed', async () => {
    const { out } = await dlq('list', '--topic', 'market_events');
    expect(out).toContain('MSG_RULE_BROKEN');
    expect(out).toContain(GROUP);
    const json = JSON.parse(
      (await dlq('list', '--topic', 'market_events', '--json')).out,
    ) as object;
    expect(json).toMatchObject({ status: 'new', attempts: 1, consumer_group: GROUP });
  });

  it('shows a letter whole, its bytes too, for people and for programs', async () => {
    for (const flags of [[], ['--json']]) {
      const { out } = await dlq('show', '--topic', 'market_events', ...flags);
      const letter = JSON.parse(out) as { value_base64: string; key: string; headers: object };
      expect(Buffer.from(letter.value_base64, 'base64')[0]).toBe(0);
      expect(letter.key).toBe('SIM|AAPL');
      expect(letter.headers).toMatchObject({ event_id: 'spec/1', run_id: 'spec' });
    }
  });

  it('sends a letter back once, and says what it refuses', async () => {
    expect((await dlq('replay', '--topic', 'market_events')).out).toContain('1 sent back');
    expect((await dlq('replay', '--topic', 'market_events')).out).toContain('1 refused');
    expect((await dlq('replay')).err).toContain('--topic');
  });
});

/** Order, commit after effect, redelivery, size, back-pressure. */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { withAdmin } from '../topics.ts';
import {
  Applied,
  type BusParts,
  CountedMetrics,
  type TestBus,
  type TestBusOptions,
  closedGate,
  frameMessage,
  openTestBus,
  storeMessage,
  storeMessages,
  until,
} from './harness.ts';
import { committed, defaults, startMember } from './members.ts';

const TOPICS = ['store_events', 'dlq_store_events'] as const;

export function deliverySuite(parts: () => BusParts): void {
  describe('delivery', () => {
    const opened: TestBus[] = [];
    const open = async (options: TestBusOptions): Promise<TestBus> => {
      const bus = await openTestBus(parts(), options);
      opened.push(bus);
      return bus;
    };
    afterEach(async () => {
      for (const bus of opened.splice(0)) await bus.close();
    });

    it('applies every message once and each key in the order of publishing', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      const messages = storeMessages(5_000, 40);
      const singly = messages.slice(0, 1_000).map((message) => bus.publisher.publish(message));
      await Promise.all([...singly, bus.publisher.publishAll(messages.slice(1_000))]);
      await until(() => applied.count >= 5_000, 'all are applied');
      expect(applied.numbers()).toEqual(messages.map(({ value }) => value.position));
      expect(applied.isInOrder()).toBe(true);
      expect(Math.max(...applied.batches)).toBeLessThanOrEqual(100);
    });

    it('answers a publish with the place of the record, and its key with one partition', async () => {
      const { bus } = await open({ topics: TOPICS });
      const places = await Promise.all(
        [0, 1, 2].map((number) => bus.publisher.publish(storeMessage('AAPL', number))),
      );
      const { partition } = places[0]!;
      expect(places).toEqual(
        [0n, 1n, 2n].map((offset) => ({ topic: 'store_events', partition, offset })),
      );
    });

    it('commits an offset only when the handler has resolved', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      const gate = closedGate();
      let isEntered = false;
      const consumer = bus.consumer({
        ...defaults(group('g')),
        handle: async () => {
          isEntered = true;
          await gate.passed;
        },
      });
      await consumer.start();
      await bus.publisher.publishAll([storeMessage('A', 0), storeMessage('A', 1)]);
      await until(() => isEntered, 'the handler is entered');
      await sleep(500);
      expect(await bus.groupLag(group('g'))).toEqual([]);
      gate.open();
      await until(async () => (await committed(bus, group('g'))) === 2n, 'both are committed');
      expect(await consumer.lag()).toEqual(
        new Map([0, 1, 2, 3, 4, 5].map((partition) => [`store_events/${partition}`, 0n])),
      );
    });

    it('delivers again what a killed process had not committed, and nothing is lost', async () => {
      const { bus, identity, group } = await open({ topics: TOPICS });
      await bus.publisher.publishAll(storeMessages(3_000, 30));
      const applied = new Set<number>();
      const kill = async (after: number): Promise<void> => {
        const member = startMember({ ...identity, groupId: group('g'), delayMs: 5 });
        for await (const line of createInterface({ input: member.stdout })) {
          applied.add(Number(line));
          if (applied.size >= after) member.kill('SIGKILL');
        }
      };
      await kill(500);
      const before = applied.size;
      const done = (await committed(bus, group('g'))) ?? 0n;
      expect(done).toBeLessThanOrEqual(BigInt(before));
      const rest = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: rest.handle });
      await consumer.start();
      await until(
        () => new Set([...applied, ...rest.numbers()]).size === 3_000,
        'all are applied by one of the two',
      );
      expect(BigInt(rest.count)).toBe(3_000n - done);
      expect(rest.isInOrder()).toBe(true);
    });

    it('carries records of 1 MB in packed batches', async () => {
      const { bus, newClient, group, onBroker } = await open({
        topics: ['market_raw', 'dlq_market_raw'],
      });
      // Smaller than the records: they only get through packed.
      await withAdmin(newClient(), (admin) =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: onBroker('market_raw'),
              configEntries: [{ name: 'max.message.bytes', value: '65536' }],
            },
          ],
        }),
      );
      const sizes: number[] = [];
      const consumer = bus.consumer({
        groupId: group('g'),
        topics: ['market_raw'],
        assignment: 'co-partitioned',
        ordering: 'partition',
        fallback: 'earliest',
        batchRecordsMax: 10,
        handle: ({ deliveries }) => {
          for (const { value } of deliveries) sizes.push(value.payload.length);
          return Promise.resolve();
        },
      });
      await consumer.start();
      const payload = Buffer.alloc(1_000_000, 'bid 1.0 ask 1.1 ');
      for (let i = 0; i < 3; i++) await bus.publisher.publish(frameMessage('BTCUSDT', i, payload));
      await until(() => sizes.length === 3, 'all three arrived');
      expect(sizes).toEqual([1_000_000, 1_000_000, 1_000_000]);
    });

    it('refuses a message that breaks a rule or is too large, and sends the others', async () => {
      const { bus } = await open({ topics: [...TOPICS, 'market_raw'] });
      const bad = storeMessage('A', 0);
      await expect(
        bus.publisher.publish({ ...bad, value: { ...bad.value, version: 0 } }),
      ).rejects.toMatchObject({
        code: 'MSG_RULE_BROKEN',
        details: { violations: [expect.objectContaining({ field: 'version' })] },
      });
      const large = frameMessage('BTCUSDT', 0, Buffer.alloc(4_200_000));
      await expect(bus.publisher.publish(large)).rejects.toMatchObject({ code: 'MSG_TOO_LARGE' });
      expect(await bus.publisher.publish(storeMessage('A', 1))).toMatchObject({ offset: 0n });
    });

    it('pauses the partitions of a slow handler, holds a bounded queue, and loses nothing', async () => {
      const metrics = new CountedMetrics();
      const limits = { queueRecordsMax: 200, roomWaitMs: 5 };
      const { bus, group } = await open({ topics: TOPICS, deps: { metrics, limits } });
      await bus.publisher.publishAll(storeMessages(4_000, 10));
      const applied = new Applied();
      const consumer = bus.consumer({
        ...defaults(group('g')),
        handle: async (batch) => {
          await sleep(2);
          await applied.handle(batch);
        },
      });
      await consumer.start();
      await until(() => applied.count >= 4_000, 'all are applied');
      expect(metrics.of('pausedMost')).toBeGreaterThan(0);
      expect(applied.count).toBe(4_000);
      expect(applied.isInOrder()).toBe(true);
    });

    it('counts what it published, sent, applied and committed', async () => {
      const metrics = new CountedMetrics();
      const { bus, group } = await open({ topics: TOPICS, deps: { metrics } });
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await bus.publisher.publishAll(storeMessages(10, 1));
      await until(() => metrics.of('committed store_events') > 0, 'they are committed');
      expect(metrics.of('published store_events CREATED ')).toBe(10);
      expect(metrics.of('batchApplied')).toBe(10);
      expect(metrics.of('endToEndLatency')).toBeGreaterThan(0);
    });

    it('fails what is published after the close', async () => {
      const { bus } = await open({ topics: TOPICS });
      await bus.publisher.close();
      await expect(bus.publisher.publish(storeMessage('A', 0))).rejects.toThrow(Fault);
    });
  });
}

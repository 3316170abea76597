/** What the bus does while a part it needs is away: it waits, loses nothing, and fills no queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { withAdmin } from '../topics.ts';
import {
  Applied,
  type BusParts,
  CountedMetrics,
  type TestBus,
  type TestBusOptions,
  openTestBus,
  storeMessage,
  storeMessages,
  until,
} from './harness.ts';
import { committed, defaults, startMember } from './members.ts';
import { type RegistryProxy, startRegistryProxy } from './registry-proxy.ts';

const TOPICS = ['store_events', 'dlq_store_events'] as const;
const QUEUE = 'dlq_store_events';

/** A broker of the suite's own, to be killed and started again. */
export interface OwnBroker {
  readonly address: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function outagesSuite(parts: () => BusParts, startBroker: () => Promise<OwnBroker>): void {
  describe('outages', () => {
    const closing: (() => Promise<void>)[] = [];
    const open = async (options: TestBusOptions, on = parts()): Promise<TestBus> => {
      const bus = await openTestBus(on, options);
      closing.push(bus.close);
      return bus;
    };
    const proxy = async (): Promise<RegistryProxy> => {
      const started = await startRegistryProxy(parts().registryUrl);
      closing.push(started.close);
      return started;
    };
    afterEach(async () => {
      for (const close of closing.splice(0).toReversed()) await close();
    });

    it('of a dependency of the handler pause its partition alone, for longer than a session', async () => {
      const { bus, events, group } = await open({ topics: TOPICS });
      const applied = new Applied();
      let isAway = true;
      const consumer = bus.consumer({
        ...defaults(group('g')),
        handle: (batch) =>
          isAway && batch.deliveries.some(({ key }) => key === 'E0')
            ? Promise.reject(new Fault('DATABASE_UNREACHABLE', {}))
            : applied.handle(batch),
      });
      await consumer.start();
      await bus.publisher.publishAll(storeMessages(120, 12));
      await until(() => consumer.state().phase === 'waiting', 'the consumer waits');
      await sleep(4_000);
      await bus.publisher.publishAll(storeMessages(120, 12, 120));
      await until(() => applied.count >= 150, 'the other partitions go on');
      expect(consumer.state().reason).toContain('PostgreSQL');
      expect(applied.byKey.has('E0')).toBe(false);
      isAway = false;
      await until(() => applied.count === 240, 'everything is applied');
      expect(applied.isInOrder()).toBe(true);
      expect(applied.numbers()).toEqual(Array.from({ length: 240 }, (_, i) => i));
      await until(() => consumer.state().phase === 'consuming', 'it no longer waits');
      expect(await bus.deadLetters.list({ queue: QUEUE })).toEqual([]);
      expect(events.filter(({ event }) => event === 'consumer.assigned')).toHaveLength(1);
    });

    it('of the registry hold what needs it, and nothing that was seen before', async () => {
      const registry = await proxy();
      const test = await open({ topics: TOPICS }, { ...parts(), registryUrl: registry.url });
      const { bus, config, group } = test;
      await bus.publisher.publishAll(storeMessages(10, 1));
      // A second bus has seen no schema yet.
      const fresh = await open(
        { topics: TOPICS, prefix: config.topicPrefix! },
        { ...parts(), registryUrl: registry.url },
      );
      registry.setDown(true);
      const applied = new Applied();
      const consumer = fresh.bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await until(() => consumer.state().phase === 'waiting', 'the consumer waits');
      await bus.publisher.publish(storeMessage('E0', 10));
      await expect(fresh.bus.publisher.publish(storeMessage('E0', 99))).rejects.toMatchObject({
        code: 'REGISTRY_UNREACHABLE',
      });
      expect((await fresh.bus.health()).registry.isUp).toBe(false);
      await sleep(500);
      expect(applied.count).toBe(0);
      registry.setDown(false);
      await until(() => applied.count === 11, 'all are applied');
      registry.setDown(true);
      await fresh.bus.publisher.publish(storeMessage('E0', 11)).catch(() => undefined);
      await bus.publisher.publish(storeMessage('E0', 12));
      await until(() => applied.count >= 12, 'a known schema needs no registry');
      expect(applied.isInOrder()).toBe(true);
      expect(await bus.deadLetters.list({ queue: QUEUE })).toEqual([]);
    });

    it('are not what an unknown schema id is: it is asked for once, not once a record', async () => {
      const registry = await proxy();
      const test = await open({ topics: TOPICS }, { ...parts(), registryUrl: registry.url });
      const { bus, group, putBytes } = test;
      const bytes = Buffer.alloc(9);
      bytes.writeUInt32BE(1_999_999_999, 1);
      await Promise.all(Array.from({ length: 200 }, () => putBytes('store_events', 'A', bytes)));
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await bus.publisher.publish(storeMessage('A', 1));
      await until(() => applied.count === 1, 'the good record is applied');
      expect(await bus.deadLetters.depth(QUEUE)).toBe(200);
      expect(registry.requests('/schemas/ids/1999999999')).toBe(1);
    });

    it('of the dead-letter queue pause the partition: the poison is neither lost nor skipped', async () => {
      const test = await open({ topics: ['store_events'] });
      const { bus, group, newClient, onBroker, putBytes } = test;
      await putBytes('store_events', 'A', Buffer.from('poison'));
      await bus.publisher.publish(storeMessage('A', 1));
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await until(() => consumer.state().phase === 'waiting', 'the consumer waits');
      expect(applied.count).toBe(0);
      expect(await committed(bus, group('g'))).toBeUndefined();
      await withAdmin(newClient(), (admin) =>
        admin.createTopics({ topics: [{ topic: onBroker(QUEUE), numPartitions: 1 }] }),
      );
      await until(() => applied.count === 1, 'the good record is applied');
      expect(await bus.deadLetters.list({ queue: QUEUE })).toHaveLength(1);
      await until(async () => (await committed(bus, group('g'))) === 2n, 'both are committed');
    });

    it('of the past, a position that the log no longer has, are said and counted', async () => {
      const metrics = new CountedMetrics();
      const test = await open({ topics: TOPICS, deps: { metrics } });
      const { bus, events, group, newClient, onBroker } = test;
      const first = new Applied();
      const once = bus.consumer({ ...defaults(group('g')), handle: first.handle });
      await once.start();
      const { partition } = await bus.publisher.publish(storeMessage('A', 0));
      await until(async () => (await committed(bus, group('g'))) === 1n, 'the first is committed');
      await once.stop();
      await bus.publisher.publishAll(
        Array.from({ length: 20 }, (_, i) => storeMessage('A', i + 1)),
      );
      await withAdmin(newClient(), async (admin) => {
        await admin.fetchTopicOffsets(onBroker('store_events'));
        await admin.deleteTopicRecords({
          topic: onBroker('store_events'),
          partitions: [{ partition, offset: '15' }],
        });
      });
      const rest = new Applied();
      const again = bus.consumer({ ...defaults(group('g')), handle: rest.handle });
      await again.start();
      await until(() => rest.count === 6, 'what is still there is applied');
      expect(rest.numbers()).toEqual([15, 16, 17, 18, 19, 20]);
      expect(metrics.of('offsetReset store_events')).toBe(1);
      const reset = events.find(({ event }) => event === 'consumer.offset_reset');
      expect(reset?.fields).toMatchObject({ partition, to_offset: 15n, fallback: 'earliest' });
    });

    it('of the broker, killed in the middle of the traffic, lose nothing that was acknowledged', async () => {
      const broker = await startBroker();
      closing.push(() => broker.stop());
      const test = await open({ topics: TOPICS }, { ...parts(), broker: broker.address });
      const { bus, group } = test;
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      const acknowledged: number[] = [];
      const finish = new AbortController();
      const publishing = (async () => {
        for (let number = 0; !finish.signal.aborted; number++) {
          try {
            await bus.publisher.publish(storeMessage(`E${number % 10}`, number));
            acknowledged.push(number);
          } catch {
            // Not acknowledged: it may or may not be in the log.
          }
          await sleep(2);
        }
      })();
      await until(() => applied.count > 100, 'traffic flows');
      await broker.kill();
      const before = applied.count;
      expect((await bus.health()).broker.isUp).toBe(false);
      await broker.restart();
      await until(() => applied.count > before + 100, 'traffic flows again', 60_000);
      finish.abort();
      await publishing;
      const missing = (): number[] => {
        const seen = new Set(applied.numbers());
        return acknowledged.filter((number) => !seen.has(number));
      };
      await until(() => missing().length === 0, 'all that was acknowledged is applied');
      expect(consumer.state().phase).toBe('consuming');
      expect(await bus.deadLetters.list({ queue: QUEUE })).toEqual([]);
    });

    it('of a member that was stopped and wakes up let it commit nothing over its successor', async () => {
      const { bus, identity, group } = await open({ topics: TOPICS });
      await bus.publisher.publishAll(storeMessages(400, 1));
      const zombie = startMember({ ...identity, groupId: group('g'), delayMs: 150 });
      let lines = 0;
      zombie.stdout.on('data', (chunk: Buffer) => {
        lines += chunk.toString().split('\n').length - 1;
      });
      await until(() => lines >= 40, 'it works');
      zombie.kill('SIGSTOP');
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await until(async () => (await committed(bus, group('g'))) === 400n, 'all are committed');
      zombie.kill('SIGCONT');
      const offsets = new Set<bigint | undefined>();
      for (let i = 0; i < 15; i++) {
        offsets.add(await committed(bus, group('g')));
        await sleep(100);
      }
      zombie.kill('SIGKILL');
      expect([...offsets]).toEqual([400n]);
    });
  });
}

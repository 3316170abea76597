/** Who owns which partitions, and what happens when that changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Consumer, DeliveryBatch, PartitionStart } from '../port.ts';
import {
  Applied,
  type BusParts,
  type TestBus,
  type TestBusOptions,
  closedGate,
  openTestBus,
  storeMessages,
  until,
} from './harness.ts';
import { committed, defaults, startMember } from './members.ts';

const TOPICS = ['store_events', 'dlq_store_events'] as const;

const numbersOf = (consumer: Consumer, topic = 'store_events'): number[] =>
  consumer
    .state()
    .partitions.filter((owned) => owned.topic === topic)
    .map(({ partition }) => partition);

export function groupsSuite(parts: () => BusParts): void {
  describe('groups', () => {
    const opened: TestBus[] = [];
    const open = async (options: TestBusOptions): Promise<TestBus> => {
      const bus = await openTestBus(parts(), options);
      opened.push(bus);
      return bus;
    };
    afterEach(async () => {
      for (const bus of opened.splice(0)) await bus.close();
    });

    it('keep every message and its order while members come and go under load', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      const applied = new Applied();
      const member = (): Consumer =>
        bus.consumer({
          ...defaults(group('g')),
          batchRecordsMax: 20,
          handle: async (batch) => {
            await sleep(2);
            await applied.handle(batch);
          },
        });
      const first = member();
      await first.start();
      const total = 6_000;
      const publishing = (async () => {
        for (let from = 0; from < total; from += 100) {
          await bus.publisher.publishAll(storeMessages(100, 30, from));
          await sleep(40);
        }
      })();
      const second = member();
      await second.start();
      await until(() => numbersOf(first).length === 3, 'the partitions are shared');
      const third = member();
      await third.start();
      await until(() => numbersOf(third).length === 2, 'three share the partitions');
      await first.stop();
      await until(() => numbersOf(third).length === 3, 'two share the partitions');
      await second.stop();
      await publishing;
      await until(() => applied.count >= total, 'all are applied', 20_000);
      expect(applied.numbers()).toEqual(Array.from({ length: total }, (_, i) => i));
      expect(applied.isInOrder()).toBe(true);
    });

    it('give the same partition numbers of all topics to one member', async () => {
      const { bus, group } = await open({ topics: [...TOPICS, 'market_raw', 'dlq_market_raw'] });
      const member = (): Consumer =>
        bus.consumer({
          ...defaults(group('g')),
          topics: ['store_events', 'market_raw'],
          ordering: 'slice',
          handle: () => Promise.resolve(),
        });
      const members = [member(), member()];
      for (const one of members) await one.start();
      await until(
        () => members.every((one) => one.state().partitions.length === 6),
        'the partitions are shared',
      );
      for (const one of members) {
        expect(numbersOf(one, 'market_raw')).toEqual(numbersOf(one, 'store_events'));
      }
      expect(members.flatMap((one) => numbersOf(one)).toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('give everything to a single owner, and nothing to those who join later', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      const applied = [new Applied(), new Applied(), new Applied()];
      const members = applied.map(({ handle }) =>
        bus.consumer({
          ...defaults(group('g')),
          assignment: 'single-owner',
          ordering: 'all',
          handle,
        }),
      );
      for (const one of members) await one.start();
      await until(
        () => members.every((one) => one.state().phase !== 'joining'),
        'the group is settled',
      );
      expect(members.map((one) => one.state().phase)).toEqual(['consuming', 'standby', 'standby']);
      await bus.publisher.publishAll(storeMessages(100, 10));
      await until(() => applied[0]!.count === 100, 'the owner has applied all');
      await members[0]!.stop();
      await until(
        () => members.filter((one) => one.state().phase === 'consuming').length === 1,
        'a stand-by takes over',
      );
      await bus.publisher.publishAll(storeMessages(100, 10, 100));
      await until(() => applied[1]!.count + applied[2]!.count === 100, 'the new owner goes on');
      expect(applied[0]!.count).toBe(100);
    });

    it('let a stand-by take over from an owner that was killed', async () => {
      const { bus, identity, group } = await open({ topics: TOPICS });
      const options = { ...identity, groupId: group('g'), delayMs: 1, assignment: 'single-owner' };
      const owner = startMember(options);
      await bus.publisher.publishAll(storeMessages(50, 5));
      await new Promise((resolve) => owner.stdout.once('data', resolve));
      const applied = new Applied();
      const standby = bus.consumer({
        ...defaults(group('g')),
        assignment: 'single-owner',
        handle: applied.handle,
      });
      await standby.start();
      expect(standby.state().phase).toBe('standby');
      owner.kill('SIGKILL');
      await until(() => standby.state().phase === 'consuming', 'the stand-by took over');
      await bus.publisher.publishAll(storeMessages(50, 5, 50));
      await until(
        () => applied.numbers().filter((number) => number >= 50).length === 50,
        'the stand-by applies what comes',
      );
    });

    it('wait for the batch in hand before they let another member have its partitions', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      const gate = closedGate();
      const seen: string[] = [];
      const revoked: (readonly PartitionStart[])[] = [];
      const options = defaults(group('g'));
      const first = bus.consumer({
        ...options,
        handle: async ({ deliveries, isOwned }) => {
          seen.push(`enter ${deliveries.length}`);
          await gate.passed;
          seen.push(`leave ${isOwned()}`);
        },
        onRevoked: (partitions) => {
          seen.push('revoked');
          revoked.push(partitions);
          return Promise.resolve();
        },
      });
      await first.start();
      await bus.publisher.publishAll(storeMessages(10, 1));
      await until(() => seen.length === 1, 'a batch is in hand');
      const applied = new Applied();
      const second = bus.consumer({ ...options, handle: applied.handle });
      const joined = second.start();
      await sleep(1_000);
      expect(applied.count).toBe(0);
      gate.open();
      await joined;
      await until(() => numbersOf(second).length === 3, 'the partitions are shared');
      expect(seen.slice(0, 3)).toEqual(['enter 10', 'leave true', 'revoked']);
      expect(revoked[0]).toHaveLength(6);
      await until(async () => (await committed(bus, group('g'))) === 10n, 'all are committed');
      expect(applied.count).toBe(0);
    });

    it('take no commit from a member whose batch outlived its ownership', async () => {
      const limits = { batchInHandMs: 300 };
      const { bus, group } = await open({ topics: TOPICS, deps: { limits } });
      const gate = closedGate();
      const owned: boolean[] = [];
      const options = defaults(group('g'));
      const hold = async ({ isOwned }: DeliveryBatch): Promise<void> => {
        await gate.passed;
        owned.push(isOwned());
      };
      let calls = 0;
      const first = bus.consumer({
        ...options,
        handle: (batch) => (calls++ === 0 ? hold(batch) : Promise.reject(new Error('again'))),
      });
      await first.start();
      await bus.publisher.publishAll(storeMessages(10, 1));
      await until(() => calls === 1, 'a batch is in hand');
      const stopping = first.stop();
      const applied = new Applied();
      const second = bus.consumer({ ...options, handle: applied.handle });
      await stopping;
      gate.open();
      await until(() => owned.length === 1, 'the late batch ended');
      expect(owned).toEqual([false]);
      expect(await committed(bus, group('g'))).toBeUndefined();
      await second.start();
      await until(() => applied.count === 10, 'the next owner applies what was not committed');
    });

    it('start where the service says, and deliver nothing before it has said it', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      await bus.publisher.publishAll(storeMessages(100, 1));
      const gate = closedGate();
      const applied = new Applied();
      const { partition } = await bus.publisher.publish(storeMessages(1, 1, 100)[0]!);
      const consumer = bus.consumer({
        ...defaults(group('g')),
        handle: applied.handle,
        onAssigned: async (partitions) => {
          await gate.passed;
          return partitions
            .filter((owned) => owned.partition === partition)
            .map((owned) => ({ ...owned, offset: 90n }));
        },
      });
      await consumer.start();
      await sleep(600);
      expect(applied.count).toBe(0);
      gate.open();
      await until(() => applied.count === 11, 'the last eleven are applied');
      expect(applied.numbers()).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    });
  });
}

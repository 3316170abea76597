/** Topics and schemas as declared, and reading without a group. */
import kafkajs from 'kafkajs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS, codecOf } from '@tickmesh/contracts';
import type { OutgoingMessage } from '../port.ts';
import type { TailedRecord } from '../reading.ts';
import { schemaRegistry } from '../schema-registry.ts';
import { withAdmin } from '../topics.ts';
import {
  Applied,
  type BusParts,
  type TestBus,
  type TestBusOptions,
  eventHeaders,
  openTestBus,
  storeMessage,
  storeMessages,
  until,
} from './harness.ts';
import { defaults } from './members.ts';

const STORE = ['store_events', 'dlq_store_events'] as const;

export function topicsSuite(parts: () => BusParts): void {
  describe('topics and schemas', () => {
    const opened: TestBus[] = [];
    const open = async (options: TestBusOptions): Promise<TestBus> => {
      const bus = await openTestBus(parts(), options);
      opened.push(bus);
      return bus;
    };
    afterEach(async () => {
      for (const bus of opened.splice(0)) await bus.close();
    });

    it('are all created once, as declared, and every later difference is told', async () => {
      const { bus, events, newClient, onBroker } = await open({ topics: [] });
      expect((await bus.topics.create()).toSorted()).toEqual(Object.keys(TOPICS).toSorted());
      expect(await bus.topics.create()).toEqual([]);
      expect(await bus.topics.verify()).toEqual([]);
      await withAdmin(newClient(), async (admin) => {
        await admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: onBroker('market_raw'),
              configEntries: [
                { name: 'retention.ms', value: '1000' },
                { name: 'compression.type', value: 'gzip' },
                { name: 'max.message.bytes', value: '4194304' },
              ],
            },
          ],
        });
        await admin.createPartitions({
          topicPartitions: [{ topic: onBroker('dlq_market_raw'), count: 2 }],
        });
        await admin.deleteTopics({ topics: [onBroker('instruments')] });
      });
      const differences = await bus.topics.verify();
      expect(differences.map(({ topic, field, found }) => [topic, field, found])).toEqual([
        ['market_raw', 'retention.ms', '1000'],
        ['market_raw', 'compression.type', 'gzip'],
        ['instruments', 'missing', 'not there'],
        ['dlq_market_raw', 'partitions', '2'],
      ]);
      expect(events.filter(({ event }) => event === 'topic.differs')).toHaveLength(4);
      const listed = await bus.topics.list();
      expect(listed.find(({ topic }) => topic === 'instruments')).toMatchObject({ isThere: false });
    });

    it('are registered once, under full transitive compatibility, and a breaking one is refused', async () => {
      const { bus, onBroker } = await open({ topics: STORE });
      const [again] = await bus.registerSchemas(['store_events']);
      expect(again).toMatchObject({ isNew: false, subject: `${onBroker('store_events')}-value` });
      const registry = schemaRegistry({ url: parts().registryUrl });
      expect(await registry.compatibility(again!.subject)).toBe('FULL_TRANSITIVE');
      const versions: number[] = [];
      for await (const { version } of registry.versions(again!.subject)) versions.push(version);
      expect(versions).toEqual([1]);
      const broken = JSON.parse(codecOf('StoreEvent').schema) as { fields: unknown[] };
      broken.fields.push({ name: 'added', type: 'string' });
      await expect(registry.register(again!.subject, JSON.stringify(broken))).rejects.toMatchObject(
        {
          code: 'REGISTRY_REFUSED',
        },
      );
    });

    it('with a newer schema are read by an older service', async () => {
      const { bus, group, onBroker, putBytes } = await open({ topics: STORE });
      const registry = schemaRegistry({ url: parts().registryUrl });
      const newer = JSON.parse(codecOf('StoreEvent').schema) as { fields: unknown[] };
      newer.fields.push({ name: 'note', type: ['null', 'string'], default: null });
      const id = await registry.register(
        `${onBroker('store_events')}-value`,
        JSON.stringify(newer),
      );
      const message = storeMessage('A', 1);
      const frame = Buffer.alloc(5);
      frame.writeUInt32BE(id, 1);
      const body = codecOf('StoreEvent').encode(message.value);
      const note = Buffer.from([2, 4, 0x6f, 0x6b]);
      const headers = { event_id: 'e', run_id: 'r', mode: 'live' };
      await putBytes('store_events', 'A', Buffer.concat([frame, body, note]), headers);
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await until(() => applied.count === 1, 'it is applied');
      expect(applied.byKey).toEqual(new Map([['A', [1]]]));
    });

    it('are tailed without a group, from either end or an offset, the unreadable shown as such', async () => {
      const { bus, putBytes } = await open({ topics: STORE });
      await bus.publisher.publishAll(storeMessages(20, 4));
      await putBytes('store_events', 'E0', Buffer.from('poison'));
      const shown = async (
        options: Parameters<typeof bus.tail>[1],
      ): Promise<TailedRecord<'store_events'>[]> => {
        const records: TailedRecord<'store_events'>[] = [];
        for await (const record of bus.tail('store_events', options)) records.push(record);
        return records;
      };
      const all = await shown({ from: 'beginning' });
      expect(all).toHaveLength(21);
      const unreadable = all.filter(({ kind }) => kind === 'unreadable');
      expect(unreadable).toMatchObject([{ fault: { code: 'MSG_NOT_FRAMED' } }]);
      expect(await shown({ from: 'beginning', max: 5 })).toHaveLength(5);
      expect(await shown({ from: 'end' })).toEqual([]);
      for (const { record } of await shown({ from: 4n })) {
        expect(record.offset).toBeGreaterThanOrEqual(4n);
      }
      const stop = new AbortController();
      const following = shown({ from: 'end', follow: true, max: 2, signal: stop.signal });
      await new Promise((resolve) => setTimeout(resolve, 300));
      await bus.publisher.publishAll(storeMessages(2, 1, 50));
      const live = await following;
      expect(
        live.map((one) => (one.kind === 'message' ? one.delivery.value.position : undefined)),
      ).toEqual([50, 51]);
    });

    it('that are compacted are read as the latest of each key, without the deleted ones', async () => {
      const { bus, putBytes } = await open({ topics: ['view_state'] });
      const state = (group: string, generation: number): OutgoingMessage<'view_state'> => ({
        topic: 'view_state',
        value: {
          view_group: group,
          generation,
          author: 'ops',
          requested_at: 1_760_000_000_000_000,
          definition: '{}',
        },
        headers: eventHeaders(`${group}#${generation}`),
      });
      await bus.publisher.publishAll([state('a', 1), state('b', 1), state('a', 2), state('c', 1)]);
      await putBytes('view_state', 'b', null);
      const latest = await bus.readCompacted('view_state');
      expect([...latest].map(([key, { value }]) => [key, value.generation])).toEqual([
        ['a', 2],
        ['c', 1],
      ]);
    });

    it('that are plain JSON go and come as JSON, without a frame', async () => {
      const { bus } = await open({ topics: ['view_control', 'dlq_view_control'] });
      const value = { usersTopic: 'users', joinType: 'natural' };
      await bus.publisher.publish({ topic: 'view_control', value, headers: eventHeaders('v') });
      const records: TailedRecord<'view_control'>[] = [];
      for await (const one of bus.tail('view_control', { from: 'beginning' })) records.push(one);
      expect(records[0]!.record.value!.toString()).toBe(JSON.stringify(value));
      expect(records).toMatchObject([{ kind: 'message', delivery: { value } }]);
    });

    it('say how far a group is, and whether the parts answer', async () => {
      const { bus, group } = await open({ topics: STORE });
      const { partition } = await bus.publisher.publish(storeMessage('A', 0));
      const applied = new Applied();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await until(
        async () => (await bus.groupLag(group('g'))).some(({ lagRecords }) => lagRecords === 0n),
        'the record is committed',
      );
      await consumer.stop();
      await bus.publisher.publishAll([storeMessage('A', 1), storeMessage('A', 2)]);
      expect(await bus.groupLag(group('g'))).toEqual([
        { topic: 'store_events', partition, committed: 1n, next: 3n, lagRecords: 2n },
      ]);
      const health = await bus.health();
      expect([health.broker.isUp, health.registry.isUp]).toEqual([true, true]);
      expect(health.consumers).toMatchObject([{ groupId: group('g'), phase: 'stopped' }]);
    });
  });
}

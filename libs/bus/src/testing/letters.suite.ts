/** Dead letters are sent back once, by choice, to the group that failed. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { headerText } from '../observe.ts';
import type { Delivery } from '../port.ts';
import {
  Applied,
  type BusParts,
  type TestBus,
  type TestBusOptions,
  openTestBus,
  storeMessages,
  until,
} from './harness.ts';
import { committed, defaults } from './members.ts';

const TOPICS = ['store_events', 'dlq_store_events'] as const;
const QUEUE = 'dlq_store_events';

export function lettersSuite(parts: () => BusParts): void {
  describe('dead letters', () => {
    const opened: TestBus[] = [];
    const open = async (options: TestBusOptions): Promise<TestBus> => {
      const bus = await openTestBus(parts(), options);
      opened.push(bus);
      return bus;
    };
    afterEach(async () => {
      for (const bus of opened.splice(0)) await bus.close();
    });

    /** Ten messages of which one group refuses three until it is mended, and another takes all. */
    const fail = async (test: TestBus) => {
      const { bus, group } = test;
      let isMended = false;
      const seen: Delivery<'store_events'>[] = [];
      const failing = bus.consumer({
        ...defaults(group('failing')),
        handle: ({ deliveries, reject }) => {
          for (const delivery of deliveries) {
            const isBad = delivery.value.position % 4 === 0;
            if (isBad && !isMended) reject(delivery, new Fault('INSTRUMENT_UNKNOWN', {}));
            else seen.push(delivery);
          }
          return Promise.resolve();
        },
      });
      const other = new Applied();
      const healthy = bus.consumer({ ...defaults(group('healthy')), handle: other.handle });
      await bus.publisher.publishAll(storeMessages(10, 1));
      await failing.start();
      await healthy.start();
      await until(
        async () =>
          (await committed(bus, group('failing'))) === 10n &&
          (await committed(bus, group('healthy'))) === 10n,
        'both are through',
      );
      return { seen, other, mend: () => (isMended = true) };
    };

    it('reach the group that failed, with their provenance, and no other', async () => {
      const test = await open({ topics: TOPICS });
      const { bus, events, group } = test;
      const { seen, other, mend } = await fail(test);
      mend();
      const report = await bus.deadLetters.replay({ queue: QUEUE });
      expect(report.replayed.map(({ facts }) => facts.source_offset)).toEqual(['0', '4', '8']);
      await until(() => seen.length === 10, 'the group has applied them');
      await until(async () => (await committed(bus, group('healthy'))) === 13n, 'passed over');
      expect(other.count).toBe(10);
      expect(seen.slice(7).map(({ value }) => value.position)).toEqual([0, 4, 8]);
      const { headers, record, key } = seen[7]!;
      expect(key).toBe('E0');
      expect(headers).toMatchObject({
        event_id: 'E0#0',
        replayed_from: `${QUEUE}/0/0`,
        replay_count: '1',
        target_group: group('failing'),
      });
      expect(headerText(record.headers, 'error_type')).toBeUndefined();
      expect(events.filter(({ event }) => event === 'record.replayed')).toHaveLength(3);
    });

    it('are refused a second time, unless forced', async () => {
      const test = await open({ topics: TOPICS });
      const { bus } = test;
      const { seen, mend } = await fail(test);
      mend();
      await bus.deadLetters.replay({ queue: QUEUE, max: 1 });
      const statuses = async (): Promise<string[]> =>
        (await bus.deadLetters.list({ queue: QUEUE })).map(({ status }) => status);
      expect(await statuses()).toEqual(['new', 'new', 'replayed']);
      const again = await bus.deadLetters.replay({ queue: QUEUE });
      expect([again.replayed.length, again.refused.length]).toEqual([2, 1]);
      const none = await bus.deadLetters.replay({ queue: QUEUE });
      expect([none.replayed.length, none.refused.length]).toEqual([0, 3]);
      await until(() => seen.length === 10, 'each was applied once');
      const select = (letter: { offset: bigint }): boolean => letter.offset === 0n;
      const forced = await bus.deadLetters.replay({ queue: QUEUE, select, force: true });
      expect([forced.replayed.length, forced.refused.length]).toEqual([1, 0]);
      await until(() => seen.length === 11, 'the forced one came again');
      expect(await bus.deadLetters.depth(QUEUE)).toBe(0);
    });

    it('are sent once when two replay at the same time', async () => {
      const test = await open({ topics: TOPICS });
      const { bus, config } = test;
      const { seen, mend } = await fail(test);
      mend();
      const second = await openTestBus(parts(), { topics: TOPICS, prefix: config.topicPrefix! });
      opened.push(second);
      const reports = await Promise.all([
        bus.deadLetters.replay({ queue: QUEUE }),
        second.bus.deadLetters.replay({ queue: QUEUE }),
      ]);
      expect(reports.flatMap(({ replayed }) => replayed)).toHaveLength(3);
      await until(() => seen.length === 10, 'each was applied');
      const [{ next }] = await nonEmptyEnds(bus);
      expect(next).toBe(13n);
    });

    it('that fail again come back to the queue and count their replays', async () => {
      const test = await open({ topics: TOPICS });
      const { bus } = test;
      await fail(test);
      await bus.deadLetters.replay({ queue: QUEUE, max: 1 });
      await until(async () => (await bus.deadLetters.depth(QUEUE)) === 3, 'it is back');
      const letters = await bus.deadLetters.list({ queue: QUEUE });
      const back = letters.at(-1)!;
      expect([back.status, back.facts.source_offset]).toEqual(['new', '10']);
      expect(headerText(back.headers, 'replay_count')).toBe('1');
      await bus.deadLetters.replay({ queue: QUEUE, max: 1 });
      await until(
        async () =>
          (await bus.deadLetters.list({ queue: QUEUE })).some(
            ({ headers }) => headerText(headers, 'replay_count') === '2',
          ),
        'it is back once more',
      );
    });

    it('are read one by one, and only from queues', async () => {
      const test = await open({ topics: TOPICS });
      await fail(test);
      const letter = await test.bus.deadLetters.read(QUEUE, 0, 1n);
      expect(letter.facts.source_offset).toBe('4');
      await expect(test.bus.deadLetters.read(QUEUE, 0, 99n)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      await expect(test.bus.deadLetters.list({ queue: 'store_events' })).rejects.toMatchObject({
        code: 'ARGUMENT_INVALID',
      });
    });
  });
}

async function nonEmptyEnds({ endOffsets }: TestBus['bus']): Promise<[{ readonly next: bigint }]> {
  const ends = await endOffsets('store_events');
  return [ends.find(({ next }) => next > 0n)!];
}

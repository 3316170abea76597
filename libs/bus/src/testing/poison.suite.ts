/** Records that cannot be applied: each in its dead-letter queue, the next good one unaffected. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { codecOf } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import type { DeadLetter } from '../dead-letter-queue.ts';
import { isSameSchema, schemaRegistry } from '../schema-registry.ts';
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
import { committed, defaults } from './members.ts';

const TOPICS = ['store_events', 'dlq_store_events'] as const;
const QUEUE = 'dlq_store_events';
const HEADERS = { event_id: 'e', run_id: 'r', mode: 'replay', traceparent: '00-aa-bb-01' };

const framed = (schemaId: number, body: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(5 + body.length);
  bytes.writeUInt32BE(schemaId, 1);
  bytes.set(body, 5);
  return bytes;
};

interface Poison {
  readonly name: string;
  readonly value: Buffer | null;
  readonly error: string;
  readonly headers?: Record<string, string>;
}

function poisons(schemaId: number, otherSchemaId: number): readonly Poison[] {
  const codec = codecOf('StoreEvent');
  const { value } = storeMessage('A', 1);
  const good = codec.encode(value);
  const notUtf8 = Buffer.from(good);
  notUtf8[notUtf8.indexOf('A')] = 0xff;
  return [
    { name: 'no bytes', value: Buffer.alloc(0), error: 'MSG_NOT_FRAMED' },
    { name: 'a tombstone', value: null, error: 'MSG_NOT_FRAMED' },
    { name: 'a wrong magic byte', value: Buffer.from('{"json":1}'), error: 'MSG_NOT_FRAMED' },
    { name: 'an unknown schema', value: framed(2_000_000_000, good), error: 'MSG_SCHEMA_UNKNOWN' },
    {
      name: "another topic's schema",
      value: framed(otherSchemaId, good),
      error: 'MSG_SCHEMA_WRONG',
    },
    { name: 'a cut body', value: framed(schemaId, good.subarray(0, 9)), error: 'MSG_UNREADABLE' },
    { name: 'text that is not UTF-8', value: framed(schemaId, notUtf8), error: 'MSG_UNREADABLE' },
    {
      name: '2 MB of noise',
      value: framed(schemaId, Buffer.alloc(2_000_000, 0x7f)),
      error: 'MSG_UNREADABLE',
    },
    {
      name: 'a broken rule',
      value: framed(schemaId, codec.encode({ ...value, version: 0 })),
      error: 'MSG_RULE_BROKEN',
    },
    {
      name: 'headers by the names of inherited properties',
      value: Buffer.from('?'),
      error: 'MSG_NOT_FRAMED',
      headers: { constructor: 'a', ['__proto__']: 'b', valueOf: 'c' },
    },
    { name: 'no headers', value: framed(schemaId, good), error: 'MSG_RULE_BROKEN', headers: {} },
  ];
}

export function poisonSuite(parts: () => BusParts): void {
  describe('poison', () => {
    const opened: TestBus[] = [];
    const open = async (options: TestBusOptions): Promise<TestBus> => {
      const bus = await openTestBus(parts(), options);
      opened.push(bus);
      return bus;
    };
    afterEach(async () => {
      for (const bus of opened.splice(0)) await bus.close();
    });

    it('lands in the dead-letter queue with every header, and the good records are applied', async () => {
      const metrics = new CountedMetrics();
      const test = await open({ topics: [...TOPICS, 'market_raw'], deps: { metrics } });
      const { bus, group, onBroker, putBytes } = test;
      const [schemaId, otherId] = await schemaIds(parts(), test);
      const bad = poisons(schemaId, otherId);
      let number = 0;
      for (const { value, headers } of bad) {
        await putBytes('store_events', 'A', value, headers ?? HEADERS);
        await bus.publisher.publish(storeMessage('A', number++));
      }
      const applied = new Applied();
      const before = new Date().toISOString();
      const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
      await consumer.start();
      await until(() => applied.count === bad.length, 'the good records are applied');
      await until(
        async () => (await committed(bus, group('g'))) === BigInt(2 * bad.length),
        'everything is committed',
      );
      expect(applied.isInOrder()).toBe(true);
      const letters = await bus.deadLetters.list({ queue: QUEUE });
      expect(letters.map(({ facts }) => facts.error_type)).toEqual(bad.map(({ error }) => error));
      letters.forEach((letter, i) => {
        expectUntouched(letter, bad[i]!);
        const { facts } = letter;
        expect(facts.source_topic).toBe(onBroker('store_events'));
        expect(facts.source_offset).toBe(String(2 * i));
        expect(facts.source_partition).toBe(String(consumerPartition(letters)));
        expect(facts.consumer_group).toBe(group('g'));
        expect(facts.attempts).toBe('1');
        expect(facts.first_failed_at >= before.slice(0, 19)).toBe(true);
        expect(facts.last_failed_at).toBe(facts.first_failed_at);
        expect(facts.error_message).not.toBe('');
      });
      expect(metrics.of(`deadLettered ${QUEUE} store_events MSG_NOT_FRAMED`)).toBe(4);
      expect(metrics.of('consumeFailed store_events')).toBe(bad.length);
    });

    it('in a batch is found by applying each record alone', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      await bus.publisher.publishAll(storeMessages(40, 1));
      const applied = new Applied();
      const sizes: number[] = [];
      const consumer = bus.consumer({
        ...defaults(group('g')),
        handle: async (batch) => {
          sizes.push(batch.deliveries.length);
          for (const { value } of batch.deliveries) {
            if (value.position === 7) throw new Fault('INSTRUMENT_UNKNOWN', { symbol: 'X' });
            if (value.position === 9) throw new TypeError('a bug');
          }
          await applied.handle(batch);
        },
      });
      await consumer.start();
      await until(() => applied.count === 38, 'all but two are applied');
      await until(async () => (await committed(bus, group('g'))) === 40n, 'all are committed');
      const letters = await bus.deadLetters.list({ queue: QUEUE });
      expect(
        letters.map(({ facts }) => [facts.source_offset, facts.error_type, facts.attempts]),
      ).toEqual([
        ['7', 'INSTRUMENT_UNKNOWN', '2'],
        ['9', 'UNEXPECTED', '4'],
      ]);
      expect(letters[1]!.facts.error_message).toContain('a bug');
      expect(applied.isInOrder()).toBe(true);
      expect(sizes[0]).toBe(40);
    });

    it('that the handler rejects goes to the queue, and the rest of the batch stands', async () => {
      const { bus, group } = await open({ topics: TOPICS });
      await bus.publisher.publishAll(storeMessages(10, 1));
      let calls = 0;
      const consumer = bus.consumer({
        ...defaults(group('g')),
        handle: ({ deliveries, reject }) => {
          calls++;
          for (const delivery of deliveries) {
            if (delivery.value.position === 3) reject(delivery, new Fault('MSG_NO_HANDLER', {}));
          }
          return Promise.resolve();
        },
      });
      await consumer.start();
      await until(async () => (await committed(bus, group('g'))) === 10n, 'all are committed');
      const letters = await bus.deadLetters.list({ queue: QUEUE });
      expect(letters.map(({ facts }) => [facts.source_offset, facts.error_type])).toEqual([
        ['3', 'MSG_NO_HANDLER'],
      ]);
      expect(calls).toBe(1);
    });

    it('that speaks of corruption stops the consumer, and nothing behind it is committed', async () => {
      const { bus, events, group } = await open({ topics: TOPICS });
      await bus.publisher.publishAll(storeMessages(10, 1));
      const consumer = bus.consumer({
        ...defaults(group('g')),
        handle: () => Promise.reject(new Fault('CHECKPOINT_CORRUPT', {})),
      });
      await consumer.start();
      await until(() => consumer.state().phase === 'failed', 'the consumer has failed');
      expect(consumer.state().reason).toContain('checkpoint');
      expect(await committed(bus, group('g'))).toBeUndefined();
      expect(await bus.deadLetters.list({ queue: QUEUE })).toEqual([]);
      expect(events.map(({ event }) => event)).toContain('consumer.failed');
    });

    it('on a topic without a queue stops the consumer; a tombstone there is passed over', async () => {
      const { bus, group, putBytes } = await open({ topics: ['view_state'] });
      await putBytes('view_state', 'gone', null);
      await putBytes('view_state', 'bad', Buffer.from('?'));
      const consumer = bus.consumer({
        ...defaults(group('g')),
        topics: ['view_state'],
        batchRecordsMax: 1,
        handle: () => Promise.resolve(),
      });
      await consumer.start();
      await until(() => consumer.state().phase === 'failed', 'the consumer has failed');
      expect(consumer.state().reason).toContain('MSG_NOT_FRAMED');
      const lags = await bus.groupLag(group('g'));
      expect(lags.map(({ committed: offset }) => offset)).toEqual([1n]);
    });
  });
}

function expectUntouched(letter: DeadLetter, { value, headers }: Poison): void {
  expect(letter.key?.toString()).toBe('A');
  if (value === null) expect(letter.value).toBeNull();
  else expect(letter.value!.equals(value)).toBe(true);
  expect(
    Object.fromEntries(
      Object.entries(letter.headers).map(([name, bytes]) => [name, String(bytes)]),
    ),
  ).toEqual(headers ?? HEADERS);
}

/** The key is one, so all came from the partition of the first. */
function consumerPartition(letters: readonly DeadLetter[]): number {
  return Number(letters[0]!.facts.source_partition);
}

/** Ids of the schemas of store_events and of market_raw. */
async function schemaIds(parts: BusParts, { onBroker }: TestBus): Promise<[number, number]> {
  const registry = schemaRegistry({ url: parts.registryUrl });
  const ids: number[] = [];
  for (const [topic, record] of [
    ['store_events', 'StoreEvent'],
    ['market_raw', 'RawFrame'],
  ] as const) {
    for await (const { id, schema } of registry.versions(`${onBroker(topic)}-value`)) {
      if (isSameSchema(schema, codecOf(record).schema)) ids.push(id);
    }
  }
  return [ids[0]!, ids[1]!];
}

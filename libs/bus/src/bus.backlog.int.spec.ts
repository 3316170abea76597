import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { FETCH_BYTES_MAX } from './limits.ts';
import { frameMessage, openTestBus, storeMessages, until } from './testing/harness.ts';
import { startMember } from './testing/members.ts';
import { partsFromEnvironment } from './testing/parts.ts';

/** Twice what the process needs when it has nothing to do, a third of what the backlog takes when it is unpacked. */
const HEAP_MEBIBYTES = 96;
const BACKLOG_RECORDS = 240_000;
const APPLIED_RECORDS = 12_000;

describe('A consumer on a real broker', () => {
  it('that is far behind needs a heap for what it fetches at a time, not for all that waits', async () => {
    const { bus, identity, group, close } = await openTestBus(partsFromEnvironment(), {
      topics: ['store_events', 'dlq_store_events'],
    });
    try {
      for (let from = 0; from < BACKLOG_RECORDS; from += 20_000) {
        await bus.publisher.publishAll(storeMessages(20_000, 40, from));
      }
      const options = { ...identity, groupId: group('g'), delayMs: 5 };
      const member = startMember(options, [`--max-old-space-size=${HEAP_MEBIBYTES}`]);
      const exited = new Promise<string>((resolve) => {
        member.once('close', (code, signal) => {
          resolve(signal ?? String(code));
        });
      });
      let applied = 0;
      for await (const line of createInterface({ input: member.stdout })) {
        expect(Number(line)).toBeLessThan(BACKLOG_RECORDS);
        if (++applied === APPLIED_RECORDS) member.kill('SIGTERM');
      }
      expect(applied).toBeGreaterThanOrEqual(APPLIED_RECORDS);
      // Not SIGABRT, by which a process ends whose heap is full.
      expect(await exited).toBe('SIGTERM');
    } finally {
      await close();
    }
  });

  it('gets records that no packing makes smaller than a fetch, on every partition, and so does who tails', async () => {
    const { bus, group, close } = await openTestBus(partsFromEnvironment(), {
      topics: ['market_raw', 'dlq_market_raw'],
    });
    try {
      const bytes = FETCH_BYTES_MAX * 3;
      const symbols = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
      const messages = symbols.flatMap((symbol, i) => [
        frameMessage(symbol, 2 * i, randomBytes(bytes)),
        frameMessage(symbol, 2 * i + 1, randomBytes(10)),
      ]);
      for (const message of messages) await bus.publisher.publish(message);
      const payloads = messages.map(({ value }) => Buffer.from(value.payload).toString('base64'));
      const consumed: string[] = [];
      const consumer = bus.consumer({
        groupId: group('g'),
        topics: ['market_raw'],
        assignment: 'co-partitioned',
        ordering: 'partition',
        fallback: 'earliest',
        batchRecordsMax: 10,
        handle: ({ deliveries }) => {
          for (const { value } of deliveries) {
            consumed.push(Buffer.from(value.payload).toString('base64'));
          }
          return Promise.resolve();
        },
      });
      await consumer.start();
      await until(() => consumed.length >= payloads.length, 'all are consumed');
      const tailed: string[] = [];
      for await (const record of bus.tail('market_raw', { from: 'beginning' })) {
        if (record.kind !== 'message') continue;
        tailed.push(Buffer.from(record.delivery.value.payload).toString('base64'));
      }
      // Compared without the payloads in the message of a failure.
      expect(consumed.toSorted().every((each, i) => each === payloads.toSorted()[i])).toBe(true);
      expect(tailed.toSorted().every((each, i) => each === payloads.toSorted()[i])).toBe(true);
      expect([consumed.length, tailed.length]).toEqual([payloads.length, payloads.length]);
    } finally {
      await close();
    }
  });
});

import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { openTestBus, storeMessages } from './testing/harness.ts';
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
});

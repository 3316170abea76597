import { describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { type Attempt, admit, backoffMs, judge } from './delivery.ts';
import { LIMITS } from './limits.ts';
import type { TransportRecord } from './port.ts';

const once: Attempt = { failures: 1, waits: 0, records: 1, hasQueue: true };
const kindOf = (fault: Fault, attempt: Partial<Attempt>): string =>
  judge(fault, { ...once, ...attempt }, LIMITS, 0).kind;

describe('What becomes of a record', () => {
  const unavailable = new Fault('DATABASE_UNREACHABLE');
  const invalid = new Fault('MSG_RULE_BROKEN');
  const bug = new Fault('UNEXPECTED');
  const corrupt = new Fault('CHECKPOINT_CORRUPT');

  it('that needs a part which is away: it waits, however often and in whatever company', () => {
    expect(kindOf(unavailable, { waits: 1_000_000 })).toBe('wait');
    expect(kindOf(unavailable, { records: 50, hasQueue: false })).toBe('wait');
  });

  it('that is invalid: dead-lettered at once when it was alone, else looked for', () => {
    expect(kindOf(invalid, {})).toBe('dead-letter');
    expect(kindOf(invalid, { records: 2 })).toBe('isolate');
  });

  it('that meets a bug: tried three times in all, then dead-lettered', () => {
    expect(kindOf(bug, { failures: 1 })).toBe('retry');
    expect(kindOf(bug, { failures: 2 })).toBe('retry');
    expect(kindOf(bug, { failures: 3 })).toBe('dead-letter');
    expect(kindOf(bug, { records: 2 })).toBe('isolate');
  });

  it('that shows corruption, or has no queue to go to: the consumer stops', () => {
    expect(kindOf(corrupt, { records: 50 })).toBe('halt');
    expect(kindOf(invalid, { hasQueue: false })).toBe('halt');
    expect(kindOf(bug, { failures: 3, hasQueue: false })).toBe('halt');
  });

  it('that was replayed for another group, or deletes a key: passed over', () => {
    const record = (
      headers: TransportRecord['headers'],
      value: Buffer | null,
    ): TransportRecord => ({
      topic: 't',
      partition: 0,
      offset: 0n,
      timestampMs: 0,
      key: null,
      value,
      headers,
    });
    const replayed = record({ target_group: Buffer.from('a') }, Buffer.alloc(1));
    expect(admit(replayed, 'b', false)).toEqual({ kind: 'skip', reason: 'other-group' });
    expect(admit(replayed, 'a', false).kind).toBe('decode');
    expect(admit(record({}, null), 'a', true)).toEqual({ kind: 'skip', reason: 'tombstone' });
    expect(admit(record({}, null), 'a', false).kind).toBe('decode');
  });
});

describe('A pause', () => {
  it('doubles from the first to the longest, drawn from the upper half', () => {
    const lowest = [1, 2, 3, 7, 60].map((tries) => backoffMs(tries, LIMITS, 0));
    expect(lowest).toEqual([50, 100, 200, 2_500, 2_500]);
    const highest = [1, 2, 3, 7, 60].map((tries) => backoffMs(tries, LIMITS, 0.999_999));
    expect(highest).toEqual([100, 200, 400, 5_000, 5_000]);
  });
});

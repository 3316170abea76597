import { describe, expect, it } from '@jest/globals';
import { asOf } from './as-of.ts';
import { type EventType, type TimedEvent, eventTypeOf } from './event.ts';

const event = (
  version: number,
  txTime: number,
  validFrom: number,
  more: { validTo?: number; eventType?: EventType } = {},
): TimedEvent => ({ version, eventType: 'UPDATED', txTime, validFrom, validTo: null, ...more });

const versionAt = (events: readonly TimedEvent[], txTime?: number, validTime?: number) =>
  asOf(events, { txTime, validTime })?.version;

describe('as of two times', () => {
  it('the highest version that was known and holds answers, both bounds included', () => {
    const events = [event(1, 10, 10), event(2, 20, 15)];
    expect([10, 19, 20, 9].map((txTime) => versionAt(events, txTime))).toEqual([
      1,
      1,
      2,
      undefined,
    ]);
    expect([9, 10, 14, 15].map((valid) => versionAt(events, undefined, valid))).toEqual([
      undefined,
      1,
      1,
      2,
    ]);
  });

  it('a correction with an end does not hide what holds after it', () => {
    const events = [event(1, 10, 10), event(2, 20, 10, { validTo: 15 })];
    expect([10, 14, 15].map((valid) => versionAt(events, 20, valid))).toEqual([2, 2, 1]);
    expect(versionAt(events, 19, 12)).toBe(1);
  });

  it('a tombstone answers nothing unless it is asked for, and only from its time on', () => {
    const events = [event(1, 10, 10), event(2, 20, 30, { eventType: 'DELETED' })];
    expect(versionAt(events, 20, 29)).toBe(1);
    expect(versionAt(events, 20, 30)).toBeUndefined();
    expect(asOf(events, { validTime: 30 }, { includeDeleted: true })?.version).toBe(2);
  });

  it('the order of the events does not matter', () => {
    const events = [event(3, 30, 5), event(1, 10, 10), event(2, 20, 15)];
    expect(versionAt(events, undefined, 20)).toBe(3);
  });
});

describe('an event', () => {
  it('is a correction when an update holds from before it was recorded', () => {
    const at = (validFrom: number) => eventTypeOf('update', { txTime: 10, validFrom });
    expect([9, 10, 11].map(at)).toEqual(['CORRECTED', 'UPDATED', 'UPDATED']);
    const backdated = { txTime: 10, validFrom: 1 };
    expect(
      (['write', 'transition', 'delete'] as const).map((kind) => eventTypeOf(kind, backdated)),
    ).toEqual(['CREATED', 'STATE_CHANGE', 'DELETED']);
  });
});

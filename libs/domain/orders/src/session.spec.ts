import { describe, expect, it } from '@jest/globals';
import { formatRfc3339, parseRfc3339 } from '@tickmesh/kernel';
import { type SessionCalendar, isSessionOpen, sessionEndMicros } from './session.ts';

const NEW_YORK: SessionCalendar = {
  timeZone: 'America/New_York',
  sessions: [{ days: [1, 2, 3, 4, 5], open: '09:30', close: '16:00' }],
  holidays: ['2024-07-04'],
};
const OVERNIGHT: SessionCalendar = {
  timeZone: 'America/Chicago',
  sessions: [{ days: [7, 1, 2, 3, 4], open: '17:00', close: '16:00' }],
  holidays: [],
};
const ALWAYS: SessionCalendar = { timeZone: 'UTC', sessions: [], holidays: [] };
const at = (text: string): number => parseRfc3339(text) as number;
const endOf = (calendar: SessionCalendar, text: string): string | undefined => {
  const end = sessionEndMicros(calendar, at(text));
  return end === undefined ? undefined : formatRfc3339(end);
};

describe('a session', () => {
  it.each([
    ['in winter from 14:30 UTC', '2024-01-10T14:30:00Z', true],
    ['not a moment before', '2024-01-10T14:29:59.999999Z', false],
    ['in summer from 13:30 UTC', '2024-08-08T13:30:00Z', true],
    ['not at its close', '2024-08-08T20:00:00Z', false],
    ['not on a holiday', '2024-07-04T15:00:00Z', false],
    ['not on a Saturday', '2024-08-10T15:00:00Z', false],
  ])('of New York is open %s', (_, time, open) => {
    expect(isSessionOpen(NEW_YORK, at(time))).toBe(open);
  });

  it('ends at its close, by the clock of its zone, also on the day the clocks change', () => {
    expect(endOf(NEW_YORK, '2024-03-11T15:00:00Z')).toBe('2024-03-11T20:00:00Z');
    expect(endOf(NEW_YORK, '2024-03-08T15:00:00Z')).toBe('2024-03-08T21:00:00Z');
    expect(endOf(NEW_YORK, '2024-03-09T15:00:00Z')).toBeUndefined();
  });

  it('that runs over midnight belongs to the day on which it began', () => {
    expect(isSessionOpen(OVERNIGHT, at('2024-08-05T04:00:00Z'))).toBe(true);
    expect(endOf(OVERNIGHT, '2024-08-05T04:00:00Z')).toBe('2024-08-05T21:00:00Z');
    expect(isSessionOpen(OVERNIGHT, at('2024-08-10T04:00:00Z'))).toBe(false);
  });

  it('without hours is always open, and its day ends at midnight', () => {
    expect(isSessionOpen(ALWAYS, at('2024-08-10T04:00:00Z'))).toBe(true);
    expect(endOf(ALWAYS, '2024-08-10T04:00:00Z')).toBe('2024-08-11T00:00:00Z');
  });
});

/**
 * Trading sessions: hours on some days of the week in the instrument's zone. Summer time is the zone's; an end before
 * its start is on the next day. No sessions at all: always open, and the trading day ends at midnight of the
 * zone.
 */
export interface SessionCalendar {
  /** IANA zone. */
  readonly timeZone: string;
  /** ISO days, 1 is Monday; `HH:MM`. */
  readonly sessions: readonly {
    readonly days: readonly number[];
    readonly open: string;
    readonly close: string;
  }[];
  /** Closed days, YYYY-MM-DD in the zone: sessions that begin on them. */
  readonly holidays: readonly string[];
}

interface Span {
  readonly fromMicros: number;
  readonly toMicros: number;
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

export function isSessionOpen(calendar: SessionCalendar, atMicros: number): boolean {
  return calendar.sessions.length === 0 || currentSpan(calendar, atMicros) !== undefined;
}

/** When a DAY order of that moment lapses; undefined while the market is closed. Microseconds. */
export function sessionEndMicros(calendar: SessionCalendar, atMicros: number): number | undefined {
  if (calendar.sessions.length > 0) return currentSpan(calendar, atMicros)?.toMicros;
  const day = localDay(calendar.timeZone, atMicros / 1_000);
  return instantOf(calendar.timeZone, day + DAY_MS, '00:00');
}

function currentSpan(calendar: SessionCalendar, atMicros: number): Span | undefined {
  const { timeZone } = calendar;
  const today = localDay(timeZone, atMicros / 1_000);
  // A session may have begun yesterday and end today.
  for (const day of [today, today - DAY_MS]) {
    const date = new Date(day);
    if (calendar.holidays.includes(date.toISOString().slice(0, 10))) continue;
    const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
    for (const { days, open, close } of calendar.sessions) {
      if (!days.includes(weekday)) continue;
      const fromMicros = instantOf(timeZone, day, open);
      const toMicros = instantOf(timeZone, close > open ? day : day + DAY_MS, close);
      if (atMicros >= fromMicros && atMicros < toMicros) return { fromMicros, toMicros };
    }
  }
  return undefined;
}

/** Midnight of the local day, written as if it were UTC, in milliseconds. */
function localDay(timeZone: string, atMs: number): number {
  const local = localMs(timeZone, atMs);
  return local - (((local % DAY_MS) + DAY_MS) % DAY_MS);
}

/** Microseconds of a local time: the offset is looked up, then looked up again where it leads. */
function instantOf(timeZone: string, day: number, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const local = day + (hours * 60 + minutes) * 60_000;
  const first = local - (localMs(timeZone, local) - local);
  const second = local - (localMs(timeZone, first) - first);
  return second * 1_000;
}

/** The wall clock of the zone at an instant, written as if it were UTC, in milliseconds. */
function localMs(timeZone: string, atMs: number): number {
  if (timeZone === 'UTC') return Math.floor(atMs / 1_000) * 1_000;
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

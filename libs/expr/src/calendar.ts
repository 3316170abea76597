/** Dates and durations in UTC over whole microseconds since the epoch; no clock, no zone, no leap seconds. */
import { parseRfc3339 } from '@tickmesh/kernel';
import { MICROS_MAX } from './types.ts';

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

/** Units of duration literals, longest first. A week is seven days, a day 24 hours. */
export const DURATION_UNITS: Readonly<Record<string, number>> = {
  w: 7 * MICROS_PER_DAY,
  d: MICROS_PER_DAY,
  h: 3600 * MICROS_PER_SECOND,
  m: 60 * MICROS_PER_SECOND,
  s: MICROS_PER_SECOND,
  ms: 1000,
  us: 1,
};

/** Like RFC 3339, of a year with four digits and a zone that PostgreSQL knows. */
const TIMESTAMP =
  /^[1-9]\d{3}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-](?:0\d|1[0-5]):\d{2})$/;

/** The grammar of `parseTimestamp` for PostgreSQL, which refuses impossible days itself. */
export const TIMESTAMP_SQL =
  '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?' +
  '([Zz]|[+-](0[0-9]|1[0-5]):[0-5][0-9])$';

/** Microseconds of an RFC 3339 text; null when it is none or lies outside the years 1684 to 2255. */
export function parseTimestamp(text: string): number | null {
  const micros = TIMESTAMP.test(text) ? parseRfc3339(text) : undefined;
  return micros === undefined || Math.abs(micros) > MICROS_MAX ? null : micros;
}

/** A duration as text, `1h30m`; units of the same text are added. */
export function formatDuration(micros: number): string {
  if (micros === 0) return '0s';
  let rest = Math.abs(micros);
  let text = micros < 0 ? '-' : '';
  for (const [unit, size] of Object.entries(DURATION_UNITS)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * The Gregorian date of a timestamp.
 * Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), civil_from_days.
 */
export function civilDate(micros: number): CivilDate {
  const shifted = Math.floor(micros / MICROS_PER_DAY) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** Monday is 1, Sunday 7. */
export function isoWeekday(micros: number): number {
  const days = Math.floor(micros / MICROS_PER_DAY);
  // The epoch was a Thursday.
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

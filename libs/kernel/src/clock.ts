/** Time is passed in. Kernel, domain and engine never read it themselves. */
export interface Clock {
  /** Microseconds since the epoch, UTC. A double holds them exactly until the year 2255. */
  nowMicros(): number;
}

/** A clock that stands where it is put: tests, replays and back-tests. */
export class ManualClock implements Clock {
  #micros: number;

  constructor(startMicros = 0) {
    this.#micros = startMicros;
  }

  nowMicros(): number {
    return this.#micros;
  }

  set(micros: number): void {
    this.#micros = micros;
  }

  advance(micros: number): void {
    this.#micros += micros;
  }
}

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Microseconds of an RFC 3339 time with a zone; undefined when the text is anything else (no zone, a
 * date alone, a number, a day that no month has, a year before 100). Digits beyond the microsecond are cut off.
 */
export function parseRfc3339(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as SixNumbers;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 100) return undefined;
  const millis = Date.UTC(year, month - 1, day, hour, minute, second);
  const there = new Date(millis);
  if (there.getUTCMonth() !== month - 1 || there.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const [zoneHour, zoneMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (zoneHour > 23 || zoneMinute > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute) * 60_000_000;
  const micros = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6));
  return millis * 1000 - offset + micros;
}

type SixNumbers = [number, number, number, number, number, number];

/** RFC 3339 in UTC with microseconds, trailing zeros of the fraction cut to milliseconds or none. */
export function formatRfc3339(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const rest = micros - seconds * 1_000_000;
  const stem = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (rest === 0) return `${stem}Z`;
  const digits = String(rest).padStart(6, '0');
  return `${stem}.${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`;
}

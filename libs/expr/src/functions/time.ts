import type { FunctionDefinition } from './definition.ts';
import { FUNC, pureCall, signatures, strict } from './shared.ts';
import { civilDate, isoWeekday, MICROS_PER_DAY, MICROS_PER_SECOND } from '../calendar.ts';
import { sqlValue, wholeRange, type NumberRange } from '../sql-value.ts';

/** A timestamp, in SQL a number of microseconds, as PostgreSQL's timestamp without a zone in UTC. */
export function sqlTimestamp(micros: string): string {
  return `(timestamp 'epoch' + ${micros} * interval '1 microsecond')`;
}

function part(
  name: string,
  doc: string,
  example: readonly [text: string, value: number],
  read: (micros: number) => number,
  known: { readonly field: string; readonly range: NumberRange; readonly pure: string },
): FunctionDefinition {
  return {
    name,
    group: 'Time',
    json: FUNC,
    signatures: signatures('timestamp -> number'),
    doc,
    example,
    evaluate: strict(read),
    sql: ([x]) => {
      // PostgreSQL's seconds have a fraction.
      const text = `floor(extract(${known.field} from ${sqlTimestamp(x?.text ?? '')}))::float8`;
      return sqlValue('number', text, { range: known.range, nullable: x?.nullable ?? true });
    },
    pure: pureCall(known.pure),
  };
}

/** Whole units since midnight or within the next greater unit. */
function within(unitMicros: number, count: number): (micros: number) => number {
  return (micros) => {
    const units = Math.floor(micros / unitMicros);
    return units - count * Math.floor(units / count);
  };
}

const DAY_TEXT = 'timestamp("2026-03-01T14:03:59Z")';

export const TIME: readonly FunctionDefinition[] = [
  {
    name: 'now',
    group: 'Time',
    json: FUNC,
    signatures: signatures('-> timestamp'),
    doc: 'The time that the evaluation was given. Nothing in the language reads a clock.',
    nulls: 'never null',
    example: ['now() - now()', 0],
    evaluate: { kind: 'lazy', build: () => (_, now) => now },
    sql: (_, call) => call.now(),
    pure: () => 'now()',
  },
  part(
    'year',
    'The year, in UTC.',
    [`year(${DAY_TEXT})`, 2026],
    (micros) => civilDate(micros).year,
    {
      field: 'year',
      range: wholeRange(1684, 2255),
      pure: 'year',
    },
  ),
  part(
    'month',
    'The month, 1 to 12, in UTC.',
    [`month(${DAY_TEXT})`, 3],
    (micros) => civilDate(micros).month,
    {
      field: 'month',
      range: wholeRange(1, 12),
      pure: 'monthNumber',
    },
  ),
  part(
    'day',
    'The day of the month, in UTC.',
    [`day(${DAY_TEXT})`, 1],
    (micros) => civilDate(micros).day,
    {
      field: 'day',
      range: wholeRange(1, 31),
      pure: 'dayOfMonth',
    },
  ),
  part(
    'weekday',
    'The day of the week in UTC, Monday 1 to Sunday 7.',
    [`weekday(${DAY_TEXT})`, 7],
    isoWeekday,
    {
      field: 'isodow',
      range: wholeRange(1, 7),
      pure: 'dayOfWeekNumber',
    },
  ),
  part(
    'hour',
    'The hour of the day, in UTC.',
    [`hour(${DAY_TEXT})`, 14],
    within(MICROS_PER_DAY / 24, 24),
    {
      field: 'hour',
      range: wholeRange(0, 23),
      pure: 'hour',
    },
  ),
  part(
    'minute',
    'The minute of the hour.',
    [`minute(${DAY_TEXT})`, 3],
    within(60 * MICROS_PER_SECOND, 60),
    {
      field: 'minute',
      range: wholeRange(0, 59),
      pure: 'minute',
    },
  ),
  part(
    'second',
    'The whole second of the minute.',
    [`second(${DAY_TEXT})`, 59],
    within(MICROS_PER_SECOND, 60),
    {
      field: 'second',
      range: wholeRange(0, 59),
      pure: 'second',
    },
  ),
];

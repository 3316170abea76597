import { formatRfc3339 } from '@tickmesh/kernel';
import type { FunctionDefinition } from './definition.ts';
import { FUNC, PURE_EPOCH, pureAdjust, pureCall, signatures, strict } from './shared.ts';
import { sqlTimestamp } from './time.ts';
import { parseTimestamp, TIMESTAMP_SQL } from '../calendar.ts';
import { plainDecimal, roundHalfEven } from '../number-math.ts';
import { micros } from '../sql-number.ts';
import { ANY_NUMBER, bindOperands, sqlValue, wholeRange, type SqlValue } from '../sql-value.ts';
import { NUMBER_TEXT_SQL, parseNumber } from '../text-math.ts';
import { MICROS_MAX, type Scalar } from '../types.ts';

/** RFC 3339 text of a timestamp, in SQL a number of microseconds, as `formatRfc3339` writes it. */
function sqlTimestampText(value: SqlValue): string {
  return bindOperands([value], ([x = '']) => {
    const written = (pattern: string): string => `to_char(${sqlTimestamp(x)}, '${pattern}')`;
    const stem = 'YYYY-MM-DD"T"HH24:MI:SS';
    return (
      `CASE WHEN floor(${x} / 1000000) * 1000000 = ${x} THEN ${written(`${stem}"Z"`)} ` +
      `WHEN floor(${x} / 1000) * 1000 = ${x} THEN ${written(`${stem}.MS"Z"`)} ` +
      `WHEN ${x} IS NOT NULL THEN ${written(`${stem}.US"Z"`)} END`
    );
  });
}

/** Microseconds of an RFC 3339 text; null when it is none, like `parseTimestamp`. */
export function sqlParseTimestamp(text: string): string {
  // Digits beyond the microsecond are cut off, where PostgreSQL would round them.
  const cut = `regexp_replace(${text}, '(\\.[0-9]{6})[0-9]+', '\\1')`;
  return (
    `CASE WHEN ${text} ~ '${TIMESTAMP_SQL}' AND pg_input_is_valid(${text}, 'timestamptz') ` +
    `THEN (extract(epoch from ${cut}::timestamptz) * 1000000)::float8 END`
  );
}

/** Bound even when it is a constant: the planner would compute a cast of it before the guard is asked. */
function opaque(x: SqlValue): SqlValue {
  return { ...x, atomic: false };
}

function toBoolean(value: Scalar): boolean | null {
  if (typeof value !== 'string') return typeof value === 'number' ? value !== 0 : value;
  return value === 'true' ? true : value === 'false' ? false : null;
}

export const CASTS: readonly FunctionDefinition[] = [
  {
    name: 'number',
    aliases: ['float'],
    group: 'Casts',
    json: FUNC,
    signatures: signatures('string -> number', 'boolean -> number', 'number -> number'),
    doc: 'A text as a number (null when it is none), true as 1, false as 0.',
    example: ['number("1.5e3")', 1500],
    evaluate: strict((x: Scalar) =>
      typeof x === 'string' ? parseNumber(x) : typeof x === 'boolean' ? (x ? 1 : 0) : x,
    ),
    sql: ([value]) => {
      const x = value as SqlValue;
      if (x.type === 'number') return x;
      if (x.type === 'boolean') {
        return sqlValue('number', `(${x.text})::int::float8`, { range: wholeRange(0, 1) });
      }
      const text = bindOperands(
        [opaque(x)],
        ([name = '']) =>
          `CASE WHEN ${name} ~ '${NUMBER_TEXT_SQL}' AND pg_input_is_valid(${name}, 'float8') ` +
          `THEN ${name}::float8 END`,
      );
      return sqlValue('number', `(${text})`, { range: ANY_NUMBER });
    },
    pure: ([x = ''], [type]) =>
      type === 'string' ? `parseFloat(${x})` : type === 'boolean' ? `if(${x}, |1, |0)` : x,
  },
  {
    name: 'text',
    aliases: ['string'],
    group: 'Casts',
    json: FUNC,
    signatures: signatures('number -> string', 'boolean -> string', 'string -> string'),
    doc: 'A number as its shortest exact decimal without an exponent; true and false by name.',
    example: ['text(1.50)', '1.5'],
    evaluate: strict((x: Scalar) => (typeof x === 'number' ? plainDecimal(x) : String(x))),
    sql: ([value]) => {
      const x = value as SqlValue;
      if (x.type === 'string') return x;
      const text = x.type === 'number' ? `${x.text}::text::numeric::text` : `(${x.text})::text`;
      return sqlValue('string', text, { nullable: x.nullable });
    },
    pure: pureCall('toString'),
  },
  {
    name: 'iso',
    group: 'Casts',
    json: FUNC,
    signatures: signatures('timestamp -> string'),
    doc: 'A timestamp as RFC 3339 text in UTC, with as many digits as it needs: none, 3 or 6.',
    example: ['iso(timestamp("2026-03-01T15:03:59.5+01:00"))', '2026-03-01T14:03:59.500Z'],
    evaluate: strict(formatRfc3339),
    sql: ([x]) => sqlValue('string', `(${sqlTimestampText(x as SqlValue)})`),
    pure: pureCall('toString'),
  },
  {
    name: 'boolean',
    aliases: ['bool'],
    group: 'Casts',
    json: FUNC,
    signatures: signatures('string -> boolean', 'number -> boolean', 'boolean -> boolean'),
    doc: 'The texts true and false (null for any other), and whether a number is not 0.',
    example: ['boolean("true")', true],
    evaluate: strict(toBoolean),
    sql: ([value]) => {
      const x = value as SqlValue;
      if (x.type === 'boolean') return x;
      if (x.type === 'number') return sqlValue('boolean', `(${x.text} <> 0)`);
      return sqlValue(
        'boolean',
        `(CASE ${x.text} WHEN 'true' THEN true WHEN 'false' THEN false END)`,
      );
    },
    pure: ([x = ''], [type]) =>
      type === 'string' ? `parseBoolean(${x})` : type === 'number' ? `(${x} != 0)` : x,
  },
  {
    name: 'timestamp',
    group: 'Casts',
    json: FUNC,
    signatures: signatures('timestamp -> timestamp', 'string -> timestamp', 'number -> timestamp'),
    doc: 'An RFC 3339 text with a zone, or microseconds since the epoch, as a timestamp; null when it is none, or outside the years 1684 to 2255.',
    example: ['micros(timestamp("1970-01-01T00:00:01Z"))', 1_000_000],
    evaluate: strict((x: Scalar) => {
      if (typeof x === 'string') return parseTimestamp(x);
      const whole = roundHalfEven(x as number);
      return Math.abs(whole) <= MICROS_MAX ? whole : null;
    }),
    sql: ([value]) => {
      const x = value as SqlValue;
      if (x.type === 'timestamp') return x;
      if (x.type === 'number') return micros(x, 'timestamp');
      const parsed = bindOperands([opaque(x)], ([name = '']) => sqlParseTimestamp(name));
      return micros(sqlValue('timestamp', `(${parsed})`), 'timestamp');
    },
    pure: ([x = ''], [type]) =>
      type === 'string' ? `parseDate(${x})` : type === 'number' ? pureAdjust(PURE_EPOCH, x) : x,
  },
  {
    name: 'micros',
    group: 'Casts',
    json: FUNC,
    signatures: signatures('timestamp -> number', 'duration -> number'),
    doc: 'Microseconds since the epoch, or of a duration.',
    example: ['micros(1ms)', 1000],
    evaluate: strict((x: number) => x),
    kernel: { code: ([x = '']) => x, settles: 'all', finite: true },
    sql: ([x]) => ({ ...(x as SqlValue), type: 'number' }),
    pure: ([x = ''], [type]) =>
      type === 'timestamp' ? `dateDiff(${PURE_EPOCH}, ${x}, DurationUnit.MICROSECONDS)` : x,
  },
];

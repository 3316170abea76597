import type { FunctionDefinition } from './definition.ts';
import { FUNC, pureCall, signatures, strict, textOperation } from './shared.ts';
import { lengthOf, POSITION_MAX, replaceAll, substring, trim } from '../text-math.ts';
import { bindOperands, sqlValue, wholeRange, type SqlValue } from '../sql-value.ts';
import { LIMITS, type ValueType } from '../types.ts';

type Row = Pick<
  FunctionDefinition,
  'name' | 'doc' | 'example' | 'json' | 'evaluate' | 'pure' | 'aliases' | 'nulls'
>;

/** A text function whose SQL is a template of its arguments' texts. */
function text(
  row: Row,
  declared: string,
  sql: (args: readonly string[]) => string,
  result: ValueType = 'string',
): FunctionDefinition {
  return {
    ...row,
    group: 'Text',
    signatures: signatures(declared),
    sql: (args) =>
      sqlValue(result, sql(args.map((arg) => arg.text)), {
        range: wholeRange(0, POSITION_MAX),
        nullable: args.some((arg) => arg.nullable),
      }),
  };
}

/** Full Unicode case mapping, then back to the collation that orders by code point. */
function mapped(name: 'upper' | 'lower'): (args: readonly string[]) => string {
  return ([x = '']) => `(${name}(${x} COLLATE "pg_unicode_fast") COLLATE "C")`;
}

/** A position as PostgreSQL's integer. */
function sqlPosition(value: string): string {
  return `floor(least(greatest(${value}, -${POSITION_MAX}), ${POSITION_MAX}))::int`;
}

function sqlSubstring(args: readonly SqlValue[]): SqlValue {
  // greatest() and least() skip nulls, so the positions are asked first.
  const sql = bindOperands(args, ([subject = '', start = '', length]) => {
    if (length === undefined) {
      return `CASE WHEN ${start} IS NOT NULL THEN substr(${subject}, ${sqlPosition(start)}) END`;
    }
    const part = `substr(${subject}, ${sqlPosition(start)}, ${sqlPosition(length)})`;
    return `CASE WHEN ${start} IS NOT NULL AND ${length} >= 0 THEN ${part} END`;
  });
  return sqlValue('string', `(${sql})`);
}

function sqlReplace(args: readonly SqlValue[]): SqlValue {
  const sql = bindOperands(args, ([subject = '', needle = '', replacement = '']) => {
    const count = `(length(${subject}) - length(replace(${subject}, ${needle}, ''))) / nullif(length(${needle}), 0)`;
    const grown = `length(${subject}) + ${count}::bigint * (length(${replacement}) - length(${needle}))`;
    return (
      `CASE WHEN ${needle} = '' AND ${replacement} IS NOT NULL THEN ${subject} ` +
      `WHEN ${grown} <= ${LIMITS.replacedLength} THEN replace(${subject}, ${needle}, ${replacement}) END`
    );
  });
  return sqlValue('string', `(${sql})`);
}

export const TEXT: readonly FunctionDefinition[] = [
  text(
    {
      name: 'length',
      json: textOperation('length'),
      doc: 'The number of code points.',
      example: ['length("héé")', 3],
      evaluate: strict(lengthOf),
      pure: pureCall('length'),
    },
    'string -> number',
    ([x = '']) => `length(${x})::float8`,
    'number',
  ),
  text(
    {
      name: 'upper',
      json: textOperation('upper'),
      doc: 'In capitals, by the Unicode rules of no particular language.',
      example: ['upper("btc")', 'BTC'],
      evaluate: strict((x: string) => x.toUpperCase()),
      pure: pureCall('toUpper'),
    },
    'string -> string',
    mapped('upper'),
  ),
  text(
    {
      name: 'lower',
      json: textOperation('lower'),
      doc: 'In small letters, by the Unicode rules of no particular language.',
      example: ['lower("BTC")', 'btc'],
      evaluate: strict((x: string) => x.toLowerCase()),
      pure: pureCall('toLower'),
    },
    'string -> string',
    mapped('lower'),
  ),
  text(
    {
      name: 'contains',
      json: textOperation('contains'),
      doc: 'Whether the second text occurs in the first; the empty text always does.',
      example: ['contains("BTCUSDT", "USD")', true],
      evaluate: strict((x: string, needle: string) => x.includes(needle)),
      pure: pureCall('contains'),
    },
    'string, string -> boolean',
    ([x = '', needle = '']) => `(strpos(${x}, ${needle}) > 0)`,
    'boolean',
  ),
  text(
    {
      name: 'starts_with',
      aliases: ['startswith'],
      json: textOperation('starts_with'),
      doc: 'Whether the first text begins with the second.',
      example: ['starts_with("BTCUSDT", "BTC")', true],
      evaluate: strict((x: string, start: string) => x.startsWith(start)),
      pure: pureCall('startsWith'),
    },
    'string, string -> boolean',
    ([x = '', start = '']) => `starts_with(${x}, ${start})`,
    'boolean',
  ),
  text(
    {
      name: 'ends_with',
      aliases: ['endswith'],
      json: FUNC,
      doc: 'Whether the first text ends with the second.',
      example: ['ends_with("BTCUSDT", "USDT")', true],
      evaluate: strict((x: string, end: string) => x.endsWith(end)),
      pure: pureCall('endsWith'),
    },
    'string, string -> boolean',
    ([x = '', end = '']) => `starts_with(reverse(${x}), reverse(${end}))`,
    'boolean',
  ),
  text(
    {
      name: 'concat',
      json: textOperation('concat'),
      doc: 'The first text and then the second.',
      example: ['concat("AAPL", ".US")', 'AAPL.US'],
      evaluate: strict((x: string, y: string) => x + y),
      pure: ([x = '', y = '']) => `(${x} + ${y})`,
    },
    'string, string -> string',
    ([x = '', y = '']) => `(${x} || ${y})`,
  ),
  text(
    {
      name: 'trim',
      json: FUNC,
      doc: 'Without spaces, tabs and line ends at both ends.',
      example: ['trim("  x ")', 'x'],
      evaluate: strict(trim),
      pure: pureCall('trim'),
    },
    'string -> string',
    ([x = '']) => `btrim(${x}, E' \\t\\n\\x0b\\f\\r')`,
  ),
  {
    name: 'substring',
    aliases: ['substr'],
    group: 'Text',
    json: FUNC,
    signatures: signatures('string, number -> string', 'string, number, number -> string'),
    doc: 'From a position, counted in code points from 1, to the end or for a length; null for a length below 0.',
    example: ['substring("BTCUSDT", 4, 3)', 'USD'],
    evaluate: strict(substring),
    sql: sqlSubstring,
    pure: ([x = '', start = '', length]) =>
      length === undefined
        ? `substring(${x}, (${start} - 1))`
        : `substring(${x}, (${start} - 1), ((${start} - 1) + ${length}))`,
  },
  {
    name: 'replace',
    group: 'Text',
    json: FUNC,
    signatures: signatures('string, string, string -> string'),
    doc: `Every occurrence of the second text replaced by the third; null beyond ${LIMITS.replacedLength} code points.`,
    example: ['replace("a-b-c", "-", "/")', 'a/b/c'],
    evaluate: strict(replaceAll),
    sql: sqlReplace,
    pure: pureCall('replace'),
  },
];

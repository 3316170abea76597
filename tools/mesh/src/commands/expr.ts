import {
  explainError,
  type Expression,
  parse,
  schemaFor,
  type Sql,
  type Value,
} from '@tickmesh/expr';
import { Fault, isFault, parseRfc3339 } from '@tickmesh/kernel';
import type { Command } from 'commander';
import { type DataRow, readDataFile } from '../data-file.ts';
import { json, type Output, terminal } from '../output.ts';
import { run } from '../run.ts';

interface ExprOptions {
  readonly data?: string;
  readonly sql?: boolean;
  readonly pure?: boolean;
  readonly json?: boolean;
  readonly now?: string;
}

/** `mesh expr <text>`: the value of an expression over the rows of a file, and its translations. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('expr')
    .description('Evaluate an expression over data, and translate it')
    .argument('<text>', 'the expression, such as (current_price - avg_cost) * quantity')
    .option('--data <file>', 'JSON object, JSON array, JSON lines or CSV; - is the standard input')
    .option('--sql', 'its PostgreSQL text, for a jsonb column named data')
    .option('--pure', 'its Legend Pure text')
    .option('--now <time>', 'the time of now(), RFC 3339; this moment when left out')
    .option('--json', 'one JSON text')
    .action((text: string, options: ExprOptions) =>
      run(options, output, () => Promise.resolve().then(() => evaluate(text, options, output))),
    );
}

interface Answer {
  readonly type: string | undefined;
  readonly values: readonly Value[];
  readonly sql?: Sql;
  readonly pure?: string;
  /** Fields that no row has: often misspelt. */
  readonly missing: readonly string[];
  /** The fields it reads, with their types as far as they are known. */
  readonly fields: Readonly<Record<string, string | null>>;
}

function evaluate(text: string, options: ExprOptions, output: Output): number {
  try {
    const answer = answerOf(text, options);
    if (options.json === true) output.line(json(answer));
    else print(answer, output);
    return 0;
  } catch (thrown) {
    if (options.json === true || !isFault(thrown) || !thrown.code.startsWith('EXPR_')) throw thrown;
    output.error(explainError(text, thrown));
    return 1;
  }
}

function answerOf(text: string, options: ExprOptions): Answer {
  const now = timeOf(options.now);
  // First for the names of the fields, then for the types that the data gives them.
  const untyped = parse(text);
  const rows = rowsFor(untyped, options.data);
  const expression = parse(text, schemaFor(untyped, rows));
  const missing = [...expression.fields.keys()].filter(
    (name) => !rows.some((row) => Object.hasOwn(row, name)),
  );
  return {
    type: expression.type,
    values: rows.map((row) => expression.evaluate(row, { now })),
    ...(options.sql === true ? { sql: expression.toSql({ now }) } : {}),
    ...(options.pure === true ? { pure: expression.toPure() } : {}),
    missing: options.data === undefined ? [] : missing,
    fields: Object.fromEntries([...expression.fields].map(([name, type]) => [name, type ?? null])),
  };
}

/** Without data there are no rows, except for an expression that needs none. */
function rowsFor(expression: Expression, path: string | undefined): readonly DataRow[] {
  if (path !== undefined) return readDataFile(path);
  return expression.fields.size === 0 ? [{}] : [];
}

function timeOf(text: string | undefined): number {
  if (text === undefined) return Date.now() * 1000;
  const micros = parseRfc3339(text);
  if (micros !== undefined) return micros;
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--now',
    expected: 'an RFC 3339 time',
    found: text,
  });
}

/** A value a line, so that scripts can read them; translations follow under their names. */
function print(answer: Answer, output: Output): void {
  for (const value of answer.values) output.line(typeof value === 'string' ? value : String(value));
  if (answer.sql !== undefined) {
    output.line(`PostgreSQL: ${answer.sql.text}`);
    answer.sql.parameters.forEach((value, i) => {
      output.line(`  $${i + 1} = ${JSON.stringify(value)}`);
    });
  }
  if (answer.pure !== undefined) output.line(`Pure: ${answer.pure}`);
  if (answer.values.length === 0) output.error(typesOf(answer));
  for (const name of answer.missing) output.error(`No row has the field ${name}: it is null.`);
}

/** What can be said of a sound expression without a row: `string over pnl: number`. */
function typesOf({ type, fields }: Answer): string {
  const named = Object.entries(fields).map(([name, of]) => `${name}: ${of ?? 'any type'}`);
  return `No rows (--data). The expression is sound: ${type ?? 'any type'} over ${named.join(', ')}.`;
}

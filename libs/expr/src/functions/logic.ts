import type { FunctionDefinition, Reader } from './definition.ts';
import { binary, pureBind, signatures, strict } from './shared.ts';
import { sqlValue, union, type SqlValue } from '../sql-value.ts';

/** Kleene's three values: `settling` decides alone, else null wins over its opposite. */
function connective(settling: boolean): (args: readonly Reader[]) => Reader {
  return (args) => {
    const [left, right] = args as readonly [Reader, Reader];
    return (row, now) => {
      const a = left(row, now);
      const b = right(row, now);
      if (a === settling || b === settling) return settling;
      return a === null || b === null ? null : !settling;
    };
  };
}

function conditional(args: readonly Reader[]): Reader {
  const [condition, then, otherwise] = args as readonly [Reader, Reader, Reader];
  return (row, now) => (condition(row, now) === true ? then : otherwise)(row, now);
}

function coalesce(args: readonly Reader[]): Reader {
  return (row, now) => {
    for (const arg of args) {
      const value = arg(row, now);
      if (value !== null) return value;
    }
    return null;
  };
}

export const LOGIC: readonly FunctionDefinition[] = [
  {
    name: 'and',
    operator: 'and',
    group: 'Logic and nulls',
    json: binary('and'),
    signatures: signatures('boolean, boolean -> boolean'),
    doc: 'Both; also written &&.',
    nulls: 'false when either is false, else null when either is null',
    example: ['null and false', false],
    evaluate: { kind: 'lazy', build: connective(false) },
    sql: ([a, b]) => sqlValue('boolean', `(${a?.text ?? ''} AND ${b?.text ?? ''})`),
    pure: ([a = '', b = '']) => `(${a} && ${b})`,
  },
  {
    name: 'or',
    operator: 'or',
    group: 'Logic and nulls',
    json: binary('or'),
    signatures: signatures('boolean, boolean -> boolean'),
    doc: 'Either; also written ||.',
    nulls: 'true when either is true, else null when either is null',
    example: ['null or true', true],
    evaluate: { kind: 'lazy', build: connective(true) },
    sql: ([a, b]) => sqlValue('boolean', `(${a?.text ?? ''} OR ${b?.text ?? ''})`),
    pure: ([a = '', b = '']) => `(${a} || ${b})`,
  },
  {
    name: 'not',
    operator: 'not',
    group: 'Logic and nulls',
    json: { type: 'UnaryOp', op: 'not' },
    signatures: signatures('boolean -> boolean'),
    doc: 'The other truth value; also written !.',
    example: ['not false', true],
    evaluate: strict((x: boolean) => !x),
    sql: ([x]) => sqlValue('boolean', `(NOT ${x?.text ?? ''})`),
    pure: ([x = '']) => `!(${x})`,
  },
  {
    name: 'if',
    group: 'Logic and nulls',
    json: { type: 'If' },
    signatures: signatures('boolean, T, T -> T'),
    doc: 'The second argument when the condition is true, else the third.',
    nulls: 'a null condition takes the third argument',
    example: ['if(1 > 2, "up", "down")', 'down'],
    evaluate: { kind: 'lazy', build: conditional },
    sql: (args, call) => {
      const [condition, then, otherwise] = args as readonly [SqlValue, SqlValue, SqlValue];
      const text = `CASE WHEN ${condition.text} THEN ${then.text} ELSE ${otherwise.text} END`;
      return sqlValue(call.result, `(${text})`, {
        range: union([then.range, otherwise.range]),
        nullable: then.nullable || otherwise.nullable,
      });
    },
    pure: ([condition = '', then = '', otherwise = '']) =>
      `if(${condition}, |${then}, |${otherwise})`,
  },
  {
    name: 'coalesce',
    group: 'Logic and nulls',
    json: { type: 'Coalesce' },
    signatures: signatures('T, T... -> T'),
    doc: 'The first argument that is not null.',
    nulls: 'null when every argument is',
    example: ['coalesce(null, 0)', 0],
    evaluate: { kind: 'lazy', build: coalesce },
    sql: (args, call) =>
      sqlValue(call.result, `COALESCE(${args.map((arg) => arg.text).join(', ')})`, {
        range: union(args.map((arg) => arg.range)),
        nullable: args.every((arg) => arg.nullable),
      }),
    pure: (args, [type]) =>
      args.reduceRight((rest, arg) =>
        pureBind(arg, type, (name) => `if(isEmpty(${name}), |${rest}, |${name})`),
      ),
  },
  {
    name: 'isnull',
    aliases: ['is_null'],
    group: 'Logic and nulls',
    json: { type: 'IsNull' },
    signatures: signatures('T -> boolean'),
    doc: 'Whether the value is null; also written `x is null`.',
    nulls: 'never null',
    example: ['isnull(1 / 0)', true],
    evaluate: {
      kind: 'lazy',
      build: ([x]) => {
        const read = x as Reader;
        return (row, now) => read(row, now) === null;
      },
    },
    sql: ([x]) => sqlValue('boolean', `(${x?.text ?? ''} IS NULL)`, { nullable: false }),
    pure: ([x = '']) => `isEmpty(${x})`,
  },
];

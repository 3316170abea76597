import type { FunctionDefinition } from './definition.ts';
import {
  binary,
  callOf,
  infix,
  pureAdjust,
  pureBind,
  pureCall,
  signatures,
  strict,
} from './shared.ts';
import { floorModulo, power } from '../number-math.ts';
import {
  add,
  absolute,
  divide,
  micros,
  modulo,
  multiply,
  negated,
  power as sqlPower,
  subtract,
} from '../sql-number.ts';
import type { SqlCall, SqlValue } from '../sql-value.ts';

type Combine = (a: SqlValue, b: SqlValue) => SqlValue;

/** Times in SQL are microseconds as double precision, so their arithmetic is the numbers' own. */
function timed(combine: Combine): FunctionDefinition['sql'] {
  return (args, call: SqlCall) => {
    const [a, b] = args as readonly [SqlValue, SqlValue];
    const result = combine(a, b);
    return call.result === 'timestamp' || call.result === 'duration'
      ? micros(result, call.result)
      : result;
  };
}

/** Division and modulo by what may be 0 are null in Pure as everywhere. */
function pureByNonZero(
  write: (a: string, b: string) => string,
): NonNullable<FunctionDefinition['pure']> {
  return ([a = '', b = ''], [, type]) =>
    isNonZeroLiteral(b)
      ? write(a, b)
      : pureBind(b, type, (divisor) => `if((${divisor} == 0), |[], |${write(a, divisor)})`);
}

function isNonZeroLiteral(text: string): boolean {
  const value = Number(text.replace(/^\((.*)\)$/, '$1'));
  return Number.isFinite(value) && value !== 0;
}

export const ARITHMETIC: readonly FunctionDefinition[] = [
  {
    name: 'add',
    operator: '+',
    group: 'Arithmetic',
    json: binary('+'),
    signatures: signatures(
      'number, number -> number',
      'timestamp, duration -> timestamp',
      'duration, timestamp -> timestamp',
      'duration, duration -> duration',
    ),
    doc: 'The sum.',
    example: ['2 + 3', 5],
    evaluate: strict((a: number, b: number) => a + b),
    kernel: infix('+'),
    sql: timed((a, b) => add(a, b)),
    pure: ([a = '', b = ''], [left, right]) => {
      if (left === 'timestamp') return pureAdjust(a, b);
      return right === 'timestamp' ? pureAdjust(b, a) : `(${a} + ${b})`;
    },
  },
  {
    name: 'subtract',
    operator: '-',
    group: 'Arithmetic',
    json: binary('-'),
    signatures: signatures(
      'number, number -> number',
      'timestamp, duration -> timestamp',
      'timestamp, timestamp -> duration',
      'duration, duration -> duration',
    ),
    doc: 'The difference.',
    example: ['2 - 3', -1],
    evaluate: strict((a: number, b: number) => a - b),
    kernel: infix('-'),
    sql: timed((a, b) => subtract(a, b)),
    pure: ([a = '', b = ''], [left, right]) => {
      if (right === 'timestamp') return `dateDiff(${b}, ${a}, DurationUnit.MICROSECONDS)`;
      return left === 'timestamp' ? pureAdjust(a, `(-${b})`) : `(${a} - ${b})`;
    },
  },
  {
    name: 'multiply',
    operator: '*',
    group: 'Arithmetic',
    json: binary('*'),
    signatures: signatures(
      'number, number -> number',
      'duration, number -> duration',
      'number, duration -> duration',
    ),
    doc: 'The product; a duration is rounded to whole microseconds.',
    example: ['2 * 3', 6],
    evaluate: strict((a: number, b: number) => a * b),
    kernel: infix('*'),
    sql: timed((a, b) => multiply(a, b)),
    pure: ([a = '', b = '']) => `(${a} * ${b})`,
  },
  {
    name: 'divide',
    operator: '/',
    group: 'Arithmetic',
    json: binary('/'),
    signatures: signatures(
      'number, number -> number',
      'duration, number -> duration',
      'duration, duration -> number',
    ),
    doc: 'The quotient, never an integer division; null by 0.',
    example: ['7 / 2', 3.5],
    evaluate: strict((a: number, b: number) => a / b),
    kernel: infix('/', 'second'),
    sql: timed((a, b) => divide(a, b)),
    pure: pureByNonZero((a, b) => `(${a} / ${b})`),
  },
  {
    name: 'modulo',
    operator: '%',
    aliases: ['mod'],
    group: 'Arithmetic',
    json: binary('%'),
    signatures: signatures('number, number -> number'),
    doc: 'Floor modulo, the exact remainder of a - b * floor(a / b), with the sign of the divisor. Null by 0, and where the quotient reaches 2^53.',
    example: ['-7 % 3', 2],
    evaluate: strict(floorModulo),
    kernel: callOf('h.floorModulo', false),
    sql: timed((a, b) => modulo(a, b)),
    pure: pureByNonZero((a, b) => `(${a} - (${b} * floor((${a} / ${b}))))`),
  },
  {
    name: 'power',
    operator: '**',
    aliases: ['pow'],
    group: 'Arithmetic',
    json: binary('**'),
    signatures: signatures('number, number -> number'),
    doc: 'a to the power of b, also written ^. Null for a negative base with a broken exponent, and for 0 to a negative one; 0 ** 0 is 1.',
    example: ['2 ** 10', 1024],
    evaluate: strict(power),
    kernel: {
      // A null base to the power of 0 must stay null, where ** gives 1.
      code: ([a = '', b = '']) => `(${a} === ${a} ? h.power(${a}, ${b}) : NaN)`,
      settles: 'all',
      finite: false,
    },
    sql: ([a, b]) => sqlPower(a as SqlValue, b as SqlValue),
    pure: pureCall('pow'),
  },
  {
    name: 'negate',
    operator: '-',
    group: 'Arithmetic',
    json: { type: 'UnaryOp', op: 'neg' },
    signatures: signatures('number -> number', 'duration -> duration'),
    doc: 'The value with the other sign.',
    example: ['-(2 + 3)', -5],
    evaluate: strict((x: number) => -x),
    kernel: { code: ([x = '']) => `(-${x})`, settles: 'none', finite: true },
    sql: ([x]) => negated(x as SqlValue),
    pure: ([x = '']) => `(-${x})`,
  },
  {
    name: 'abs',
    group: 'Arithmetic',
    json: { type: 'UnaryOp', op: 'abs' },
    signatures: signatures('number -> number', 'duration -> duration'),
    doc: 'The magnitude.',
    example: ['abs(-3)', 3],
    evaluate: strict((x: number) => Math.abs(x)),
    kernel: { code: ([x = '']) => `Math.abs(${x})`, settles: 'none', finite: true },
    sql: ([x]) => absolute(x as SqlValue),
    pure: pureCall('abs'),
  },
];

import type { FunctionDefinition, JsonForm } from './definition.ts';
import { compareValues } from './comparison.ts';
import {
  callOf,
  FUNC,
  PURE_EPOCH,
  pureAdjust,
  pureBind,
  pureCall,
  signatures,
  strict,
} from './shared.ts';
import { binStart, exponential, roundDigits, roundHalfEven } from '../number-math.ts';
import {
  divide,
  extreme,
  micros,
  multiply,
  partial,
  roundedTo,
  wholeResult,
} from '../sql-number.ts';
import { bindOperands, sqlValue, union, wholeRange, type SqlValue } from '../sql-value.ts';
import type { Scalar } from '../types.ts';

function whole(
  name: 'floor' | 'ceil' | 'trunc',
  doc: string,
  example: FunctionDefinition['example'],
  pure: string,
): FunctionDefinition {
  return {
    name,
    group: 'Numbers',
    json: FUNC,
    signatures: signatures('number -> number'),
    doc,
    example,
    evaluate: strict((x: number) => Math[name](x)),
    kernel: { ...callOf(`Math.${name}`, true), settles: 'none' },
    sql: ([x]) => wholeResult(name, x as SqlValue),
    pure: pureCall(pure),
  };
}

function extremeOf(
  name: 'min' | 'max' | 'least' | 'greatest',
  doc: string,
  example: FunctionDefinition['example'],
): FunctionDefinition {
  const least = name === 'min' || name === 'least';
  const better = least
    ? (a: Scalar, b: Scalar) => compareValues(a, b) < 0
    : (a: Scalar, b: Scalar) => compareValues(a, b) > 0;
  return {
    name,
    group: 'Numbers',
    json: FUNC,
    signatures: signatures('T, T... -> T where T is ordered'),
    doc,
    example,
    evaluate: {
      kind: 'strict',
      apply: (...values) => values.reduce((best, value) => (better(value, best) ? value : best)),
    },
    kernel: callOf(least ? 'Math.min' : 'Math.max', true),
    sql: (args, call) => {
      const values = args.map((arg) =>
        arg.type === 'string' ? { ...arg, text: `(${arg.text} COLLATE "C")` } : arg,
      );
      return sqlValue(call.result, extreme(least ? 'least' : 'greatest', values), {
        range: union(args.map((arg) => arg.range)),
        nullable: args.some((arg) => arg.nullable),
      });
    },
    pure: (args) =>
      args.slice(1).reduce((all, arg) => `${least ? 'min' : 'max'}(${all}, ${arg})`, args[0] ?? ''),
  };
}

/** Pure text that is empty where the function has no answer. */
function pureWhen(
  test: string,
  write: (name: string) => string,
): NonNullable<FunctionDefinition['pure']> {
  return ([x = ''], [type]) =>
    pureBind(x, type, (name) => `if((${name} ${test}), |[], |${write(name)})`);
}

const MATH: Pick<FunctionDefinition, 'group'> & { readonly json: JsonForm } = {
  group: 'Numbers',
  json: FUNC,
};

const LOGARITHM_RANGE = { low: -745, high: 710, leastNonZero: 1e-17 };

export const NUMBERS: readonly FunctionDefinition[] = [
  {
    ...MATH,
    name: 'round',
    signatures: signatures('number -> number', 'number, number -> number'),
    doc: 'The nearest whole number, ties to even; with a constant from 0 to 15, that many digits after the point.',
    example: ['round(2.5)', 2],
    checkArguments: (constants) => {
      const digits = constants[1];
      const sound =
        typeof digits === 'number' && Number.isInteger(digits) && digits >= 0 && digits <= 15;
      return constants.length === 1 || sound
        ? undefined
        : 'a constant whole number from 0 to 15 for the digits';
    },
    evaluate: strict((x: number, digits?: number) =>
      digits === undefined ? roundHalfEven(x) : roundDigits(x, digits),
    ),
    kernel: {
      code: ([x = '', digits]) =>
        digits === undefined ? `h.round(${x})` : `h.roundDigits(${x}, ${digits})`,
      settles: 'all',
      finite: false,
    },
    sql: ([x, digits], call) => {
      if (digits === undefined) return wholeResult('round', x as SqlValue);
      return roundedTo(x as SqlValue, Number(call.constants[1]));
    },
    pure: ([x = '', digits]) => (digits === undefined ? `round(${x})` : `round(${x}, ${digits})`),
  },
  whole('floor', 'The greatest whole number not above x.', ['floor(-3.2)', -4], 'floor'),
  whole('ceil', 'The least whole number not below x.', ['ceil(3.2)', 4], 'ceiling'),
  {
    ...whole('trunc', 'The whole part: x without its fraction.', ['trunc(-3.7)', -3], 'trunc'),
    pure: ([x = ''], [type]) =>
      pureBind(x, type, (name) => `if((${name} < 0), |ceiling(${name}), |floor(${name}))`),
  },
  {
    ...MATH,
    name: 'sign',
    signatures: signatures('number -> number'),
    doc: '-1, 0 or 1.',
    example: ['sign(-3)', -1],
    evaluate: strict((x: number) => Math.sign(x)),
    kernel: callOf('Math.sign', true),
    sql: ([x]) =>
      sqlValue('number', `sign(${x?.text ?? ''})`, {
        range: wholeRange(-1, 1),
        nullable: x?.nullable ?? true,
      }),
    pure: pureCall('sign'),
  },
  {
    ...MATH,
    name: 'sqrt',
    signatures: signatures('number -> number'),
    doc: 'The square root; null below 0.',
    example: ['sqrt(16)', 4],
    evaluate: strict((x: number) => Math.sqrt(x)),
    kernel: { ...callOf('Math.sqrt', true), settles: 'none' },
    sql: ([x]) =>
      partial(
        x as SqlValue,
        (name) => ((x as SqlValue).range.low >= 0 ? undefined : `${name} < 0`),
        (name) => `sqrt(${name})`,
        { low: 0, high: 1.4e154, leastNonZero: Math.sqrt((x as SqlValue).range.leastNonZero) },
      ),
    pure: pureWhen('< 0', (name) => `sqrt(${name})`),
  },
  {
    ...MATH,
    name: 'log',
    aliases: ['ln'],
    signatures: signatures('number -> number', 'number, number -> number'),
    doc: 'The natural logarithm, or the one to the base given second; null for x or a base that is not above 0, and for base 1.',
    example: ['log(100, 10)', 2],
    evaluate: strict((x: number, base?: number) =>
      base === undefined ? Math.log(x) : base > 0 ? Math.log(x) / Math.log(base) : NaN,
    ),
    kernel: {
      code: ([x = '', base]) => (base === undefined ? `Math.log(${x})` : `h.log(${x}, ${base})`),
      settles: 'all',
      finite: false,
    },
    sql: ([x, base]) => {
      const logarithm = (value: SqlValue): SqlValue =>
        partial(
          value,
          (name) => `${name} <= 0`,
          (name) => `ln(${name})`,
          LOGARITHM_RANGE,
        );
      return base === undefined
        ? logarithm(x as SqlValue)
        : divide(logarithm(x as SqlValue), logarithm(base));
    },
    pure: ([x = '', base], [type]) =>
      pureBind(x, type, (name) => {
        const natural = `if((${name} <= 0), |[], |log(${name}))`;
        return base === undefined ? natural : `(${natural} / log(${base}))`;
      }),
  },
  {
    ...MATH,
    name: 'exp',
    signatures: signatures('number -> number'),
    doc: 'e to the power of x; null when too large for a double.',
    example: ['exp(0)', 1],
    evaluate: strict(exponential),
    kernel: callOf('h.exponential', false),
    sql: ([x]) =>
      partial(
        x as SqlValue,
        (name) => `${name} > 709.782712893384`,
        (name) => `CASE WHEN ${name} < -708.396418532264 THEN 0 ELSE exp(${name}) END`,
        { low: 0, high: Number.MAX_VALUE, leastNonZero: 2.2e-308 },
      ),
    pure: pureCall('exp'),
  },
  extremeOf('min', 'The least argument; strings by code point.', ['min(3, 1, 2)', 1]),
  extremeOf('max', 'The greatest argument; strings by code point.', ['max(3, 1, 2)', 3]),
  extremeOf('least', 'The same as min; unlike SQL it does not skip nulls.', ['least(3, 1)', 1]),
  extremeOf('greatest', 'The same as max; unlike SQL it does not skip nulls.', [
    'greatest(3, 1)',
    3,
  ]),
  {
    ...MATH,
    name: 'bin',
    group: 'Time',
    signatures: signatures(
      'number, number -> number',
      'timestamp, duration -> timestamp',
      'duration, duration -> duration',
    ),
    doc: 'The greatest multiple of the width that is not above x; times count from the epoch in UTC. Null unless the width is above 0.',
    example: ['bin(137, 25)', 125],
    evaluate: strict(binStart),
    kernel: callOf('h.binStart', false),
    sql: (args, call) => {
      const [x, width] = args as readonly [SqlValue, SqlValue];
      const text = bindOperands([x, width], ([a = '', b = '']) => {
        const left = { ...x, text: a, atomic: true };
        const right = { ...width, text: b, atomic: true };
        const start = multiply(wholeResult('floor', divide(left, right)), right);
        return `CASE WHEN ${b} > 0 THEN ${start.text} END`;
      });
      const value = sqlValue('number', `(${text})`);
      return call.result === 'timestamp' || call.result === 'duration'
        ? micros(value, call.result)
        : value;
    },
    pure: ([x = '', width = ''], [type]) => {
      if (type !== 'timestamp') return `(floor((${x} / ${width})) * ${width})`;
      const since = `dateDiff(${PURE_EPOCH}, ${x}, DurationUnit.MICROSECONDS)`;
      return pureAdjust(PURE_EPOCH, `(floor((${since} / ${width})) * ${width})`);
    },
  },
];

/**
 * Arithmetic in PostgreSQL that never raises. PostgreSQL's double precision operators raise an error
 * on overflow, on underflow to 0 and on division by zero, where the language says null, 0 and null.
 * Each operator here writes the plain operator when the operands' ranges exclude all that, and a CASE
 * around it when they do not. Sums and products find their overflow exactly; the others compare
 * logarithms, and within a factor of 1e-9 of either end of the double range may answer null or 0 early.
 */
import {
  ANY_NUMBER,
  anyNull,
  bindOperands,
  mayBeZero,
  most,
  rangeOf,
  sqlValue,
  type NumberRange,
  type SqlValue,
} from './sql-value.ts';
import { MODULO_LEAST, MODULO_MOST, SPLITTER, upperHalf } from './number-math.ts';
import { MICROS_MAX, type ValueType } from './types.ts';

/** Logarithms of the greatest double and of the least that is not rounded to 0, with a margin. */
const LOG_MOST = '709.7827128933836';
const LOG_LEAST = '-745.133219';
/** Less than the above by the error of a logarithm times an exponent. */
const LOG_POWER_MOST = '709.7827128933';
/** Of the least normal double: exp and power are 0 below it on every target. */
const LOG_LEAST_NORMAL = '-708.396418532264';
/** Half the last digit of the greatest double: where a sum rounds up to infinity. */
const HALF_LAST_DIGIT = 2 ** 970;
/** Scales both factors so that an overflowing product is 1 or more, exactly. */
const SCALE = 2 ** -512;
const EPSILON = 2 ** -53;

/** A number in the text itself: the type is stated so that 7 / 2 is not an integer division. */
export function sqlNumber(value: number, type: ValueType = 'number'): SqlValue {
  const text = value < 0 || Object.is(value, -0) ? `(${value}::float8)` : `${value}::float8`;
  return sqlValue(type, text, { range: rangeOf(value), nullable: false, atomic: true });
}

export function add(a: SqlValue, b: SqlValue, type: ValueType = 'number'): SqlValue {
  const low = a.range.low + b.range.low;
  const high = a.range.high + b.range.high;
  return sum('+', [a, b], { low, high, leastNonZero: leastOfSum(a, b) }, type);
}

export function subtract(a: SqlValue, b: SqlValue, type: ValueType = 'number'): SqlValue {
  const low = a.range.low - b.range.high;
  const high = a.range.high - b.range.low;
  return sum('-', [a, b], { low, high, leastNonZero: leastOfSum(a, b) }, type);
}

/** Doubles of magnitude m are multiples of an ulp of m, and so is their sum. */
function leastOfSum(a: SqlValue, b: SqlValue): number {
  const least = Math.min(a.range.leastNonZero, b.range.leastNonZero) * EPSILON;
  return Math.max(least, Number.MIN_VALUE);
}

function sum(
  sign: '+' | '-',
  [a, b]: readonly [SqlValue, SqlValue],
  range: NumberRange,
  type: ValueType,
): SqlValue {
  const nullable = a.nullable || b.nullable;
  if (Number.isFinite(range.low) && Number.isFinite(range.high)) {
    return sqlValue(type, `(${a.text} ${sign} ${b.text})`, { range, nullable });
  }
  const sameSign = sign === '+' ? '>' : '<';
  const text = bindOperands(
    [a, b],
    ([x = '', y = '']) =>
      `CASE WHEN (${x} > 0) = (${y} ${sameSign} 0) AND least(abs(${x}), abs(${y})) - ${HALF_LAST_DIGIT} >= ` +
      `${Number.MAX_VALUE} - greatest(abs(${x}), abs(${y})) THEN NULL ` +
      `ELSE ${x} ${sign} ${y} END`,
  );
  return sqlValue(type, `(${text})`, { range: clamped(range) });
}

export function multiply(a: SqlValue, b: SqlValue, type: ValueType = 'number'): SqlValue {
  const overflows = !Number.isFinite(most(a.range) * most(b.range));
  const leastNonZero = a.range.leastNonZero * b.range.leastNonZero;
  const underflows = leastNonZero < 2 * Number.MIN_VALUE;
  const range = clamped(productRange(a.range, b.range, leastNonZero));
  if (!overflows && !underflows) {
    const nullable = a.nullable || b.nullable;
    return sqlValue(type, `(${a.text} * ${b.text})`, { range, nullable });
  }
  const text = bindOperands([a, b], ([x = '', y = '']) => {
    const plain = `${x} * ${y}`;
    const overflow =
      `WHEN abs(${x}) > 1 AND abs(${y}) > 1 THEN ` +
      `CASE WHEN abs(${x}) * ${SCALE} * (abs(${y}) * ${SCALE}) < 1 THEN ${plain} END `;
    const underflow =
      `WHEN ${x} = 0 OR ${y} = 0 THEN ${plain} ` +
      `WHEN ln(abs(${x})) + ln(abs(${y})) < ${LOG_LEAST} THEN 0 `;
    return `CASE ${overflows ? overflow : ''}${underflows ? underflow : ''}ELSE ${plain} END`;
  });
  return sqlValue(type, `(${text})`, { range });
}

/** Division: null by 0. */
export function divide(a: SqlValue, b: SqlValue, type: ValueType = 'number'): SqlValue {
  const overflows = !Number.isFinite(most(a.range) / b.range.leastNonZero);
  const leastNonZero = a.range.leastNonZero / most(b.range);
  const underflows = leastNonZero < 2 * Number.MIN_VALUE;
  const high = clampedNumber(most(a.range) / b.range.leastNonZero);
  const range = { low: -high, high, leastNonZero: Math.max(leastNonZero, Number.MIN_VALUE) };
  const zero = mayBeZero(b.range);
  if (!overflows && !underflows) {
    const divisor = zero ? `nullif(${b.text}, 0)` : b.text;
    const nullable = zero || a.nullable || b.nullable;
    return sqlValue(type, `(${a.text} / ${divisor})`, { range, nullable });
  }
  const text = bindOperands([a, b], ([x = '', y = '']) => {
    const plain = `${x} / ${y}`;
    const size = `ln(abs(${x})) - ln(abs(${y}))`;
    const byZero = zero ? `WHEN ${y} = 0 THEN NULL ` : '';
    const overflow = overflows ? `WHEN ${size} > ${LOG_MOST} THEN NULL ` : '';
    const underflow = underflows ? `WHEN ${size} < ${LOG_LEAST} THEN 0 ` : '';
    return `CASE ${byZero}WHEN ${x} = 0 THEN ${plain} ${overflow}${underflow}ELSE ${plain} END`;
  });
  return sqlValue(type, `(${text})`, { range });
}

/**
 * Floor modulo, the exact remainder: the whole quotient times the divisor is subtracted with the
 * rounding error of that product (T. J. Dekker, Numerische Mathematik 18 (1971), 224-242), since
 * a - b * floor(a / b) alone is wrong by it.
 */
export function modulo(a: SqlValue, b: SqlValue): SqlValue {
  const operands = [a, b].map((operand) => ({ ...operand, atomic: false }));
  const text = bindOperands(operands, ([x = '', y = '']) => {
    const remainder =
      `CASE WHEN abs(${x}) < abs(${y}) THEN ${x} ` +
      `WHEN abs(${x}) <= ${MODULO_MOST} AND abs(${y}) >= ${MODULO_LEAST} THEN ` +
      `CASE WHEN abs(${x}) < abs(${y}) * 9007199254740992 THEN ${exactRemainder(x, y)} END END`;
    // The quotient may have been rounded up, which this repairs too: the remainder changed its sign.
    const floored = `CASE WHEN m.r <> 0 AND (m.r < 0) <> (${y} < 0) THEN m.r + ${y} ELSE m.r END`;
    return `(SELECT ${floored} FROM (SELECT ${remainder} AS r OFFSET 0) AS m)`;
  });
  const size = most(b.range);
  // A remainder of doubles is a multiple of the smaller one's last digit.
  const least = Math.max(
    Number.MIN_VALUE,
    Math.min(a.range.leastNonZero, b.range.leastNonZero) * EPSILON,
  );
  return sqlValue('number', text, { range: { low: -size, high: size, leastNonZero: least } });
}

/** x less the whole quotient times y, with what that product lost; of the sign of x, or rounded past it. */
function exactRemainder(x: string, y: string): string {
  const halves = (name: string, value: string): string =>
    `${value} AS ${name}, ${SPLITTER} * ${value} - (${SPLITTER} * ${value} - ${value}) AS ${name}u`;
  const split =
    `SELECT ${halves('q', 'w.q')}, ${halves('d', `abs(${y})`)}, w.q * abs(${y}) AS p ` +
    `FROM (SELECT trunc(abs(${x}) / abs(${y})) AS q OFFSET 0) AS w OFFSET 0`;
  const lost =
    '(((s.qu * s.du - s.p) + s.qu * (s.d - s.du) + (s.q - s.qu) * s.du) + (s.q - s.qu) * (s.d - s.du))';
  return `(SELECT sign(${x}) * ((abs(${x}) - s.p) - ${lost}) FROM (${split}) AS s)`;
}

/** `digits` after the point, as `roundDigits` does it: what the scaling lost decides its ties. */
export function roundedTo(x: SqlValue, digits: number): SqlValue {
  const scale = 10 ** digits;
  const [upper, lower] = [upperHalf(scale), scale - upperHalf(scale)];
  const text = bindOperands([{ ...x, atomic: false }], ([name = '']) => {
    const value = { ...x, text: name, atomic: true };
    const product = { ...multiply(value, sqlNumber(scale)), atomic: false };
    const half = `(${SPLITTER} * ${name} - (${SPLITTER} * ${name} - ${name}))`;
    return bindOperands([value, product], ([, p = '']) => {
      const lost =
        `(((${half} * ${upper} - ${p}) + ${half} * ${lower}) + (${name} - ${half}) * ${upper}) ` +
        `+ (${name} - ${half}) * ${lower}`;
      const tie = `CASE sign(${lost}) WHEN 1 THEN floor(${p}) + 1 WHEN -1 THEN floor(${p}) ELSE round(${p}) END`;
      return `(CASE WHEN ${p} - floor(${p}) = 0.5 THEN ${tie} ELSE round(${p}) END) / ${scale}::float8`;
    });
  });
  return sqlValue('number', text);
}

/** floor, ceil, round, trunc: never raise, round ties to even. */
export function wholeResult(name: 'floor' | 'ceil' | 'round' | 'trunc', x: SqlValue): SqlValue {
  const low = Math.floor(x.range.low);
  const high = Math.ceil(x.range.high);
  const range = { low, high, leastNonZero: 1 };
  return sqlValue('number', `${name}(${x.text})`, { range, nullable: x.nullable });
}

export function absolute(x: SqlValue): SqlValue {
  const { low, high, leastNonZero } = x.range;
  const range = {
    low: low <= 0 && high >= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high)),
    high: most(x.range),
    leastNonZero,
  };
  return sqlValue(x.type, `abs(${x.text})`, { range, nullable: x.nullable });
}

export function negated(x: SqlValue): SqlValue {
  const { low, high, leastNonZero } = x.range;
  const range = { low: -high, high: -low, leastNonZero };
  return sqlValue(x.type, `(-${x.text})`, { range, nullable: x.nullable });
}

/** Power: null where the base is negative and the exponent is no whole number, and for 0 to less than 0. */
export function power(a: SqlValue, b: SqlValue): SqlValue {
  // Bound even when constant: the planner computes constants before any guard is asked.
  const operands = [a, b].map((operand) => ({ ...operand, atomic: false }));
  const text = bindOperands(operands, ([x = '', y = '']) => {
    const size = `ln(abs(${x})) * ${y}`;
    return (
      `CASE WHEN ${x} IS NULL OR ${y} IS NULL THEN NULL WHEN ${y} = 0 OR ${x} = 1 THEN 1 ` +
      `WHEN ${y} = 1 THEN CASE WHEN abs(${x}) < 2.2250738585072014e-308 THEN 0 ELSE ${x} END ` +
      `WHEN ${x} = 0 THEN CASE WHEN ${y} > 0 THEN 0 END ` +
      `WHEN ${x} < 0 AND ${y} <> floor(${y}) THEN NULL ` +
      `WHEN ${x} = -1 THEN CASE WHEN floor(${y} / 2) * 2 = ${y} THEN 1 ELSE -1 END ` +
      // The product of the logarithm and the exponent must not leave the range itself.
      `WHEN abs(${y}) < 1e-300 THEN 1 ` +
      `WHEN abs(${y}) > 1e19 THEN CASE WHEN (abs(${x}) > 1) <> (${y} > 0) THEN 0 END ` +
      `WHEN ${size} > ${LOG_POWER_MOST} THEN NULL WHEN ${size} < ${LOG_LEAST_NORMAL} THEN 0 ` +
      `ELSE power(${x}, ${y}) END`
    );
  });
  return sqlValue('number', `(${text})`);
}

/** A function of one number that is null outside its domain. */
export function partial(
  x: SqlValue,
  outside: (name: string) => string | undefined,
  write: (name: string) => string,
  range: NumberRange = ANY_NUMBER,
): SqlValue {
  const text = bindOperands([x], ([name = '']) => {
    const condition = outside(name);
    return condition === undefined
      ? write(name)
      : `CASE WHEN ${condition} THEN NULL ELSE ${write(name)} END`;
  });
  return sqlValue('number', `(${text})`, { range, nullable: true });
}

/** A timestamp or duration from arithmetic: rounded to whole microseconds, null outside the domain. */
export function micros(x: SqlValue, type: 'timestamp' | 'duration'): SqlValue {
  const range = { low: -MICROS_MAX, high: MICROS_MAX, leastNonZero: 1 };
  const text = bindOperands(
    [x],
    ([name = '']) => `CASE WHEN abs(${name}) <= ${MICROS_MAX} THEN round(${name}) END`,
  );
  return sqlValue(type, `(${text})`, { range });
}

/** The least or greatest of several, null when one is: PostgreSQL's own skip nulls. */
export function extreme(name: 'least' | 'greatest', values: readonly SqlValue[]): string {
  return bindOperands(values, (names) => {
    const call = `${name}(${names.join(', ')})`;
    const condition = anyNull(values, names);
    return condition === undefined ? call : `CASE WHEN ${condition} THEN NULL ELSE ${call} END`;
  });
}

function productRange(a: NumberRange, b: NumberRange, leastNonZero: number): NumberRange {
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  const low = Math.min(...corners);
  const high = Math.max(...corners);
  return { low, high, leastNonZero };
}

function clamped(range: NumberRange): NumberRange {
  return {
    low: clampedNumber(range.low),
    high: clampedNumber(range.high),
    leastNonZero: Math.max(range.leastNonZero, Number.MIN_VALUE),
  };
}

function clampedNumber(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

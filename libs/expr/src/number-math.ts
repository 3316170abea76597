/** The number functions whose JavaScript originals do not have the language's meaning. */

/** 1.5 * 2^52: added to a smaller number it leaves no room for a fraction, and IEEE rounds ties to even. */
const ROUNDER = 6_755_399_441_055_744;
const WHOLE_FROM = 2 ** 51;
const LEAST_NORMAL = 2.2250738585072014e-308;
const LOG_LEAST_NORMAL = -708.396418532264;

/** Nearest whole number, ties to even: 2.5 is 2, 3.5 is 4. */
export function roundHalfEven(x: number): number {
  return Math.abs(x) < WHOLE_FROM
    ? x + ROUNDER - ROUNDER
    : Math.abs(x) < 2 * WHOLE_FROM
      ? tie(x)
      : x;
}

/** Between 2^51 and 2^52 doubles have halves, and the rounder would leave the range of exact sums. */
function tie(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Splits a double into halves whose products are exact: 2^27 + 1 (T. J. Dekker, 1971). */
export const SPLITTER = 134_217_729;

/** The upper half of the digits of x; x less this is the lower half. */
export function upperHalf(x: number): number {
  const scaled = SPLITTER * x;
  return scaled - (scaled - x);
}

/**
 * `digits` after the point, ties to even, of the number as it is: 2.675 is a little less than its text
 * says and becomes 2.67, though 2.675 * 100 is 267.5. So what that product lost decides its ties.
 */
export function roundDigits(x: number, digits: number): number {
  const scale = 10 ** digits;
  const product = x * scale;
  const floor = Math.floor(product);
  if (product - floor !== 0.5) return roundHalfEven(product) / scale;
  const lost = lostDigits(x, scale, product);
  if (lost === 0) return roundHalfEven(product) / scale;
  return (lost > 0 ? floor + 1 : floor) / scale;
}

/** a * b - product, exactly. */
function lostDigits(a: number, b: number, product: number): number {
  const [ah, bh] = [upperHalf(a), upperHalf(b)];
  const [al, bl] = [a - ah, b - bh];
  return ah * bh - product + ah * bl + al * bh + al * bl;
}

/** Beyond these magnitudes a quotient's remainder is not defined, and modulo is null. */
export const MODULO_MOST = 1e290;
export const MODULO_LEAST = 1e-290;

/**
 * Floor modulo, the exact remainder of a - b * floor(a / b): it has the sign of the divisor. NaN by 0,
 * and where the quotient has more digits than a double.
 */
export function floorModulo(a: number, b: number): number {
  const size = Math.abs(a);
  const divisor = Math.abs(b);
  if (
    size >= divisor &&
    !(size <= MODULO_MOST && divisor >= MODULO_LEAST && size < divisor * 2 ** 53)
  ) {
    return NaN;
  }
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
}

/** x^y; 0 where it would be below the least normal double, because PostgreSQL cannot give those. */
export function power(x: number, y: number): number {
  const result = x ** y;
  return Math.abs(result) < LEAST_NORMAL ? 0 : result;
}

export function exponential(x: number): number {
  return x < LOG_LEAST_NORMAL ? 0 : Math.exp(x);
}

/** Greatest multiple of `width` that is not above `x`; NaN unless the width is above 0. */
export function binStart(x: number, width: number): number {
  return width > 0 ? Math.floor(x / width) * width : NaN;
}

/** The digits of a number without an exponent: the shortest that read back as the number. */
export function plainDecimal(x: number): string {
  const text = String(Math.abs(x));
  const [mantissa = '', exponent] = text.split('e');
  if (exponent === undefined) return (x < 0 ? '-' : '') + text;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const digits = whole + fraction;
  const plain =
    shift > 0
      ? digits + '0'.repeat(shift - fraction.length)
      : `0.${'0'.repeat(-shift - whole.length)}${digits}`;
  return (x < 0 ? '-' : '') + plain;
}

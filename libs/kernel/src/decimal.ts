import { Fault } from './fault.ts';

/**
 * Exact decimals as scaled integers: a `Decimal` is `bigint` units of 10^-scale, the scale fixed by
 * the field that holds it. Order prices, quantities and fees have scale 9, the ledger's cost scale 12.
 */
export const ORDER_SCALE = 9;
export const LEDGER_SCALE = 12;
/** Digits of an Avro decimal(38, 9). */
export const DECIMAL_PRECISION = 38;

const TEXT = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads a decimal from its source text, so that no double stands between the text and the value.
 * Trailing zeros beyond the scale are allowed; digits that carry value are not.
 * @param text plain or exponent notation, `-1.5`, `1e-3`
 * @param scale digits kept after the point
 * @throws Fault MSG_RULE_BROKEN when it is no number, or has more digits than the scale or precision
 */
export function parseDecimal(text: string, scale: number = ORDER_SCALE): bigint {
  const match = TEXT.exec(text);
  if (match === null) throw new Fault('MSG_RULE_BROKEN', { rule: 'decimal', value: text });
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = scale - fraction.length + Number(exponent);
  const digits = whole + fraction;
  const units = shift >= 0 ? scaleUp(digits, shift, text) : scaleDown(digits, -shift, text, scale);
  if (units >= 10n ** BigInt(DECIMAL_PRECISION)) {
    throw new Fault('MSG_RULE_BROKEN', { rule: `precision ${DECIMAL_PRECISION}`, value: text });
  }
  return sign === '-' ? -units : units;
}

/** The shortest plain text of a scaled integer: no exponent, no trailing zeros. */
export function formatDecimal(units: bigint, scale: number = ORDER_SCALE): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The nearest double, for display and statistics only. */
export function decimalToNumber(units: bigint, scale: number = ORDER_SCALE): number {
  return Number(formatDecimal(units, scale));
}

/**
 * A market price or size (a double) at the boundary to exact arithmetic: rounded to the instrument's
 * step. Exact for values of up to 15 digits.
 * @param value finite
 * @param step in units of 10^-scale, positive
 * @throws Fault MSG_RULE_BROKEN when the value is not finite
 */
export function decimalFromNumber(
  value: number,
  step: bigint,
  scale: number = ORDER_SCALE,
): bigint {
  if (!Number.isFinite(value)) throw new Fault('MSG_RULE_BROKEN', { rule: 'finite', value });
  const units = parseTruncated(value.toPrecision(15), scale);
  return roundToStep(units, step);
}

/** The multiple of `step` nearest to `units`, ties to even multiples. */
export function roundToStep(units: bigint, step: bigint): bigint {
  return divideHalfEven(units, step) * step;
}

/** The largest multiple of `step` that is not above `units`. */
export function floorToStep(units: bigint, step: bigint): bigint {
  return floorDivide(units, step) * step;
}

/** numerator / denominator, ties to even. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const floor = floorDivide(numerator, denominator);
  const twice = 2n * (numerator - floor * denominator);
  const size = denominator < 0n ? -denominator : denominator;
  const above = denominator < 0n ? -twice : twice;
  if (above < size) return floor;
  if (above > size) return floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}

function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const exact = quotient * denominator === numerator;
  return !exact && numerator < 0n !== denominator < 0n ? quotient - 1n : quotient;
}

function scaleUp(digits: string, shift: number, text: string): bigint {
  if (shift > DECIMAL_PRECISION) {
    throw new Fault('MSG_RULE_BROKEN', { rule: `precision ${DECIMAL_PRECISION}`, value: text });
  }
  return BigInt(digits) * 10n ** BigInt(shift);
}

function scaleDown(digits: string, drop: number, text: string, scale: number): bigint {
  const kept = digits.length > drop ? digits.slice(0, digits.length - drop) : '0';
  const lost = digits.slice(Math.max(0, digits.length - drop));
  if (/[1-9]/.test(lost))
    throw new Fault('MSG_RULE_BROKEN', { rule: `scale ${scale}`, value: text });
  return BigInt(kept);
}

/** As parseDecimal, but digits beyond the scale are cut off: the step's rounding follows. */
function parseTruncated(text: string, scale: number): bigint {
  const match = TEXT.exec(text);
  if (match === null) throw new Fault('MSG_RULE_BROKEN', { rule: 'decimal', value: text });
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = scale - fraction.length + Number(exponent);
  const digits = whole + fraction;
  const units =
    shift >= 0
      ? BigInt(digits) * 10n ** BigInt(shift)
      : divideHalfEven(BigInt(digits), 10n ** BigInt(-shift));
  return sign === '-' ? -units : units;
}

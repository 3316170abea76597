import { Fault, ORDER_SCALE } from '@tickmesh/kernel';

const TEXT = /^(\d+)(?:\.(\d+))?$/;
const MAX_DIGITS = 15;

/** 10^n for n = 0..15, exact. */
export const POWERS_OF_TEN: Float64Array = Float64Array.from(
  { length: MAX_DIGITS + 1 },
  (_, exponent) => 10 ** exponent,
);

/**
 * A plain decimal text as whole units of 10^-digits. Trailing zeros beyond the digits are fine;
 * undefined for anything else: a sign, an exponent, a lost digit, more than 2^53 - 1 units.
 */
export function unitsOfText(text: string, digits: number): number | undefined {
  const match = TEXT.exec(text);
  if (match === null) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return undefined;
  const units = Number((match[1] ?? '') + fraction.padEnd(digits, '0'));
  return Number.isSafeInteger(units) ? units : undefined;
}

/** The double nearest to the value: one division of two exact doubles rounds once. */
export function numberOfUnits(units: number, digits: number): number {
  return units / POWERS_OF_TEN[digits]!;
}

/** The shortest plain decimal text of units of 10^-digits. */
export function textOfUnits(units: number | bigint, digits: number): string {
  const negative = units < 0;
  const magnitude = (negative ? -units : units).toString().padStart(digits + 1, '0');
  const whole = magnitude.slice(0, magnitude.length - digits);
  const fraction = magnitude.slice(magnitude.length - digits).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * Digits after the point that a step needs: 0.01 has 2, 5 has 0, 0.25 has 2.
 * @param step positive, in units of 10^-scale
 * @throws Fault ARGUMENT_INVALID
 */
export function digitsOfStep(step: bigint, scale: number = ORDER_SCALE): number {
  if (step <= 0n) throw new Fault('ARGUMENT_INVALID', { expected: 'a positive step', step });
  let digits = scale;
  for (let rest = step; digits > 0 && rest % 10n === 0n; rest /= 10n) digits -= 1;
  return digits;
}

/** What generated code may call: functions by name (`h`), nothing else is in its reach. */
import { density, distribution } from './functions/pricing-functions.ts';
import {
  binStart,
  exponential,
  floorModulo,
  power,
  roundDigits,
  roundHalfEven,
} from './number-math.ts';
import { compareText } from './text-math.ts';
import { MICROS_MAX, type Value } from './types.ts';

export const KERNEL_FUNCTIONS = {
  floorModulo,
  power,
  exponential,
  binStart,
  roundDigits,
  round: roundHalfEven,
  log: (x: number, base: number): number => (base > 0 ? Math.log(x) / Math.log(base) : NaN),
  density,
  distribution,
  compareText,
  /** A time from arithmetic: whole microseconds within the exact integers, else NaN. */
  micros(x: number): number {
    const whole = roundHalfEven(x);
    return Math.abs(whole) <= MICROS_MAX ? whole : NaN;
  },
  /** The result of a function that is not compiled, as a kernel holds numbers. */
  number: (value: Value): number => (typeof value === 'number' ? value : NaN),
  boolean: (value: Value): number => (value === null ? 2 : value === true ? 1 : 0),
} as const;

export type KernelFunctions = typeof KERNEL_FUNCTIONS;

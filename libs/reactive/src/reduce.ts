/** Reductions for groups. All are associative; values that are null or no number do not count. */

/** 0 when there is nothing to add. */
export function sum(values: readonly unknown[]): number {
  let total = 0;
  for (const value of values) if (isNumber(value)) total += value;
  return total;
}

/** Null when there is none. */
export function minimum(values: readonly unknown[]): number | null {
  let least: number | null = null;
  for (const value of values) {
    if (isNumber(value) && (least === null || value < least)) least = value;
  }
  return least;
}

/** Null when there is none. */
export function maximum(values: readonly unknown[]): number | null {
  let greatest: number | null = null;
  for (const value of values) {
    if (isNumber(value) && (greatest === null || value > greatest)) greatest = value;
  }
  return greatest;
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

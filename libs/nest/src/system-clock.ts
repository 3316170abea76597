import type { Clock } from '@tickmesh/kernel';

/** Beyond this difference the machine's clock was set, and is followed at once. */
const STEP_MS = 5;

let originMs = performance.timeOrigin;

/**
 * The wall clock, UTC, with the microseconds that `Date.now()` lacks. It follows the machine's clock,
 * steps of it included: what must never go back keeps its own last value.
 */
export const systemClock: Clock = {
  nowMicros: () => {
    const elapsedMs = performance.now();
    const differenceMs = Date.now() - (originMs + elapsedMs);
    if (Math.abs(differenceMs) > STEP_MS) originMs += differenceMs;
    return Math.round((originMs + elapsedMs) * 1_000);
  },
};

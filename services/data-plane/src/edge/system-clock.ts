import type { ConnectorClock } from '../app/connector.ts';

/** Beyond this the wall clock has been set, and the monotonic one is put beside it again. */
const STEP_NANOS = 50_000_000n;

let offsetNanos = wallNanos() - process.hrtime.bigint();
let lastNanos = 0n;

/** Wall time with the resolution of the monotonic clock, and never backwards while the process lives. */
export const systemClock: ConnectorClock = {
  nowMicros: () => Number(nowNanos() / 1000n),
  nowNanos,
  sleep,
};

function nowNanos(): bigint {
  const drift = wallNanos() - (offsetNanos + process.hrtime.bigint());
  if (drift > STEP_NANOS || drift < -STEP_NANOS) offsetNanos += drift;
  const now = offsetNanos + process.hrtime.bigint();
  if (now > lastNanos) lastNanos = now;
  return lastNanos;
}

function wallNanos(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, delayMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

/** What a service opens is closed in one order, written here and nowhere else. */
import { Fault, faultOf } from '@tickmesh/kernel';
import type { Logger } from '@tickmesh/telemetry';

/**
 * The order of a shutdown. Intake ends first, so that what is in hand can be finished: feeds and timers,
 * then the listeners, then the consumers drain, the producers flush, the pools close, and telemetry goes
 * last, because all of the others still have something to say.
 */
export const STOP_PHASES = [
  'intake',
  'listeners',
  'consumers',
  'producers',
  'pools',
  'telemetry',
] as const;
export type StopPhase = (typeof STOP_PHASES)[number];

interface StopStep {
  readonly phase: StopPhase;
  readonly name: string;
  readonly stop: () => void | Promise<void>;
}

/** Steps to take at the end, and at the beginning once everything is open. */
export interface Lifecycle {
  /** Runs in its phase, steps of one phase one after the other, the last opened first. */
  onStop(phase: StopPhase, name: string, stop: () => void | Promise<void>): void;
  /** Runs after the listeners are open, in order: consumers and feeds start here. */
  onStart(name: string, start: () => void | Promise<void>): void;
}

/** One step may take at most this share of the time that is left, so that none starves the rest. */
const STEP_SHARE = 0.6;

export class ServiceLifecycle implements Lifecycle {
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  readonly #steps: StopStep[] = [];
  readonly #starts: { readonly name: string; readonly start: () => void | Promise<void> }[] = [];
  readonly #failed: string[] = [];
  #stopping: Promise<StopResult> | undefined;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor(logger: Logger, timeoutMs: number) {
    this.#logger = logger;
    this.#timeoutMs = timeoutMs;
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** What is opened while the service already stops is closed with the rest, or at once after it. */
  onStop(phase: StopPhase, name: string, stop: () => void | Promise<void>): void {
    const step = { phase, name, stop };
    if (this.#isStopped) void this.#take(step);
    else this.#steps.push(step);
  }

  onStart(name: string, start: () => void | Promise<void>): void {
    this.#starts.push({ name, start });
  }

  /** @throws what a step throws; Fault SERVICE_UNREACHABLE when the service was told to stop meanwhile */
  async start(): Promise<void> {
    for (const { start } of this.#starts) {
      this.assertStarting();
      await start();
    }
    this.assertStarting();
  }

  assertStarting(): void {
    if (this.isStopping) throw new Fault('SERVICE_UNREACHABLE', { reason: 'stopped at its start' });
  }

  /** Takes every step once, whatever fails on the way; a second call waits for the first. */
  stop(reason: string): Promise<StopResult> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  async #stop(reason: string): Promise<StopResult> {
    this.#logger.info('service.stopping', { reason });
    this.#deadlineMs = performance.now() + this.#timeoutMs;
    for (let step = this.#next(); step !== undefined; step = this.#next()) await this.#take(step);
    this.#isStopped = true;
    return { failed: this.#failed };
  }

  /** The last opened of the first phase that has any left. */
  #next(): StopStep | undefined {
    for (const phase of STOP_PHASES) {
      const index = this.#steps.findLastIndex((step) => step.phase === phase);
      if (index >= 0) return this.#steps.splice(index, 1)[0];
    }
    return undefined;
  }

  async #take(step: StopStep): Promise<void> {
    const leftMs = Math.max(0, this.#deadlineMs - performance.now());
    try {
      await within(step, leftMs * STEP_SHARE);
    } catch (thrown) {
      this.#failed.push(step.name);
      const { phase, name } = step;
      this.#logger.fault('service.stop_step_failed', faultOf(thrown), { phase, step: name });
    }
  }
}

export interface StopResult {
  /** Names of the steps that failed or took too long. */
  readonly failed: readonly string[];
}

async function within(step: StopStep, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Fault('SERVICE_UNREACHABLE', { step: step.name, timeout_ms: timeoutMs }));
    }, timeoutMs);
  });
  try {
    await Promise.race([step.stop(), late]);
  } finally {
    clearTimeout(timer);
  }
}

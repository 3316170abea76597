import { Fault, faultOf } from '@tickmesh/kernel';
import type { Exit } from './child-process.ts';
import type { ComposeHealthcheck, ComposeService } from './compose.ts';
import { checkHealth } from './health-check.ts';
import { lastLogLines } from './log-tail.ts';
import type { Part, RunningPart } from './parts.ts';

/** Something a person watching the mesh wants to know. */
export type PartEvent =
  | { readonly kind: 'ready' | 'completed' | 'recovered' | 'stopped'; readonly part: string }
  | { readonly kind: 'unhealthy' | 'failed'; readonly part: string; readonly reason: string }
  | {
      readonly kind: 'died';
      readonly part: string;
      readonly exit: Exit;
      readonly lastLines: readonly string[];
      /** When it is started again; undefined when its restart rule says no. */
      readonly restartInMs: number | undefined;
    };

/** Docker's own back-off, slower at first so that a broken service does not fill the screen. */
const RESTART_FIRST_MS = 1_000;
const RESTART_MOST_MS = 30_000;
/** A run this long was a good one: the next restart comes fast again. */
const RESTART_RESET_MS = 30_000;
const READY_TIMEOUT_MS = 120_000;

/**
 * Keeps one part running as its compose entry says: started, probed until healthy, watched, restarted.
 * `ready` settles with the first success, or rejects when it cannot come up.
 */
export class PartSupervisor {
  readonly service: ComposeService;
  readonly #part: Part;
  readonly #cwd: string;
  readonly #report: (event: PartEvent) => void;
  #running: RunningPart | undefined;
  #stopping = false;
  #starting: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #watch: Promise<void> = Promise.resolve();

  constructor(part: Part, cwd: string, report: (event: PartEvent) => void) {
    this.service = part.service;
    this.#part = part;
    this.#cwd = cwd;
    this.#report = report;
  }

  get waitsFor(): readonly string[] {
    return this.#part.waitsFor;
  }

  /** The process that runs now, if one does. */
  get pid(): number | undefined {
    return this.#running?.process.running() === true ? this.#running.process.pid : undefined;
  }

  /**
   * Starts the part and returns when it is healthy, or has completed if it is one that ends.
   * @throws Fault SERVICE_UNREACHABLE when it does not come up
   */
  async start(): Promise<void> {
    // What it waited for may have ended because everything stops.
    if (this.#stopping) return;
    this.#starting = this.service.restart === 'no' ? this.#runToEnd() : this.#bringUp();
    await this.#starting;
  }

  /** Stops it for good, also half way through its start; returns when its process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    const wasRunning = this.pid !== undefined;
    await this.#running?.stop();
    await this.#starting.catch(() => undefined);
    await this.#watch;
    // A launch that was under way has brought up another process since.
    await this.#running?.stop();
    if (wasRunning) this.#report({ kind: 'stopped', part: this.service.name });
  }

  async #runToEnd(): Promise<void> {
    this.#running = await this.#part.launch();
    const exit = await this.#running.process.exited;
    if (this.#stopping) return;
    if (exit.code !== 0) throw this.#fault('it failed', this.#running, exit);
    this.#report({ kind: 'completed', part: this.service.name });
  }

  async #bringUp(): Promise<void> {
    const startedAtMs = Date.now();
    this.#running = await this.#part.launch();
    const healthy = await this.#untilHealthy(this.#running);
    if (this.#stopping) return;
    if (!healthy) throw this.#fault('it did not become healthy', this.#running);
    this.#report({ kind: 'ready', part: this.service.name });
    this.#watch = this.#keepRunning(startedAtMs);
  }

  async #keepRunning(startedAt: number): Promise<void> {
    let startedAtMs = startedAt;
    let restarts = 0;
    while (this.#running !== undefined) {
      const health = this.#watchHealth(this.#running);
      const exit = await this.#running.process.exited;
      this.#wake();
      await health;
      if (this.#isStopping()) return;
      if (Date.now() - startedAtMs > RESTART_RESET_MS) restarts = 0;
      const again = mayRestart(this.service.restart, exit);
      this.#reportDeath(this.#running, exit, again ? restartDelayMs(restarts) : undefined);
      if (!again) return;
      do {
        await this.#pause(restartDelayMs(restarts));
        restarts += 1;
        startedAtMs = Date.now();
      } while (!this.#isStopping() && !(await this.#relaunch()));
    }
  }

  /** Whether a process runs again, healthy or not. */
  async #relaunch(): Promise<boolean> {
    try {
      this.#running = await this.#part.launch();
    } catch (thrown) {
      this.#report({ kind: 'failed', part: this.service.name, reason: faultOf(thrown).message });
      return false;
    }
    const healthy = await this.#untilHealthy(this.#running);
    if (healthy && !this.#isStopping())
      this.#report({ kind: 'recovered', part: this.service.name });
    return true;
  }

  async #untilHealthy(running: RunningPart): Promise<boolean> {
    const { healthcheck } = this.service;
    if (this.#part.launchesReady || healthcheck === undefined) return true;
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!this.#isStopping() && running.process.running() && Date.now() < deadline) {
      const { healthy } = await this.#check(healthcheck);
      if (healthy) return true;
      await this.#pause(healthcheck.startIntervalMs);
    }
    return false;
  }

  /** Says when a part that runs stops answering, and when it answers again. */
  async #watchHealth(running: RunningPart): Promise<void> {
    const { healthcheck } = this.service;
    if (this.#part.launchesReady || healthcheck === undefined) return;
    let failures = 0;
    while (!this.#isStopping() && running.process.running()) {
      await this.#pause(healthcheck.intervalMs);
      if (this.#isStopping() || !running.process.running()) return;
      const { healthy, reason } = await this.#check(healthcheck);
      if (healthy && failures >= healthcheck.retries) {
        this.#report({ kind: 'recovered', part: this.service.name });
      }
      failures = healthy ? 0 : failures + 1;
      if (failures === healthcheck.retries && running.process.running()) {
        this.#report({ kind: 'unhealthy', part: this.service.name, reason });
      }
    }
  }

  #check(healthcheck: ComposeHealthcheck): Promise<{ healthy: boolean; reason: string }> {
    return checkHealth(healthcheck, this.#part.environment, this.#cwd);
  }

  /** A method, because the compiler would take the field's last known value for granted across an await. */
  #isStopping(): boolean {
    return this.#stopping;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #reportDeath(running: RunningPart, exit: Exit, restartInMs: number | undefined): void {
    const lastLines = lastLogLines(running.process.logFile, 5);
    this.#report({ kind: 'died', part: this.service.name, exit, lastLines, restartInMs });
  }

  #fault(reason: string, running: RunningPart, exit?: Exit): Fault {
    return new Fault('SERVICE_UNREACHABLE', {
      service: this.service.name,
      reason,
      ...exit,
      log: running.process.logFile,
      lastLines: lastLogLines(running.process.logFile, 8).join('\n'),
    });
  }
}

function restartDelayMs(restarts: number): number {
  return Math.min(RESTART_FIRST_MS * 2 ** restarts, RESTART_MOST_MS);
}

function mayRestart(rule: string, exit: Exit): boolean {
  if (rule === 'always' || rule === 'unless-stopped') return true;
  return rule.startsWith('on-failure') && exit.code !== 0;
}

/** Whether a service lives, and whether it is ready: the state and reason of each thing it needs. */
import { type ErrorCode, faultOf } from '@tickmesh/kernel';
import type { Logger, Metrics } from '@tickmesh/telemetry';

export interface DependencyState {
  readonly isUp: boolean;
  /** Why not, for people. */
  readonly reason?: string;
  /** Why not, for programs. */
  readonly code?: ErrorCode;
  /** Where it is, without credentials. */
  readonly address?: string;
}

export type DependencyProbe = () => DependencyState | Promise<DependencyState>;

export interface Health {
  /** Declares something without which the service is not ready. A probe that throws is down. */
  depend(name: string, probe: DependencyProbe): void;
}

export interface DependencyReport extends DependencyState {
  readonly name: string;
  /** RFC 3339, since when it is in this state. */
  readonly since: string;
  /** RFC 3339, when it was last asked. */
  readonly checkedAt: string;
}

export interface HealthReport {
  readonly service: string;
  readonly status: 'ready' | 'starting' | 'stopping' | 'not_ready';
  readonly dependencies: readonly DependencyReport[];
}

/** A probe that takes longer counts as down: a health page must answer. */
const PROBE_TIMEOUT_MS = 2_000;
/** Answers are kept so long, so that nobody can load a dependency by asking for health. */
const ANSWER_AGE_MAX_MS = 500;

export interface HealthOptions {
  readonly service: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `ready` is refined by the dependencies. */
  readonly phase: () => 'starting' | 'ready' | 'stopping';
  /** Told of every answer, so that gRPC health says the same. */
  readonly onStatus?: (status: HealthReport['status']) => void;
}

export class ServiceHealth implements Health {
  readonly #options: HealthOptions;
  readonly #probes = new Map<string, DependencyProbe>();
  readonly #last = new Map<string, DependencyReport>();
  #asked: { readonly atMs: number; readonly answer: Promise<void> } | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  depend(name: string, probe: DependencyProbe): void {
    this.#probes.set(name, probe);
  }

  async report(): Promise<HealthReport> {
    await this.#askAll();
    const dependencies = [...this.#probes.keys()].flatMap((name) => this.#last.get(name) ?? []);
    const phase = this.#options.phase();
    const isUp = dependencies.every((dependency) => dependency.isUp);
    const status = phase === 'ready' && !isUp ? 'not_ready' : phase;
    this.#options.onStatus?.(status);
    return { service: this.#options.service, status, dependencies };
  }

  #askAll(): Promise<void> {
    const nowMs = performance.now();
    if (this.#asked === undefined || nowMs - this.#asked.atMs > ANSWER_AGE_MAX_MS) {
      const asked = [...this.#probes].map(([name, probe]) => this.#ask(name, probe));
      this.#asked = { atMs: nowMs, answer: Promise.all(asked).then(() => undefined) };
    }
    return this.#asked.answer;
  }

  async #ask(name: string, probe: DependencyProbe): Promise<void> {
    const state = await answerOf(probe);
    const before = this.#last.get(name);
    const changed = before === undefined || before.isUp !== state.isUp;
    const checkedAt = new Date().toISOString();
    const since = changed ? checkedAt : before.since;
    this.#last.set(name, { name, ...state, since, checkedAt });
    const { metrics, logger } = this.#options;
    metrics.gauge('dependency_up', { dependency: name }).set(state.isUp ? 1 : 0);
    if (!changed) return;
    if (!state.isUp) logger.warn('dependency.lost', { dependency: name, reason: state.reason });
    else if (before !== undefined) logger.info('dependency.recovered', { dependency: name });
  }
}

async function answerOf(probe: DependencyProbe): Promise<DependencyState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyState>((resolve) => {
    timer = setTimeout(() => {
      const reason = `no answer within ${PROBE_TIMEOUT_MS} ms`;
      resolve({ isUp: false, reason, code: 'SERVICE_UNREACHABLE' });
    }, PROBE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([probe(), late]);
  } catch (thrown) {
    const { message, code } = faultOf(thrown);
    return { isUp: false, reason: message, code };
  } finally {
    clearTimeout(timer);
  }
}

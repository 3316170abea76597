/** A service of the mesh as a process of its own, built as it is shipped; its log is read as its operator would. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Exit,
  type LocalProcess,
  REPOSITORY_ROOT,
  pickFreePort,
  startProcess,
} from '@tickmesh/local';
import { type Environment, bareEnvironment } from './run-process.ts';
import { until } from './until.ts';

export type ServiceScript =
  'data-plane/main' | 'data-plane/connector' | 'strategy-plane/main' | 'order-plane/main';

export interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

export interface ServiceHealth {
  readonly status: string;
  readonly dependencies: readonly {
    readonly name: string;
    readonly isUp: boolean;
    readonly reason?: string;
  }[];
}

export class ServiceProcess {
  readonly url: string;
  readonly #process: LocalProcess;

  constructor(process: LocalProcess, httpPort: number) {
    this.#process = process;
    this.url = `http://127.0.0.1:${String(httpPort)}`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.running();
  }

  get exited(): Promise<Exit> {
    return this.#process.exited;
  }

  /** Everything that it has written, standard error included. */
  output(): string {
    return readFileSync(this.#process.logFile, 'utf8');
  }

  lines(event?: string): LogLine[] {
    const lines = this.output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
    return event === undefined ? lines : lines.filter((line) => line.event === event);
  }

  /** The first line of an event, when it is written. */
  async logged(event: string, matches: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    return until(`${event} in the log`, () => this.lines(event).find(matches), {
      describe: () => this.output().slice(-3000),
    });
  }

  async ready(): Promise<this> {
    await until(
      'the service is ready, or has ended',
      () => this.lines('service.ready').length > 0 || !this.isRunning,
      { describe: () => this.output().slice(-3000) },
    );
    if (!this.isRunning) throw new Error(`it ended at its start:\n${this.output().slice(-3000)}`);
    return this;
  }

  async health(): Promise<ServiceHealth> {
    const answer = await fetch(`${this.url}/health/ready`);
    return (await answer.json()) as ServiceHealth;
  }

  async isReady(): Promise<boolean> {
    return (await this.health().catch(() => undefined))?.status === 'ready';
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** As a crash. */
  kill(): Promise<Exit> {
    return this.#process.kill();
  }

  /** As an operator: in order. */
  stop(): Promise<Exit> {
    return this.#process.stop('SIGTERM', 25_000);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }
}

/** Starts a service; what the environment does not name is as shipped. */
export async function startService(
  script: ServiceScript,
  environment: Environment,
  logFile: string,
): Promise<ServiceProcess> {
  const [service = '', main = ''] = script.split('/');
  const httpPort = await pickFreePort();
  const grpcPort = await pickFreePort();
  const process = await startProcess({
    name: script,
    command: globalThis.process.execPath,
    args: [join(REPOSITORY_ROOT, 'services', service, 'dist', `${main}.js`)],
    logFile,
    cwd: REPOSITORY_ROOT,
    environment: {
      ...bareEnvironment(),
      HTTP_PORT: String(httpPort),
      GRPC_PORT: String(grpcPort),
      ...environment,
    },
  });
  return new ServiceProcess(process, httpPort);
}

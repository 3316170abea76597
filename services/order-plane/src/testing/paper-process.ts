/** The paper broker, as it is built, in a process that a test may kill; and its faults, as a test may change them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { type Rig, started } from './rig.ts';

/** Node runs no decorators of a source. */
const MAIN = fileURLToPath(new URL('../../dist/paper-broker-main.js', import.meta.url));

export interface Faults {
  readonly drop_share?: number;
  readonly repeat_share?: number;
  readonly delay_ms?: number;
  readonly duplicates?: 'repeat' | 'reject' | 'accept';
}

export class PaperProcess {
  readonly url: string;
  readonly #ports: { readonly sessions: number; readonly http: number; readonly grpc: number };
  readonly #issuer: TestIssuer;
  #child: ChildProcess | undefined;

  private constructor(issuer: TestIssuer, [sessions, http, grpc]: [number, number, number]) {
    this.#issuer = issuer;
    this.#ports = { sessions, http, grpc };
    this.url = `tcp://127.0.0.1:${sessions}`;
  }

  /** Nothing runs before `start`. */
  static async make(): Promise<PaperProcess> {
    const issuer = await TestIssuer.open();
    return new PaperProcess(issuer, [await freePort(), await freePort(), await freePort()]);
  }

  async start({ environment }: Rig): Promise<void> {
    const { sessions, http, grpc } = this.#ports;
    const ours = Object.entries(environment).filter(([name]) => !/^(ORDERS|LIMITS)_/.test(name));
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'] ?? '',
        ...Object.fromEntries(ours),
        ...this.#issuer.environment,
        HTTP_PORT: String(http),
        GRPC_PORT: String(grpc),
        PAPER_SESSIONS_PORT: String(sessions),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    await started(child, 'service.ready');
  }

  /** SIGKILL: no courtesies. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Changes the faults; without any, shows them with what was counted. */
  async faults(faults?: Faults): Promise<Readonly<Record<string, number>>> {
    const headers = await this.#issuer.headersFor({ name: 'olga', roles: ['operator'] });
    const response = await fetch(`http://127.0.0.1:${this.#ports.http}/faults`, {
      method: faults === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: faults === undefined ? null : JSON.stringify(faults),
    });
    if (!response.ok) throw new Error(`faults: ${response.status} ${await response.text()}`);
    return (await response.json()) as Readonly<Record<string, number>>;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.#issuer.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The paper broker in a process of its own, as a test starts, kills and upsets it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BrokerFaultsConfig } from '@tickmesh/config';
import { type Rig, started } from './rig.ts';

const PROCESS = fileURLToPath(new URL('./paper-broker-process.ts', import.meta.url));

export interface FaultCounts {
  readonly handedOver: number;
  readonly dropped: number;
  readonly repeated: number;
}

export class PaperProcess {
  readonly url: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `tcp://127.0.0.1:${port}`;
  }

  /** Nothing runs before `start`. */
  static async make(): Promise<PaperProcess> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return new PaperProcess(port);
  }

  async start({ environment }: Rig): Promise<void> {
    const ours = Object.entries(environment).filter(([name]) => !/^(ORDERS|LIMITS)_/.test(name));
    const options = ['--conditions=@tickmesh/source', '--no-warnings', PROCESS];
    const child = spawn(process.execPath, options, {
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_ENV: 'test',
        ...Object.fromEntries(ours),
        PAPER_SESSIONS_PORT: String(this.#port),
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#child = child;
    await started(child);
  }

  /** SIGKILL: no courtesies. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Changes what is named, and counts what there was. */
  async faults(wanted: Partial<BrokerFaultsConfig> = {}): Promise<FaultCounts> {
    const child = this.#child;
    if (child === undefined) throw new Error('the broker is not started');
    const answer = once(child, 'message');
    child.send(wanted);
    const [counts] = (await answer) as [FaultCounts];
    return counts;
  }
}

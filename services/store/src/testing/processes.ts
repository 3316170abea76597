/** Processes that a test may kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './served.ts';

export interface Started {
  readonly child: ChildProcess;
  /** Everything it has said so far. */
  said(): string;
  /** The signal that ended it; null when it ended by itself. */
  readonly died: Promise<NodeJS.Signals | null>;
}

export class Processes {
  readonly #running = new Set<ChildProcess>();

  /** @param name of a program beside this file */
  start(name: string, environment: Readonly<Record<string, string>>): Started {
    const { program, flags } = programOf(name);
    const child = spawn(process.execPath, [...flags, program], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let text = '';
    for (const from of [child.stdout, child.stderr]) {
      from.on('data', (bytes: Buffer) => (text += bytes.toString()));
    }
    const died = once(child, 'exit').then(() => {
      this.#running.delete(child);
      return child.signalCode;
    });
    return { child, said: () => text, died };
  }

  /** As `start`, and waits until it says that it is ready, or is killed before. */
  async ready(name: string, environment: Readonly<Record<string, string>>): Promise<Started> {
    const started = this.start(name, environment);
    const { child, said } = started;
    await until(`${name} is ready`, () => {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${said()}`);
      return said().includes('ready') || child.signalCode !== null;
    });
    return started;
  }

  async kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async killAll(): Promise<void> {
    for (const child of [...this.#running]) await this.kill(child);
  }
}

/** From its source where Node can run that; decorators, which it cannot strip, as built. */
function programOf(name: string): { readonly program: string; readonly flags: readonly string[] } {
  return name === 'store-process.ts'
    ? { program: pathOf('../../dist/testing/store-process.js'), flags: [] }
    : {
        program: pathOf(`./${name}`),
        flags: ['--conditions=@tickmesh/source', '--disable-warning=ExperimentalWarning'],
      };
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

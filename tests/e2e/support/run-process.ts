/** Programs that run to their end: the command line, the launcher, a service that refuses to start. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '@tickmesh/local';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** Variables of this process that a program needs; nothing of ours comes in by accident. */
export function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'JAVA_HOME', 'SystemRoot', 'TEMP'];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Runs a script of the repository under this Node; `input` is its standard input. */
export function runScript(
  path: readonly string[],
  args: readonly string[],
  environment: Environment,
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [join(REPOSITORY_ROOT, ...path), ...args], {
    cwd: REPOSITORY_ROOT,
    env: { ...bareEnvironment(), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString('utf8');
    });
  }
  // A program that does not read its input ends before this is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, ...output });
    });
  });
}

/** `mesh ARGS`, as `npx mesh` runs it. */
export function meshCommand(
  args: readonly string[],
  environment: Environment,
  input?: string,
): Promise<Ended> {
  return runScript(['tools', 'mesh', 'bin', 'mesh.mjs'], args, environment, input);
}

/** The objects of an output with one JSON text a line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

import { spawn, type SpawnOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import { guard, release } from './guardian.ts';

export interface ProcessOptions {
  /** How people know it: the name in messages and of the log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** POSIX only: the user to run as, when the launcher is root and the program refuses root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that was started here: its output is in `logFile`, and it does not outlive this one. */
export interface LocalProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when it ends, for whatever reason; never rejects. */
  readonly exited: Promise<Exit>;
  running(): boolean;
  /** Asks it to end, kills it after `graceMs`, and returns when it is gone. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<Exit>;
  /** Ends it as a crash would: SIGKILL. */
  kill(): Promise<Exit>;
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C in the terminal reaches the launcher alone, which
 * then stops everything in order.
 * @throws Fault PREREQUISITE_MISSING when the program cannot be started
 */
export async function startProcess(options: ProcessOptions): Promise<LocalProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.command, [...options.args], spawnOptions(options, log));
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) release(child.pid);
      resolve({ code, signal });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      reject(new Fault('PREREQUISITE_MISSING', { program: options.command }, cause));
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Fault('PREREQUISITE_MISSING', { program: options.command });
  guard(pid);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals, graceMs: number): Promise<Exit> => {
    if (running()) child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    const exit = await exited;
    clearTimeout(killer);
    return exit;
  };
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    exited,
    running,
    stop: end,
    kill: () => end('SIGKILL', 5_000),
  };
}

function spawnOptions(options: ProcessOptions, log: number): SpawnOptions {
  return {
    stdio: ['ignore', log, log],
    detached: true,
    windowsHide: true,
    env: options.environment ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...options.user,
  };
}

import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { startTimeOf } from '../process-identity.mjs';
import { LOCAL_DIR } from './paths.ts';

/**
 * The other end of reaper.mjs: one reaper per process, started with the first process to guard. It ends with the
 * last one, or ends them when this process is gone. No handle here keeps the event loop alive.
 */
let reaper: Writable | undefined;
const guarded = new Set<number>();
const folders = new Set<string>();

/** Has `pid`, which leads a process group, ended with its group if this process dies without doing it. */
export function guard(pid: number): void {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) return;
  guarded.add(pid);
  tell(`guard ${String(pid)} ${startTime}`);
}

export function release(pid: number): void {
  if (!guarded.delete(pid)) return;
  tell(`release ${String(pid)}`);
  endWhenIdle();
}

/** Has a folder deleted if this process dies before it calls `keepFolder`. */
export function removeFolderAtDeath(folder: string): void {
  folders.add(folder);
  tell(`remove ${folder}`);
}

export function keepFolder(folder: string): void {
  if (!folders.delete(folder)) return;
  tell(`keep ${folder}`);
  endWhenIdle();
}

function tell(line: string): void {
  reaper ??= startReaper();
  reaper.write(`${line}\n`);
}

function endWhenIdle(): void {
  if (guarded.size > 0 || folders.size > 0) return;
  reaper?.end();
  reaper = undefined;
}

function startReaper(): Writable {
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=1', join(LOCAL_DIR, 'reaper.mjs')],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      windowsHide: true,
    },
  );
  child.unref();
  // A reaper that was killed must not bring its parent down with EPIPE.
  child.stdin.on('error', () => undefined);
  // A pipe is a socket: it must not keep this process alive either.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child.stdin;
}

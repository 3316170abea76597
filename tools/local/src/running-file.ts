import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTimeOf } from '../process-identity.mjs';
import { MESH_DIR } from './paths.ts';

/** A process by its number and start time, so that a number used again is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export interface RunningService {
  readonly name: string;
  /** Absent while it is down or when it has completed. */
  readonly process?: ProcessIdentity;
  /** What speaks there, and where: `http` to `http://127.0.0.1:3001`. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** What runs from this clone: written by the launcher, read by the next start, by stop and by the command line. */
export interface RunningMesh {
  readonly launcher: ProcessIdentity;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly services: readonly RunningService[];
  /** How a client on this machine reaches the parts: KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The mesh that runs in a folder now; undefined when none does, whatever a dead launcher left written. */
export function readRunning(meshDir: string = MESH_DIR): RunningMesh | undefined {
  const written = readFile(meshDir);
  return written !== undefined && isAlive(written.launcher) ? written : undefined;
}

export function writeRunning(meshDir: string, mesh: RunningMesh): void {
  mkdirSync(meshDir, { recursive: true });
  const file = runningFile(meshDir);
  const partial = `${file}.${String(process.pid)}`;
  writeFileSync(partial, `${JSON.stringify(mesh, null, 2)}\n`);
  renameSync(partial, file);
}

export function removeRunning(meshDir: string): void {
  rmSync(runningFile(meshDir), { force: true });
}

function runningFile(meshDir: string): string {
  return join(meshDir, 'running.json');
}

export function identityOf(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}

/**
 * Ends what a launcher that was killed together with its reaper left running; answers the names. Only processes
 * that still have the start time that was written down are touched.
 */
export async function endLeftovers(meshDir: string): Promise<string[]> {
  const written = readFile(meshDir);
  if (written === undefined || isAlive(written.launcher)) return [];
  const left = written.services.flatMap(({ name, process: identity }) =>
    identity !== undefined && isAlive(identity) ? [{ name, identity }] : [],
  );
  for (const { identity } of left) signal(identity, 'SIGTERM');
  const deadline = Date.now() + LEFTOVER_GRACE_MS;
  while (left.some(({ identity }) => isAlive(identity)) && Date.now() < deadline) await pause(100);
  for (const { identity } of left) if (isAlive(identity)) signal(identity, 'SIGKILL');
  removeRunning(meshDir);
  return left.map(({ name }) => name);
}

const LEFTOVER_GRACE_MS = 10_000;

function signal({ pid }: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between: that is what was wanted.
  }
}

function readFile(meshDir: string): RunningMesh | undefined {
  const file = runningFile(meshDir);
  if (!existsSync(file)) return undefined;
  try {
    // Only `writeRunning` writes it, and in one step.
    return JSON.parse(readFileSync(file, 'utf8')) as RunningMesh;
  } catch {
    return undefined;
  }
}

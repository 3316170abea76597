/** Consumers of the suites, in this process or in one of their own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { TestBus } from './harness.ts';

/** A consumer in a process of its own; prints the number of each message once it is applied. */
export function startMember(
  options: object,
  nodeFlags: readonly string[] = [],
): ChildProcessByStdio<null, Readable, null> {
  const program = fileURLToPath(new URL('./member.ts', import.meta.url));
  const flags = ['--conditions=@tickmesh/source', '--disable-warning=ExperimentalWarning'];
  return spawn(process.execPath, [...flags, ...nodeFlags, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BUS_MEMBER: JSON.stringify(options), NODE_OPTIONS: '' },
  });
}

/** The options that most tests share. */
export interface DefaultOptions {
  readonly groupId: string;
  readonly topics: readonly ['store_events'];
  readonly assignment: 'co-partitioned';
  readonly ordering: 'partition';
  readonly fallback: 'earliest';
  readonly batchRecordsMax: number;
}

export function defaults(groupId: string): DefaultOptions {
  return {
    groupId,
    topics: ['store_events'],
    assignment: 'co-partitioned',
    ordering: 'partition',
    fallback: 'earliest',
    batchRecordsMax: 100,
  };
}

/** Records that the group has committed on the topic; undefined before its first commit. */
export async function committed(bus: TestBus['bus'], groupId: string): Promise<bigint | undefined> {
  const lags = await bus.groupLag(groupId);
  return lags.length === 0 ? undefined : lags.reduce((sum, lag) => sum + (lag.committed ?? 0n), 0n);
}

import { Fault, type ErrorCode } from '@tickmesh/kernel';
import { lastLogLines } from './log-tail.ts';
import type { LocalProcess } from './child-process.ts';

export interface ReadinessOptions {
  readonly process: LocalProcess;
  /** Answers true when it is ready; false or an error mean: not yet. */
  readonly probe: () => Promise<boolean>;
  readonly timeoutMs: number;
  /** The fault to raise when it dies or stays silent. */
  readonly code: ErrorCode;
}

const POLL_MS = 50;

/**
 * Waits until a process answers. One that dies meanwhile, or does not answer in time, is reported with the last
 * lines of its log.
 * @throws Fault of `code`
 */
export async function waitUntilReady(options: ReadinessOptions): Promise<void> {
  const { process, probe, timeoutMs, code } = options;
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (!process.running()) {
      throw new Fault(code, { ...(await process.exited), ...facts(process), reason: 'it ended' });
    }
    if (await probe().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Fault(code, { ...facts(process), reason: 'no answer in time', timeoutMs });
}

function facts(process: LocalProcess): Record<string, unknown> {
  return {
    process: process.name,
    log: process.logFile,
    lastLines: lastLogLines(process.logFile, 8).join('\n'),
  };
}

import { spawn } from 'node:child_process';
import type { ComposeHealthcheck } from './compose.ts';
import { programOf } from './parts.ts';

export interface HealthVerdict {
  readonly healthy: boolean;
  /** What the check said, when it failed. */
  readonly reason: string;
}

/** Runs a service's health check from the compose file once, in its environment; CMD form only. */
export function checkHealth(
  healthcheck: ComposeHealthcheck,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<HealthVerdict> {
  const [kind, ...words] = healthcheck.test;
  if (kind !== 'CMD') {
    return Promise.resolve({ healthy: false, reason: `the check is ${String(kind)}, not CMD` });
  }
  const { command, args } = programOf(words);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: healthcheck.timeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let reason = '';
    child.stderr.on('data', (chunk: Buffer) => {
      reason = (reason + chunk.toString('utf8')).slice(-500);
    });
    child.once('error', (error) => {
      resolve({ healthy: false, reason: error.message });
    });
    child.once('close', (code) => {
      resolve({ healthy: code === 0, reason: reason.trim() });
    });
  });
}

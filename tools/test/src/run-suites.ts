import { spawn, type ChildProcess } from 'node:child_process';
import { join, relative } from 'node:path';
import { REPOSITORY_ROOT, guard, release } from '@tickmesh/local';
import { JEST_COMMAND } from './suites.ts';
import type { SuiteOutcome } from './tally.ts';

export interface RunSuitesOptions {
  /** Absolute paths of the spec files to run. */
  readonly suites: readonly string[];
  /** Jest options as the caller gave them; file patterns among them have already chosen the suites. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the run early; suites without an outcome were not run. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** A suite that outlives it is ended and named. */
  readonly suiteLimitMs?: number;
}

const SUITE_LIMIT_MS = 300_000;
const WORKERS = 2;

/**
 * Runs the suites in one jest; when a suite outlives its limit, ends that jest with all its workers and goes on with
 * the suites that have no outcome yet in a new one.
 */
export async function runSuites(options: RunSuitesOptions): Promise<SuiteOutcome[]> {
  const outcomes = new Map<string, SuiteOutcome>();
  for (;;) {
    const pending = options.suites.filter((suite) => !outcomes.has(suite));
    if (pending.length === 0 || options.signal.aborted) break;
    const before = outcomes.size;
    const crash = await runJest(pending, options, outcomes);
    // A jest that ends without a single outcome would do so for ever.
    if (outcomes.size === before && !isAborted(options.signal)) {
      for (const suite of pending) outcomes.set(suite, brokenSuite(suite, crash));
    }
  }
  return [...outcomes.values()];
}

/** A function, because the compiler takes the flag's last known value for granted across an await. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Fills `outcomes`; answers in words how jest ended. */
async function runJest(
  pending: readonly string[],
  options: RunSuitesOptions,
  outcomes: Map<string, SuiteOutcome>,
): Promise<string> {
  const child = startJest(pending, options);
  if (child.pid !== undefined) guard(child.pid);
  const clocks = new Map<string, NodeJS.Timeout>();
  const limitMs = options.suiteLimitMs ?? SUITE_LIMIT_MS;
  const interrupt = (): void => {
    endGroup(child);
  };
  options.signal.addEventListener('abort', interrupt, { once: true });
  child.on('message', (message: ReporterMessage) => {
    clearTimeout(clocks.get(message.suite));
    clocks.delete(message.suite);
    if (message.event === 'ended') {
      const { event: _, ...outcome } = message;
      outcomes.set(message.suite, outcome);
      return;
    }
    const hung = (): void => {
      const error = `it did not end within ${String(limitMs / 1000)} s and was killed`;
      options.say(`${relative(REPOSITORY_ROOT, message.suite)}: ${error}`);
      outcomes.set(message.suite, brokenSuite(message.suite, error));
      endGroup(child);
    };
    clocks.set(message.suite, setTimeout(hung, limitMs));
  });
  const exit = await new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(`jest ended with ${String(signal ?? code)} before it ran`);
    });
  });
  if (child.pid !== undefined) release(child.pid);
  for (const clock of clocks.values()) clearTimeout(clock);
  options.signal.removeEventListener('abort', interrupt);
  return exit;
}

type ReporterMessage =
  | { readonly event: 'started'; readonly suite: string }
  | ({ readonly event: 'ended' } & SuiteOutcome);

/** Jest and its workers form a process group, so that a hung worker ends with it. */
function startJest(pending: readonly string[], options: RunSuitesOptions): ChildProcess {
  const here = join(REPOSITORY_ROOT, 'tools', 'test');
  const flags = options.args.filter(
    (arg) => arg.startsWith('-') || isOptionValue(arg, options.args),
  );
  return spawn(
    process.execPath,
    [
      ...JEST_COMMAND,
      ...(flags.some((flag) => /^(-w|--maxWorkers|-i$|--runInBand)/.test(flag))
        ? []
        : [`--maxWorkers=${String(WORKERS)}`]),
      `--env=${join(here, 'leak-environment.mjs')}`,
      '--reporters=default',
      `--reporters=${join(here, 'reporter.mjs')}`,
      ...flags,
      '--runTestsByPath',
      ...pending,
    ],
    {
      cwd: REPOSITORY_ROOT,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
      windowsHide: true,
    },
  );
}

/** Options of jest that take their value as the next word; every other bare word is a pattern. */
const OPTIONS_WITH_VALUE = new Set(['-t', '--testNamePattern', '-w', '--maxWorkers', '--seed']);

function isOptionValue(arg: string, args: readonly string[]): boolean {
  const before = args[args.indexOf(arg) - 1];
  return before !== undefined && OPTIONS_WITH_VALUE.has(before);
}

function brokenSuite(suite: string, error: string): SuiteOutcome {
  return { suite, passed: 0, failed: 0, skipped: 0, failures: [], error };
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group ended by itself.
  }
}

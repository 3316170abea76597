import { relative } from 'node:path';
import { REPOSITORY_ROOT } from '@tickmesh/local';

/** How one spec file ended. */
export interface SuiteOutcome {
  /** Absolute path of the spec file. */
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Full names of the test cases that failed. */
  readonly failures: readonly string[];
  /** Why the file as a whole failed: it does not load, hung, or left something open; counts as one failure. */
  readonly error: string | null;
}

export interface Summary {
  /** For people, with the line `N passed, N failed` last. */
  readonly lines: readonly string[];
  readonly green: boolean;
}

/**
 * Adds up a run. A suite that could not run counts as one failure, and so does one that never came to its turn; a run
 * that found nothing or was interrupted is not green.
 */
export function summarise(
  outcomes: readonly SuiteOutcome[],
  suites: readonly string[],
  interrupted: boolean,
): Summary {
  const lines: string[] = [];
  const ended = new Set(outcomes.map((outcome) => outcome.suite));
  const missing = suites.filter((suite) => !ended.has(suite));
  for (const { suite, failures, error, skipped } of outcomes) {
    for (const name of failures) lines.push(`FAILED ${shown(suite)}: ${name}`);
    if (error !== null) lines.push(`FAILED ${shown(suite)}: ${error}`);
    if (skipped > 0) lines.push(`SKIPPED ${shown(suite)}: ${String(skipped)} test cases`);
  }
  for (const suite of missing) lines.push(`NOT RUN ${shown(suite)}`);
  if (suites.length === 0) lines.push('No spec file matches.');
  if (interrupted) lines.push('Interrupted.');
  const passed = sum(outcomes.map((outcome) => outcome.passed));
  const broken = outcomes.filter((outcome) => outcome.error !== null).length;
  const failed = sum(outcomes.map((outcome) => outcome.failed)) + broken + missing.length;
  lines.push(`${String(passed)} passed, ${String(failed)} failed`);
  return { lines, green: failed === 0 && !interrupted && suites.length > 0 };
}

function shown(suite: string): string {
  return relative(REPOSITORY_ROOT, suite);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import { REPOSITORY_ROOT } from '@tickmesh/local';

/** How jest is started: ES modules need the flag, and `node` here is the pinned one that runs this file. */
export const JEST_COMMAND: readonly string[] = [
  '--experimental-vm-modules',
  // Jest's use of that flag is known: the warning would only stand above every report.
  '--disable-warning=ExperimentalWarning',
  join(REPOSITORY_ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
];

/** Specs that talk to a real broker, registry or database. */
export function needsInfrastructure(suite: string): boolean {
  return /\.(int|e2e|chaos)\.spec\.ts$/.test(suite);
}

/** Specs that run services as processes, from what was built. */
export function needsBuild(suite: string): boolean {
  return /\.(e2e|chaos)\.spec\.ts$/.test(suite);
}

/**
 * The spec files that jest would run for these arguments, as absolute paths.
 * @throws Fault ARGUMENT_INVALID when jest refuses the arguments
 */
export async function listSuites(args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [...JEST_COMMAND, '--listTests', '--json', ...args], {
    cwd: REPOSITORY_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) {
    throw new Fault('ARGUMENT_INVALID', { arguments: args.join(' '), jest: errors.trim() });
  }
  const found: unknown = JSON.parse(output === '' ? '[]' : output);
  return Array.isArray(found) ? found.filter((path) => typeof path === 'string').toSorted() : [];
}

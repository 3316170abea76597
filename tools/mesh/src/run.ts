import { guarded, type Output } from './output.ts';

/** What every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** Runs a command's action; a fault is told on the error stream, and the process ends with 1. */
export async function run(
  options: CommonOptions,
  output: Output,
  action: () => Promise<unknown>,
): Promise<void> {
  const code = await guarded(action, options.json === true, output);
  if (code !== 0) process.exitCode = code;
}

/**
 * Runs the golden suites on the files of a folder: `npm run conformance -- [DIR]`, by default the
 * repository's own tests/data/golden. Prints one line a file and the failing cases by id. Ends with 1
 * on any failure, on a file that no suite knows, and on one that holds no case.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultOf } from '@tickmesh/kernel';
import type { RunSuite, SuiteResult } from './suite.ts';

const HERE = import.meta.dirname;
const REPOSITORY = resolve(HERE, '../../..');

/** @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const dir = resolve(args[0] ?? join(REPOSITORY, 'tests/data/golden'));
  const files = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.json')) : [];
  if (files.length === 0) {
    process.stdout.write(`${dir}: no golden file (*.json) there\n`);
    return 1;
  }
  let good = true;
  for (const file of files.sort()) {
    const name = parse(file).name;
    const result = await runFile(name, join(dir, file), dir);
    process.stdout.write(`${name}: ${result.passed} passed, ${result.failed.length} failed\n`);
    for (const { id, why } of result.failed) process.stdout.write(`  ${id}: ${why}\n`);
    if (result.failed.length > 0) good = false;
  }
  return good ? 0 : 1;
}

async function runFile(name: string, path: string, dir: string): Promise<SuiteResult> {
  try {
    const run = await suiteOf(name);
    if (run === undefined) return failure(name, 'no suite knows this file');
    const golden: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const result = await run(golden, { dir });
    const cases = result.passed + result.failed.length;
    return cases === 0 ? failure(name, 'the file holds no case') : result;
  } catch (thrown) {
    return failure(name, faultOf(thrown).message);
  }
}

/** A suite is the module beside this one that is named as the golden file and exports `run`. */
async function suiteOf(name: string): Promise<RunSuite | undefined> {
  const extension = parse(fileURLToPath(import.meta.url)).ext;
  const path = join(HERE, `${name}${extension}`);
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(path)) return undefined;
  const module = (await import(path)) as { run?: RunSuite };
  return module.run;
}

const failure = (id: string, why: string): SuiteResult => ({ passed: 0, failed: [{ id, why }] });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}

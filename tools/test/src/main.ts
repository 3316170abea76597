/**
 * `npm test`: finds the suites, starts a broker, a registry and a database of their own when one of them needs real
 * parts, runs jest, and ends with the line `N passed, N failed`. Everything it starts ends with it.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf } from '@tickmesh/kernel';
import {
  MESH_DIR,
  buildServices,
  endRequested,
  keepFolder,
  removeFolderAtDeath,
  startInfrastructure,
  type Infrastructure,
} from '@tickmesh/local';
import { environmentOf } from './environment.ts';
import { listSuites, needsBuild, needsInfrastructure } from './suites.ts';
import { runSuites } from './run-suites.ts';
import { summarise, type SuiteOutcome } from './tally.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<boolean> {
  const aborted = new AbortController();
  void endRequested().then((reason) => {
    aborted.abort(reason);
  });
  const suites = await listSuites(args);
  const folder = join(MESH_DIR, `test-${String(process.pid)}`);
  const outcomes: SuiteOutcome[] = [];
  let parts: Infrastructure | undefined;
  try {
    if (suites.some(needsBuild)) await buildServices();
    if (suites.some(needsInfrastructure) && !aborted.signal.aborted) {
      mkdirSync(folder, { recursive: true });
      removeFolderAtDeath(folder);
      parts = await startInfrastructure({ dir: folder, progress: say });
      removeFolderAtDeath(parts.postgres.clusterDir);
    }
    const environment = parts === undefined ? {} : environmentOf(parts);
    outcomes.push(...(await runSuites({ suites, args, environment, signal: aborted.signal, say })));
  } finally {
    await parts?.stop();
    for (const place of [folder, parts?.postgres.clusterDir]) {
      if (place === undefined) continue;
      rmSync(place, { recursive: true, force: true, maxRetries: 5 });
      keepFolder(place);
    }
  }
  const summary = summarise(outcomes, suites, aborted.signal.aborted);
  for (const line of summary.lines) say(line);
  return summary.green;
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (thrown) {
  say(faultOf(thrown).message);
  say('0 passed, 1 failed');
  process.exitCode = 1;
}

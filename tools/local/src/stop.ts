/** `npm stop`: ends the mesh that runs from this clone, wherever it was started. `--dir FOLDER` as at the start. */
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MESH_DIR } from './paths.ts';
import { endLeftovers, isAlive, readRunning } from './running-file.ts';

/** Longer than every part's own grace together with its dependents'. */
const STOP_TIMEOUT_MS = 90_000;

const { values } = parseArgs({ options: { dir: { type: 'string' } } });
const meshDir = values.dir === undefined ? MESH_DIR : resolve(values.dir);
const running = readRunning(meshDir);
if (running === undefined) {
  const leftovers = await endLeftovers(meshDir);
  process.stdout.write(
    leftovers.length === 0
      ? 'Nothing runs from this folder.\n'
      : `Ended what a killed launcher left: ${leftovers.join(', ')}\n`,
  );
} else {
  const { launcher } = running;
  process.stdout.write(`Stopping the mesh (process ${String(launcher.pid)}) ...\n`);
  process.kill(launcher.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isAlive(launcher) && Date.now() < deadline) await pause(100);
  if (isAlive(launcher)) {
    process.stderr.write(`It did not end within ${String(STOP_TIMEOUT_MS / 1000)} s.\n`);
    process.exitCode = 1;
  } else {
    // On Windows a signal ends the launcher at once, and its reaper the rest.
    await endLeftovers(meshDir);
    process.stdout.write('Stopped.\n');
  }
}

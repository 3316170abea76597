/**
 * Runs a TypeScript entry of the tools under the Node that package-lock.json pins, whatever Node npm itself runs
 * under. The sources run as they are (Node strips their types), so a tool never runs from a stale build.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(import.meta.url), '..', '..', '..');

/** The pinned Node's program, or undefined before `npm ci`. */
export function pinnedNode() {
  const folder = join(root, 'node_modules', 'node', 'bin');
  return ['node', 'node.exe'].map((name) => join(folder, name)).find((file) => existsSync(file));
}

/**
 * Runs an entry and ends with its exit code. Ctrl-C reaches the child by the terminal; it alone decides when to end.
 * @param {string} entry Relative to the root.
 * @param {readonly string[]} args
 * @param {readonly string[]} flags Further flags of Node itself.
 */
export function runPinned(entry, args, flags = []) {
  const node = pinnedNode();
  if (node === undefined) {
    process.stderr.write('Nothing is installed yet: run "npm ci" first.\n');
    process.exit(1);
  }
  const child = spawn(
    node,
    ['--conditions=@tickmesh/source', ...flags, join(root, entry), ...args],
    // The channel tells the child when this process dies without having ended it.
    { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], windowsHide: true },
  );
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 1));
  });
}

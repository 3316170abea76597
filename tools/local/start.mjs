#!/usr/bin/env node
/** `npm start`, also on a bare clone: installs first, then runs src/start.ts under the pinned Node. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root, runPinned } from './pinned-node.mjs';

if (pinnedNode() === undefined) {
  process.stdout.write('Installing the packages (npm ci), once ...\n');
  // npm's own program, as it runs us: no shell and no search of the path.
  const npm = process.env.npm_execpath;
  const [program, prefix] = npm ? [process.execPath, [npm]] : ['npm', []];
  const install = spawnSync(program, [...prefix, 'ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (install.status !== 0) {
    process.stderr.write('npm ci failed: see above.\n');
    process.exit(install.status ?? 1);
  }
} else if (isOlderThanLock()) {
  process.stdout.write('package-lock.json is newer than what is installed: run "npm ci".\n');
}
// The launcher mostly waits: it needs little room for garbage.
runPinned('tools/local/src/start.ts', process.argv.slice(2), ['--max-semi-space-size=1']);

function isOlderThanLock() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  // An install writes both files, in either order, within this time.
  const slackMs = 60_000;
  return statSync(join(root, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs + slackMs;
}

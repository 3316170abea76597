#!/usr/bin/env node
// Runs the command line under the Node that the workspace pins, whichever Node found this file.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const pinned = fileURLToPath(
  new URL(
    `../../../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`,
    import.meta.url,
  ),
);

if (!existsSync(main)) {
  process.stderr.write('mesh is not built yet: run `npm ci` (or `npm run build`) first.\n');
  process.exit(1);
}
if (Number(process.versions.node.split('.')[0]) >= 24 || !existsSync(pinned)) {
  await import(new URL('../dist/main.js', import.meta.url).href);
} else {
  const run = spawnSync(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(run.status ?? 1);
}

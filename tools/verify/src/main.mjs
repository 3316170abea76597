/**
 * Runs every module beside run.mjs, or those that are named, prints a line for each thing they judged, and ends with
 * `N verified, N failed`. A module exports `verify(root, log)` and answers `{ name, ok, detail }[]`.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { endRequested } from '@tickmesh/local';
import { root } from '../../local/pinned-node.mjs';
import { stopMesh, verdictsOfParts } from './running-mesh.mjs';

const folder = join(root, 'tools', 'verify');
const wanted = process.argv.slice(2);
const available = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => basename(file, '.mjs'))
  .sort();
const unknown = wanted.filter((name) => !available.includes(name));
const log = (line) => process.stdout.write(`  ${line}\n`);

if (unknown.length > 0) {
  process.stderr.write(
    `No such judge: ${unknown.join(', ')}. There are: ${available.join(', ')}.\n`,
  );
  process.exitCode = 1;
} else {
  const ended = endRequested().then(() => 'interrupted');
  const outcome = await Promise.race([judge(), ended]);
  await stopMesh();
  if (outcome === 'interrupted') process.stdout.write('Interrupted.\n');
  // A signal's listeners and a judge that was interrupted may still hold handles: all that was started has ended.
  process.exit(outcome === true ? 0 : 1);
}

async function judge() {
  const verdicts = [];
  const tell = (told) => {
    for (const { name, ok, detail } of told) {
      process.stdout.write(`  ${ok ? 'ok    ' : 'FAILED'} ${name}${shown(detail)}\n`);
    }
    verdicts.push(...told);
  };
  for (const name of available) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`${name}\n`);
    tell(await verdictsOf(name));
  }
  tell(verdictsOfParts());
  const failed = verdicts.filter(({ ok }) => !ok).length;
  process.stdout.write(`${verdicts.length - failed} verified, ${failed} failed\n`);
  return failed === 0 && verdicts.length > 0;
}

/** A judge that cannot work (its tool is missing, the mesh does not start) has failed, by name. */
async function verdictsOf(name) {
  try {
    const module = await import(join(folder, `${name}.mjs`));
    const verdicts = await module.verify(root, log);
    return verdicts.length > 0 ? verdicts : [{ name, ok: false, detail: 'it judged nothing' }];
  } catch (error) {
    return [{ name, ok: false, detail: error.message }];
  }
}

function shown(detail) {
  if (!detail) return '';
  const lines = String(detail).trim().split('\n');
  return lines.length === 1
    ? `: ${lines[0]}`
    : `:\n${lines.map((line) => `           ${line}`).join('\n')}`;
}

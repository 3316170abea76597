/** What a result depends on, as SHA-256 in hexadecimal. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, readdirSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** From here on the repository's folders are named. */
const ROOT = join(import.meta.dirname, '../../..');
/** Everything that decides what a back-test finds. */
const SOURCES = [
  'contracts',
  'libs/contracts/src',
  'libs/domain',
  'libs/expr/src',
  'libs/kernel/src',
  'services/order-plane/src/app',
  'tools/backtest/src',
];
const COUNTED = /\.(ts|avsc|yaml)$/;
const LEFT_OUT = /(\.spec\.ts|\.d\.ts)$/;

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** By file name, in the order given; two files of one name are told apart by their folder. */
export async function hashFiles(paths: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const path of paths) {
    const name = basename(path);
    const isTaken = Object.hasOwn(hashes, name);
    hashes[isTaken ? path : name] = await hashFile(path);
  }
  return hashes;
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Of the sources of the mesh that a back-test runs; tests do not count. */
export function hashCode(): string {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((folder) => filesUnder(join(ROOT, folder))).sort()) {
    hash.update(`${relative(ROOT, path).split(sep).join('/')}\n`);
    hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['dist', 'node_modules'].includes(entry.name) ? [] : filesUnder(path);
    return COUNTED.test(entry.name) && !LEFT_OUT.test(entry.name) ? [path] : [];
  });
}

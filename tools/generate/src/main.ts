import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderErrors } from './errors.ts';

/** Every generated file, by its path from the repository's root. */
export function generate(root: string): Map<string, string> {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  return new Map([['libs/kernel/src/gen/errors.ts', renderErrors(read('contracts/errors.yaml'))]]);
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
for (const [path, text] of generate(root)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSources } from './sources.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function write(files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

write(generateSources(root));
// Loaded only now: pages import packages that a stale source may have kept from loading.
const { generatePages } = await import('./pages.ts');
write(generatePages(root));
if (process.argv.includes('--freeze')) {
  const { freezeVersions } = await import('./freeze.ts');
  write(freezeVersions(root));
}

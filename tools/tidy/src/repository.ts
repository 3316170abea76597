import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The files of the repository that people wrote, and its packages. */
export interface Repository {
  /** Paths from the root with forward slashes, sorted; nothing built, installed or recorded. */
  readonly paths: readonly string[];
  readonly packages: readonly Package[];
  /** Throws when there is no such file. */
  readonly read: (path: string) => string;
}

export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly workspaces?: readonly string[];
  readonly exports?: unknown;
  readonly nx?: { readonly tags?: readonly string[] };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly license?: unknown;
}

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', '.git', '.mesh', '.nx']);
/** Recorded data and golden vectors are kept as they came. */
const SKIPPED_PATHS = new Set(['tests/data', 'package-lock.json']);

export function openRepository(root: string): Repository {
  const paths = walk(root, '').sort();
  return {
    paths,
    packages: paths
      .filter((path) => /^(libs|services|tools)\/.*package\.json$/.test(path))
      .map((path) => ({
        folder: path.slice(0, -'/package.json'.length),
        manifest: JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
      })),
    read: (path) => readFileSync(join(root, path), 'utf8'),
  };
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED_PATHS.has(path)) return [];
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}

/** What we take from others: under which licence, and why. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, Repository } from './repository.ts';
import { outsideDependencies } from './packages.ts';

/** Licences a direct dependency may have. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'PostgreSQL',
]);
/** Licences that nothing we install may have, however deep. */
const FORBIDDEN = /\b(A?GPL|LGPL|SSPL|BUSL|BSL-1\.1|CC-BY-NC|Elastic|Commons-Clause|UNLICENSED)\b/i;

/** Direct dependencies whose licence is not in the list. */
export function refusedLicences(root: string, repository: Repository): string[] {
  return outsideDependencies(repository).flatMap((name) => {
    const licence = licenceOf(root, name);
    return licence !== undefined && ALLOWED.has(licence) ? [] : [`${name}: ${String(licence)}`];
  });
}

/** Anything in the lockfile under a licence that binds what we ship. */
export function forbiddenLicences(root: string): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly license?: unknown }>>;
  };
  return Object.entries(lock.packages)
    .filter(([, { license }]) => typeof license === 'string' && isForbidden(license))
    .map(([path, { license }]) => `${path}: ${String(license)}`);
}

/** A choice between licences is forbidden only when every one of them is. */
function isForbidden(license: string): boolean {
  return license.split(/\s+OR\s+/i).every((choice) => FORBIDDEN.test(choice));
}

/** Dependencies without a line in the decision that gives the reason for each. */
export function unreasonedDependencies(repository: Repository): string[] {
  const reasons = repository.paths
    .filter((path) => path.startsWith('docs/decisions/') && path.endsWith('.md'))
    .map((path) => repository.read(path))
    .join('\n');
  return outsideDependencies(repository).filter((name) => !reasons.includes(`\`${name}\``));
}

/** Lines of that decision for something that is no longer used. */
export function forgottenReasons(repository: Repository): string[] {
  const used = new Set(outsideDependencies(repository));
  const page = 'docs/decisions/0001-dependencies.md';
  if (!repository.paths.includes(page)) return [`${page} is missing`];
  return [...repository.read(page).matchAll(/^\| `([^`]+)` \|/gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => !used.has(name));
}

function licenceOf(root: string, name: string): string | undefined {
  const path = join(root, 'node_modules', name, 'package.json');
  if (!existsSync(path)) return undefined;
  const { license } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  return typeof license === 'string' ? license : undefined;
}

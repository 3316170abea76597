import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of the clone: this file lies two levels under tools/local, as source and as build. */
export const REPOSITORY_ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** Everything a local mesh writes lies here, so that deleting one folder forgets it all. */
export const MESH_DIR = join(REPOSITORY_ROOT, '.mesh');

export const COMPOSE_FILE = join(REPOSITORY_ROOT, 'docker-compose.yml');

/** What changes in it when everybody signs in at the broker. */
export const SECURE_FILE = join(REPOSITORY_ROOT, 'docker-compose.secure.yml');

export const LOCAL_DIR = join(REPOSITORY_ROOT, 'tools', 'local');

export const POM_FILE = join(LOCAL_DIR, 'pom.xml');

/** Where the fetched Java parts lie. The folder carries the hash of the pom: new versions, new folder. */
export function artefactsDir(): string {
  const version = createHash('sha256').update(readFileSync(POM_FILE)).digest('hex').slice(0, 12);
  return join(MESH_DIR, 'cache', version);
}

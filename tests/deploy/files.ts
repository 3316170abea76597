import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  COMPOSE_FILE,
  type ComposeFile,
  type ComposeService,
  REPOSITORY_ROOT,
  SECURE_FILE,
  readCompose,
} from '@tickmesh/local';
import { parseAllDocuments } from 'yaml';

export const COMPOSE_PATH = join(REPOSITORY_ROOT, 'docker-compose.yml');
export const DEPLOY_DIR = join(REPOSITORY_ROOT, 'deploy');

/** The compose file with its defaults: no variable of this machine changes what a test sees. */
export function composeDefaults(): ComposeFile {
  return readCompose(COMPOSE_PATH, {});
}

/** As it runs when everybody signs in at the broker. */
export function composeSecured(): ComposeFile {
  return readCompose(COMPOSE_FILE, {}, SECURE_FILE);
}

export function serviceNamed(name: string, file: ComposeFile = composeDefaults()): ComposeService {
  const service = file.services.get(name);
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

export function readText(...path: string[]): string {
  return readFileSync(join(REPOSITORY_ROOT, ...path), 'utf8');
}

/** Every YAML file under a folder of deploy, by its path there. */
export function yamlFiles(folder: string): string[] {
  return readdirSync(join(DEPLOY_DIR, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => join(folder, path))
    .toSorted();
}

/** A parsed YAML tree that is asked by path: `at(tree, 'spec', 'template')`. */
export function at(tree: unknown, ...path: (string | number)[]): unknown {
  let value = tree;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

export function listAt(tree: unknown, ...path: (string | number)[]): unknown[] {
  const value = at(tree, ...path);
  return Array.isArray(value) ? value : [];
}

export function documentsOf(path: string): unknown[] {
  return parseAllDocuments(readFileSync(join(DEPLOY_DIR, path), 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${String(document.errors[0])}`);
    return document.toJS() as unknown;
  });
}

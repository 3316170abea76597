/** The packages of the workspace and their tags: what the linter and the tidy test both read. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} WorkspacePackage
 * @property {string} name as others import it
 * @property {string} folder from the root, with forward slashes
 * @property {string} layer the value of its `layer:` tag; '' when it has none
 * @property {Record<string, any>} manifest its package.json
 */

/**
 * @param {string} root
 * @returns {WorkspacePackage[]} in the order of their folders
 */
export function workspacePackages(root) {
  const patterns = readManifest(join(root, 'package.json')).workspaces;
  return patterns
    .flatMap((/** @type {string} */ pattern) =>
      globSync(`${pattern}/package.json`, { cwd: root }).map((path) => path.replaceAll('\\', '/')),
    )
    .filter((/** @type {string} */ path) => existsSync(join(root, path)))
    .map((/** @type {string} */ path) => {
      const manifest = readManifest(join(root, path));
      return { name: manifest.name, folder: dirname(path), layer: layerOf(manifest), manifest };
    })
    .sort((/** @type {WorkspacePackage} */ left, /** @type {WorkspacePackage} */ right) =>
      left.folder < right.folder ? -1 : 1,
    );
}

/** @param {Record<string, any>} manifest */
function layerOf(manifest) {
  const tags = /** @type {string[]} */ (manifest.nx?.tags ?? []);
  return tags.find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) ?? '';
}

/** @param {string} path */
function readManifest(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

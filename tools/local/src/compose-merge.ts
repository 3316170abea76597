/**
 * One compose file over another, by Compose's rules: maps are joined key by key, a command and the test of a health
 * check are replaced, volumes are joined by where they are mounted, other lists are put behind each other.
 * Source: https://docs.docker.com/reference/compose-file/merge/
 */
type Tree = Record<string, unknown>;

const REPLACED = new Set(['command', 'entrypoint', 'test']);

export function mergeCompose(base: Tree, change: Tree): Tree {
  const merged = { ...base };
  for (const [key, value] of Object.entries(change))
    merged[key] = mergeValue(key, base[key], value);
  return merged;
}

function mergeValue(key: string, base: unknown, change: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(change)) return mergeLists(key, base, change);
  return isTree(base) && isTree(change) ? mergeCompose(base, change) : change;
}

function mergeLists(key: string, base: readonly unknown[], change: readonly unknown[]): unknown[] {
  if (REPLACED.has(key)) return [...change];
  if (key !== 'volumes') return [...base, ...change];
  const changed = new Set(change.map(mountOf));
  return [...base.filter((volume) => !changed.has(mountOf(volume))), ...change];
}

/** Of `source:target:mode`, or of the long form. */
function mountOf(volume: unknown): unknown {
  if (typeof volume === 'string') return volume.split(':')[1];
  return isTree(volume) ? volume['target'] : undefined;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Text files below the repository's root, by path. */
export interface Repository {
  readonly read: (path: string) => string;
  /** The files of a folder whose names end so, by name, in order. */
  readonly readAll: (folder: string, ending: string) => Map<string, string>;
}

export function repositoryAt(root: string): Repository {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  return {
    read,
    readAll: (folder, ending) =>
      new Map(
        readdirSync(join(root, folder))
          .filter((file) => file.endsWith(ending))
          .sort()
          .map((file) => [file, read(`${folder}/${file}`)]),
      ),
  };
}

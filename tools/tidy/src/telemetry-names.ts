/** A name in the telemetry table that nothing reports makes its page and its alerts lie. */
import type { Repository } from './repository.ts';

const TABLE = 'libs/telemetry/src/names.ts';

/** Names of the table that no source but a spec mentions. */
export function unreportedNames(
  { paths, read }: Repository,
  tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): string[] {
  const sources = paths
    .filter((path) => /^(libs|services|tools)\/.*\.ts$/.test(path))
    .filter((path) => path !== TABLE && !/\.(spec|suite)\.ts$/.test(path))
    .map((path) => read(path))
    .join('\n');
  return Object.entries(tables).flatMap(([table, names]) =>
    Object.keys(names)
      .filter((name) => !sources.includes(`'${name}'`))
      .map((name) => `${table}: ${name}`),
  );
}

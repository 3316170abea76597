/** What stands in the source files: their length, who imports them, what their tests are called. */
import type { Repository } from './repository.ts';

/** ESLint counts the lines of TypeScript; these it does not read. */
const COUNTED = /\.(mjs|sql|proto|css|html|py|md|ya?ml)$/;
const LINES_MAX = 500;
const GENERATED = /^(docs\/reference\/|contracts\/|.*\/gen\/)/;

export function longFiles({ paths, read }: Repository): string[] {
  return paths
    .filter((path) => COUNTED.test(path) && !GENERATED.test(path))
    .map((path) => ({ path, lines: read(path).split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${LINES_MAX}`);
}

/** Files that start something by themselves. */
const ENTRY = /(\/|^)(index|main)\.ts$|\.(spec|bench)\.ts$|\.d\.mts$|\.fixture\.ts$|^bench\//;
const RELATIVE = /['"](\.{1,2}\/[^'"\n]+?\.m?[tj]s)['"]/g;

/** TypeScript files that nothing reaches from an entry point: dead, or never wired. */
export function orphanFiles({ paths, read }: Repository): string[] {
  const sources = paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
  const mentions = paths
    .filter((path) => /\.(mjs|json|ya?ml)$/.test(path))
    .map((path) => read(path))
    .join('\n');
  const reached = new Set(
    sources.filter((path) => ENTRY.test(path) || mentions.includes(builtName(path))),
  );
  const waiting = [...reached];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const [, target = ''] of read(path).matchAll(RELATIVE)) {
      const file = resolved(path, target).replace(/\.js$/, '.ts');
      if (reached.has(file) || !sources.includes(file)) continue;
      reached.add(file);
      waiting.push(file);
    }
  }
  return sources.filter((path) => !reached.has(path));
}

/** `tools/mesh/src/a/b.ts` as scripts mention it once it is built: `dist/a/b.js`. */
const builtName = (path: string): string =>
  path.replace(/^.*?\/src\//, 'dist/').replace(/\.ts$/, '.js');

function resolved(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}

/** A title of a test: the text after `it(` or after the table of `it.each`. */
const TITLE = /\bit(?:\.each\((?:[^()]|\([^()]*\))*\))?\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/gs;

/** `path: title` for each title that a file uses twice. */
export function repeatedTestNames({ paths, read }: Repository): string[] {
  return paths
    .filter((path) => /\.(spec|suite)\.ts$/.test(path))
    .flatMap((path) => {
      const titles = [...read(path).matchAll(TITLE)].map((match) => match[2] ?? '');
      const repeated = titles.filter((title, index) => titles.indexOf(title) !== index);
      return repeated.map((title) => `${path}: ${title}`);
    });
}

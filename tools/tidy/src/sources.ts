/** What stands in the source files: their length, who imports them, what their tests are called. */
import type { Repository } from './repository.ts';

/** ESLint counts the lines of TypeScript; these it does not read. */
const COUNTED = /\.(mjs|sql|proto|css|html|py|md|ya?ml)$/;
const LINES_MAX = 500;
const GENERATED = /^(docs\/reference\/|contracts\/|.*\/gen\/)/;
/** How a generated file that lies elsewhere begins. */
const SAYS_GENERATED = /^# Generated from /;

export function longFiles({ paths, read }: Repository): string[] {
  return paths
    .filter((path) => COUNTED.test(path) && !GENERATED.test(path))
    .map((path) => ({ path, text: read(path) }))
    .filter(({ text }) => !SAYS_GENERATED.test(text))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
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
    .filter((path) => /\.(mjs|json|ya?ml)$|\.spec\.ts$/.test(path))
    .map((path) => read(path))
    .join('\n');
  const reached = new Set(sources.filter((path) => ENTRY.test(path) || isStarted(path, mentions)));
  const waiting = [...reached];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const file of reachedFrom(path, read(path), sources)) {
      if (reached.has(file)) continue;
      reached.add(file);
      waiting.push(file);
    }
  }
  return sources.filter((path) => !reached.has(path));
}

/** Whether a script or a manifest starts it, built or not: `dist/main.js`, `src/serve.ts`. */
const isStarted = (path: string, mentions: string): boolean =>
  new RegExp(`[/'"]${nameOf(path).replace(/\.ts$/, '')}\\.[jt]s\\b`).test(mentions);

/** An import whose name is put together at run time. */
const BY_NAME = /\bawait import\(\s*[^'"\s]/;

/** The sources that a file names; every one beside it where it imports by a name it puts together. */
function reachedFrom(path: string, text: string, sources: readonly string[]): string[] {
  const named = [...text.matchAll(RELATIVE)].map(([, target = '']) =>
    resolved(path, target).replace(/\.js$/, '.ts'),
  );
  const beside = BY_NAME.test(text)
    ? sources.filter((source) => folderOf(source) === folderOf(path))
    : [];
  return [...named.filter((file) => sources.includes(file)), ...beside];
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function resolved(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}

/** A title of a group or a test: the text after `it(`, or after the table of `it.each`. */
const TITLE =
  /\b(describe|it)(?:\.each\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\(\s*(['"`])((?:\\.|(?!\2)[^\\])*)\2/gs;

/** `path: group, title` for each test whose name, groups included, a file uses twice. */
export function repeatedTestNames({ paths, read }: Repository): string[] {
  return paths
    .filter((path) => /\.(spec|suite)\.ts$/.test(path))
    .flatMap((path) => {
      const names = testNames(read(path));
      const repeated = names.filter((name, index) => names.indexOf(name) !== index);
      return repeated.map((name) => `${path}: ${name}`);
    });
}

/** Full names in the order of the file. Groups are told by indentation, which Prettier keeps. */
function testNames(text: string): string[] {
  const groups: { readonly indent: number; readonly title: string }[] = [];
  const names: string[] = [];
  for (const match of text.matchAll(TITLE)) {
    const [, kind, , title = ''] = match;
    const line = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index);
    const indent = line.length - line.trimStart().length;
    while ((groups.at(-1)?.indent ?? -1) >= indent) groups.pop();
    if (kind === 'describe') groups.push({ indent, title });
    else names.push([...groups.map((group) => group.title), title].join(', '));
  }
  return names;
}

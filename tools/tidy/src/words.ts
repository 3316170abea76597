/** Words that may not stand in the repository, and what to say instead. */
import type { Repository } from './repository.ts';

interface BannedWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** Built from parts, so that this file does not break its own law. */
const word = (...parts: string[]): RegExp => new RegExp(`\\b${parts.join('')}\\b`, 'i');

/** Capitals alone: a sign that people leave behind. */
const sign = (...parts: string[]): RegExp => new RegExp(`\\b${parts.join('')}\\b`);

const EVERYWHERE: readonly BannedWord[] = [
  { pattern: sign('TO', 'DO'), instead: 'do it, or say what holds now' },
  { pattern: sign('FIX', 'ME'), instead: 'mend it' },
  { pattern: sign('XX', 'X'), instead: 'what is wrong' },
  { pattern: sign('HA', 'CK'), instead: 'why it must be so' },
  { pattern: word('uti', 'li[sz]e[sd]?'), instead: 'use' },
  { pattern: word('white', 'list'), instead: 'allow list' },
  { pattern: word('black', 'list'), instead: 'deny list' },
  { pattern: word('seam', 'less(ly)?'), instead: 'what it does' },
  { pattern: word('blaz', 'ing(ly)?'), instead: 'a row in the bench table' },
  { pattern: word('cutting', '-edge'), instead: 'what it does' },
  { pattern: word('state[ -]of[ -]the', '[ -]art'), instead: 'what it does' },
  { pattern: word('world', '[ -]class'), instead: 'what it does' },
  { pattern: word('battle', '-tested'), instead: 'the name of the test' },
  { pattern: word('enter', 'prise[ -]grade'), instead: 'what it does' },
  { pattern: word('micro', '-?optimi[sz]ation'), instead: 'the ratio in the bench table' },
];

const PICTURE: BannedWord = { pattern: /\p{Emoji_Presentation}/u, instead: 'words' };

/** Names that say nothing of what is in a file. */
const EMPTY_NAMES = /(^|[/.-])(utils?|helpers?|common|managers?|misc|stuff|temp|tmp)([/.-]|$)/;

const TEXT = /\.(ts|mts|mjs|js|md|sql|proto|avsc|ya?ml|json|html|css|py|xml|properties)$/;

/** `path:line: word, say instead` for each banned word. */
export function bannedWords({ paths, read }: Repository): string[] {
  return paths
    .filter((path) => TEXT.test(path))
    .flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) =>
          wordsIn(line, path).map((found) => `${path}:${index + 1}: ${found}`),
        ),
    );
}

function wordsIn(line: string, path: string): string[] {
  // A spec may hold a picture as data.
  const banned = path.endsWith('.spec.ts') ? EVERYWHERE : [...EVERYWHERE, PICTURE];
  return banned.flatMap(({ pattern, instead }) => {
    const match = pattern.exec(line)?.[0];
    if (match === undefined) return [];
    return [`"${match}", say ${instead}`];
  });
}

/** Files and folders whose name says nothing. */
export function emptyNames({ paths }: Repository): string[] {
  return paths.filter((path) => EMPTY_NAMES.test(path));
}

/** Files that are not in kebab-case; the names that tools ask for are left alone. */
export function unconventionalNames({ paths }: Repository): string[] {
  return paths.filter(
    (path) => /\.(ts|mts|mjs)$/.test(path) && !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(nameOf(path)),
  );
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

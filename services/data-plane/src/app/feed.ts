import { Fault } from '@tickmesh/kernel';

/** A feed that a connector plays. */
export type Feed =
  | { readonly kind: 'replay'; readonly files: readonly string[] }
  | { readonly kind: 'sim'; readonly symbols: readonly string[] }
  | { readonly kind: 'binance'; readonly symbols: readonly string[] }
  | { readonly kind: 'binance-usdm'; readonly symbols: readonly string[] };

const KINDS = ['replay', 'sim', 'binance', 'binance-usdm'] as const;
type FeedKind = (typeof KINDS)[number];

/**
 * Reads `replay:a.gz,b.gz,sim,binance:BTCUSDT,ETHUSDT`: a word that names a kind opens a feed, the words after it
 * belong to it. Files of one market are one recording, in the order given.
 * @throws Fault ARGUMENT_INVALID naming the word
 */
export function parseFeeds(text: string): readonly Feed[] {
  const groups: { kind: FeedKind; items: string[] }[] = [];
  for (const word of text.split(',').map((each) => each.trim())) {
    const opened = opensFeed(word);
    if (opened !== null) groups.push(opened);
    else if (groups.length > 0 && word !== '') groups.at(-1)?.items.push(word);
    else refuse(text, `a feed opens with ${KINDS.join(', ')}`, word);
  }
  return groups.map(({ kind, items }) => toFeed(kind, items, text));
}

function opensFeed(word: string): { kind: FeedKind; items: string[] } | null {
  for (const kind of KINDS) {
    if (word === kind) return { kind, items: [] };
    if (word.startsWith(`${kind}:`)) {
      const first = word.slice(kind.length + 1);
      return { kind, items: first === '' ? [] : [first] };
    }
  }
  return null;
}

function toFeed(kind: FeedKind, items: readonly string[], text: string): Feed {
  switch (kind) {
    case 'replay':
      if (items.length === 0) refuse(text, 'replay names at least one file', 'replay');
      return { kind, files: items };
    case 'sim':
      return { kind, symbols: items };
    case 'binance':
    case 'binance-usdm':
      if (items.length === 0) refuse(text, `${kind} names at least one symbol`, kind);
      return { kind, symbols: items };
  }
}

function refuse(feed: string, rule: string, value: string): never {
  throw new Fault('ARGUMENT_INVALID', { argument: 'feed', rule, value, feed });
}

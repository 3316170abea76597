/** A rule or a panel that asks for a metric nobody exports stays silent for ever. */
import type { Repository } from './repository.ts';

/** What Prometheus adds to the name of a histogram. */
const SUFFIX = /_(bucket|sum|count)$/;
/** Exported by the client library for every process, and by Prometheus itself. */
const FOREIGN = /^(process_|nodejs_|up$)/;
/** `name{` or `name[` in an expression; functions are followed by a parenthesis. */
const SERIES = /\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b(?=\s*(?:[{[)]|$|[<>=!+*/-]))/g;
const EXPRESSION =
  /^\s*(?:- )?expr:\s*(.*(?:\n(?!\s*(?:- )?\w+:).*)*)|"expr":\s*"((?:\\.|[^"\\])*)"/gm;

export function unknownMetrics(
  { paths, read }: Repository,
  metrics: Readonly<Record<string, unknown>>,
): string[] {
  return paths
    .filter((path) => /^deploy\/(prometheus|grafana)\/.*\.(ya?ml|json)$/.test(path))
    .flatMap((path) =>
      [...read(path).matchAll(EXPRESSION)]
        .flatMap((match) => namesIn(match[1] ?? match[2] ?? ''))
        .filter((name) => !(name in metrics) && !(name.replace(SUFFIX, '') in metrics))
        .filter((name) => !FOREIGN.test(name))
        .map((name) => `${path}: ${name}`),
    );
}

function namesIn(expression: string): string[] {
  const outsideLabels = expression.replace(/\{[^}]*\}/g, '{}').replace(/\bby\s*\([^)]*\)/g, '');
  return [...outsideLabels.matchAll(SERIES)].map((match) => match[1] ?? '');
}

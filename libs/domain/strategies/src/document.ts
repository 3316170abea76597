import type { Instrument } from '@tickmesh/contracts';
import {
  type ParameterDeclaration,
  type Parameters,
  STRATEGY_KINDS,
  type StrategyKind,
} from './catalogue.ts';
import { type MarketKey, marketKey } from './strategy.ts';

/** One configured strategy: a kind with its parameters, on some markets, for one account. */
export interface StrategyDefinition {
  readonly id: string;
  readonly kind: string;
  readonly account: string;
  readonly markets: readonly MarketKey[];
  readonly parameters: Parameters;
  /** Milliseconds after its cause that an intent may still be sent. */
  readonly intentLifeMs: number;
}

/** What is wrong with a document: where (a path of keys), and what was expected. */
export interface DocumentProblem {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly found: unknown;
}

export type StrategiesCheck =
  | { readonly ok: true; readonly strategies: readonly StrategyDefinition[] }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

const STRATEGY_ID = /^[A-Z][A-Z0-9_]{0,31}$/;
const ACCOUNT = /^[A-Z0-9][A-Z0-9_-]{0,31}$/;
const ENTRY_KEYS = new Set(['id', 'kind', 'account', 'markets', 'parameters', 'intent_life_ms']);

type Fields = Readonly<Record<string, unknown>>;
type Report = (path: DocumentProblem['path'], expected: string, found: unknown) => void;

/**
 * Reads config/strategies.yaml once it is parsed: `{ version: 1, strategies: [...] }`. All problems are
 * reported at once; unknown keys are problems.
 * @param instruments the markets that exist
 */
export function checkStrategies(
  document: unknown,
  instruments: readonly Instrument[],
): StrategiesCheck {
  const problems: DocumentProblem[] = [];
  const report: Report = (path, expected, found) => problems.push({ path, expected, found });
  const strategies: StrategyDefinition[] = [];
  if (!isFields(document) || document['version'] !== 1 || !Array.isArray(document['strategies'])) {
    report([], 'version: 1 and a list of strategies', document);
    return { ok: false, problems };
  }
  const known = new Set(instruments.map(marketKey));
  const seen = new Set<string>();
  for (const [index, entry] of (document['strategies'] as unknown[]).entries()) {
    const definition = checkEntry(['strategies', index], entry, known, report);
    if (definition === null) continue;
    if (seen.has(definition.id)) {
      report(['strategies', index, 'id'], 'an id of its own', definition.id);
    }
    seen.add(definition.id);
    strategies.push(definition);
  }
  return problems.length === 0 ? { ok: true, strategies } : { ok: false, problems };
}

function checkEntry(
  path: DocumentProblem['path'],
  entry: unknown,
  known: ReadonlySet<MarketKey>,
  report: Report,
): StrategyDefinition | null {
  if (!isFields(entry)) {
    report(path, 'a strategy: id, kind, account, markets, parameters', entry);
    return null;
  }
  for (const key of Object.keys(entry)) {
    if (!ENTRY_KEYS.has(key)) report([...path, key], `one of ${[...ENTRY_KEYS].join(' ')}`, key);
  }
  const id = checkText([...path, 'id'], entry['id'], STRATEGY_ID, report);
  const account = checkText([...path, 'account'], entry['account'], ACCOUNT, report);
  const kindName = entry['kind'];
  const kind = typeof kindName === 'string' ? STRATEGY_KINDS[kindName] : undefined;
  if (kind === undefined) {
    report([...path, 'kind'], `one of ${Object.keys(STRATEGY_KINDS).join(' ')}`, kindName);
    return null;
  }
  const intentLifeMs = entry['intent_life_ms'] ?? 5000;
  if (typeof intentLifeMs !== 'number' || !Number.isInteger(intentLifeMs) || intentLifeMs < 1) {
    report([...path, 'intent_life_ms'], 'whole milliseconds above 0', intentLifeMs);
  }
  return {
    id,
    account,
    kind: String(kindName),
    markets: checkMarkets([...path, 'markets'], entry['markets'], known, report),
    parameters: checkParameters([...path, 'parameters'], entry['parameters'] ?? {}, kind, report),
    intentLifeMs: Number(intentLifeMs),
  };
}

function checkMarkets(
  path: DocumentProblem['path'],
  markets: unknown,
  known: ReadonlySet<MarketKey>,
  report: Report,
): MarketKey[] {
  if (!Array.isArray(markets) || markets.length === 0) {
    report(path, 'at least one market, { symbol, exchange }', markets);
    return [];
  }
  return markets.map((market: unknown, index) => {
    const fields = isFields(market) ? market : {};
    const key = `${String(fields['exchange'])}|${String(fields['symbol'])}`;
    if (!known.has(key)) report([...path, index], 'a market of the instrument master', market);
    return key;
  });
}

function checkParameters(
  path: DocumentProblem['path'],
  given: unknown,
  kind: StrategyKind,
  report: Report,
): Parameters {
  if (!isFields(given)) {
    report(path, 'parameters by name', given);
    return {};
  }
  const names = Object.keys(kind.parameters);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) report([...path, name], `one of ${names.join(' ')}`, name);
  }
  const entries = Object.entries(kind.parameters).map(([name, declaration]) => {
    const value = given[name] ?? declaration.default;
    const expected = parameterRule(declaration, value);
    if (expected !== null) report([...path, name], expected, value);
    return [name, value as number | string] as const;
  });
  return Object.fromEntries(entries);
}

/** The rule that a value breaks, or null. */
function parameterRule(declaration: ParameterDeclaration, value: unknown): string | null {
  if (typeof declaration.default === 'string') {
    const words = declaration.oneOf ?? [];
    return words.includes(value as string) ? null : `one of ${words.join(' ')}`;
  }
  const { min = -Infinity, max = Infinity, whole = false } = declaration;
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    (!whole || Number.isInteger(value));
  return fits ? null : `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
}

function checkText(
  path: DocumentProblem['path'],
  value: unknown,
  pattern: RegExp,
  report: Report,
): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  report(path, `text like ${pattern.source}`, value);
  return '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

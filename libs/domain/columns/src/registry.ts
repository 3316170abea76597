import { Fault } from '@tickmesh/kernel';
import { type ColumnDefinition, displayNameOf } from './definition.ts';
import { definitionProblems, normalisedWords } from './definition-rules.ts';

/** What a field name means: a column, and the prefix that makes it a certain one. */
export interface ResolvedColumn {
  readonly definition: ColumnDefinition;
  readonly prefix: string | null;
}

/** An unchangeable set of columns that has passed every rule. */
export class ColumnRegistry {
  readonly #columns = new Map<string, ColumnDefinition>();
  readonly #fields = new Map<string, ResolvedColumn>();
  readonly #synonyms = new Map<string, ColumnDefinition>();

  /** @throws Fault COLUMN_INVALID with every problem of every definition */
  constructor(definitions: readonly ColumnDefinition[]) {
    const problems = definitionProblems(definitions);
    if (problems.length > 0) throw new Fault('COLUMN_INVALID', { problems });
    for (const definition of definitions) this.#add(definition);
  }

  /** In the order of definition. */
  all(): readonly ColumnDefinition[] {
    return [...this.#columns.values()];
  }

  /** Whether a column has exactly this name; a prefixed name has none of its own. */
  has(name: string): boolean {
    return this.#columns.has(name);
  }

  /** @throws Fault COLUMN_UNKNOWN */
  get(name: string): ColumnDefinition {
    const definition = this.#columns.get(name);
    if (definition === undefined) throw new Fault('COLUMN_UNKNOWN', { column: name });
    return definition;
  }

  /**
   * The column that a field name means, by its own name or with an allowed prefix. Case matters.
   * @throws Fault COLUMN_UNKNOWN
   */
  resolve(field: string): ResolvedColumn {
    const resolved = this.find(field);
    if (resolved === undefined) throw new Fault('COLUMN_UNKNOWN', { column: field });
    return resolved;
  }

  /** As `resolve`, undefined when the registry has no such column. */
  find(field: string): ResolvedColumn | undefined {
    return this.#fields.get(field);
  }

  isPrefixed(field: string): boolean {
    return typeof this.find(field)?.prefix === 'string';
  }

  /**
   * The names that a column has through its prefixes, in their order.
   * @throws Fault COLUMN_UNKNOWN
   */
  prefixedColumns(base: string): string[] {
    return (this.get(base).allowedPrefixes ?? []).map((prefix) => `${prefix}_${base}`);
  }

  /** Every name that `resolve` answers, columns first. */
  fieldNames(): string[] {
    return [...this.#fields.keys()];
  }

  /** The one column that people mean by a word: its name, its shown name or a synonym. */
  bySynonym(words: string): ColumnDefinition | undefined {
    return this.#synonyms.get(normalisedWords(words));
  }

  /**
   * Columns that have to do with the words, best first: the name or a synonym itself, then names,
   * synonyms, shown names, categories and descriptions that contain every word.
   */
  search(words: string): ColumnDefinition[] {
    const wanted = normalisedWords(words);
    if (wanted === '') return [];
    return this.all()
      .map((definition) => ({ definition, rank: searchRank(definition, wanted) }))
      .filter(({ rank }) => rank < NO_MATCH)
      .sort((one, other) => one.rank - other.rank)
      .map(({ definition }) => definition);
  }

  #add(definition: ColumnDefinition): void {
    this.#columns.set(definition.name, definition);
    this.#fields.set(definition.name, { definition, prefix: null });
    for (const prefix of definition.allowedPrefixes ?? []) {
      this.#fields.set(`${prefix}_${definition.name}`, { definition, prefix });
    }
    for (const words of [definition.name, ...(definition.synonyms ?? [])]) {
      this.#synonyms.set(normalisedWords(words), definition);
    }
  }
}

const NO_MATCH = 4;

function searchRank(definition: ColumnDefinition, wanted: string): number {
  const name = normalisedWords(definition.name);
  const synonyms = (definition.synonyms ?? []).map(normalisedWords);
  if (name === wanted || synonyms.includes(wanted)) return 0;
  const words = wanted.split(' ');
  const containsAll = (text: string): boolean => words.every((word) => text.includes(word));
  if (containsAll(name)) return 1;
  if (synonyms.some(containsAll)) return 2;
  const prose = [displayNameOf(definition), definition.category ?? '', definition.description];
  return containsAll(normalisedWords([name, ...synonyms, ...prose].join(' '))) ? 3 : NO_MATCH;
}

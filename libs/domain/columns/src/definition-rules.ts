/**
 * The rules that a definition must keep before anything may use it. They look at unknown data,
 * because a definition may come from a file that no compiler has seen.
 */
import {
  AGGREGATIONS,
  COLUMN_TYPES,
  type ColumnDefinition,
  type ColumnType,
  ITEM_TYPES,
  ROLES,
  SENSITIVITIES,
} from './definition.ts';

/** A definition nobody has checked yet. */
export type ColumnDraft = Readonly<Partial<Record<keyof ColumnDefinition, unknown>>>;

/** What a definition is refused for. */
export interface DefinitionProblem {
  readonly column: string;
  readonly about:
    | 'key'
    | 'name'
    | 'duplicate'
    | 'role'
    | 'description'
    | 'unit'
    | 'type'
    | 'bounds'
    | 'pattern'
    | 'enum'
    | 'default'
    | 'aggregation'
    | 'sensitivity'
    | 'synonym'
    | 'prefix'
    | 'list';
  readonly says: string;
}

/** Every key of a definition; the compiler keeps the list whole. */
const KEYS: ReadonlySet<string> = new Set(
  Object.keys({
    name: true,
    module: true,
    type: true,
    items: true,
    scale: true,
    nullable: true,
    default: true,
    enum: true,
    minValue: true,
    maxValue: true,
    maxLength: true,
    pattern: true,
    description: true,
    synonyms: true,
    sampleValues: true,
    semanticType: true,
    role: true,
    aggregation: true,
    unit: true,
    displayName: true,
    format: true,
    category: true,
    sensitivity: true,
    deprecated: true,
    tags: true,
    legendType: true,
    viewType: true,
    contractValues: true,
    allowedPrefixes: true,
  } satisfies Record<keyof ColumnDefinition, true>),
);

type About = DefinitionProblem['about'];
type Report = (about: About, says: string) => void;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PREFIX = /^[a-z][a-z0-9_]*$/;
const NUMERIC: ReadonlySet<unknown> = new Set<ColumnType>([
  'double',
  'integer',
  'bigint',
  'decimal',
]);

/** The problems of one definition by itself, in the order of the rules; empty when it is sound. */
export function draftProblems(draft: ColumnDraft): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const column = typeof draft.name === 'string' ? draft.name : '';
  const report: Report = (about, says) => problems.push({ column, about, says });
  for (const key of Object.keys(draft)) {
    if (!KEYS.has(key)) report('key', `a definition has no ${key}`);
  }
  if (!NAME.test(column)) report('name', 'a name is letters, digits and underscores');
  checkMeaning(draft, report);
  checkType(draft, report);
  checkBounds(draft, report);
  checkTexts(draft, report);
  checkLists(draft, report);
  return problems;
}

/** The problems of definitions taken together: names, prefixed names and synonyms must be unique. */
export function definitionProblems(drafts: readonly ColumnDraft[]): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const seen = new Set<unknown>();
  for (const draft of drafts) {
    if (seen.has(draft.name)) {
      problems.push({
        column: String(draft.name),
        about: 'duplicate',
        says: 'another column has the name',
      });
    } else {
      problems.push(...draftProblems(draft));
    }
    seen.add(draft.name);
  }
  return [...problems, ...prefixProblems(drafts), ...synonymProblems(drafts)];
}

/** Words as people type them: case, spaces, dashes and underscores make no difference. */
export function normalisedWords(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
}

function checkMeaning(draft: ColumnDraft, report: Report): void {
  const isMeasure = draft.role === 'measure';
  if (!isOneOf(ROLES, draft.role)) report('role', `the role is one of ${ROLES.join(', ')}`);
  if (!isText(draft.description)) report('description', 'a description is required');
  if (isMeasure && !isText(draft.unit)) report('unit', 'a measure has a unit');
  if (draft.aggregation !== undefined && !isOneOf(AGGREGATIONS, draft.aggregation)) {
    report('aggregation', `the aggregation is one of ${AGGREGATIONS.join(', ')}`);
  }
  if (draft.sensitivity !== undefined && !isOneOf(SENSITIVITIES, draft.sensitivity)) {
    report('sensitivity', `the sensitivity is one of ${SENSITIVITIES.join(', ')}`);
  }
}

function checkType(draft: ColumnDraft, report: Report): void {
  const { type, items, scale } = draft;
  if (!isOneOf(COLUMN_TYPES, type)) report('type', `the type is one of ${COLUMN_TYPES.join(', ')}`);
  if ((type === 'list') !== isOneOf(ITEM_TYPES, items)) {
    report('type', `a list, and nothing else, has items of ${ITEM_TYPES.join(', ')}`);
  }
  if ((type === 'decimal') !== (Number.isInteger(scale) && (scale as number) >= 0)) {
    report('type', 'a decimal, and nothing else, has a scale of 0 or more digits');
  }
  if (draft.role === 'measure' && !NUMERIC.has(type)) report('type', 'a measure is a number');
  if (draft.default !== undefined && typeof draft.default !== defaultTypeOf(type)) {
    report('default', 'the default is of the type');
  }
}

function defaultTypeOf(type: unknown): string | undefined {
  if (type === 'string' || type === 'boolean') return type;
  return type === 'double' || type === 'integer' ? 'number' : undefined;
}

function checkBounds(draft: ColumnDraft, report: Report): void {
  const { minValue, maxValue, maxLength } = draft;
  for (const bound of [minValue, maxValue]) {
    if (bound !== undefined && !Number.isFinite(bound)) report('bounds', 'a bound is finite');
  }
  if (minValue !== undefined && maxValue !== undefined && Number(minValue) > Number(maxValue)) {
    report('bounds', 'the lower bound is not above the upper one');
  }
  const isBounded = minValue !== undefined || maxValue !== undefined;
  if (isBounded && !NUMERIC.has(draft.type)) report('bounds', 'only numbers have bounds');
  if (maxLength === undefined) return;
  if (!(Number.isInteger(maxLength) && Number(maxLength) > 0)) {
    report('bounds', 'the greatest length is a whole number above 0');
  }
  if (draft.type !== 'string') report('bounds', 'only strings have a length');
}

function checkTexts(draft: ColumnDraft, report: Report): void {
  const { pattern, enum: values, type, contractValues } = draft;
  const isString = type === 'string';
  if (pattern !== undefined && !compiles(pattern)) report('pattern', 'the pattern compiles');
  if (pattern !== undefined && !isString) report('pattern', 'only strings have a pattern');
  if (values !== undefined && !(isString && isTextList(values) && isUnique(values))) {
    report('enum', 'an enum is a list of different strings, at least one, for a string');
  }
  if (contractValues === undefined) return;
  const pairs = Object.entries((contractValues ?? {}) as Readonly<Record<string, unknown>>);
  const isOneToOne = isUnique(pairs.map(([, theirs]) => theirs));
  const areValues = Array.isArray(values) && pairs.every(([ours]) => values.includes(ours));
  if (!isOneToOne || !areValues || pairs.length !== (values as unknown[]).length) {
    report('enum', "every value of the enum has one of the contracts', and no two the same");
  }
}

/** A single text would be taken for a list of its letters. */
function checkLists(draft: ColumnDraft, report: Report): void {
  for (const key of ['synonyms', 'tags', 'allowedPrefixes', 'sampleValues'] as const) {
    const list = draft[key];
    if (list !== undefined && !Array.isArray(list)) report('list', `${key} are a list`);
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function prefixProblems(drafts: readonly ColumnDraft[]): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const names = new Set(drafts.map((draft) => draft.name));
  for (const { name, allowedPrefixes } of drafts) {
    const column = String(name);
    for (const prefix of listOf(allowedPrefixes)) {
      const prefixed = `${String(prefix)}_${column}`;
      if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
        problems.push({
          column,
          about: 'prefix',
          says: 'a prefix is lower-case letters and digits',
        });
      } else if (names.has(prefixed)) {
        problems.push({ column, about: 'prefix', says: `${prefixed} has two meanings` });
      }
      names.add(prefixed);
    }
  }
  return problems;
}

function synonymProblems(drafts: readonly ColumnDraft[]): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const owners = new Map<string, string>();
  for (const { name } of drafts) owners.set(normalisedWords(String(name)), String(name));
  for (const { name, synonyms } of drafts) {
    const column = String(name);
    for (const synonym of listOf(synonyms)) {
      const words = normalisedWords(String(synonym));
      const owner = owners.get(words);
      if (words === '') problems.push({ column, about: 'synonym', says: 'a synonym is a text' });
      // A synonym may repeat its own column's name with spaces: people type it so.
      if (owner !== undefined && owner !== column) {
        problems.push({ column, about: 'synonym', says: `"${words}" already leads to ${owner}` });
      }
      owners.set(words, owner ?? column);
    }
  }
  return problems;
}

/** The pattern over the whole text: `$` and `^` of the source are redundant, not required. */
export function wholeText(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}

function compiles(pattern: unknown): boolean {
  if (typeof pattern !== 'string') return false;
  try {
    wholeText(pattern);
    return true;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return false;
    throw thrown;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isOneOf = (values: readonly string[], value: unknown): boolean =>
  typeof value === 'string' && values.includes(value);
const isUnique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
const isTextList = (values: unknown): values is string[] =>
  Array.isArray(values) && values.length > 0 && values.every(isText);

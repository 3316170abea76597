/**
 * The column registry against golden/registry.json: the columns themselves, resolution, the rules of
 * definition, the rules of values, entities.
 */
import {
  type ColumnDefinition,
  type ColumnDraft,
  ColumnRegistry,
  column,
  defineEntity,
  definitionProblems,
  entitiesWith,
  registry,
  valueFromJson,
  valueProblems,
} from '@tickmesh/domain-columns';
import { isFault } from '@tickmesh/kernel';
import { Cases, type SuiteResult } from './suite.ts';
import { untag } from './tagged.ts';

type Row = Readonly<Record<string, unknown>>;

interface Golden {
  readonly columns: readonly Row[];
  readonly resolve: readonly { field: string; column?: string; prefix?: string | null }[];
  readonly define: readonly {
    name: string;
    type: string;
    kwargs: Row;
    ok: boolean;
    about?: string;
  }[];
  readonly validate_instance: readonly { values: Row; errors: readonly FieldRule[] }[];
  readonly entities: Readonly<Record<string, { columns: readonly string[] }>>;
  readonly entities_with_name: readonly string[];
  readonly prefixed_columns_name: readonly string[];
}

interface FieldRule {
  readonly field: string;
  readonly rule: string;
}

/** The modules of the reference. The mesh has more columns; the vectors speak of these. */
const MODULES: ReadonlySet<string> = new Set(['general', 'trading', 'finance']);

const TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  float: 'double',
  int: 'integer',
  bool: 'boolean',
  list: 'list',
  datetime: 'timestamp',
};

/** Key of the reference to property of ours. */
const KEYS: Readonly<Record<string, keyof ColumnDefinition>> = {
  nullable: 'nullable',
  default: 'default',
  enum: 'enum',
  min_value: 'minValue',
  max_value: 'maxValue',
  max_length: 'maxLength',
  pattern: 'pattern',
  description: 'description',
  synonyms: 'synonyms',
  sample_values: 'sampleValues',
  semantic_type: 'semanticType',
  role: 'role',
  aggregation: 'aggregation',
  unit: 'unit',
  display_name: 'displayName',
  format: 'format',
  category: 'category',
  sensitivity: 'sensitivity',
  deprecated: 'deprecated',
  tags: 'tags',
  legend_type: 'legendType',
  dh_type_override: 'viewType',
  allowed_prefixes: 'allowedPrefixes',
};

/** What governs a column; prose is free. */
const GOVERNING = [
  'nullable',
  'enum',
  'min_value',
  'max_value',
  'max_length',
  'pattern',
  'semantic_type',
  'role',
  'aggregation',
  'unit',
  'format',
  'category',
  'sensitivity',
  'allowed_prefixes',
];

/**
 * Where the design and the contracts overrule the file: all times are one type (the reference has both
 * text and datetime), and a traded volume may be a fraction of a coin.
 */
const CORRECTED_TYPES: Readonly<Record<string, string>> = {
  ts: 'timestamp',
  timestamp: 'timestamp',
  volume: 'double',
};

const FIRST_SEEN: ColumnDefinition = {
  name: 'dup',
  module: 'golden',
  type: 'string',
  role: 'dimension',
  description: 'x',
};

export function run(golden: unknown): SuiteResult {
  const file = untag(golden) as Golden;
  const cases = new Cases();
  const known = new ColumnRegistry(registry.all().filter(({ module }) => MODULES.has(module)));
  compareColumns(file, known, cases);
  for (const one of file.resolve) {
    const expected = 'column' in one ? [one.column, one.prefix] : 'COLUMN_UNKNOWN';
    cases.equal(`resolve "${one.field}"`, resolution(known, one.field), expected);
  }
  file.define.forEach((one, index) => {
    const problems = definitionProblems([FIRST_SEEN, draftOf(one.name, one.type, one.kwargs)]);
    const expected = one.ok ? [true, undefined] : [false, one.about];
    cases.equal(`define ${index}`, [problems.length === 0, problems[0]?.about], expected);
  });
  file.validate_instance.forEach(({ values, errors }, index) => {
    cases.equal(`validate_instance ${index}`, brokenRules(known, values), sorted(errors));
  });
  compareEntities(file, known, cases);
  return cases;
}

function compareColumns(file: Golden, known: ColumnRegistry, cases: Cases): void {
  const names = file.columns.map((row) => String(row['name']));
  const ours = known.all().map(({ name }) => name);
  cases.equal('column names', ours, names);
  for (const row of file.columns) {
    const name = String(row['name']);
    if (!known.has(name)) continue;
    const definition = known.get(name) as unknown as Row;
    const found = GOVERNING.map((key) => plain(definition[KEYS[key] ?? key]));
    const expected = GOVERNING.map((key) => plain(row[key]));
    const type = CORRECTED_TYPES[name] ?? TYPES[String(row['python_type'])];
    cases.equal(`column ${name}`, [definition['type'], ...found], [type, ...expected]);
  }
}

/** What is not said, and the values that stand for it. */
function plain(value: unknown): unknown {
  return value === undefined || value === false || value === 'public' ? null : value;
}

function resolution(known: ColumnRegistry, field: string): unknown {
  try {
    const { definition, prefix } = known.resolve(field);
    return [definition.name, prefix];
  } catch (thrown) {
    return isFault(thrown) ? thrown.code : String(thrown);
  }
}

function draftOf(name: string, type: string, kwargs: Row): ColumnDraft {
  const pairs = Object.entries(kwargs)
    // Not given, in the reference.
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [KEYS[key] ?? key, value] as const);
  const items = type === 'list' ? { items: 'string' } : {};
  return {
    name,
    module: 'golden',
    type: TYPES[type] ?? type,
    ...items,
    ...Object.fromEntries(pairs),
  };
}

function brokenRules(known: ColumnRegistry, values: Row): FieldRule[] {
  const broken = Object.entries(values).flatMap(([field, json]): FieldRule[] => {
    const definition = known.find(field)?.definition;
    if (definition === undefined) return [{ field, rule: 'unknown' }];
    const value = valueFromJson(definition, json);
    if (value === undefined) return [{ field, rule: 'type' }];
    return valueProblems(field, definition, value);
  });
  return sorted(broken);
}

function sorted(rules: readonly FieldRule[]): FieldRule[] {
  return rules
    .map(({ field, rule }) => ({ field, rule }))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function compareEntities(file: Golden, known: ColumnRegistry, cases: Cases): void {
  const entities = Object.entries(file.entities).map(([name, { columns }]) => {
    const fields = Object.fromEntries(
      Object.entries(column).filter(([field]) => columns.includes(field)),
    );
    const entity = defineEntity(name, fields as Record<'symbol', typeof column.symbol>);
    cases.equal(`entity ${name}`, Object.keys(entity.fields).length, columns.length);
    return entity;
  });
  const using = entitiesWith(entities, 'symbol').map(({ name }) => name);
  cases.equal('entities with a column', using.sort(), file.entities_with_name);
  cases.equal('prefixed columns', known.prefixedColumns('name'), file.prefixed_columns_name);
}

import { parse } from 'yaml';

type Row = Readonly<Record<string, unknown>>;

const FIELDS_FILE = 'contract-fields.yaml';
const MODULE_PATH = 'libs/domain/columns/src/gen/columns.ts';
const PAGE_PATH = 'docs/reference/columns.md';

/** Files in the order that a reader wants them: the shared vocabulary first, then by subject. */
const MODULE_ORDER = ['general', 'trading', 'finance', 'market', 'orders', 'instruments', 'mesh'];

/** Key of the files to property of ColumnDefinition. A key that is not here is refused. */
const KEYS: Readonly<Record<string, string>> = {
  type: 'type',
  items: 'items',
  scale: 'scale',
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
  view_type: 'viewType',
  contract_values: 'contractValues',
  allowed_prefixes: 'allowedPrefixes',
};

/**
 * contracts/columns to the module that the registry reads and to its page, by path.
 * @param files text by file name
 * @throws Error naming file, column and key when a file holds what no definition has
 */
export function renderColumns(files: ReadonlyMap<string, string>): Map<string, string> {
  const columns = [...files.keys()]
    .filter((file) => file !== FIELDS_FILE)
    .sort((one, other) => moduleRank(one) - moduleRank(other))
    .flatMap((file) => columnsOf(file, files.get(file) ?? ''));
  const fields = parse(files.get(FIELDS_FILE) ?? '{}') as Row;
  return new Map([
    [MODULE_PATH, renderModule(columns, fields)],
    [PAGE_PATH, renderPage(columns)],
  ]);
}

function columnsOf(file: string, text: string): Row[] {
  const module = moduleOf(file);
  const rows = parse(text) as Readonly<Record<string, Row>>;
  return Object.entries(rows).map(([name, row]) => {
    const pairs = Object.entries(row).map(([key, value]) => {
      const property = KEYS[key];
      if (property === undefined) throw new Error(`${file}: ${name} has no key "${key}"`);
      return [property, value] as const;
    });
    return { name, module, ...Object.fromEntries(pairs) };
  });
}

function renderModule(columns: readonly Row[], fields: Row): string {
  const rows = columns.map((column) => `  ${text(column['name'])}: ${literal(column)},`);
  return `// Generated from contracts/columns by \`npm run generate\`; do not edit.
import type { ColumnDefinition } from '../definition.ts';

// prettier-ignore
export const COLUMNS = {
${rows.join('\n')}
} as const satisfies Readonly<Record<string, ColumnDefinition>>;

// prettier-ignore
/** Fields of the contracts that mean another column than the one of their own name. */
export const CONTRACT_FIELDS: Readonly<Record<string, keyof typeof COLUMNS>> = ${literal(fields)};
`;
}

/** A TypeScript literal; JSON's, but keys unquoted where they are names. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => {
    const name = /^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key);
    return `${name}: ${literal(inner)}`;
  });
  return `{ ${pairs.join(', ')} }`;
}

function renderPage(columns: readonly Row[]): string {
  const modules = [...new Set(columns.map((column) => text(column['module'])))];
  const sections = modules.map((module) => {
    const rows = columns.filter((column) => column['module'] === module).map(pageRow);
    return [`## ${module}`, '', ...PAGE_HEAD, ...rows, ''].join('\n');
  });
  return `# Columns

Generated from \`contracts/columns\` by \`npm run generate\`; do not edit. ${columns.length} columns: every
field of every topic, of the store's entities and of the live tables is one of them. \`mesh columns search\`
finds them by the words people use.

${sections.join('\n')}`;
}

const PAGE_HEAD = [
  '| column | type | role | unit | what it is | values | also called |',
  '| --- | --- | --- | --- | --- | --- | --- |',
];

function pageRow(column: Row): string {
  const cells = [
    [text(column['name']), ...prefixedNames(column)].map((name) => `\`${name}\``).join(' '),
    typeText(column),
    text(column['role']),
    text(column['unit']),
    text(column['description']),
    valuesText(column),
    ((column['synonyms'] ?? []) as readonly string[]).join(', '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function prefixedNames(column: Row): string[] {
  const prefixes = (column['allowedPrefixes'] ?? []) as readonly string[];
  return prefixes.map((prefix) => `${prefix}_${text(column['name'])}`);
}

function typeText(column: Row): string {
  const type = text(column['type']);
  const detail = column['items'] ?? column['scale'];
  const stem = detail === undefined ? type : `${type}(${text(detail)})`;
  return column['nullable'] === true ? `${stem}, nullable` : stem;
}

function valuesText(column: Row): string {
  const parts: string[] = [];
  if (column['enum'] !== undefined) parts.push((column['enum'] as readonly string[]).join(', '));
  if (column['minValue'] !== undefined) parts.push(`>= ${text(column['minValue'])}`);
  if (column['maxValue'] !== undefined) parts.push(`<= ${text(column['maxValue'])}`);
  if (column['maxLength'] !== undefined) parts.push(`length <= ${text(column['maxLength'])}`);
  if (column['pattern'] !== undefined) parts.push(`\`${text(column['pattern'])}\``);
  return parts.join('; ');
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const moduleOf = (file: string): string => file.replace(/\.yaml$/, '');

function moduleRank(file: string): number {
  const rank = MODULE_ORDER.indexOf(moduleOf(file));
  return rank < 0 ? MODULE_ORDER.length : rank;
}

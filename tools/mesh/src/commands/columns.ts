import type { Command } from 'commander';
import {
  type ColumnDefinition,
  LAYER_TYPES,
  displayNameOf,
  registry,
} from '@tickmesh/domain-columns';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface ListOptions extends CommonOptions {
  readonly module?: string;
  readonly role?: string;
}

/** `mesh columns list|show|search`: what the column registry holds. It reads no service. */
export function register(program: Command, output: Output = terminal): void {
  const columns = program.command('columns').description('What every field of the mesh means');
  columns
    .command('list')
    .description('All columns')
    .option('--module <module>', 'only those of a file of contracts/columns')
    .option('--role <role>', 'only dimensions, measures or attributes')
    .option('--json', 'one JSON text')
    .action(async (options: ListOptions) => {
      const { module, role } = options;
      const found = registry
        .all()
        .filter((definition) => module === undefined || definition.module === module)
        .filter((definition) => role === undefined || definition.role === role);
      await run(options, output, () => Promise.resolve(print(found, options, output)));
    });
  columns
    .command('show')
    .description('Everything known of a column, by its name or with a prefix')
    .argument('<column>')
    .option('--json', 'one JSON text')
    .action(async (field: string, options: ListOptions) => {
      await run(options, output, () => Promise.resolve(show(field, options, output)));
    });
  columns
    .command('search')
    .description('Columns by the words people use, best first')
    .argument('<words...>')
    .option('--json', 'one JSON text')
    .action(async (words: readonly string[], options: ListOptions) => {
      await run(options, output, () =>
        Promise.resolve(print(registry.search(words.join(' ')), options, output)),
      );
    });
}

/** @returns the exit code: 1 when there is nothing to print, so that scripts can ask */
function print(
  definitions: readonly ColumnDefinition[],
  options: ListOptions,
  output: Output,
): number {
  if (options.json === true) output.line(json(definitions));
  else if (definitions.length === 0) output.line('No column.');
  else output.line(table(['column', 'type', 'role', 'unit', 'what it is'], definitions.map(row)));
  return definitions.length === 0 ? 1 : 0;
}

function row(definition: ColumnDefinition): string[] {
  const { name, role, unit, description } = definition;
  return [name, typeText(definition), role, unit ?? '', description];
}

function show(field: string, options: ListOptions, output: Output): number {
  const { definition, prefix } = registry.resolve(field);
  if (options.json === true) {
    output.line(json({ field, prefix, ...definition }));
    return 0;
  }
  const layers = LAYER_TYPES[definition.type];
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['column', field],
    ['base', prefix === null ? undefined : definition.name],
    ['shown as', displayNameOf({ ...definition, name: field })],
    ['what it is', definition.description],
    ['type', typeText(definition)],
    ['null', definition.nullable === true ? 'allowed' : 'refused'],
    ['values', definition.enum?.join(', ')],
    ['at least', text(definition.minValue)],
    ['at most', text(definition.maxValue)],
    ['length', definition.maxLength === undefined ? undefined : `at most ${definition.maxLength}`],
    ['pattern', definition.pattern],
    ['role', definition.role],
    ['unit', definition.unit],
    ['aggregation', definition.aggregation],
    ['format', definition.format],
    ['category', definition.category],
    ['meaning', definition.semanticType],
    ['also called', definition.synonyms?.join(', ')],
    ['for example', definition.sampleValues?.join(', ')],
    ['prefixes', definition.allowedPrefixes?.join(', ')],
    ['in contracts', contractValues(definition)],
    ['sensitivity', definition.sensitivity ?? 'public'],
    ['PostgreSQL', layers.postgres],
    ['live tables', definition.viewType ?? layers.view],
    ['Legend', definition.legendType ?? layers.legend],
    ['defined in', `contracts/columns/${definition.module}.yaml`],
  ];
  const width = Math.max(...facts.map(([label]) => label.length));
  for (const [label, value] of facts) {
    if (value !== undefined) output.line(`${label.padEnd(width)}  ${value}`);
  }
  return 0;
}

function contractValues(definition: ColumnDefinition): string | undefined {
  const { contractValues: values } = definition;
  if (values === undefined) return undefined;
  return Object.entries(values)
    .map(([ours, theirs]) => `${ours} is ${theirs}`)
    .join(', ');
}

function typeText(definition: ColumnDefinition): string {
  const detail = definition.items ?? definition.scale;
  return detail === undefined ? definition.type : `${definition.type}(${detail})`;
}

const text = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

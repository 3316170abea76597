/** The reference page of the configuration, docs/reference/config.md. */
import type { Field } from './field.ts';
import type { ConfigSchema } from './load.ts';
import { SCHEMAS } from './schemas.ts';
import type { Section } from './section.ts';
import {
  FOREIGN_VARIABLES,
  LAUNCHER_VARIABLES,
  OWN_PREFIXES,
  REFUSED_VARIABLES,
} from './variables.ts';

export function renderConfigPage(): string {
  return [
    '<!-- Generated from libs/config by `npm run generate`; do not edit. -->',
    '# Configuration',
    '',
    'Every process reads its variables once, at start, and reports all problems together. An empty variable',
    'counts as unset. A secret may come from the file that `NAME_FILE` names, and is masked wherever it is shown.',
    `A variable that starts with ${OWN_PREFIXES.map((prefix) => `\`${prefix}\``).join(', ')} and is in no table below is refused.`,
    '',
    ...sectionsOf(SCHEMAS).flatMap(renderSection),
    '## Variables of other systems that are refused by name',
    '',
    '| variable | why |',
    '| --- | --- |',
    ...Object.entries(REFUSED_VARIABLES).map(([name, why]) => `| \`${name}\` | ${cell(why)} |`),
    '',
    `Read by docker-compose.yml and \`npm start\` alone: ${Object.entries(LAUNCHER_VARIABLES)
      .map(([name, says]) => `\`${name}\` (${says})`)
      .join(', ')}.`,
    '',
    `Ignored, because Kafka's own scripts set them: ${FOREIGN_VARIABLES.map((name) => `\`${name}\``).join(', ')}.`,
    '',
  ].join('\n');
}

interface PageSection {
  readonly title: string;
  readonly section: Section<unknown>;
  readonly readers: readonly string[];
}

/** Sections by the variables they hold: one that several processes share is shown once. */
function sectionsOf(schemas: readonly ConfigSchema[]): PageSection[] {
  const byFields = new Map<string, PageSection>();
  for (const schema of schemas) {
    for (const section of Object.values(schema.sections)) {
      const variables = Object.values(section.fields).map(
        ({ variable, fallback }) => `${variable}=${fallback ?? ''}`,
      );
      const key = `${section.title} ${variables.join()}`;
      const readers = [...(byFields.get(key)?.readers ?? []), schema.subject];
      byFields.set(key, { title: section.title, section, readers });
    }
  }
  return [...byFields.values()];
}

function renderSection({ title, section, readers }: PageSection): string[] {
  return [
    `## ${title} (${readers.join(', ')})`,
    '',
    '| variable | form | default | secret | |',
    '| --- | --- | --- | --- | --- |',
    ...Object.values(section.fields).map(renderField),
    '',
  ];
}

function renderField(field: Field<unknown>): string {
  const fallback = field.fallback === undefined ? '' : `\`${field.fallback}\``;
  const absent = field.required ? 'required' : '';
  return `| \`${field.variable}\` | ${cell(field.form)} | ${fallback === '' ? absent : fallback} | ${
    field.secret ? 'yes' : ''
  } | ${cell(field.doc)} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

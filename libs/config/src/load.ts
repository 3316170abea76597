/** Turns the environment into typed objects, or into the whole list of what is wrong with it. */
import { readFileSync } from 'node:fs';
import type { Field, Files } from './field.ts';
import { MASK, type Problem, problem, refuseProblems } from './problem.ts';
import type { Section } from './section.ts';
import { unknownVariables } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSchema<S extends Sections = Sections> {
  /** The process that is configured: `data-plane`. */
  readonly subject: string;
  readonly sections: S;
}

export type Sections = Readonly<Record<string, Section<unknown>>>;

export type ConfigOf<C extends ConfigSchema> = {
  readonly [K in keyof C['sections']]: C['sections'][K] extends Section<infer T> ? T : never;
};

/** A value in force and where it came from, fit to be shown: secrets are masked. */
export interface EffectiveValue {
  readonly variable: string;
  readonly value: string;
  readonly source: 'environment' | 'file' | 'default';
}

const DISK: Files = { read: (path) => readFileSync(path, 'utf8') };

/**
 * Reads every section of a schema. The only place of the mesh that looks at `process.env`.
 * @throws Fault CONFIG_INVALID whose `problems` list everything that is wrong, variables of ours that
 * nobody knows included
 */
export function loadConfig<C extends ConfigSchema>(
  schema: C,
  environment: Environment = process.env,
  files: Files = DISK,
): ConfigOf<C> {
  const problems: Problem[] = [...unknownVariables(environment)];
  const config: Record<string, unknown> = {};
  for (const [name, section] of Object.entries(schema.sections)) {
    config[name] = readSection(section, environment, files, problems);
  }
  refuseProblems(schema.subject, problems);
  return config as ConfigOf<C>;
}

/** Every variable of a schema that has a value, secrets masked, in the order of the schema. */
export function effectiveValues(
  schema: ConfigSchema,
  environment: Environment = process.env,
): readonly EffectiveValue[] {
  return Object.values(schema.sections).flatMap((section) =>
    Object.values(section.fields).flatMap((field) => effectiveValue(field, environment)),
  );
}

function effectiveValue(field: Field<unknown>, environment: Environment): EffectiveValue[] {
  const { variable } = field;
  const given = textOf(environment, variable);
  if (given !== undefined) {
    return [{ variable, value: shownValue(field, given), source: 'environment' }];
  }
  if (field.secret && textOf(environment, `${variable}_FILE`) !== undefined) {
    return [{ variable, value: MASK, source: 'file' }];
  }
  if (field.fallback === undefined) return [];
  return [{ variable, value: shownValue(field, field.fallback), source: 'default' }];
}

/** Returns undefined when the section has a problem; the problems say which. */
function readSection(
  section: Section<unknown>,
  environment: Environment,
  files: Files,
  problems: Problem[],
): unknown {
  const values: Record<string, unknown> = {};
  const faulty = new Set<string>();
  for (const [key, field] of Object.entries(section.fields)) {
    const found = readField(field, environment, files);
    if ('value' in found) values[key] = found.value;
    else {
      faulty.add(key);
      problems.push(found.problem);
    }
  }
  let sound = faulty.size === 0;
  for (const rule of section.rules) {
    if (rule.needs.some((key) => faulty.has(key))) continue;
    for (const { variable, rule: text } of rule.check(values)) {
      problems.push(problem(variable, text, shownByName(section, variable, environment)));
      sound = false;
    }
  }
  return sound ? section.build(values) : undefined;
}

function readField(
  field: Field<unknown>,
  environment: Environment,
  files: Files,
): { readonly value: unknown } | { readonly problem: Problem } {
  const given = givenText(field, environment, files);
  if ('problem' in given) return given;
  const text = given.text ?? field.fallback;
  if (text === undefined) {
    if (!field.required) return { value: undefined };
    return { problem: problem(field.variable, `required: ${field.form}`) };
  }
  const parsed = field.parse(text, files);
  if ('value' in parsed) return parsed;
  return { problem: problem(field.variable, parsed.rule, shownValue(field, text)) };
}

/** The text from the variable, or for a secret from the file that `NAME_FILE` names; never both. */
function givenText(
  field: Field<unknown>,
  environment: Environment,
  files: Files,
): { readonly text: string | undefined } | { readonly problem: Problem } {
  const text = textOf(environment, field.variable);
  const fileVariable = `${field.variable}_FILE`;
  const path = field.secret ? textOf(environment, fileVariable) : undefined;
  if (path === undefined) return { text };
  if (text !== undefined) {
    return { problem: problem(fileVariable, `not together with ${field.variable}`, path) };
  }
  try {
    const content = files.read(path).replace(/\r?\n$/, '');
    if (content !== '') return { text: content };
  } catch {
    // The problem below says all that a reader can act on; the path is in it.
  }
  return { problem: problem(fileVariable, 'the path of a readable, non-empty file', path) };
}

function textOf(environment: Environment, variable: string): string | undefined {
  const text = environment[variable];
  return text === undefined || text === '' ? undefined : text;
}

function shownByName(
  section: Section<unknown>,
  variable: string,
  environment: Environment,
): string | undefined {
  const field = Object.values(section.fields).find((candidate) => candidate.variable === variable);
  const text = textOf(environment, variable) ?? field?.fallback;
  return field === undefined || text === undefined ? undefined : shownValue(field, text);
}

function shownValue(field: Field<unknown>, text: string): string {
  if (field.display !== undefined) return field.display(text);
  return field.secret ? MASK : text;
}

import { parseDecimal } from '@tickmesh/kernel';
import type { ColumnDefinition, ItemType } from './definition.ts';
import { wholeText } from './definition-rules.ts';

export type ValueRule =
  'unknown' | 'nullable' | 'type' | 'enum' | 'min' | 'max' | 'max_length' | 'pattern';

/** A rule of its column that a value breaks. */
export interface ValueProblem {
  readonly field: string;
  readonly rule: ValueRule;
  /** What the rule asks for. */
  readonly expected: string;
  /** What was there; left out where the column is not for every eye. */
  readonly found?: unknown;
}

const PATTERNS = new Map<string, RegExp>();

/**
 * The rules that a value breaks, all of them; empty when it is sound. A value of the wrong type is told
 * so and nothing else. `undefined` counts as null.
 * @param field the name to report, with its prefix if it has one
 * @param isNullable overrules the definition, for entities that allow more
 */
export function valueProblems(
  field: string,
  definition: ColumnDefinition,
  value: unknown,
  isNullable: boolean = definition.nullable ?? false,
): ValueProblem[] {
  if (value === null || value === undefined) {
    return isNullable ? [] : [{ field, rule: 'nullable', expected: 'a value' }];
  }
  const isSecret = definition.sensitivity === 'pii' || definition.sensitivity === 'confidential';
  const problem = (rule: ValueRule, expected: string): ValueProblem =>
    isSecret ? { field, rule, expected } : { field, rule, expected, found: value };
  if (!hasType(definition, value)) return [problem('type', typeText(definition))];
  if (typeof value === 'string') return textProblems(definition, value, problem);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return boundProblems(definition, value, problem);
  }
  return [];
}

type ProblemOf = (rule: ValueRule, expected: string) => ValueProblem;

function textProblems(
  definition: ColumnDefinition,
  value: string,
  problem: ProblemOf,
): ValueProblem[] {
  const { enum: values, maxLength, pattern } = definition;
  const problems: ValueProblem[] = [];
  if (values !== undefined && !values.includes(value)) {
    problems.push(problem('enum', values.join(', ')));
  }
  // Code points: a character outside the basic plane counts once.
  if (maxLength !== undefined && [...value].length > maxLength) {
    problems.push(problem('max_length', `at most ${maxLength} characters`));
  }
  if (pattern !== undefined && !patternOf(pattern).test(value)) {
    problems.push(problem('pattern', pattern));
  }
  return problems;
}

function boundProblems(
  definition: ColumnDefinition,
  value: number | bigint,
  problem: ProblemOf,
): ValueProblem[] {
  const { minValue, maxValue } = definition;
  if (minValue !== undefined && value < inUnits(definition, minValue)) {
    return [problem('min', `at least ${minValue}`)];
  }
  if (maxValue !== undefined && value > inUnits(definition, maxValue)) {
    return [problem('max', `at most ${maxValue}`)];
  }
  return [];
}

/** A bound in the units of the values: those of a decimal are scaled integers. */
function inUnits(definition: ColumnDefinition, bound: number): number | bigint {
  return definition.type === 'decimal' ? parseDecimal(String(bound), definition.scale) : bound;
}

function hasType(definition: ColumnDefinition, value: unknown): boolean {
  switch (definition.type) {
    case 'string':
      return typeof value === 'string';
    case 'double':
      return Number.isFinite(value);
    case 'integer':
    case 'timestamp':
      return Number.isSafeInteger(value);
    case 'bigint':
    case 'decimal':
      return typeof value === 'bigint';
    case 'boolean':
      return typeof value === 'boolean';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'list':
      return Array.isArray(value) && value.every((item) => hasItemType(definition.items, item));
    case 'record':
      return isRecord(value);
  }
}

function hasItemType(type: ItemType | undefined, item: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(item);
  if (type === 'double') return Number.isFinite(item);
  return type === 'string' ? typeof item === 'string' : isRecord(item);
}

function typeText(definition: ColumnDefinition): string {
  const detail = definition.items ?? definition.scale;
  return detail === undefined ? definition.type : `${definition.type}(${detail})`;
}

function patternOf(source: string): RegExp {
  const known = PATTERNS.get(source);
  if (known !== undefined) return known;
  const pattern = wholeText(source);
  PATTERNS.set(source, pattern);
  return pattern;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

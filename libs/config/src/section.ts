import type { Fields, ValuesOf } from './field.ts';

/**
 * A fragment of a configuration: the fields, the rules between them, and the plain typed object that
 * they become. Services are put together from sections; a variable means the same in all of them.
 */
export interface Section<T> {
  readonly title: string;
  readonly fields: Fields;
  readonly rules: readonly SectionRule[];
  readonly build: (values: Readonly<Record<string, unknown>>) => T;
}

/** A rule that failed: the variable to look at, and what must hold. */
export interface RuleBreak {
  readonly variable: string;
  readonly rule: string;
}

interface SectionRule {
  /** Keys of the fields it reads; it is not asked when one of them has a problem of its own. */
  readonly needs: readonly string[];
  readonly check: (values: Readonly<Record<string, unknown>>) => readonly RuleBreak[];
}

export interface Rule<F extends Fields> {
  readonly needs: readonly (keyof F & string)[];
  readonly check: (values: ValuesOf<F>) => readonly RuleBreak[];
}

/** Types the three parts against each other; the untyped form is what the loader walks. */
export function section<F extends Fields, T>(parts: {
  readonly title: string;
  readonly fields: F;
  readonly rules?: readonly Rule<F>[];
  readonly build: (values: ValuesOf<F>) => T;
}): Section<T> {
  return {
    title: parts.title,
    fields: parts.fields,
    rules: (parts.rules ?? []) as readonly SectionRule[],
    build: parts.build as (values: Readonly<Record<string, unknown>>) => T,
  };
}

export const broken = (variable: string, rule: string): RuleBreak[] => [{ variable, rule }];
export const holds: readonly RuleBreak[] = [];

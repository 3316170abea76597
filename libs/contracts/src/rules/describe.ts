import type { RecordTypes } from '../gen/types.ts';
import type { FieldRule, RuleTable } from './rule.ts';
import { RULES } from './tables.ts';

/** The rules of a record in words, for reference pages. */
export interface RuleDescription {
  /** By field. */
  readonly fields: Readonly<Record<string, string>>;
  readonly together: readonly {
    readonly field: string;
    readonly rule: string;
    readonly writersOnly: boolean;
  }[];
}

export function describeRules(name: keyof RecordTypes): RuleDescription {
  const table = RULES[name].table as unknown as RuleTable;
  const rows = Object.entries<FieldRule<never>>(table.fields);
  return {
    fields: Object.fromEntries(rows.map(([field, { rule }]) => [field, rule])),
    together: table.together.map(({ field, rule, writersOnly }) => ({
      field,
      rule,
      writersOnly: writersOnly === true,
    })),
  };
}

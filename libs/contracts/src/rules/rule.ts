import type { RecordInputs } from '../gen/types.ts';

/** A rule that a value breaks. */
export interface Violation {
  /** Path from the record: `tick.bid`, `fills[1].price`. */
  readonly field: string;
  /** The rule as people read it. */
  readonly rule: string;
  /** What was found; undefined when the field is missing. */
  readonly value: unknown;
}

/** Producers obey every rule; consumers do not hold old or foreign records to rules about writing. */
export type Role = 'reader' | 'writer';

/** What one field must be. Total: a value of the wrong type breaks the rule and does not throw. */
export interface FieldRule<in Value> {
  /** As people read it: `> 0`. */
  readonly rule: string;
  readonly optional: boolean;
  /** As keywords of JSON Schema, where it has them. */
  readonly keywords: Readonly<Record<string, unknown>>;
  /** For values without parts. */
  readonly holds: ((value: Value) => boolean) | null;
  /** For records and arrays: adds what breaks inside. */
  readonly inspect: ((value: Value, role: Role, found: Violation[]) => void) | null;
}

/** What several fields must be together. Asked only when each field by itself is sound. */
export interface CrossRule<in Value> {
  /** The field to blame. */
  readonly field: string;
  readonly rule: string;
  readonly holds: (value: Value) => boolean;
  /** Set for rules that bind producers only. */
  readonly writersOnly?: true;
}

type RuledName = keyof RecordInputs;

/** All rules of a record. The compiler asks for every field, so that none is forgotten. */
export interface RuleTable<Name extends RuledName = RuledName> {
  readonly name: Name;
  readonly fields: {
    readonly [Field in keyof RecordInputs[Name]]-?: FieldRule<RecordInputs[Name][Field]>;
  };
  readonly together: readonly CrossRule<RecordInputs[Name]>[];
}

export function ruleTable<Name extends RuledName>(
  name: Name,
  fields: RuleTable<Name>['fields'],
  together: RuleTable<Name>['together'] = [],
): RecordRule<Name> {
  return new RecordRule({ name, fields, together });
}

/** A table made ready to run, and the rule of a field that holds such a record. */
export class RecordRule<Name extends RuledName> implements FieldRule<RecordInputs[Name]> {
  readonly optional = false;
  readonly keywords = {};
  readonly holds = null;
  readonly rule: string;
  readonly table: RuleTable<Name>;
  readonly #fields: readonly { readonly name: string; readonly rule: FieldRule<unknown> }[];

  constructor(table: RuleTable<Name>) {
    this.table = table;
    this.rule = table.name;
    const rows = Object.entries(table.fields) as [string, FieldRule<unknown>][];
    this.#fields = rows.map(([name, rule]) => ({ name, rule }));
  }

  readonly inspect = (value: RecordInputs[Name], role: Role, found: Violation[]): void => {
    const given: unknown = value;
    if (typeof given !== 'object' || given === null) {
      found.push({ field: '', rule: `a ${this.rule}`, value });
      return;
    }
    const before = found.length;
    const record = given as Readonly<Record<string, unknown>>;
    for (const { name, rule } of this.#fields) inspectField(name, rule, record[name], role, found);
    if (found.length > before) return;
    for (const { field, rule, holds, writersOnly } of this.table.together) {
      if (writersOnly === true && role === 'reader') continue;
      if (!holds(value)) found.push({ field, rule, value: record[field] });
    }
  };
}

function inspectField(
  name: string,
  rule: FieldRule<unknown>,
  value: unknown,
  role: Role,
  found: Violation[],
): void {
  if (value === undefined || value === null) {
    if (!rule.optional) found.push({ field: name, rule: 'required', value });
  } else if (rule.holds !== null) {
    if (!rule.holds(value)) found.push({ field: name, rule: rule.rule, value });
  } else if (rule.inspect !== null) {
    const before = found.length;
    rule.inspect(value, role, found);
    if (found.length > before) prefix(found, before, name);
  }
}

/** What was found from `start` on lies inside `name`. */
function prefix(found: Violation[], start: number, name: string): void {
  for (let i = start; i < found.length; i += 1) {
    const { field, rule, value } = found[i] as Violation;
    const joint = field === '' || field.startsWith('[') ? '' : '.';
    found[i] = { field: `${name}${joint}${field}`, rule, value };
  }
}

function leaf<Value>(
  rule: string,
  holds: (value: Value) => boolean,
  keywords: FieldRule<Value>['keywords'] = {},
): FieldRule<Value> {
  return { rule, optional: false, keywords, holds, inspect: null };
}

/** The field may be missing; when it is there, the rule holds. */
export function optional<Value>(rule: FieldRule<Value>): FieldRule<Value | null | undefined> {
  return { ...rule, inspect: rule.inspect, optional: true } as FieldRule<Value | null | undefined>;
}

export const finite = leaf<number>('a finite number', Number.isFinite);
export const positive = leaf<number>('> 0', (value) => Number.isFinite(value) && value > 0, {
  exclusiveMinimum: 0,
});
export const notNegative = leaf<number>('>= 0', (value) => Number.isFinite(value) && value >= 0, {
  minimum: 0,
});

export function atLeast(least: number): FieldRule<number> {
  return leaf(`>= ${least}`, (value) => Number.isFinite(value) && value >= least, {
    minimum: least,
  });
}

export function within(least: number, most: number): FieldRule<number> {
  return leaf(
    `${least} to ${most}`,
    (value) => Number.isFinite(value) && value >= least && value <= most,
    { minimum: least, maximum: most },
  );
}

export const whole = leaf<number>('a whole number', Number.isSafeInteger);

export function wholeFrom(least: number): FieldRule<number> {
  return leaf(
    `a whole number >= ${least}`,
    (value) => Number.isSafeInteger(value) && value >= least,
    { minimum: least },
  );
}

/** Microseconds; beyond 2255 a double does not hold them. */
export const time = leaf<number>(
  'a time from 1970 to 2255',
  (value) => Number.isSafeInteger(value) && value >= 0,
);

export const nanoseconds = leaf<bigint>(
  'nanoseconds >= 0',
  (value) => typeof value === 'bigint' && value >= 0n,
  { minimum: 0 },
);

export const decimalPositive = leaf<bigint>(
  '> 0',
  (value) => typeof value === 'bigint' && value > 0n,
  { exclusiveMinimum: 0 },
);
export const decimalNotNegative = leaf<bigint>(
  '>= 0',
  (value) => typeof value === 'bigint' && value >= 0n,
  { minimum: 0 },
);

export const flag = leaf<boolean>('true or false', (value) => typeof value === 'boolean');
export const bytes = leaf<Uint8Array>('bytes', (value) => value instanceof Uint8Array);

/** @param least 0 allows the empty text */
export function text(least: number, most: number): FieldRule<string> {
  return leaf(
    `text of ${least} to ${most} characters`,
    (value) => typeof value === 'string' && value.length >= least && value.length <= most,
    { minLength: least, maxLength: most },
  );
}

/** @param pattern anchored at both ends, without flags: `$` then lets no line end through */
export function matches(pattern: RegExp): FieldRule<string> {
  return leaf(pattern.source, (value) => typeof value === 'string' && pattern.test(value), {
    pattern: pattern.source,
  });
}

/** One of the words. */
export function oneOf<Word extends string>(words: readonly Word[]): FieldRule<Word> {
  const known: ReadonlySet<unknown> = new Set(words);
  return leaf(words.join(' '), (value) => known.has(value), { enum: words });
}

/** A symbol of an enum that messages may carry: the first stands for symbols of newer schemas only. */
export function symbolOf<Symbol extends string>(
  symbols: readonly [Symbol, ...Symbol[]],
): FieldRule<Symbol> {
  return oneOf(symbols.slice(1));
}

/** Every item of an array. */
export function each<Value>(item: FieldRule<Value>): FieldRule<readonly Value[]> {
  const inspect = (value: readonly Value[], role: Role, found: Violation[]): void => {
    if (!Array.isArray(value)) {
      found.push({ field: '', rule: 'a list', value });
      return;
    }
    for (const [i, entry] of value.entries()) {
      inspectField(`[${i}]`, item as FieldRule<unknown>, entry, role, found);
    }
  };
  return {
    rule: `each ${item.rule}`,
    optional: false,
    keywords: { items: item.keywords },
    holds: null,
    inspect,
  };
}

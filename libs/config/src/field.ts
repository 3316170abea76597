import { MASK } from './problem.ts';

/**
 * A field of the configuration: the variable that sets it, its type, its default, and one line that
 * says what it is for. Units stand in the names. An empty variable counts as unset, because compose
 * files and shells cannot tell the two apart.
 */
export interface Field<T> {
  readonly variable: string;
  readonly doc: string;
  /** The accepted form, for people: `an integer from 1 to 65535`. */
  readonly form: string;
  /** A secret is masked wherever it is shown, and may come from the file named by `NAME_FILE`. */
  readonly secret: boolean;
  /** The value when the variable is unset, as text; undefined when the field is required or optional. */
  readonly fallback: string | undefined;
  readonly required: boolean;
  readonly parse: (text: string, files: Files) => Parsed<T>;
  /** How an effective value is shown, when it is neither plain nor wholly secret. */
  readonly display?: (text: string) => string;
}

/** Reads a file named by a variable. An argument, so that a schema can be tested without a disk. */
export interface Files {
  /** Returns the text, or throws what the file system throws. */
  read(path: string): string;
}

export type Parsed<T> = { readonly value: T } | { readonly rule: string };

/** `fallback` makes a default, `optional` an absent value; with neither the field is required. */
interface FieldOptions {
  readonly variable: string;
  readonly doc: string;
  readonly fallback?: string;
  readonly secret?: boolean;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

export type ValuesOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** The same field, absent when unset. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, required: false, fallback: undefined };
}

export function text(options: FieldOptions, pattern?: RegExp, form = 'a text'): Field<string> {
  return field(options, form, (value) =>
    pattern === undefined || pattern.test(value) ? { value } : { rule: form },
  );
}

export function integer(
  options: FieldOptions,
  bounds: { readonly min: number; readonly max: number },
): Field<number> {
  const form = `an integer from ${bounds.min} to ${bounds.max}`;
  return field(options, form, (value) => {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= bounds.min && number <= bounds.max ? { value: number } : { rule: form };
  });
}

export function port(options: FieldOptions): Field<number> {
  return integer(options, { min: 1, max: 65_535 });
}

/** A finite decimal number in [min, max]. */
export function number(
  options: FieldOptions,
  bounds: { readonly min: number; readonly max: number },
): Field<number> {
  const form = `a number from ${bounds.min} to ${bounds.max}`;
  return field(options, form, (value) => {
    const parsed = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    return parsed >= bounds.min && parsed <= bounds.max ? { value: parsed } : { rule: form };
  });
}

export function boolean(options: FieldOptions): Field<boolean> {
  const form = 'true or false';
  return field(options, form, (value) => {
    const lower = value.toLowerCase();
    if (lower === 'true' || lower === 'false') return { value: lower === 'true' };
    return { rule: form };
  });
}

export function oneOf<const C extends readonly string[]>(
  options: FieldOptions,
  choices: C,
): Field<C[number]> {
  const form = choices.length === 1 ? choices.join() : `one of ${choices.join(', ')}`;
  return field(options, form, (value) =>
    choices.includes(value) ? { value: value } : { rule: form },
  );
}

/** Comma-separated, blanks around items dropped, at least one item. */
export function list(
  options: FieldOptions,
  item: RegExp,
  itemForm: string,
): Field<readonly string[]> {
  const form = `${itemForm}, several separated by commas`;
  return field(options, form, (value) => {
    const items = value.split(',').map((part) => part.trim());
    return items.every((part) => item.test(part)) ? { value: items } : { rule: form };
  });
}

/** `name=value` pairs separated by commas. */
export function pairs(options: FieldOptions): Field<Readonly<Record<string, string>>> {
  const form = 'name=value pairs separated by commas';
  return field(options, form, (value) => {
    const entries = value.split(',').map((part) => part.trim().split(/=(.*)/s).slice(0, 2));
    const sound = entries.every(([name, held]) => name !== '' && held !== undefined && held !== '');
    return sound
      ? { value: Object.fromEntries(entries) as Record<string, string> }
      : { rule: form };
  });
}

/**
 * An absolute URL of one of the schemes. One that is a secret may hold credentials, which are masked when it is shown;
 * any other may not.
 */
export function url(options: FieldOptions, schemes: readonly string[]): Field<string> {
  const schemeForms = schemes.map((scheme) => `${scheme}://...`).join(' or ');
  const isSecret = options.secret === true;
  const form = isSecret ? `a URL (${schemeForms})` : `a URL (${schemeForms}) without credentials`;
  const parse = (value: string): Parsed<string> => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    const sound = parsed !== undefined && schemes.includes(parsed.protocol.slice(0, -1));
    return sound && (isSecret || !hasCredentials(parsed)) ? { value } : { rule: form };
  };
  return { ...field(options, form, parse), display: maskUrlSecrets };
}

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

/** The text of the file that the variable names: certificates and keys. */
export function fileText(options: FieldOptions): Field<string> {
  const form = 'the path of a readable, non-empty file';
  const parse = (path: string, files: Files): Parsed<string> => {
    try {
      const content = files.read(path);
      return content.trim() === '' ? { rule: form } : { value: content };
    } catch {
      return { rule: form };
    }
  };
  return { ...field(options, form, parse), display: maskPem };
}

/** Who mistakes the variable puts the key itself where its path belongs. */
function maskPem(path: string): string {
  return path.includes('-----BEGIN') || path.includes('\n') ? MASK : path;
}

/**
 * A URL without its password and without the values of its query, where passwords may stand too. What is no URL shows
 * nothing: a password with a slash, left as it is, makes one.
 */
export function maskUrlSecrets(value: string): string {
  if (!URL.canParse(value)) return MASK;
  return value
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*?:)[^/?#]*@/i, `$1${MASK}@`)
    .replace(/([?&][^=&#]*=)[^&#]*/g, `$1${MASK}`);
}

function field<T>(
  options: FieldOptions,
  form: string,
  parse: (text: string, files: Files) => Parsed<T>,
): Field<T> {
  return {
    variable: options.variable,
    doc: options.doc,
    form,
    secret: options.secret ?? false,
    fallback: options.fallback,
    required: options.fallback === undefined,
    parse,
  };
}

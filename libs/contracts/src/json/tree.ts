import { Fault } from '@tickmesh/kernel';

/** A number as it was written: its digits are worth more than the double that they make. */
export class JsonNumber {
  readonly text: string;
  /** False for a double that may have lost digits before it came here. */
  readonly exact: boolean;

  constructor(text: string, exact = true) {
    this.text = text;
    this.exact = exact;
  }
}

/** JSON read without loss. Objects are maps, so that no key has powers (`__proto__`). */
export type JsonTree = null | boolean | string | JsonNumber | readonly JsonTree[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonTree>;

/** Deeper than any contract by far, shallower than any stack. */
export const JSON_DEPTH_MAX = 32;
/** The largest record that a topic takes. */
export const JSON_CHARACTERS_MAX = 4 * 1024 * 1024;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads JSON text (RFC 8259), stricter than JSON.parse: a key may stand once, depth and size are
 * bounded, and numbers keep their source text.
 * @throws Fault MSG_UNREADABLE naming the place
 */
export function parseJson(text: string): JsonTree {
  if (text.length > JSON_CHARACTERS_MAX) {
    throw new Fault('MSG_TOO_LARGE', { characters: text.length, most: JSON_CHARACTERS_MAX });
  }
  const parser = new Parser(text);
  const tree = parser.value(0);
  parser.end();
  return tree;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonTree {
    if (depth > JSON_DEPTH_MAX) throw this.#refused(`nested deeper than ${JSON_DEPTH_MAX}`);
    this.#take(SPACE);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#take(SPACE);
    if (this.#at < this.#text.length) throw this.#refused('text after the value');
  }

  #object(depth: number): JsonObject {
    const object = new Map<string, JsonTree>();
    this.#at += 1;
    if (this.#next('}')) return object;
    do {
      this.#take(SPACE);
      if (this.#text[this.#at] !== '"') throw this.#refused('a key is a text in double quotes');
      const key = this.#string();
      if (object.has(key)) throw this.#refused(`the key ${JSON.stringify(key)} stands twice`);
      if (!this.#next(':')) throw this.#refused('a colon is missing');
      object.set(key, this.value(depth + 1));
    } while (this.#next(','));
    if (!this.#next('}')) throw this.#refused('a comma or closing brace is missing');
    return object;
  }

  #array(depth: number): JsonTree[] {
    const items: JsonTree[] = [];
    this.#at += 1;
    if (this.#next(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#next(','));
    if (!this.#next(']')) throw this.#refused('a comma or closing bracket is missing');
    return items;
  }

  #string(): string {
    this.#at += 1;
    let text = this.#take(PLAIN_TEXT);
    while (this.#text[this.#at] === '\\') {
      text += this.#escape();
      text += this.#take(PLAIN_TEXT);
    }
    if (this.#text[this.#at] !== '"') throw this.#refused('a text ends too early');
    this.#at += 1;
    return text;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter !== 'u') {
      const meaning = ESCAPES[letter];
      if (meaning === undefined) throw this.#refused('an unknown escape');
      this.#at += 2;
      return meaning;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#refused('an unknown escape');
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): JsonNumber {
    const text = this.#take(NUMBER);
    if (text === '') throw this.#refused('no value of JSON starts here');
    return new JsonNumber(text);
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#refused('no value of JSON starts here');
    this.#at += word.length;
    return value;
  }

  /** Steps over `mark` if it comes next, spaces aside. */
  #next(mark: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += taken.length;
    return taken;
  }

  #refused(reason: string): Fault {
    return new Fault('MSG_UNREADABLE', { reason: `JSON: ${reason}`, position: this.#at });
  }
}

/**
 * The tree of a value that something else has parsed. Its doubles are taken by their shortest text;
 * those of more than 15 digits may have lost some by then, and are refused where an exact value is due.
 * @throws Fault MSG_UNREADABLE for what JSON cannot hold
 */
export function treeOf(value: unknown, depth = 0): JsonTree {
  if (depth > JSON_DEPTH_MAX) {
    throw new Fault('MSG_UNREADABLE', { reason: `JSON: nested deeper than ${JSON_DEPTH_MAX}` });
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      return new JsonNumber(String(value));
    case 'number':
      return new JsonNumber(String(value), Number.isSafeInteger(value) || hasFewDigits(value));
    case 'object': {
      if (value === null || value instanceof JsonNumber) return value;
      if (Array.isArray(value)) return value.map((item: unknown) => treeOf(item, depth + 1));
      const entries = value instanceof Map ? [...value] : Object.entries(value);
      return new Map(
        entries
          .filter(([, inner]) => inner !== undefined)
          .map(([key, inner]): [string, JsonTree] => [String(key), treeOf(inner, depth + 1)]),
      );
    }
    default:
      throw new Fault('MSG_UNREADABLE', { reason: `JSON: a ${typeof value} has no form` });
  }
}

/** A decimal of up to 15 digits survives the way through a double; a longer one may not have. */
function hasFewDigits(value: number): boolean {
  return Number(value.toPrecision(15)) === value;
}

export function isJsonObject(tree: JsonTree): tree is JsonObject {
  return tree instanceof Map;
}

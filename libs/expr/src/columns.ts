/**
 * Columns that kernels read and write. A null number is NaN, which arithmetic carries along for
 * nothing, so no bitmap is tested in the loop; a null boolean is 2; a null string has the code -1.
 */

/** Numbers, timestamps or durations (microseconds). Null is NaN; an infinite value is read as null. */
export interface NumberColumn {
  readonly type: 'number' | 'timestamp' | 'duration';
  readonly values: Float64Array;
}

export const NULL_BOOLEAN = 2;

/** 0, 1, or 2 for null. */
export interface BooleanColumn {
  readonly type: 'boolean';
  readonly values: Uint8Array;
}

export const NULL_CODE = -1;

/** Codes into a dictionary; -1 for null. */
export interface StringColumn {
  readonly type: 'string';
  readonly codes: Int32Array;
  readonly dictionary: Dictionary;
}

export type Column = NumberColumn | BooleanColumn | StringColumn;

/** The distinct texts of a column. It only grows: a code keeps its text for ever. */
export interface Dictionary {
  readonly size: number;
  /** @param code from 0 to size - 1 */
  textOf(code: number): string;
  /** The code of a text; undefined when the dictionary does not have it. */
  codeOf(text: string): number | undefined;
  /** The code of a text, which is added when it is new. */
  intern(text: string): number;
}

/** A dictionary over an array and a map. */
export class TextDictionary implements Dictionary {
  readonly #texts: string[] = [];
  readonly #codes = new Map<string, number>();

  constructor(texts: Iterable<string> = []) {
    for (const text of texts) this.intern(text);
  }

  get size(): number {
    return this.#texts.length;
  }

  textOf(code: number): string {
    const text = this.#texts[code];
    if (text === undefined) throw new RangeError(`The dictionary has no code ${code}`);
    return text;
  }

  codeOf(text: string): number | undefined {
    return this.#codes.get(text);
  }

  intern(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.push(text) - 1;
    this.#codes.set(text, code);
    return code;
  }
}

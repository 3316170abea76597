/**
 * Shapes of YAML documents: what a node must be, and the typed value it becomes. Every problem carries
 * the place it was found at. Unknown keys are refused, because a misspelt one would leave a default in
 * force; aliases are refused, because they let a small file become a huge value.
 */
import { isFault, parseDecimal } from '@tickmesh/kernel';
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { RuleBreak } from './section.ts';

export interface Shape<T> {
  /** The accepted form, for people. */
  readonly form: string;
  /** Whether a key of this shape may be left out. */
  readonly optional: boolean;
  /** The value, or undefined after at least one `place.refuse`. */
  readonly read: (place: Place) => T | undefined;
  /** The value when the key is left out. */
  readonly absent?: T;
}

/** A node of the document and where it stands. */
export interface Place {
  readonly node: Node | null;
  /** `strategies[0].window`; empty at the root. */
  readonly path: string;
  refuse(rule: string, found?: string): void;
  /** The place of a child; `node` is where its problems point at. */
  child(step: string | number, node: Node | null): Place;
}

type ShapeFields = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<F extends ShapeFields> = {
  readonly [K in keyof F]: F[K] extends Shape<infer T> ? T : never;
};

export function stringShape(pattern?: RegExp, form = 'a text'): Shape<string> {
  return scalarShape(form, (value) =>
    typeof value === 'string' && value !== '' && (pattern === undefined || pattern.test(value))
      ? value
      : undefined,
  );
}

export function numberShape(bounds: {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}): Shape<number> {
  const noun = bounds.integer === true ? 'an integer' : 'a number';
  return scalarShape(`${noun} from ${bounds.min} to ${bounds.max}`, (value) => {
    if (typeof value !== 'number' || !(value >= bounds.min && value <= bounds.max))
      return undefined;
    return bounds.integer === true && !Number.isInteger(value) ? undefined : value;
  });
}

/** An exact decimal, read from its source text: units of 10^-scale. */
export function decimalShape(scale: number): Shape<bigint> {
  return scalarShape(`a decimal with at most ${scale} digits after the point`, (value, source) => {
    if (typeof value !== 'number' && typeof value !== 'string') return undefined;
    try {
      return parseDecimal(source, scale);
    } catch (thrown) {
      if (isFault(thrown)) return undefined;
      throw thrown;
    }
  });
}

export const booleanShape: Shape<boolean> = scalarShape('true or false', (value) =>
  typeof value === 'boolean' ? value : undefined,
);

export function choiceShape<const C extends readonly string[]>(choices: C): Shape<C[number]> {
  return scalarShape(`one of ${choices.join(', ')}`, (value) =>
    typeof value === 'string' && choices.includes(value) ? (value as C[number]) : undefined,
  );
}

export function listShape<T>(
  item: Shape<T>,
  bounds: { readonly min: number; readonly max: number } = { min: 0, max: 10_000 },
): Shape<readonly T[]> {
  const form = `a list of ${bounds.min} to ${bounds.max}`;
  return shape(form, (place) => {
    if (!isSeq(place.node)) return refused(place, form);
    const { items } = place.node;
    if (items.length < bounds.min || items.length > bounds.max) {
      return refused(place, form, `${items.length} items`);
    }
    const values = items.map((node, index) => item.read(place.child(index, node as Node | null)));
    return values.includes(undefined) ? undefined : (values as T[]);
  });
}

/** A map from names to values of one shape; the names keep the order of the file. */
export function mapShape<T>(
  name: RegExp,
  nameForm: string,
  item: Shape<T>,
): Shape<ReadonlyMap<string, T>> {
  const form = `a map from ${nameForm} to ${item.form}`;
  return shape(form, (place) => {
    if (!isMap(place.node)) return refused(place, form);
    const out = new Map<string, T>();
    let sound = true;
    for (const [key, keyPlace, valuePlace] of pairsOf(place, place.node)) {
      if (!name.test(key)) keyPlace.refuse(nameForm, key);
      const value = item.read(valuePlace);
      if (value === undefined || !name.test(key)) sound = false;
      else out.set(key, value);
    }
    return sound ? out : undefined;
  });
}

export function objectShape<F extends ShapeFields>(fields: F): Shape<ObjectOf<F>> {
  const form = `an object with ${Object.keys(fields).join(', ')}`;
  return shape(form, (place) => {
    if (!isMap(place.node)) return refused(place, form);
    const out: Record<string, unknown> = {};
    const seen = new Set<string>();
    let sound = true;
    for (const [key, keyPlace, valuePlace] of pairsOf(place, place.node)) {
      seen.add(key);
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined)
        keyPlace.refuse(`no such key; known: ${Object.keys(fields).join(', ')}`);
      const value = field?.read(valuePlace);
      if (value === undefined) sound = false;
      else out[key] = value;
    }
    for (const [key, field] of Object.entries(fields)) {
      if (seen.has(key)) continue;
      if (field.optional) out[key] = field.absent;
      else {
        place.child(key, place.node).refuse(`required: ${field.form}`);
        sound = false;
      }
    }
    return sound ? (out as ObjectOf<F>) : undefined;
  });
}

/** The same shape under a key that may be left out. */
export function optionalShape<T>(inner: Shape<T>): Shape<T | undefined>;
export function optionalShape<T>(inner: Shape<T>, absent: T): Shape<T>;
export function optionalShape<T>(inner: Shape<T>, absent?: T): Shape<T | undefined> {
  return { ...inner, optional: true, ...(absent === undefined ? {} : { absent }) };
}

/** Adds a rule between the fields of an object: breaks name a key, or '' for the whole. */
export function refinedShape<T>(
  inner: Shape<T>,
  check: (value: T) => readonly RuleBreak[],
): Shape<T> {
  return {
    ...inner,
    read: (place) => {
      const value = inner.read(place);
      if (value === undefined) return undefined;
      const breaks = check(value);
      for (const { variable, rule } of breaks) {
        const node = isMap(place.node)
          ? (place.node.get(variable, true) ?? place.node)
          : place.node;
        (variable === '' ? place : place.child(variable, node)).refuse(rule);
      }
      return breaks.length === 0 ? value : undefined;
    },
  };
}

function scalarShape<T>(
  form: string,
  convert: (value: unknown, source: string) => T | undefined,
): Shape<T> {
  return shape(form, (place) => {
    if (!isScalar(place.node)) return refused(place, form);
    const source = place.node.source ?? String(place.node.value);
    return convert(place.node.value, source) ?? refused(place, form, source);
  });
}

function shape<T>(form: string, read: (place: Place) => T | undefined): Shape<T> {
  return {
    form,
    optional: false,
    read: (place) =>
      isAlias(place.node) ? refused(place, 'written out: no aliases') : read(place),
  };
}

function refused(place: Place, rule: string, found?: string): undefined {
  place.refuse(rule, found);
}

/** Key, place of the key, place of the value. */
function* pairsOf(place: Place, map: YAMLMap): Generator<[string, Place, Place]> {
  for (const pair of map.items) {
    const keyNode = pair.key as Node | null;
    const key = isScalar(keyNode) ? String(keyNode.value) : '?';
    yield [
      key,
      place.child(key, keyNode),
      place.child(key, (pair.value ?? keyNode) as Node | null),
    ];
  }
}

/** A problem of a check that knows paths and not lines. */
export interface PathProblem {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly found: unknown;
}

/** A document that a check of its own reads whole; its problems are placed by their paths. */
export function checkedShape<T>(
  form: string,
  check: (
    value: unknown,
  ) =>
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problems: readonly PathProblem[] },
): Shape<T> {
  return {
    form,
    optional: false,
    read: (root) => {
      const checked = check(plainValue(root.node));
      if (checked.ok) return checked.value;
      for (const { path, expected, found } of checked.problems) {
        placeAt(root, path).refuse(expected, JSON.stringify(found));
      }
      return undefined;
    },
  };
}

/** The place of a path, or of as much of it as the document has. */
function placeAt(root: Place, path: PathProblem['path']): Place {
  let at = root;
  for (const step of path) {
    const { node } = at;
    const child: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    at = at.child(step, isScalar(child) || isMap(child) || isSeq(child) ? child : null);
  }
  return at;
}

/** Maps, lists and scalars; an alias is no value, since it may stand for a huge one. */
function plainValue(node: Node | null): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plainValue(item as Node | null));
  if (!isMap(node)) return undefined;
  return Object.fromEntries(
    node.items.map(({ key, value }) => [
      isScalar(key) ? String(key.value) : '',
      plainValue(value as Node | null),
    ]),
  );
}

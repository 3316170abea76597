/** Random trees and rows over every function of the table, for the property tests. */
import fc from 'fast-check';
import { functionNamed, FUNCTIONS } from './functions/table.ts';
import type { FunctionDefinition } from './functions/definition.ts';
import { callNode, constant, fieldNode, type Node } from './node.ts';
import { maskOf, slotAt, type Signature, type Slot } from './signature.ts';
import { VALUE_TYPES, type Row, type Value, type ValueType } from './types.ts';

/** Fields of each type. */
export const FIELDS = {
  number: ['a', 'b', 'c'],
  string: ['s', 't'],
  boolean: ['p', 'q'],
  timestamp: ['at', 'since'],
  duration: ['d'],
} as const satisfies Record<ValueType, readonly string[]>;

export const SCHEMA = Object.fromEntries(
  VALUE_TYPES.flatMap((type) => FIELDS[type].map((name) => [name, type] as const)),
);

/** The time of every random evaluation. */
export const NOW = 1_772_373_839_123_456;

/**
 * Functions whose last digit depends on the mathematics library: their results are compared within a
 * tolerance, so they may only stand at the root.
 */
export const INEXACT: ReadonlySet<string> = new Set([
  'power',
  'log',
  'exp',
  'normpdf',
  'normcdf',
  ...FUNCTIONS.map((row) => row.name).filter((name) => name.startsWith('bs_')),
]);

const EDGES = [
  0,
  -0,
  1,
  -1,
  2,
  3,
  -7,
  0.1,
  0.2,
  0.3,
  0.5,
  1.5,
  2.5,
  -2.5,
  3.5,
  1e-7,
  1e22,
  2 ** 53,
  -(2 ** 53) + 1,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  2.2250738585072014e-308,
  1e300,
  -1e300,
  1e-300,
  1.3407807929942597e154,
  1e154,
  4503599627370497.5,
  0.49999999999999994,
] as const;

export const numberValue = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -100, max: 100 }) },
  { weight: 3, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

/** Includes signs of patterns, quotes, other planes, case mappings that grow, and number-like texts. */
const PIECES = [
  'a',
  'b',
  'B',
  'AB',
  'é',
  'ß',
  'ﬁ',
  '\u{1f600}',
  '\uffee',
  '%',
  '_',
  '\\',
  "'",
  '"',
  ' ',
  '\t',
  '\n',
  '$1',
  ';--',
  '1',
  '-',
  '.',
  'e',
  '5',
  'true',
  'false',
  'CALL',
  'PUT',
  '2026-03-01T14:03:59.5Z',
  '1e999',
  '0x10',
] as const;

export const textValue = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((pieces) => pieces.join('')),
  fc.constantFrom(
    'CALL',
    'PUT',
    'true',
    'false',
    '1.50',
    '-0',
    '.5e-3',
    '',
    '2026-02-29T00:00:00Z',
    '1700-01-01T00:00:00+05:30',
  ),
);

const timestampValue = fc.oneof(
  fc.integer({ min: -1e15, max: 3e15 }),
  fc.constantFrom(0, 1, -1, 999_999, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, NOW),
);

const durationValue = fc.oneof(
  fc.integer({ min: -1e12, max: 1e12 }),
  fc.constantFrom(0, 1, 60_000_000, 3_600_000_000, Number.MAX_SAFE_INTEGER),
);

const VALUES: Readonly<Record<ValueType, fc.Arbitrary<Value>>> = {
  number: numberValue,
  string: textValue,
  boolean: fc.boolean(),
  timestamp: timestampValue,
  duration: durationValue,
};

/** A row with nulls and missing fields. */
export const randomRow: fc.Arbitrary<Row> = fc
  .tuple(
    ...VALUE_TYPES.flatMap((type) =>
      FIELDS[type].map((name) =>
        fc
          .oneof(
            { weight: 6, arbitrary: VALUES[type] },
            { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
          )
          .map((value) => [name, value] as const),
      ),
    ),
  )
  .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)));

function leaf(type: ValueType): fc.Arbitrary<Node> {
  const unit = type === 'timestamp' || type === 'duration' ? type : undefined;
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...FIELDS[type]).map(fieldNode) },
    { weight: 3, arbitrary: VALUES[type].map((value) => constant(value, unit)) },
    { weight: 1, arbitrary: fc.constant(constant(null)) },
  );
}

interface Choice {
  readonly row: FunctionDefinition;
  readonly signature: Signature;
  readonly same: ValueType;
}

/** Every way in which a function gives the type. */
function choicesOf(type: ValueType, allowed: (name: string) => boolean): readonly Choice[] {
  return FUNCTIONS.filter((row) => allowed(row.name)).flatMap((row) =>
    row.signatures.flatMap((signature) => {
      const types = VALUE_TYPES.filter((same) => (maskOf(same) & signature.same) !== 0);
      return types
        .filter((same) => resultOf(signature.result, same) === type)
        .map((same) => ({ row, signature, same }));
    }),
  );
}

function resultOf(slot: Slot, same: ValueType): ValueType {
  return slot === 'same' ? same : (VALUE_TYPES.find((type) => maskOf(type) === slot.only) ?? same);
}

const exactTrees = new Map<string, fc.Arbitrary<Node>>();

/** A tree of the type without inexact functions, at most `depth` calls deep. */
export function exactTree(type: ValueType, depth: number): fc.Arbitrary<Node> {
  const key = `${type} ${depth}`;
  const known = exactTrees.get(key);
  if (known !== undefined) return known;
  const calls = choicesOf(type, (name) => !INEXACT.has(name)).map((choice) =>
    callOf(choice, depth - 1),
  );
  const made =
    depth === 0
      ? leaf(type)
      : fc.oneof(
          { weight: 1, arbitrary: leaf(type) },
          { weight: 4, arbitrary: fc.oneof(...calls) },
        );
  exactTrees.set(key, made);
  return made;
}

/** An inexact function over exact trees. */
export function inexactCall(depth: number): fc.Arbitrary<Node> {
  const calls = choicesOf('number', (name) => INEXACT.has(name)).map((choice) =>
    callOf(choice, depth),
  );
  return fc.oneof(...calls);
}

function callOf({ row, signature, same }: Choice, depth: number): fc.Arbitrary<Node> {
  const counts = signature.rest === undefined ? fc.constant(0) : fc.integer({ min: 0, max: 2 });
  return counts.chain((extra) => {
    const count = signature.parameters.length + extra;
    const args = Array.from({ length: count }, (_, i) => {
      if (row.name === 'round' && i === 1)
        return fc.integer({ min: 0, max: 6 }).map((digits): Node => constant(digits));
      if (row.name === 'like' && i === 1) return likePatternNode;
      return exactTree(resultOf(slotAt(signature, i), same), depth);
    });
    return fc.tuple(...args).map((nodes) => callNode(functionNamed(row.name).name, nodes));
  });
}

const likePatternNode: fc.Arbitrary<Node> = textValue
  .map((text) => text.replace(/\\+$/, ''))
  .map((text) => constant(text));

import { describe, expect, it } from '@jest/globals';
import { avroTypeOf } from './codec/avro-types.ts';
import { RECORD_NAMES, codecOf } from './codec/codec.ts';
import { readerFor } from './codec/foreign.ts';
import { SCHEMAS } from './gen/schemas.ts';
import type { RecordName } from './gen/types.ts';
import { fromJson } from './json/from-json.ts';
import { toJson } from './json/to-json.ts';
import { type FrozenVersion, frozenVersions } from './testing/golden-records.ts';

const versions = frozenVersions();
const versionsOf = (name: RecordName): FrozenVersion[] =>
  versions.filter((frozen) => frozen.name === name);

describe('frozen schema versions', () => {
  it.each(RECORD_NAMES)(
    '%s: the newest is the schema in force (npm run generate -- --freeze)',
    (name) => {
      expect(versionsOf(name).at(-1)?.schema).toBe(SCHEMAS[name]);
    },
  );

  it.each(RECORD_NAMES)('%s: are numbered from 1 without gaps', (name) => {
    const numbers = versionsOf(name).map(({ version }) => version);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  it.each(versions)(
    '$name v$version: bytes and JSON say the same to the readers of today',
    (frozen) => {
      const { name, schema, bytes, json } = frozen;
      const read = readerFor(schema, name).decode(bytes);
      expect({ ...read }).toEqual(fromJson(name, json));
      expect(fromJson(name, toJson(name, read as never))).toEqual(fromJson(name, json));
    },
  );

  it.each(versions)('$name v$version: readers of it understand what is written today', (frozen) => {
    const { name, schema, json } = frozen;
    const bytes = codecOf(name).encode(fromJson(name, json));
    const older = avroTypeOf(JSON.parse(schema));
    const resolver = older.createResolver(avroTypeOf(JSON.parse(SCHEMAS[name])));
    expect(() => older.fromBuffer(bytes, resolver) as unknown).not.toThrow();
  });

  it.each(versions)('$name v$version: golden bytes are written again bit for bit', (frozen) => {
    if (frozen.schema !== SCHEMAS[frozen.name]) return;
    const value = fromJson(frozen.name, frozen.json);
    expect(
      codecOf(frozen.name)
        .encode(value as never)
        .toString('hex'),
    ).toBe(frozen.bytes.toString('hex'));
  });
});

/** What the registry would refuse, and what it would let pass although readers break: told here first. */
describe('each schema version and its successor', () => {
  const pairs = versions.flatMap((older) => {
    const newer = versionsOf(older.name).find(({ version }) => version === older.version + 1);
    return newer === undefined ? [] : [{ older, newer }];
  });

  it('differ only so that each reads the other', () => {
    for (const { older, newer } of pairs) {
      expect(breaks(JSON.parse(older.schema), JSON.parse(newer.schema), older.name)).toEqual([]);
    }
  });
});

describe('the comparison of versions', () => {
  const schema = (...fields: unknown[]): unknown => ({ type: 'record', name: 'R', fields });
  const decimal = (scale: number): unknown => ({
    name: 'd',
    type: { type: 'bytes', logicalType: 'decimal', precision: 38, scale },
  });
  const word = (...symbols: string[]): unknown => ({
    name: 'w',
    type: { type: 'enum', name: 'W', symbols, default: symbols[0] },
  });

  it.each([
    ['a changed scale', schema(decimal(9)), schema(decimal(8)), 'R.d.scale'],
    ['a field without default that came', schema(), schema({ name: 'x', type: 'long' }), 'R.x'],
    ['a field without default that went', schema({ name: 'x', type: 'long' }), schema(), 'R.x'],
    [
      'a changed type',
      schema({ name: 'x', type: 'long' }),
      schema({ name: 'x', type: 'string' }),
      'R.x',
    ],
    ['a symbol that went', schema(word('A', 'B')), schema(word('A')), 'R.w.symbols'],
    ['a changed fallback symbol', schema(word('A', 'B')), schema(word('B', 'A')), 'R.w.symbols'],
  ])('finds %s', (_, older, newer, place) => {
    expect(breaks(older, newer, 'R')).toEqual([expect.stringContaining(place)]);
  });

  it('lets pass a field with a default and a symbol at the end', () => {
    const newer = schema(word('A', 'B', 'C'), { name: 'x', type: ['null', 'long'], default: null });
    expect(breaks(schema(word('A', 'B')), newer, 'R')).toEqual([]);
  });
});

describe('decimals', () => {
  it('have 38 digits, 9 of them after the point, in every version of every record', () => {
    const found = versions.flatMap(({ schema }) => decimals(JSON.parse(schema)));
    expect(new Set(found)).toEqual(new Set(['38,9']));
  });
});

type Json = Readonly<Record<string, unknown>>;

function decimals(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const json = schema as Json;
  const own =
    json['logicalType'] === 'decimal'
      ? [`${String(json['precision'])},${String(json['scale'])}`]
      : [];
  return [...own, ...Object.values(json).flatMap(decimals)];
}

/** The places where two versions do not read each other, or read another meaning. */
function breaks(older: unknown, newer: unknown, place: string): string[] {
  if (typeof older !== 'object' || typeof newer !== 'object' || older === null || newer === null) {
    return older === newer ? [] : [`${place}: ${String(older)} became ${String(newer)}`];
  }
  const [one, other] = [older as Json, newer as Json];
  return Object.keys({ ...one, ...other }).flatMap((key) => {
    if (key === 'doc' || key === 'default') return [];
    if (key === 'fields') return fieldBreaks(one, other, place);
    if (key === 'symbols') return symbolBreaks(one, other, place);
    return breaks(one[key], other[key], key === 'type' ? place : `${place}.${key}`);
  });
}

function fieldBreaks(older: Json, newer: Json, place: string): string[] {
  const [one, other] = [older['fields'] as readonly Json[], newer['fields'] as readonly Json[]];
  const names = new Set([...one, ...other].map((field) => field['name'] as string));
  return [...names].flatMap((name) => {
    const before = one.find((field) => field['name'] === name);
    const after = other.find((field) => field['name'] === name);
    const where = `${place}.${name}`;
    if (before !== undefined && after !== undefined) {
      return breaks(before['type'], after['type'], where);
    }
    return 'default' in (before ?? after ?? {}) ? [] : [`${where} has no default`];
  });
}

function symbolBreaks(older: Json, newer: Json, place: string): string[] {
  const [one, other] = [
    older['symbols'] as readonly string[],
    newer['symbols'] as readonly string[],
  ];
  const kept = one.every((symbol, i) => other[i] === symbol);
  return kept ? [] : [`${place}.symbols: ${one.join(' ')} became ${other.join(' ')}`];
}

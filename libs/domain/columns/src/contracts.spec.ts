import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { registry } from './column.ts';
import { columnOfContractField, fromContractValue, toContractValue } from './contract-fields.ts';
import { type ColumnDefinition, LAYER_TYPES } from './definition.ts';
import { CONTRACT_FIELDS } from './gen/columns.ts';
import { isRecord } from './value-rules.ts';

/** A field of a record of contracts/avro, its type named as LAYER_TYPES names it. */
interface ContractField {
  readonly path: string;
  readonly record: string;
  readonly name: string;
  readonly avroType: string;
  readonly items?: string;
  readonly scale?: number;
  /** Without the default that stands for a symbol the reader does not know. */
  readonly symbols?: readonly string[];
}

type AvroNode = Readonly<Record<string, unknown>>;

const FOLDER = new URL('../../../../contracts/avro/', import.meta.url);
const NAMED = new Map<string, AvroNode>();
const FIELDS: readonly ContractField[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.avsc'))
  .flatMap((file) => fieldsOf(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))));

describe('every field of every contract', () => {
  it('is a registered column', () => {
    expect(FIELDS.length).toBeGreaterThan(150);
    const unknown = FIELDS.filter((field) => problemOf(field) === 'not registered');
    expect(unknown.map(({ path }) => path)).toEqual([]);
  });

  it('has a type that carries its column', () => {
    const wrong = FIELDS.map((field) => `${field.path}: ${problemOf(field)}`);
    expect(wrong.filter((line) => !line.endsWith(': none'))).toEqual([]);
  });

  it('is bound to another column only where it exists and bears another meaning', () => {
    const paths = new Set(FIELDS.map(({ path }) => path));
    for (const [path, name] of Object.entries(CONTRACT_FIELDS)) {
      expect(paths).toContain(path);
      expect(registry.has(name)).toBe(true);
      expect(path.split('.')[1]).not.toBe(name);
    }
  });
});

describe('values of the contracts', () => {
  it('map a direction to the side of the order and back, one to one', () => {
    const direction = registry.get('direction');
    expect(['LONG', 'SHORT'].map((value) => toContractValue(direction, value))).toEqual([
      'BUY',
      'SELL',
    ]);
    expect(['BUY', 'SELL'].map((value) => fromContractValue(direction, value))).toEqual([
      'LONG',
      'SHORT',
    ]);
    expect(() => toContractValue(direction, 'BUY')).toThrow('enum');
    expect(() => fromContractValue(direction, 'LONG')).toThrow('enum');
    expect(() => toContractValue(direction, 'toString')).toThrow('enum');
  });

  it('are our own where the column does not say otherwise', () => {
    expect(toContractValue(registry.get('side'), 'BUY')).toBe('BUY');
    expect(fromContractValue(registry.get('side'), 'SELL')).toBe('SELL');
  });
});

function problemOf(field: ContractField): string {
  let definition: ColumnDefinition;
  try {
    definition = columnOfContractField(field.record, field.name);
  } catch {
    return 'not registered';
  }
  const { type, items, scale } = definition;
  if (!LAYER_TYPES[type].avro.includes(field.avroType)) return `${field.avroType}, not ${type}`;
  if (type === 'list' && field.items !== items) return `list of ${field.items}, not ${items}`;
  if (type === 'decimal' && field.scale !== scale) return `scale ${field.scale}, not ${scale}`;
  const known = definition.contractValues ?? Object.fromEntries((definition.enum ?? []).entries());
  const values = Object.values<string>(known);
  const foreign = (field.symbols ?? values).filter((symbol) => !values.includes(symbol));
  return values.length === 0 || foreign.length === 0 ? 'none' : `enum lacks ${foreign.join(', ')}`;
}

function fieldsOf(schema: unknown): ContractField[] {
  if (Array.isArray(schema)) return schema.flatMap(fieldsOf);
  if (!isRecord(schema)) return [];
  if (typeof schema['name'] === 'string' && schema['type'] !== undefined) {
    NAMED.set(schema['name'], schema);
  }
  if (schema['type'] === 'array') return fieldsOf(schema['items']);
  if (schema['type'] !== 'record') return [];
  const record = String(schema['name']);
  return (schema['fields'] as AvroNode[]).flatMap((field) => {
    const inner = fieldsOf(field['type']);
    const name = String(field['name']);
    return [{ path: `${record}.${name}`, record, name, ...shapeOf(field['type']) }, ...inner];
  });
}

function shapeOf(type: unknown): Pick<ContractField, 'avroType' | 'items' | 'scale' | 'symbols'> {
  if (Array.isArray(type)) return shapeOf(type.find((branch) => branch !== 'null'));
  if (typeof type === 'string') {
    const named = NAMED.get(type);
    return named === undefined ? { avroType: type } : shapeOf(named);
  }
  const node = type as AvroNode;
  if (node['logicalType'] === 'decimal') {
    return { avroType: 'decimal', scale: Number(node['scale']) };
  }
  if (node['type'] === 'array') {
    const item = shapeOf(node['items']).avroType;
    return { avroType: 'array', items: item === 'int' ? 'integer' : item };
  }
  if (node['type'] === 'enum') {
    const symbols = (node['symbols'] as string[]).filter((symbol) => symbol !== node['default']);
    return { avroType: 'enum', symbols };
  }
  return { avroType: String(node['logicalType'] ?? node['type']) };
}

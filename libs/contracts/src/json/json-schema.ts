import { SHAPES } from '../gen/shapes.ts';
import type { RecordName, RecordTypes } from '../gen/types.ts';
import type { FieldRule } from '../rules/rule.ts';
import { RULES } from '../rules/tables.ts';
import type { FieldShape, Shape } from '../shape.ts';
import { filledIn } from './filled-in.ts';
import { BODY_OF } from './flat-market-event.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const RECORD_OF_BODY = { tick: 'Tick', bar: 'Bar', book_status: 'BookStatus' } as const;
/** The window of an OFI event may also be given in milliseconds. */
const MILLISECONDS: JsonSchema = { type: 'integer', minimum: 1 };

/**
 * The JSON form of a record as JSON Schema, draft 2020-12. Documentation for other languages: what it
 * refuses is refused here too, but rules across fields, digits of decimals and keys that stand twice
 * are beyond it. fromJson decides.
 */
export function jsonSchemaOf(name: RecordName): JsonSchema {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:tickmesh:v1:${name}`,
    title: name,
  };
  if (name !== 'MarketEvent') return { ...head, ...recordSchema(name) };
  const kinds = Object.entries(BODY_OF).map(([type, body]) => flatEvent(type, body));
  return { ...head, oneOf: kinds };
}

function flatEvent(eventType: string, body: keyof typeof RECORD_OF_BODY): JsonSchema {
  const envelope = SHAPES.MarketEvent.filter(({ name }) => !(name in RECORD_OF_BODY));
  const nulls = eventType === 'tick_event';
  const parts = [
    objectSchema('MarketEvent', envelope, nulls),
    objectSchema(RECORD_OF_BODY[body], SHAPES[RECORD_OF_BODY[body]], nulls),
  ] as const;
  return {
    type: 'object',
    properties: {
      ...parts[0].properties,
      ...parts[1].properties,
      event_type: { const: eventType },
    },
    required: [...parts[0].required, ...parts[1].required],
  };
}

function recordSchema(name: keyof RecordTypes, nulls = name === 'OfiEvent'): JsonSchema {
  return { type: 'object', ...objectSchema(name, SHAPES[name], nulls) };
}

interface ObjectSchema {
  readonly properties: JsonSchema;
  readonly required: readonly string[];
}

function objectSchema(
  name: keyof RecordTypes,
  fields: readonly FieldShape[],
  nulls: boolean,
): ObjectSchema {
  const rules = RULES[name].table.fields as unknown as Readonly<Record<string, FieldRule<never>>>;
  const properties = fields.map((field) => {
    const keywords = rules[field.name]?.keywords ?? {};
    const schema = merged(valueSchema(field.shape, nulls), keywords);
    const others: JsonSchema[] = [];
    if (nulls && field.shape.kind === 'nullable') others.push({ type: 'null' });
    if (name === 'OfiEvent' && field.name === 'window') others.push(MILLISECONDS);
    const any = others.length === 0 ? schema : { anyOf: [schema, ...others] };
    return [field.name, any] as const;
  });
  const required = fields.filter(
    ({ name: field, defaultValue }) =>
      field === 'event_type' || (defaultValue === undefined && !filledIn(name).includes(field)),
  );
  return {
    properties: Object.fromEntries(properties),
    required: required.map((field) => field.name),
  };
}

/** The type by its shape and the limits by its rule; those of a list's items lie one deeper. */
function merged(schema: JsonSchema, keywords: JsonSchema): JsonSchema {
  const items = { ...(schema['items'] as JsonSchema), ...(keywords['items'] as JsonSchema) };
  const all = { ...schema, ...keywords };
  return 'items' in all ? { ...all, items } : all;
}

function valueSchema(shape: Shape, nulls: boolean): JsonSchema {
  switch (shape.kind) {
    case 'nullable':
      return valueSchema(shape.inner, nulls);
    case 'boolean':
      return { type: 'boolean' };
    case 'int':
    case 'long':
    case 'bigint':
      return { type: 'integer' };
    case 'double':
    case 'decimal':
      return { type: 'number' };
    case 'micros':
      return { type: 'string', format: 'date-time' };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64' };
    case 'string':
      return { type: 'string' };
    case 'enum':
      return { enum: shape.symbols.slice(1) };
    case 'array':
      return { type: 'array', items: valueSchema(shape.items, nulls) };
    case 'record':
      return shape.name === 'PriceLevel' ? PRICE_LEVEL : recordSchema(shape.name, nulls);
  }
}

const PRICE_LEVEL: JsonSchema = {
  type: 'array',
  prefixItems: [
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'number', minimum: 0 },
  ],
  minItems: 2,
  maxItems: 2,
};

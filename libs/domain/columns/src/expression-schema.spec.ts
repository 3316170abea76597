import { describe, expect, it } from '@jest/globals';
import { parse } from '@tickmesh/expr';
import { column, nullable } from './column.ts';
import { defineEntity } from './entity.ts';
import { expressionSchema } from './expression-schema.ts';

const Signal = defineEntity('Signal', {
  symbol: column.symbol,
  strength: column.strength,
  bid: nullable(column.bid),
  limit_price: column.limit_price,
  timestamp: column.timestamp,
  tags: column.tags,
});
const SCHEMA = expressionSchema(Signal);

describe('the schema of an entity for expressions', () => {
  it('gives types, bounds and nulls from the registry', () => {
    expect(SCHEMA).toEqual({
      symbol: { type: 'string', nullable: false },
      strength: { type: 'number', nullable: false, low: 0, high: 1 },
      bid: { type: 'number', nullable: true },
      limit_price: { type: 'number', nullable: true, low: 0 },
      timestamp: { type: 'timestamp', nullable: true },
    });
  });

  it('lets the language refuse fields of other types and fields that it cannot read', () => {
    expect(parse('strength > 0.5 and symbol = "AAPL"', SCHEMA).type).toBe('boolean');
    expect(() => parse('symbol > 5', SCHEMA)).toThrow('types that do not fit');
    expect(() => parse('tags = "a"', SCHEMA)).toThrow('tags');
    expect(() => parse('price > 5', SCHEMA)).toThrow('price');
  });
});

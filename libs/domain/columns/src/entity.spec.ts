import { describe, expect, it } from '@jest/globals';
import { faultOf } from '@tickmesh/kernel';
import { column, nullable } from './column.ts';
import {
  type EntityFields,
  type EntityValue,
  checkEntity,
  defineEntity,
  entitiesWith,
  entityFromJson,
  entityProblems,
  entityToJson,
} from './entity.ts';

const Trade = defineEntity('Trade', {
  symbol: column.symbol,
  quantity: column.quantity,
  price: column.price,
  side: column.side,
  timestamp: column.timestamp,
});
const Desk = defineEntity('Desk', { trader_name: column.trader_name, tags: column.tags });
const Working = defineEntity('Working', {
  symbol: column.symbol,
  bid: nullable(column.bid),
  limit_price: column.limit_price,
});

const TRADE: EntityValue<typeof Trade> = {
  symbol: 'AAPL',
  quantity: -100,
  price: 228.5,
  side: 'SELL',
  timestamp: 1_767_225_600_000_000,
};

describe('an entity', () => {
  it('refuses, for callers without a compiler, what is not a registered column under its name', () => {
    const define = (fields: unknown): unknown => {
      try {
        return defineEntity('Bad', fields as { symbol: typeof column.symbol });
      } catch (thrown) {
        const fault = faultOf(thrown);
        const problems = fault.details['problems'] as { field: string }[];
        return [fault.code, ...problems.map((problem) => problem.field)];
      }
    };
    expect(define({ colour_of_money: column.color })).toEqual([
      'ENTITY_INVALID',
      'colour_of_money',
    ]);
    expect(define({ price: column.symbol, side: column.side })).toEqual([
      'ENTITY_INVALID',
      'price',
    ]);
    const forged = { ...column.price, definition: { ...column.price.definition, type: 'string' } };
    expect(define({ price: forged })).toEqual(['ENTITY_INVALID', 'price']);
    expect(define({ price: 'double', symbol: null })).toEqual([
      'ENTITY_INVALID',
      'price',
      'symbol',
    ]);
    expect(define({})).toEqual(['ENTITY_INVALID', '']);
    expect(() => defineEntity('trade', { symbol: column.symbol })).toThrow('capital');
  });

  it('reports every rule that a value breaks, and fields that it does not have', () => {
    expect(entityProblems(Trade, TRADE)).toEqual([]);
    const broken = { ...TRADE, symbol: 'lower case!!', price: -5, side: 'HOLD', extra: 1 };
    expect(entityProblems(Trade, broken).map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      'symbol pattern',
      'price min',
      'side enum',
      'extra unknown',
    ]);
    expect(entityProblems(Trade, [TRADE]).map(({ rule }) => rule)).toEqual(['type']);
    expect(checkEntity(Trade, TRADE)).toBe(TRADE);
    expect(() => checkEntity(Trade, broken)).toThrow('The value breaks a rule of its column.');
  });

  it('may allow null where the registry wants a value', () => {
    expect(entityProblems(Working, { symbol: 'AAPL', bid: null, limit_price: null })).toEqual([]);
    expect(entityProblems(Trade, { ...TRADE, price: null }).map(({ rule }) => rule)).toEqual([
      'nullable',
    ]);
  });

  it('is read from JSON, where a time is text with a zone and never a number', () => {
    const json = { ...TRADE, timestamp: '2026-01-01T01:00:00+01:00' };
    expect(entityFromJson(Trade, json)).toEqual(TRADE);
    for (const timestamp of [TRADE.timestamp, '2026-01-01', '2026-01-01T00:00:00', '1767225600']) {
      const read = (): unknown => entityFromJson(Trade, { ...json, timestamp });
      expect(read).toThrow('"field":"timestamp","rule":"type"');
    }
    expect(() => entityFromJson(Trade, { ...json, extra: 1 })).toThrow('unknown');
    expect(() => entityFromJson(Trade, null)).toThrow('record');
  });

  it('keeps every digit of a decimal through its JSON form', () => {
    const value = { symbol: 'BTCUSDT', bid: 1.5, limit_price: 12345678901234567890123456789n };
    const json = entityToJson(Working, value);
    expect(json).toEqual({ ...value, limit_price: '12345678901234567890.123456789' });
    expect(entityFromJson(Working, JSON.parse(JSON.stringify(json)))).toEqual(value);
    const tooFine = { ...json, limit_price: '0.0000000001' };
    expect(() => entityFromJson(Working, tooFine)).toThrow('"field":"limit_price","rule":"type"');
  });

  it('is found by the columns that it uses, also with a prefix', () => {
    const names = (of: string): string[] =>
      entitiesWith([Trade, Desk, Working], of).map(({ name }) => name);
    expect(names('symbol')).toEqual(['Trade', 'Working']);
    expect(names('name')).toEqual(['Desk']);
    expect(names('isin')).toEqual([]);
    expect(() => names('nothing')).toThrow('column: nothing');
  });
});

describe('the compiler', () => {
  it('knows the type of every field', () => {
    const side: 'BUY' | 'SELL' = TRADE.side;
    const timestamp: number | null = TRADE.timestamp;
    // @ts-expect-error a side is one of its enum
    const wrongSide: EntityValue<typeof Trade> = { ...TRADE, side: 'HOLD' };
    // @ts-expect-error a price is a number
    const wrongPrice: EntityValue<typeof Trade> = { ...TRADE, price: '228.5' };
    // @ts-expect-error a price is not null, unless the entity says so
    const nullPrice: EntityValue<typeof Trade> = { ...TRADE, price: null };
    const nullBid: EntityValue<typeof Working> = { symbol: 'A', bid: null, limit_price: 5n };
    // @ts-expect-error a decimal is a scaled integer
    const double: EntityValue<typeof Working> = { ...nullBid, limit_price: 5.5 };
    expect([side, timestamp, wrongSide, wrongPrice, nullPrice, nullBid, double]).toHaveLength(7);
  });

  it('refuses unregistered columns, and columns under another name than their own', () => {
    // @ts-expect-error no column is registered by the name
    expect(() => defineEntity('Bad', { colour_of_money: column.color })).toThrow('colour_of_money');
    // @ts-expect-error a price is not a symbol
    expect(() => defineEntity('Bad', { price: column.symbol })).toThrow('price');
    // @ts-expect-error a field is a column, not the name of a type
    expect(() => defineEntity('Bad', { price: 'double' })).toThrow('price');
    // @ts-expect-error the registry has no such column
    expect(column.colour_of_money).toBeUndefined();
    const anyFields: EntityFields = { symbol: column.symbol };
    // @ts-expect-error fields that the compiler cannot name cannot be checked by it
    expect(defineEntity('Bad', anyFields).name).toBe('Bad');
  });
});

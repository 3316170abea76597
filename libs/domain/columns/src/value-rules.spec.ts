import { describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { registry } from './column.ts';
import { valueProblems } from './value-rules.ts';

const rulesOf = (field: string, value: unknown): string[] =>
  valueProblems(field, registry.resolve(field).definition, value).map(({ rule }) => rule);

describe('the values of a column', () => {
  it('are told every rule of text that they break', () => {
    expect(rulesOf('symbol', 'AAPL')).toEqual([]);
    expect(rulesOf('symbol', '')).toEqual(['pattern']);
    expect(rulesOf('symbol', 'AAPL\n')).toEqual(['pattern']);
    expect(rulesOf('symbol', 'A'.repeat(21))).toEqual(['max_length', 'pattern']);
    expect(rulesOf('side', 'buy')).toEqual(['enum']);
  });

  it('keep bounds that include their ends', () => {
    expect([0, 1].flatMap((value) => rulesOf('strength', value))).toEqual([]);
    expect(rulesOf('strength', 1.0001)).toEqual(['max']);
    expect(rulesOf('price', -0.01)).toEqual(['min']);
    expect(rulesOf('quantity', -2.5)).toEqual([]);
  });

  it('keep the bounds of decimals in their own units', () => {
    expect(rulesOf('limit_price', parseDecimal('0.000000001'))).toEqual([]);
    expect(rulesOf('limit_price', -1n)).toEqual(['min']);
  });

  it('are of the type, without coercion and without what no number is', () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['price', true],
      ['price', '5'],
      ['price', NaN],
      ['price', Infinity],
      ['trade_count', 1.5],
      ['active', 'x'],
      ['symbol', 5],
      ['created', '2026-01-01T00:00:00Z'],
      ['limit_price', 5],
      ['received_at_ns', 5],
      ['payload', 'x'],
      ['tags', ['a', 5]],
      ['days', [1.5]],
      ['metadata', []],
    ];
    for (const [field, value] of wrong)
      expect([field, rulesOf(field, value)]).toEqual([field, ['type']]);
    const right: readonly (readonly [string, unknown])[] = [
      ['created', 1_767_225_600_000_000],
      ['received_at_ns', 5n],
      ['payload', new Uint8Array(1)],
      ['tags', ['a', 'b']],
      ['days', [1, 2]],
      ['fills', [{}]],
      ['metadata', {}],
    ];
    for (const [field, value] of right) expect([field, rulesOf(field, value)]).toEqual([field, []]);
  });

  it('may be null only where the column says so', () => {
    expect(rulesOf('notes', null)).toEqual([]);
    expect(rulesOf('price', null)).toEqual(['nullable']);
    expect(rulesOf('trader_name', undefined)).toEqual(['nullable']);
  });

  it('are not repeated in a report when they are personal', () => {
    expect(valueProblems('trader_name', registry.get('name'), 5)).toEqual([
      { field: 'trader_name', rule: 'type', expected: 'string' },
    ]);
    expect(valueProblems('side', registry.get('side'), 'HOLD')).toEqual([
      { field: 'side', rule: 'enum', expected: 'BUY, SELL', found: 'HOLD' },
    ]);
  });
});

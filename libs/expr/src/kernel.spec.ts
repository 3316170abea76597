import { describe, expect, it } from '@jest/globals';
import { NULL_CODE, TextDictionary, type StringColumn } from './columns.ts';
import { parse } from './expression.ts';
import { newColumn } from './kernel.ts';
import { columnsOf, emptyColumn, valueAt } from './row-columns.fixture.ts';
import type { Column } from './columns.ts';

function texts(column: Column, rows: number): unknown[] {
  return Array.from({ length: rows }, (_, i) => valueAt(column, i));
}

function symbols(dictionary: TextDictionary, ...words: (string | null)[]): StringColumn {
  const column = newColumn('string', words.length, dictionary);
  words.forEach(
    (word, i) => (column.codes[i] = word === null ? NULL_CODE : dictionary.intern(word)),
  );
  return column;
}

describe('a kernel over strings', () => {
  const kernel = parse('upper(symbol) == "BTC"', { symbol: 'string' }).compile();

  it('computes what depends on one string once for each text of the dictionary', () => {
    expect(kernel.source).toContain('t0[f0 + 1]');
    expect(kernel.source).not.toContain('e[');
  });

  it('sees texts that the dictionary has gained since the last run, and another dictionary', () => {
    const dictionary = new TextDictionary();
    const run = (column: StringColumn): unknown[] => {
      const out = newColumn('boolean', column.codes.length);
      kernel.run({ columns: { symbol: column }, out, to: column.codes.length });
      return texts(out, column.codes.length);
    };
    expect(run(symbols(dictionary, 'btc', null, 'eth'))).toEqual([true, null, false]);
    expect(run(symbols(dictionary, 'sol', 'BTC', 'btc'))).toEqual([false, true, true]);
    expect(run(symbols(new TextDictionary(), 'eth', 'btc'))).toEqual([false, true]);
  });

  it('compares a string with a constant by code, and leaves the dictionary of the input alone', () => {
    const kernel = parse('side == "SELL"', { side: 'string' }).compile();
    expect(kernel.source).toContain('f0 === q0');
    const other = parse('"SELL" != side', { side: 'string' }).compile();
    const dictionary = new TextDictionary();
    const run = (one: typeof kernel, column: StringColumn): unknown[] => {
      const out = newColumn('boolean', column.codes.length);
      one.run({ columns: { side: column }, out, to: column.codes.length });
      return texts(out, column.codes.length);
    };
    const buys = symbols(dictionary, 'BUY', null);
    expect(run(kernel, buys)).toEqual([false, null]);
    expect(dictionary.size).toBe(1);
    const both = symbols(dictionary, 'SELL', 'BUY', null);
    expect(run(kernel, both)).toEqual([true, false, null]);
    expect(run(other, both)).toEqual([false, true, null]);
    expect(run(kernel, symbols(new TextDictionary(), 'SELL'))).toEqual([true]);
  });

  it('adds its results to the dictionary of the output, null as its code', () => {
    const label = parse('if(pnl < -5000, "STOP_LOSS", if(pnl is null, null, "OK"))', {
      pnl: 'number',
    }).compile();
    const out = newColumn('string', 4, new TextDictionary(['OK']));
    const rows = [{ pnl: -6000 }, { pnl: 1 }, { pnl: null }, { pnl: -7000 }];
    label.run({ columns: columnsOf(rows, { pnl: 'number' }), out, to: 4 });
    expect(texts(out, 4)).toEqual(['STOP_LOSS', 'OK', null, 'STOP_LOSS']);
    expect([...out.codes]).toEqual([1, 0, NULL_CODE, 1]);
  });
});

describe('a kernel', () => {
  it('refuses columns that are missing, of another type or too short, and asks for the time', () => {
    const kernel = parse('price > 1', { price: 'number' }).compile();
    const out = newColumn('boolean', 2);
    const price = newColumn('number', 2);
    const run = (columns: Record<string, Column>, result: Column = out): (() => void) => {
      return () => {
        kernel.run({ columns, out: result, to: 2 });
      };
    };
    expect(run({})).toThrow('a column of type number');
    expect(run({ price: newColumn('boolean', 2) })).toThrow('expected: number; found: boolean');
    expect(run({ price: newColumn('number', 1) })).toThrow('expected: 2 rows; found: 1');
    expect(run({ price }, newColumn('number', 2))).toThrow('the result');
    expect(run({ price })).not.toThrow();
    const age = parse('now() - at', { at: 'timestamp' }).compile();
    expect(() => {
      age.run({ columns: { at: newColumn('timestamp', 1) }, out: newColumn('duration', 1), to: 1 });
    }).toThrow('the time of the evaluation');
  });

  it('carries an overflow to the end as null, through what would hide it', () => {
    const rows = [{ a: 1e200 }, { a: Infinity }, { a: 2 }];
    for (const text of [
      '1 / (a * a)',
      'min(a * a, 0)',
      'if(a * a > 0, 1, null)',
      'exp(-(a * a))',
    ]) {
      const kernel = parse(text, { a: 'number' }).compile();
      const out = emptyColumn('number', 3);
      kernel.run({ columns: columnsOf(rows, { a: 'number' }), out, to: 3 });
      const expected = rows.map((row) => parse(text).evaluate(row));
      expect(texts(out, 3)).toEqual(expected);
      expect(expected.slice(0, 2)).toEqual([null, null]);
    }
  });

  it('asks for the types of columns that the expression does not tell', () => {
    expect(() => parse('coalesce(a, b)').compile()).toThrow('a type for the column');
    expect(parse('coalesce(a, b)').compile({ a: 'string', b: 'string' }).type).toBe('string');
    expect(() => parse('a + 1').compile({ a: 'string' })).toThrow('The expression mixes types');
  });
});

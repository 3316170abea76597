import { describe, expect, it } from '@jest/globals';
import { apply, field, fields, fromJson, now, parse, when } from './expression.ts';
import { FUNCTIONS } from './functions/table.ts';

describe('evaluate', () => {
  it.each(FUNCTIONS.map((row) => [row.name, ...row.example] as const))(
    '%s: the example of the reference page holds',
    (_, text, expected) => {
      const value = parse(text).evaluate({}, { now: 0 });
      if (typeof expected === 'number') expect(value).toBeCloseTo(expected, 10);
      else expect(value).toBe(expected);
    },
  );

  it('gives the profit of the reference position, 1000 and then 1500', () => {
    const pnl = field('current_price').sub(field('avg_cost')).mul(field('quantity'));
    const position = { current_price: 230, avg_cost: 220, quantity: 100 };
    expect(pnl.evaluate(position)).toBe(1000);
    expect(pnl.evaluate({ ...position, current_price: 235 })).toBe(1500);
    expect(parse('if(pnl < -5000, "STOP_LOSS", "OK")').evaluate({ pnl: -6000 })).toBe('STOP_LOSS');
  });

  it('follows Kleene in and, or and not', () => {
    const values = [true, false, null];
    const table = (text: string): unknown[] =>
      values.flatMap((p) => values.map((q) => parse(text).evaluate({ p, q })));
    expect(table('p and q')).toEqual([true, false, null, false, false, false, null, false, null]);
    expect(table('p or q')).toEqual([true, true, true, true, false, null, true, null, null]);
    expect(values.map((p) => parse('not p').evaluate({ p }))).toEqual([false, true, null]);
  });

  it('takes the else branch for a null condition and never reads the other branch', () => {
    const choice = parse('if(flag, text(amount), "none")');
    expect(choice.evaluate({ flag: null, amount: 'not a number' })).toBe('none');
    expect(() => choice.evaluate({ flag: true, amount: 'not a number' })).toThrow(
      'The expression mixes types',
    );
  });

  it.each([
    ['null in what is listed leaves the question open', 'x in (1, null)', { x: 2 }, null],
    ['unless something listed is equal', 'x in (1, null)', { x: 1 }, true],
    [
      'between is false as soon as one bound excludes',
      'x between lo and 5',
      { x: 9, lo: null },
      false,
    ],
    ['and null while none does', 'x between lo and 5', { x: 3, lo: null }, null],
    ['equality with null is null', 'x == null', { x: 1 }, null],
    ['a missing field is null', 'x + 1', {}, null],
    ['an infinite input is null', 'x is null', { x: Infinity }, true],
    ['so is one that is not a number', 'coalesce(x, 7)', { x: NaN }, 7],
    ['a null to the power of 0 is null', 'x ** 0', { x: null }, null],
    ['an overflow does not come back as 0', '1 / (x * x)', { x: 1e200 }, null],
    ['a field named like a method is not found on the prototype', 'toString is null', {}, true],
  ])('%s', (_, text, row, value) => {
    expect(parse(text).evaluate(row as Record<string, unknown>)).toBe(value);
  });

  it('orders strings by code point, above the surrogates too', () => {
    expect(parse('"\uffee" < "\u{1f600}"').evaluate({})).toBe(true);
    expect(parse('max(s, t)').evaluate({ s: 'b', t: 'a' })).toBe('b');
  });

  it('refuses values of another type than the use of the field tells', () => {
    const cases: [string, Record<string, unknown>][] = [
      ['x + 1', { x: '1' }],
      ['x + 1', { x: true }],
      ['x and true', { x: 1 }],
      ['upper(x)', { x: 5 }],
      ['x == y', { x: 1, y: '1' }],
      ['x < y', { x: true, y: false }],
      ['x', { x: [1] }],
      ['x', { x: {} }],
      ['min(x, y)', { x: 1, y: 'a' }],
      ['year(x)', { x: 'yesterday' }],
    ];
    for (const [text, row] of cases)
      expect(() => parse(text).evaluate(row)).toThrow('The expression mixes types');
  });

  it('refuses when it is built what can never be right', () => {
    for (const text of [
      '1 + "a"',
      '"a" == 1',
      'true < false',
      'upper(1)',
      'if(1, 2, 3)',
      'x + 1 == upper(x)',
      'min()',
      'coalesce()',
      'now() + now()',
      '5m + 1',
      '"2026" < now()',
      'x like y',
      'round(1.5, 20)',
      'round(1.5, x)',
      '"a" like "b\\\\"',
    ]) {
      expect(() => parse(text)).toThrow('The expression mixes types');
    }
  });

  it('asks for the time instead of reading a clock', () => {
    const age = now().sub(field('at', 'timestamp'));
    expect(age.evaluate({ at: '1970-01-01T00:00:01Z' }, { now: 3_000_000 })).toBe(2_000_000);
    expect(age.evaluate({ at: 1_000_000 }, { now: 3_000_000 })).toBe(2_000_000);
    expect(() => age.evaluate({ at: 0 })).toThrow('asks for now()');
  });

  it('keeps times within the whole microseconds of a double', () => {
    const later = fields({ at: 'timestamp' }).at.add(
      apply<'duration'>('multiply', parse('1w'), 1e9),
    );
    expect(later.evaluate({ at: 0 })).toBeNull();
    expect(parse('micros(5us * 0.5)').evaluate({})).toBe(2);
  });

  it('holds the types of fluent fields', () => {
    const { side, quantity } = fields({ side: 'string', quantity: 'number' });
    const signed = when(side.eq('SELL'), quantity.neg(), quantity);
    expect(signed.type).toBe('number');
    expect(signed.evaluate({ side: 'SELL', quantity: 5 })).toBe(-5);
    expect(String(signed)).toBe('if(side == "SELL", -quantity, quantity)');
    expect(() => field('x', 'string').eq('a').and(field('x', 'number').gt(1))).toThrow('field: x');
  });

  it('answers an expression of the reference JSON', () => {
    const json =
      '{"type":"BinOp","op":"-","left":{"type":"Const","value":10},"right":{"type":"Field","name":"a"}}';
    expect(fromJson(json).evaluate({ a: 4 })).toBe(6);
  });
});

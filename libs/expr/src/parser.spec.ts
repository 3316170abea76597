import { describe, expect, it } from '@jest/globals';
import { Fault, isFault } from '@tickmesh/kernel';
import { explainError } from './explain.ts';
import { parse, parseDefinition } from './expression.ts';
import { LIMITS } from './types.ts';

function faultOf(text: string): Fault {
  try {
    parse(text);
  } catch (thrown) {
    if (isFault(thrown)) return thrown;
    throw thrown;
  }
  throw new Error(`${text} was accepted`);
}

describe('the text of an expression', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ** 3 ** 2', 512],
    ['-2 ** 2', -4],
    ['2 ** -1', 0.5],
    ['2 ^ 3', 8],
    ['10 - 4 - 3', 3],
    ['7 - -3', 10],
    ['- - 3', 3],
    ['.5 + 1.e1', 10.5],
    ['true or false and false', true],
    ['not true or true', true],
    ['not 1 = 2', true],
    ['1 <> 2 && !false || false', true],
    ['2 in (1, 2) and 3 not in (1, 2)', true],
    ['2 between 1 and 2 and true', true],
    ['5 not between 1 and 2', true],
    ['"50%" like "50\\%" and "ab" not like "b%"', true],
    ['"50%" like "50\\\\%"', true],
    ['null is null and 1 is not null', true],
    ["'it''s' == 'it'", undefined],
    ['"a\\n\\u{1f600}" == concat("a\n", \'\\u{1F600}\')', true],
    ['1h30m / 1m', 90],
    ['micros(1d) == micros(24h)', true],
    ['@1970-01-01T00:00:01Z - @1970-01-01T00:00:00Z == 1s', true],
    ['iff_is_a_field', null],
    ['`and` is null', true],
    ['mod(7, 3) + pow(2, 2)', 5],
  ])('reads %s', (text, value) => {
    if (value === undefined) expect(faultOf(text).code).toBe('EXPR_SYNTAX');
    else expect(parse(text).evaluate({})).toBe(value);
  });

  it('makes one literal of a minus and a number, as the JSON of the reference has it', () => {
    expect(parse('x - -3').toJson()['right']).toEqual({ type: 'Const', value: -3 });
  });

  it.each([
    ['', 0, 'a value, a field, a function or (', 'the end of the text'],
    ['price * * quantity', 8, 'a value, a field, a function or (', '*'],
    ['(a + b', 6, ')', 'the end of the text'],
    ['a b', 2, 'an operator or the end', 'b'],
    ['a < b < c', 6, 'and, or or the end: comparisons do not chain', '<'],
    ['min(a; b)', 5, 'an expression or an operator', ';'],
    ['min(a b)', 6, ', or )', 'b'],
    ['sqr(x)', 0, 'a function, such as sqrt', 'sqr'],
    ['"open', 5, '" to close the text begun at 1', 'the end of the text'],
    ['5x', 1, 'a duration in whole w, d, h, m, s, ms or us', 'x'],
    ['1.5h', 3, 'a duration in whole w, d, h, m, s, ms or us', 'h'],
    ['1e999', 0, 'a number below 1.8e308', '1e999'],
    ['x is nothing', 5, 'null', 'nothing'],
    ['x between 1 or 2', 12, 'and', 'or'],
    [
      '@2026-02-30T00:00:00Z',
      0,
      'a time such as @2026-03-01T14:03:00Z, from 1684 to 2255',
      '2026-02-30T00:00:00Z',
    ],
    ['a + in', 4, 'a value, a field, a function or (', 'in'],
    ['a # b', 2, 'an expression or an operator', '#'],
  ])('says of %p where and what was expected', (text, position, expected, found) => {
    const { code, details } = faultOf(text);
    expect({ code, ...details }).toMatchObject({ code: 'EXPR_SYNTAX', position, expected, found });
  });

  it('counts lines and columns in characters, whatever their length in memory', () => {
    expect(faultOf('"\u{1f600}" +\n  ("\u{1f600}" + )').details).toMatchObject({
      line: 2,
      column: 10,
    });
  });

  it('points at the operator or argument whose types do not fit', () => {
    expect(faultOf('1 + upper("a")').details).toMatchObject({
      position: 4,
      expected: 'number',
      found: 'string',
    });
    expect(faultOf('if(price, 1, 2) + price').code).toBe('EXPR_TYPE');
    expect(faultOf('price > 0 and price').details).toMatchObject({
      position: 14,
      expected: 'boolean',
    });
    expect(faultOf('sqrt(1, 2)').details).toMatchObject({
      position: 0,
      expected: 'number -> number',
      found: '2 arguments',
    });
    expect(faultOf('"a" like upper("b")').details).toMatchObject({ position: 4, function: 'like' });
  });

  it('shows the line and a caret under the place', () => {
    const text = 'if(pnl < -5000,\n\t"STOP_LOSS" +,\n"OK")';
    expect(explainError(text, faultOf(text))).toBe(
      'The text is not an expression: expected a value, a field, a function or (, found ,\n' +
        '  \t"STOP_LOSS" +,\n  \t             ^',
    );
  });

  it('refuses what is too long, too deep or too large, with the limit', () => {
    const deep = (open: string, close: string): string =>
      open.repeat(200) + '1' + close.repeat(200);
    for (const text of [
      deep('(', ')'),
      deep('abs(', ')'),
      '-'.repeat(200) + '1',
      'not '.repeat(200) + 'true',
      '2' + ' ** 2'.repeat(200),
      '1' + ' + 1'.repeat(200),
    ]) {
      expect(faultOf(text)).toMatchObject({
        code: 'EXPR_LIMIT',
        details: { limit: 'depth', most: LIMITS.depth },
      });
    }
    expect(faultOf(`x in (${Array(LIMITS.nodes).fill('1').join(', ')})`).details).toMatchObject({
      limit: 'nodes',
    });
    expect(faultOf(' '.repeat(LIMITS.sourceLength + 1)).details).toMatchObject({ limit: 'text' });
    expect(faultOf(`"${'a'.repeat(LIMITS.stringLength + 1)}"`).details).toMatchObject({
      limit: 'string constant',
      position: 0,
    });
    expect(faultOf(`f${'x'.repeat(70)}`).code).toBe('EXPR_FIELD');
  });

  it('reads a definition: a name, = and an expression', () => {
    const { name, expression } = parseDefinition('notional = price * qty');
    expect([name, String(expression)]).toEqual(['notional', 'price * qty']);
    expect(() => parseDefinition('price * qty')).toThrow('expected: =');
    expect(() => parseDefinition('not = 1')).toThrow('a name to define');
  });

  it('refuses fields that the schema does not have, at their place', () => {
    expect(() => parse('price + prize', { price: 'number' })).toThrow('position: 8');
  });
});

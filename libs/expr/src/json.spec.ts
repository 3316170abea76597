import { describe, expect, it } from '@jest/globals';
import { isFault, type Fault } from '@tickmesh/kernel';
import { fromJson, parse } from './expression.ts';
import { LIMITS } from './types.ts';

function faultOf(json: unknown): Fault {
  try {
    fromJson(json);
  } catch (thrown) {
    if (isFault(thrown)) return thrown;
    throw thrown;
  }
  throw new Error(`${JSON.stringify(json)} was accepted`);
}

const x = { type: 'Field', name: 'x' };
const one = { type: 'Const', value: 1 };

describe('the JSON form', () => {
  it('is the reference s for what the reference has, and calls by name for the rest', () => {
    expect(parse('if(isnull(a), 0, -a)').toJson()).toEqual({
      type: 'If',
      condition: { type: 'IsNull', operand: { type: 'Field', name: 'a' } },
      then: { type: 'Const', value: 0 },
      else: { type: 'UnaryOp', op: 'neg', operand: { type: 'Field', name: 'a' } },
    });
    expect(parse('x in (1, 5)').toJson()).toEqual({
      type: 'Func',
      name: 'in',
      args: [x, one, { type: 'Const', value: 5 }],
    });
    expect(parse('bin(at, 5m)').toJson()).toMatchObject({
      args: [{}, { type: 'Const', value: 300_000_000, unit: 'duration' }],
    });
  });

  it('is read from a value and from text', () => {
    expect(fromJson('{"type":"Const","value":1}').evaluate({})).toBe(1);
    expect(JSON.stringify(fromJson(one))).toBe('{"type":"Const","value":1}');
  });

  it.each([
    ['no object', 5, '$', 'an object with a type'],
    ['a list', [], '$', 'an object with a type'],
    ['no JSON', '{', '$', 'JSON'],
    ['no type', {}, '$.type', 'the type of a node'],
    ['an unknown type', { type: 'Eval', code: '1' }, '$.type', 'an operation of the language'],
    ['a type of the prototype', { type: 'constructor' }, '$.type', 'an operation of the language'],
    [
      'an unknown operator',
      { type: 'BinOp', op: '//', left: x, right: one },
      '$.op',
      'an operation of the language',
    ],
    [
      'an unknown function',
      { type: 'Func', name: 'constructor', args: [] },
      '$.name',
      'an operation of the language',
    ],
    ['a missing operand', { type: 'BinOp', op: '+', left: x }, '$.right', 'an object with a type'],
    ['a key that would be lost', { ...one, note: 1 }, '$', 'only the keys type, value, unit'],
    [
      'a list as a constant',
      { type: 'Const', value: [1] },
      '$.value',
      'a number, a string, a boolean or null',
    ],
    [
      'an unknown unit',
      { type: 'Const', value: 1, unit: 'pounds' },
      '$.unit',
      'timestamp or duration',
    ],
    [
      'arguments that are no list',
      { type: 'Func', name: 'sqrt', args: { 0: x } },
      '$.args',
      'a list',
    ],
    ['a field without a name', { type: 'Field' }, '$.name', 'the name of a field'],
  ])('refuses %s, at its path', (_, json, path, expected) => {
    expect(faultOf(json)).toMatchObject({ code: 'EXPR_SYNTAX', details: { path, expected } });
  });

  it('tells the path of a type error and of a name that is none', () => {
    const mixed = { type: 'BinOp', op: '+', left: x, right: { type: 'Const', value: 'a' } };
    expect(faultOf(mixed)).toMatchObject({ code: 'EXPR_TYPE', details: { path: '$.right' } });
    const named = { type: 'UnaryOp', op: 'neg', operand: { type: 'Field', name: "o'x" } };
    expect(faultOf(named)).toMatchObject({ code: 'EXPR_FIELD', details: { path: '$.operand' } });
    expect(faultOf({ type: 'Func', name: 'max', args: [] }).code).toBe('EXPR_TYPE');
    expect(faultOf({ type: 'StrOp', op: 'contains', operand: x }).code).toBe('EXPR_TYPE');
  });

  it('bounds depth and size before it recurses into them', () => {
    let deep: unknown = one;
    for (let i = 0; i < 50_000; i++) deep = { type: 'UnaryOp', op: 'neg', operand: deep };
    expect(faultOf(deep)).toMatchObject({
      code: 'EXPR_LIMIT',
      details: { limit: 'depth', most: LIMITS.depth },
    });
    const wide = { type: 'Func', name: 'min', args: Array(LIMITS.nodes + 1).fill(one) };
    expect(faultOf(wide)).toMatchObject({ code: 'EXPR_LIMIT', details: { limit: 'nodes' } });
    expect(faultOf(' '.repeat(LIMITS.sourceLength + 1)).code).toBe('EXPR_LIMIT');
  });

  it('counts shared parts as often as they occur, so that sharing cannot hide an explosion', () => {
    let shared: unknown = x;
    for (let i = 0; i < 60; i++)
      shared = { type: 'StrOp', op: 'concat', operand: shared, arg: shared };
    expect(faultOf(shared).code).toBe('EXPR_LIMIT');
    let fluent = parse('concat(x, x)');
    expect(() => {
      for (let i = 0; i < 60; i++)
        fluent = (fluent as never as { concat(other: unknown): typeof fluent }).concat(fluent);
    }).toThrow('larger, deeper or costlier');
  });
});

import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import { column, registry } from './column.ts';
import type { ColumnDefinition } from './definition.ts';
import { type ColumnDraft, definitionProblems } from './definition-rules.ts';
import { ColumnRegistry } from './registry.ts';

const SOUND = {
  name: 'a',
  module: 'test',
  type: 'string',
  role: 'dimension',
  description: 'x',
} as const satisfies ColumnDefinition;

const aboutOf = (...drafts: readonly ColumnDraft[]): string[] =>
  definitionProblems(drafts).map((problem) => problem.about);

describe('the rules of a definition', () => {
  it('want a role, spelled exactly, and a description', () => {
    expect(aboutOf({ ...SOUND, role: undefined })).toEqual(['role']);
    expect(aboutOf({ ...SOUND, role: 'Dimension' })).toEqual(['role']);
    expect(aboutOf({ ...SOUND, description: '  ' })).toEqual(['description']);
    expect(aboutOf(SOUND)).toEqual([]);
  });

  it('want a unit of a measure, and that a measure is a number', () => {
    const measure = { ...SOUND, type: 'double', role: 'measure' };
    expect(aboutOf(measure)).toEqual(['unit']);
    expect(aboutOf({ ...measure, unit: 'USD' })).toEqual([]);
    expect(aboutOf({ ...SOUND, role: 'measure', unit: 'USD' })).toEqual(['type']);
  });

  it('refuse bounds that no value can keep, and bounds of what is not a number', () => {
    const number = { ...SOUND, type: 'double' };
    expect(aboutOf({ ...number, minValue: 5, maxValue: 1 })).toEqual(['bounds']);
    expect(aboutOf({ ...number, minValue: NaN })).toEqual(['bounds']);
    expect(aboutOf({ ...number, minValue: 1, maxValue: 1 })).toEqual([]);
    expect(aboutOf({ ...SOUND, minValue: 1 })).toEqual(['bounds']);
    expect(aboutOf({ ...SOUND, maxLength: 0 })).toEqual(['bounds']);
  });

  it('refuse a pattern that does not compile, and an enum without different values', () => {
    expect(aboutOf({ ...SOUND, pattern: '(' })).toEqual(['pattern']);
    expect(aboutOf({ ...SOUND, enum: [] })).toEqual(['enum']);
    expect(aboutOf({ ...SOUND, enum: ['A', 'A'] })).toEqual(['enum']);
    expect(aboutOf({ ...SOUND, enum: ['A'], contractValues: { B: 'x' } })).toEqual(['enum']);
  });

  it('refuse a key that no definition has', () => {
    expect(aboutOf({ ...SOUND, colour: 'red' } as ColumnDraft)).toEqual(['key']);
  });

  it('refuse unknown types, and a list or a decimal that is half said', () => {
    expect(aboutOf({ ...SOUND, type: 'float' })).toEqual(['type']);
    expect(aboutOf({ ...SOUND, type: 'list' })).toEqual(['type']);
    expect(aboutOf({ ...SOUND, type: 'decimal' })).toEqual(['type']);
    expect(aboutOf({ ...SOUND, type: 'decimal', scale: 9 })).toEqual([]);
    expect(aboutOf({ ...SOUND, default: 5 })).toEqual(['default']);
  });

  it('refuse a length of what is no text, and a text where a list belongs', () => {
    const measure = { ...SOUND, role: 'measure', type: 'double', unit: 'USD' };
    expect(aboutOf({ ...measure, maxLength: 3 })).toEqual(['bounds']);
    expect(aboutOf({ ...measure, pattern: 'x' })).toEqual(['pattern']);
    expect(aboutOf({ ...SOUND, synonyms: 'ticker' })).toEqual(['list']);
    expect(aboutOf({ ...SOUND, allowedPrefixes: 5 })).toEqual(['list']);
    expect(aboutOf({ ...SOUND, contractValues: null })).toEqual(['enum']);
  });

  it('refuse a name twice, a prefixed name that is taken, and a synonym with two owners', () => {
    const other = { ...SOUND, name: 'b' };
    expect(aboutOf(SOUND, SOUND)).toEqual(['duplicate']);
    expect(aboutOf({ ...SOUND, allowedPrefixes: ['x'] }, { ...SOUND, name: 'x_a' })).toEqual([
      'prefix',
    ]);
    expect(aboutOf({ ...SOUND, synonyms: ['B'] }, other)).toEqual(['synonym']);
    expect(
      aboutOf({ ...SOUND, synonyms: ['one two'] }, { ...other, synonyms: ['One_Two'] }),
    ).toEqual(['synonym']);
  });

  it('are all reported when a registry is made', () => {
    try {
      new ColumnRegistry([{ ...SOUND, description: '' }, SOUND]);
      throw new Error('nothing was refused');
    } catch (thrown) {
      expect(isFault(thrown) && thrown.code).toBe('COLUMN_INVALID');
      expect(isFault(thrown) && thrown.details['problems']).toHaveLength(2);
    }
  });
});

describe('the registry of the mesh', () => {
  it('resolves a column by its name, or with an allowed prefix, and nothing else', () => {
    expect(registry.resolve('trader_name')).toEqual({
      definition: registry.get('name'),
      prefix: 'trader',
    });
    expect(registry.resolve('model_name').prefix).toBeNull();
    for (const field of [
      'random_name',
      'TRADER_name',
      'trader_client_name',
      'name_',
      '',
      '__proto__',
    ]) {
      expect(() => registry.resolve(field)).toThrow('The registry has no such column.');
    }
    expect(registry.prefixedColumns('name')).toEqual([
      'trader_name',
      'salesperson_name',
      'client_name',
      'approver_name',
    ]);
    expect(registry.prefixedColumns('price')).toEqual([]);
    expect(() => registry.prefixedColumns('nothing')).toThrow('column: nothing');
    expect([registry.has('trader_name'), registry.isPrefixed('trader_name')]).toEqual([
      false,
      true,
    ]);
  });

  it('leads each word that people use to one column', () => {
    expect(registry.bySynonym('vol')?.name).toBe('volatility');
    expect(registry.bySynonym('Trading Volume')?.name).toBe('volume');
    expect(registry.bySynonym('direction')?.name).toBe('direction');
    expect(registry.bySynonym('rate')?.name).toBe('rate');
    expect(registry.bySynonym('PX')?.name).toBe('price');
    expect(registry.bySynonym('nothing of the kind')).toBeUndefined();
  });

  it('finds columns by words, the ones called so first', () => {
    expect(registry.search('qty')[0]?.name).toBe('quantity');
    expect(registry.search('strike price').map(({ name }) => name)[0]).toBe('strike');
    const found = registry.search('price').map(({ name }) => name);
    expect(found[0]).toBe('price');
    expect(found).toEqual(expect.arrayContaining(['limit_price', 'bid', 'strike']));
    expect(registry.search('  ')).toEqual([]);
    expect(registry.search('zzz')).toEqual([]);
  });

  it('lets a quantity be short, and knows the order types of the contracts', () => {
    expect(registry.get('quantity').minValue).toBeUndefined();
    expect(registry.get('order_type').enum).toEqual([
      'LIMIT',
      'MARKET',
      'STOP',
      'STOP_LIMIT',
      'ADAPTIVE',
    ]);
  });

  it('offers every field name as a value that cannot be changed', () => {
    expect(Object.keys(column)).toEqual(registry.fieldNames());
    expect(column.client_name.definition).toBe(registry.get('name'));
    expect(Object.isFrozen(column.symbol)).toBe(true);
  });
});

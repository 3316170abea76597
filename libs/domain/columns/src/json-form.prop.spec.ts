import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { registry } from './column.ts';
import { valueFromJson, valueToJson } from './json-form.ts';
import { valueProblems } from './value-rules.ts';

const ANY_VALUE: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  created: fc.maxSafeInteger(),
  commission: fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
  received_at_ns: fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
  bid: fc.double({ noNaN: true, noDefaultInfinity: true }),
  notes: fc.string(),
  active: fc.boolean(),
  tags: fc.array(fc.string()),
};

describe('the JSON form of a value', () => {
  it.each(Object.keys(ANY_VALUE))('gives %s back to the last digit, through JSON text', (name) => {
    const definition = registry.get(name);
    fc.assert(
      fc.property(ANY_VALUE[name] ?? fc.constant(null), (value) => {
        const text = JSON.stringify(valueToJson(definition, value));
        const read = valueFromJson(definition, JSON.parse(text));
        // JSON has one zero.
        expect(read).toEqual(value === 0 ? 0 : value);
        expect(valueProblems(name, definition, read)).toEqual([]);
      }),
    );
  });

  it('is refused or read as a value that keeps its type, whatever the JSON is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...registry.all()), fc.jsonValue(), (definition, json) => {
        const value = valueFromJson(definition, json);
        if (value === undefined || value === null) return;
        const rules = valueProblems(definition.name, definition, value).map(({ rule }) => rule);
        if (['timestamp', 'decimal', 'bigint'].includes(definition.type)) {
          expect(rules).not.toContain('type');
        } else {
          expect(value).toBe(json);
        }
      }),
    );
  });

  it('does not exist for bytes', () => {
    expect(valueFromJson(registry.get('payload'), 'AA==')).toBeUndefined();
  });
});

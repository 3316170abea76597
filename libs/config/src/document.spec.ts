import { describe, expect, it } from '@jest/globals';
import {
  choiceShape,
  decimalShape,
  formatProblems,
  listShape,
  loadDocument,
  mapShape,
  numberShape,
  objectShape,
  optionalShape,
  parseDocument,
  problemsOf,
  refinedShape,
  stringShape,
} from './index.ts';

const shape = objectShape({
  version: numberShape({ min: 1, max: 1_000, integer: true }),
  limits: mapShape(
    /^[A-Z]+$/,
    'an account',
    refinedShape(
      objectShape({
        quantity_max: decimalShape(9),
        low: numberShape({ min: 0, max: 10 }),
        high: optionalShape(numberShape({ min: 0, max: 10 }), 10),
      }),
      ({ low, high }) => (low <= high ? [] : [{ variable: 'low', rule: 'at most high' }]),
    ),
  ),
  modes: optionalShape(listShape(choiceShape(['paper', 'live']))),
  note: optionalShape(stringShape()),
});

const read = (text: string): unknown => parseDocument('limits.yaml', text, { shape });

function problemsIn(text: string): string[] {
  try {
    read(text);
  } catch (thrown) {
    return formatProblems(problemsOf(thrown)).split('\n');
  }
  return [];
}

describe('a document of settings', () => {
  it('becomes typed values, decimals read from their source text', () => {
    const text = 'version: 3\nlimits:\n  DESK: { quantity_max: 0.123456789, low: 1 }\n';
    expect(read(text)).toEqual({
      version: 3,
      limits: new Map([['DESK', { quantity_max: 123_456_789n, low: 1, high: 10 }]]),
      modes: undefined,
      note: undefined,
    });
  });

  it('names line, column and path of every problem', () => {
    const text = [
      'version: 0',
      'limits:',
      '  DESK:',
      '    quantity_max: 0.1234567891',
      '    low: 5',
      '    high: 2',
      '    hihg: 3',
      '  desk2: { low: 1 }',
      'modes: [paper, dream]',
    ].join('\n');
    expect(problemsIn(text)).toEqual([
      'limits.yaml:1:10 version: an integer from 1 to 1000; found "0"',
      'limits.yaml:4:19 limits.DESK.quantity_max: a decimal with at most 9 digits after the point; found "0.1234567891"',
      'limits.yaml:7:5 limits.DESK.hihg: no such key; known: quantity_max, low, high',
      'limits.yaml:8:3 limits.desk2: an account; found "desk2"',
      'limits.yaml:8:10 limits.desk2.quantity_max: required: a decimal with at most 9 digits after the point',
      'limits.yaml:9:16 modes[1]: one of paper, live; found "dream"',
    ]);
  });

  it('checks rules between fields where each of them is sound', () => {
    const text = 'version: 1\nlimits:\n  DESK: { quantity_max: 1, low: 5, high: 2 }\n';
    expect(problemsIn(text)).toEqual(['limits.yaml:3:33 limits.DESK.low: at most high']);
  });

  it.each([
    ['text that is not YAML', 'version: [1\n', 'limits.yaml:2:1'],
    ['a key given twice', 'version: 1\nversion: 2\n', 'limits.yaml:2:1'],
    ['aliases', 'version: &v 1\nlimits: *v\n', 'limits.yaml:2:9 limits: written out: no aliases'],
    ['an empty file', '', 'limits.yaml:1:1'],
    ['a second document', 'version: 1\nlimits: {}\n---\n{}\n', 'limits.yaml:3'],
  ])('refuses %s', (_, text, start) => {
    expect(problemsIn(text)[0]?.startsWith(start)).toBe(true);
  });

  it('is refused with the code of its kind when the file cannot be read', () => {
    let thrown: unknown;
    try {
      loadDocument('/nowhere/limits.yaml', { shape, code: 'LIMITS_INVALID' });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'LIMITS_INVALID' });
    expect(problemsOf(thrown)).toEqual([{ name: '/nowhere/limits.yaml', rule: 'a readable file' }]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { jsonDepth } from './json-depth.ts';

describe('the depth of a JSON text', () => {
  it.each([
    ['1', 0],
    ['[]', 1],
    ['{"a":[{"b":1}],"c":[]}', 3],
    ['"[[[["', 0],
    ['["\\"[[", {"k\\\\": []}]', 3],
    ['[[[', 3],
    ['', 0],
  ])('of %s is %d', (text, depth) => {
    expect(jsonDepth(text)).toBe(depth);
  });
});

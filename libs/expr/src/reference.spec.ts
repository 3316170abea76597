import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { FUNCTIONS } from './functions/table.ts';
import { renderReference } from './reference.ts';

const PAGE = new URL('../../../docs/reference/expressions.md', import.meta.url);

describe('docs/reference/expressions.md', () => {
  it('is what the function table says today', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(renderReference());
  });

  it('has every function with its types, its null rule and its text on every target', () => {
    const page = renderReference();
    for (const row of FUNCTIONS) {
      const section = page.split(`### ${row.name}\n`)[1]?.split('\n### ')[0] ?? '';
      for (const line of ['types', 'null', 'text', 'JSON', 'PostgreSQL', 'Pure', 'kernel']) {
        expect(section).toContain(`| ${line} |`);
      }
    }
  });
});

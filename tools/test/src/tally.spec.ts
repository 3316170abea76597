import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import { summarise, type SuiteOutcome } from './tally.ts';

const suite = join(REPOSITORY_ROOT, 'libs', 'a.spec.ts');

function outcome(over: Partial<SuiteOutcome> = {}): SuiteOutcome {
  return { suite, passed: 3, failed: 0, skipped: 0, failures: [], error: null, ...over };
}

describe('the summary of a run', () => {
  it('ends with the counts alone on the last line', () => {
    const { lines, green } = summarise([outcome()], [suite], false);
    expect(lines).toEqual(['3 passed, 0 failed']);
    expect(green).toBe(true);
  });

  it('names each failed test case and counts a broken suite as one failure', () => {
    const other = join(REPOSITORY_ROOT, 'libs', 'b.spec.ts');
    const { lines, green } = summarise(
      [
        outcome({ failed: 1, failures: ['adds up'] }),
        outcome({ suite: other, passed: 2, error: 'it hung' }),
      ],
      [suite, other],
      false,
    );
    expect(lines).toEqual([
      `FAILED ${join('libs', 'a.spec.ts')}: adds up`,
      `FAILED ${join('libs', 'b.spec.ts')}: it hung`,
      '5 passed, 2 failed',
    ]);
    expect(green).toBe(false);
  });

  it('counts a suite that never had its turn as failed', () => {
    const { lines } = summarise([], [suite], true);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
  });

  it('is not green when no spec file matches', () => {
    expect(summarise([], [], false).green).toBe(false);
  });
});

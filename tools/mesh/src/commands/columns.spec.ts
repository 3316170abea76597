import { afterEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { register } from './columns.ts';

/** What a command line printed, and the exit code that it asked for. */
async function mesh(
  ...args: readonly string[]
): Promise<{ out: string; err: string; code: unknown }> {
  const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
  const program = new Command();
  register(program, {
    line: (text) => void lines.out.push(text),
    error: (text) => void lines.err.push(text),
  });
  process.exitCode = 0;
  await program.parseAsync(args, { from: 'user' });
  return { out: lines.out.join('\n'), err: lines.err.join('\n'), code: exitCode() };
}

const exitCode = (): unknown => process.exitCode;

describe('mesh columns', () => {
  afterEach(() => {
    process.exitCode = 0;
  });

  it('lists the columns of a module, as a table and as JSON', async () => {
    const table = await mesh('columns', 'list', '--module', 'trading', '--role', 'measure');
    expect(table.out.split('\n').map((line) => line.split(/ +/)[0])).toEqual([
      'column',
      '--------',
      'price',
      'quantity',
      'pnl',
      'strength',
    ]);
    const all = JSON.parse((await mesh('columns', 'list', '--json')).out) as unknown[];
    expect(all.length).toBeGreaterThan(200);
  });

  it('shows a column by a prefixed name, with its types in every layer', async () => {
    const { out } = await mesh('columns', 'show', 'trader_name');
    expect(out).toMatch(/^base +name$/m);
    expect(out).toMatch(/^shown as +Trader Name$/m);
    expect(out).toMatch(/^sensitivity +pii$/m);
    expect(out).toMatch(/^PostgreSQL +text$/m);
    const shown = JSON.parse((await mesh('columns', 'show', 'direction', '--json')).out) as object;
    expect(shown).toMatchObject({ field: 'direction', contractValues: { LONG: 'BUY' } });
  });

  it('finds a column by a synonym of several words, best first', async () => {
    const { out, code } = await mesh('columns', 'search', 'implied', 'vol', '--json');
    expect((JSON.parse(out) as { name: string }[])[0]?.name).toBe('volatility');
    expect(code).toBe(0);
  });

  it('ends with 1 for a column that does not exist, and for words that find nothing', async () => {
    const unknown = await mesh('columns', 'show', 'nothing');
    expect([unknown.code, unknown.out]).toEqual([1, '']);
    expect(unknown.err).toContain('COLUMN_UNKNOWN');
    expect(await mesh('columns', 'search', 'zzz')).toEqual({ out: 'No column.', err: '', code: 1 });
  });
});

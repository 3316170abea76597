import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from './expr.ts';

let dir = '';
const PNL = '(current_price - avg_cost) * quantity';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mesh-expr-'));
  const rows = [
    { current_price: 230, avg_cost: 220, quantity: 100 },
    { current_price: 235, avg_cost: 220, quantity: 100 },
  ];
  write('one.json', JSON.stringify(rows[0]));
  write('rows.json', JSON.stringify(rows));
  write('rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  write(
    'rows.csv',
    'symbol,current_price,avg_cost,quantity\r\n"A,B",230,220,100\r\nC,235,,100\r\n',
  );
});

afterAll(() => {
  rmSync(dir, { recursive: true });
});

afterEach(() => {
  process.exitCode = 0;
});

function write(name: string, text: string): void {
  writeFileSync(join(dir, name), text);
}

/** What a command line printed, and the exit code that it asked for. */
async function mesh(
  ...args: readonly string[]
): Promise<{ out: string; err: string; code: number }> {
  const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
  const program = new Command();
  register(program, {
    line: (text) => void lines.out.push(text),
    error: (text) => void lines.err.push(text),
  });
  process.exitCode = 0;
  await program.parseAsync(args, { from: 'user' });
  return { out: lines.out.join('\n'), err: lines.err.join('\n'), code: process.exitCode };
}

const over = (file: string): readonly string[] => ['--data', join(dir, file)];

describe('mesh expr', () => {
  it('evaluates over an object, an array, lines of JSON, and CSV, a value a line', async () => {
    expect(await mesh('expr', PNL, ...over('one.json'))).toEqual({ out: '1000', err: '', code: 0 });
    expect((await mesh('expr', PNL, ...over('rows.json'))).out).toBe('1000\n1500');
    expect((await mesh('expr', PNL, ...over('rows.jsonl'))).out).toBe('1000\n1500');
    expect((await mesh('expr', PNL, ...over('rows.csv'))).out).toBe('1000\nnull');
    expect((await mesh('expr', 'symbol', ...over('rows.csv'))).out).toBe('A,B\nC');
  });

  it('translates to the plain arithmetic of the fields, knowing the bounds of the data', async () => {
    const { out } = await mesh('expr', PNL, ...over('rows.json'), '--sql', '--pure');
    expect(out.split('\n').slice(2)).toEqual([
      "PostgreSQL: (((data->>'current_price')::float8 - (data->>'avg_cost')::float8) * (data->>'quantity')::float8)",
      'Pure: (($row.current_price - $row.avg_cost) * $row.quantity)',
    ]);
  });

  it('lists the parameters of the SQL', async () => {
    const { out } = await mesh('expr', `symbol == "O'Brien"`, ...over('rows.csv'), '--sql');
    expect(out).toContain(`PostgreSQL: ((data->>'symbol') = $1::text)\n  $1 = "O'Brien"`);
  });

  it('writes one JSON text for programs', async () => {
    const { out } = await mesh('expr', PNL, ...over('rows.json'), '--json', '--pure');
    expect(JSON.parse(out)).toEqual({
      type: 'number',
      values: [1000, 1500],
      pure: '(($row.current_price - $row.avg_cost) * $row.quantity)',
      missing: [],
      fields: { current_price: 'number', avg_cost: 'number', quantity: 'number' },
    });
  });

  it('needs no data for an expression without fields', async () => {
    const time = ['--now', '2026-03-01T14:03:59Z'];
    expect((await mesh('expr', 'iso(bin(now(), 5m))', ...time)).out).toBe('2026-03-01T14:00:00Z');
  });

  it('says the types of a sound expression that has fields and no data', async () => {
    const { out, err, code } = await mesh('expr', 'if(pnl < -5000, label, "OK")');
    expect({ out, code }).toEqual({ out: '', code: 0 });
    expect(err).toBe(
      'No rows (--data). The expression is sound: string over pnl: number, label: string.',
    );
  });

  it('points at the place of an error with a caret and ends with 1', async () => {
    const { err, code } = await mesh('expr', 'current_price * * quantity', ...over('rows.json'));
    expect(code).toBe(1);
    expect(err.split('\n').slice(1)).toEqual([
      '  current_price * * quantity',
      '                  ^',
    ]);
    expect(err).toContain('expected a value, a field, a function or (');
  });

  it('tells which fields no row has', async () => {
    const { out, err } = await mesh('expr', 'currentprice + 1', ...over('rows.json'));
    expect(out).toBe('null\nnull');
    expect(err).toBe('No row has the field currentprice: it is null.');
  });

  it('refuses data that is not rows, and times that are none', async () => {
    write('list.json', '[1, 2]');
    expect((await mesh('expr', '1', ...over('list.json'))).err).toContain('ARGUMENT_INVALID');
    expect((await mesh('expr', 'now()', '--now', 'noon')).err).toContain('an RFC 3339 time');
    expect((await mesh('expr', '1', '--data', join(dir, 'absent.json'))).code).toBe(1);
  });
});

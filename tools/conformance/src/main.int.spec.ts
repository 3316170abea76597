import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { main } from './main.ts';

const GOLDEN = resolve(import.meta.dirname, '../../../tests/data/golden/binance.json');

describe('The conformance runner', () => {
  let dir = '';
  let printed = '';

  beforeEach(() => {
    dir = join(mkdtempSync(join(tmpdir(), 'conformance-')), 'golden');
    mkdirSync(dir);
    printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });

  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(resolve(dir, '..'), { recursive: true });
  });

  const put = (name: string, content: string): void => writeFileSync(join(dir, name), content);

  it('passes the recorded captures, found in the repository, with one line', async () => {
    put('binance.json', readFileSync(GOLDEN, 'utf8'));
    expect(await main([dir])).toBe(0);
    expect(printed).toBe('binance: 82 passed, 0 failed\n');
  });

  it('names the case that differs and ends with 1', async () => {
    const golden = readFileSync(GOLDEN, 'utf8');
    expect(golden).toContain('"-50.64281"');
    put('binance.json', golden.replace('"-50.64281"', '"-50.64282"'));
    expect(await main([dir])).toBe(1);
    expect(printed).toContain('binance: 81 passed, 1 failed\n');
    expect(printed).toContain(
      '  spot_btcusdt.ofi_l1.total: expected "-50.64282", found "-50.64281"',
    );
  });

  it('looks for captures beside the golden files first', async () => {
    mkdirSync(join(dir, '../binance'));
    writeFileSync(join(dir, '../binance/usdm-btcusdt.gz'), 'not a capture');
    put('binance.json', readFileSync(GOLDEN, 'utf8'));
    expect(await main([dir])).toBe(1);
    expect(printed).toContain('usdm_btcusdt.files.usdm-btcusdt.gz.sha256');
  });

  it.each([
    ['a file that no suite knows', 'unheard-of.json', '{}', 'no suite knows this file'],
    ['a module that is no suite', 'capture.json', '{}', 'no suite knows this file'],
    ['a file without cases', 'binance.json', '{}', 'the file holds no case'],
    ['an empty file', 'binance.json', '', 'JSON'],
    ['a file of another form', 'binance.json', '{"x":{}}', 'x: '],
  ])('fails %s', async (_, name, content, why) => {
    put(name, content);
    expect(await main([dir])).toBe(1);
    expect(printed).toContain('0 passed, 1 failed');
    expect(printed).toContain(why);
  });

  it('fails a folder without golden files', async () => {
    expect(await main([dir])).toBe(1);
    expect(await main([join(dir, 'nowhere')])).toBe(1);
    expect(printed).toContain('no golden file');
  });
});

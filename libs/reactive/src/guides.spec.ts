/** Runs what the guides to expressions and reactive values, and the README of expressions, show. */
import { describe, expect, it } from '@jest/globals';
import * as expr from '@tickmesh/expr';
import { isFault } from '@tickmesh/kernel';
import { readFileSync } from 'node:fs';
import * as reactive from './index.ts';

const page = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** The fenced blocks of a language; '' for those that name none. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');
}

/** Each import becomes a look into the package's own list of names, so that a name it lacks fails. */
function withoutImports(source: string): string {
  return source.replace(
    /^import (\{[^}]*\}) from '@tickmesh\/(expr|reactive)';$/gm,
    (_, names: string, from: string) => `const ${names} = packages.${from};`,
  );
}

/** @param parts what the sample takes for granted, by name */
function runSample(source: string, parts: Readonly<Record<string, unknown>> = {}): void {
  const names = ['packages', ...Object.keys(parts)];
  // The guides are our own text.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const sample = new Function(...names, `"use strict";\n${withoutImports(source)}`) as (
    ...values: unknown[]
  ) => void;
  sample({ expr: checkedNames(expr), reactive: checkedNames(reactive) }, ...Object.values(parts));
}

function checkedNames(names: object): object {
  return new Proxy(names, {
    get: (target, name): unknown => {
      expect(Object.keys(target)).toContain(name);
      return Reflect.get(target, name);
    },
  });
}

/** What an inline claim says: JSON, or another expression. */
function claimed(text: string): unknown {
  return /^(?:-?\d+|true|false|null)$/.test(text)
    ? JSON.parse(text)
    : expr.parse(text).evaluate({});
}

describe('docs/guides/expressions.md', () => {
  const guide = page('docs/guides/expressions.md');

  it('shows expressions that are some', () => {
    const [examples = ''] = blocks(guide, '');
    const lines = examples.trim().split('\n');
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(String(expr.parse(line))).not.toBe('');
  });

  it('shows an error as it is', () => {
    const shown = blocks(guide, '').at(-1) ?? '';
    const text = shown.split('\n')[1]?.trim() ?? '';
    expect(errorOf(text)).toBe(shown.trimEnd());
  });

  it('claims of values what evaluate gives', () => {
    const claims = [...guide.matchAll(/`([^`]+)` is (?:`([^`]+)`|(-?\d+|true|false|null)\b)/g)];
    expect(claims.length).toBeGreaterThan(5);
    for (const [, text = '', other, value] of claims) {
      const found = expr.parse(text).evaluate({});
      expect([text, found]).toEqual([text, claimed(other ?? value ?? '')]);
    }
  });

  it('has code that runs', () => {
    const samples = blocks(guide, 'ts');
    expect(samples).toHaveLength(1);
    for (const sample of samples) runSample(sample);
  });

  it('lists every unit of a duration and the years of a timestamp', () => {
    const [, units = ''] = /\(([a-z ]+)\) +\| microseconds/.exec(guide) ?? [];
    expect(units.split(' ').map((unit) => typeof micros(`1${unit}`))).toEqual(
      units.split(' ').map(() => 'number'),
    );
    expect([1, -1].map((sign) => year(sign * expr.MICROS_MAX))).toEqual([2255, 1684]);
  });
});

describe('the README of expressions', () => {
  it('has code that runs and gives what its comments say', () => {
    const [sample = ''] = blocks(page('libs/expr/README.md'), 'ts');
    const found: unknown[] = [];
    const said: unknown[] = [];
    const source = sample.replace(/^(.+); \/\/ (-?\d+)$/gm, (_, code: string, value: string) => {
      said.push(Number(value));
      return `tell(${code});`;
    });
    runSample(source, { tell: (value: unknown) => found.push(value) });
    expect(said).toEqual([1000]);
    expect(found).toEqual(said);
  });
});

describe('docs/guides/reactive.md', () => {
  it('has code that runs and publishes what its comments say', async () => {
    const published: unknown[] = [];
    const versions: unknown[] = [];
    const onFault = (fault: unknown): void => {
      throw fault;
    };
    const samples = blocks(page('docs/guides/reactive.md'), 'ts');
    expect(samples).toHaveLength(3);
    const [, first, second] = /publishes (\d+) now\n.*publishes (\d+) before/.exec(
      samples[0] ?? '',
    ) ?? [''];
    const after = `graph.update('AAPL', 'current_price', 240); settled(persistence.settled());`;
    let settled: Promise<void> | undefined;
    runSample([...samples, after].join('\n'), {
      publish: (value: unknown) => published.push(value),
      log: { error: onFault },
      onFault,
      sink: {
        write: (node: string, values: unknown) => {
          versions.push([node, values]);
          return Promise.resolve();
        },
      },
      settled: (promise: Promise<void>) => (settled = promise),
    });
    await settled;
    // The value, its change, the total as it is, and both after the last price.
    expect(published).toEqual([Number(first), Number(second), 1500, 2000, 2000]);
    expect(versions).toEqual([
      ['AAPL', { current_price: 240, avg_cost: 220, quantity: 100, pnl: 2000, state: 'OK' }],
    ]);
  });
});

function errorOf(text: string): string {
  try {
    expr.parse(text);
  } catch (thrown) {
    if (isFault(thrown)) return expr.explainError(text, thrown);
    throw thrown;
  }
  return 'no error';
}

const micros = (text: string): unknown => expr.parse(`micros(${text})`).evaluate({});
const year = (at: number): unknown => expr.parse('year(at)', { at: 'timestamp' }).evaluate({ at });

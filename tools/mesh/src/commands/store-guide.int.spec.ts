/** Every line of the guide to the store is run: what is typed, against a store that runs, and what is programmed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectStore } from '@tickmesh/client/node';
import { TRADE } from '@tickmesh/domain-columns';
import { parseRfc3339 } from '@tickmesh/kernel';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import { OrdersBeside } from '../testing/orders-beside.ts';
import { StoreMesh } from '../testing/store-mesh.ts';

const guide = readFileSync(join(REPOSITORY_ROOT, 'docs', 'guides', 'store.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...guide.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');

interface Step {
  readonly command: string;
  readonly shown: readonly string[];
}

/** A line that begins with `$ ` is typed, what follows is what it prints. */
const steps: Step[] = blocks('console').flatMap((block) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...shown] = step.trimEnd().split('\n');
      return { command, shown };
    }),
);

const MARK = '\u0001';

let people: StoreMesh;
let orders: OrdersBeside | undefined;
let printed: readonly { readonly out: string; readonly code: number }[];

beforeAll(async () => {
  people = await StoreMesh.start();
  orders = await OrdersBeside.start(people);
  // One shell, since later lines name what earlier ones have set.
  const script = steps.map(({ command }) => `{ ${command}; } 2>&1; printf '\\1%s\\1' $?`);
  const { out, err } = await people.shell(script.join('\n'), orders.environment);
  if (err !== '') throw new Error(err);
  const parts = out.split(MARK);
  printed = steps.map((_, i) => ({
    out: (parts[2 * i] ?? '').trimEnd(),
    code: Number(parts[2 * i + 1]),
  }));
}, 240_000);
afterAll(async () => {
  await orders?.close();
  await people.close();
});

/** `...` stands for anything; alone in a line, for any lines. */
function matcher(shown: readonly string[]): RegExp {
  const lines = shown.map((line) =>
    line === '...'
      ? '(?:.*\n)*?'
      : `${line
          .split('...')
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')} *\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}

describe('docs/guides/store.md', () => {
  it('shows what is typed', () => {
    expect(steps.length).toBeGreaterThan(20);
  });

  it.each(steps.map((step, i) => [step.command, step.shown, i] as const))('%s', (_, shown, i) => {
    const { out, code } = printed[i] ?? { out: '', code: NaN };
    expect(out === '' ? '' : `${out}\n`).toMatch(matcher(shown));
    expect(code).toBe(/^[A-Z_]+: /.test(shown[0] ?? '') ? 1 : 0);
  });

  it('has code that runs and gives what it says', async () => {
    const [sample = '', ...others] = blocks('ts');
    expect(others).toEqual([]);
    const said = [...guide.matchAll(/`([\w.]+)` is\s+`([\d.]+)`/g)];
    expect(said).toHaveLength(3);
    const source = sample
      .replace(/^import .*\n/gm, '')
      .replace('grpc://127.0.0.1:4004', people.store.grpcUrl);
    const names = said.map(([, name = '']) => name);
    const body = `"use strict"; return (async () => {\n${source}\nreturn [${names.join()}];\n})();`;
    const parts = {
      connectStore,
      TRADE,
      tokenOf: async (name: string) => tokenOf(name),
      ten: parseRfc3339('2026-02-22T10:00:00Z'),
      noon: parseRfc3339('2026-02-22T12:00:00Z'),
    };
    // The guide is our own text.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const run = new Function(...Object.keys(parts), body) as (
      ...values: unknown[]
    ) => Promise<unknown[]>;
    const found = await run(...Object.values(parts));
    expect(found).toEqual(said.map(([, , value]) => Number(value)));
  });
});

async function tokenOf(name: string): Promise<string> {
  const { out } = await people.mesh(['token', '--as', name]);
  return out.trim();
}

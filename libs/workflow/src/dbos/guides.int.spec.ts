/** Runs what the guide to workflows and the README show. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as workflow from '../index.ts';
import type { OutboxRow, TransitionRequest } from '../index.ts';
import { makeWorkflowDatabase, type WorkflowDatabase } from '../testing/database.ts';

const page = (path: string): string =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

let database: WorkflowDatabase;

beforeAll(async () => {
  database = await makeWorkflowDatabase();
});
afterAll(() => database.drop());

function samples(text: string): string[] {
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => match[1] ?? '');
}

/** Types go, and each import becomes a look into the package's own names, so that one it lacks fails. */
function runnable(source: string): string {
  return source
    .replace(/^import (\{[^}]*\}) from '@tickmesh\/workflow';$/gm, 'const $1 = names;')
    .replace(/\b(tradeId|quantity): (string|number)/g, '$1');
}

/** @param parts what the samples take for granted, by name @returns what they leave in these variables */
function run(
  source: string,
  variables: readonly string[],
  parts: Readonly<Record<string, unknown>> = {},
): Promise<unknown[]> {
  const names = new Proxy(workflow, {
    get: (target, name): unknown => {
      expect(Object.keys(target)).toContain(name);
      return Reflect.get(target, name);
    },
  });
  const body = `"use strict";\nreturn (async () => {\n${runnable(source)}\nreturn [${variables.join()}];\n})();`;
  // The pages are our own text.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const sample = new Function('names', ...Object.keys(parts), body) as (
    ...values: unknown[]
  ) => Promise<unknown[]>;
  return sample(names, ...Object.values(parts));
}

/** What a page says that something is: a literal of JavaScript. */
function literal(text: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return (new Function(`return (${text});`) as () => unknown)();
}

it('the README has code that runs and gives what its comment says', async () => {
  const [sample = ''] = samples(page('libs/workflow/README.md'));
  const said = /; \/\/ (\{.*\})$/m.exec(sample)?.[1] ?? '';
  expect(await run(sample, ['result'])).toEqual([literal(said)]);
});

describe('docs/guides/workflows.md', () => {
  it('has code that runs and gives what it says', async () => {
    const guide = page('docs/guides/workflows.md');
    const parts = samples(guide);
    expect(parts).toHaveLength(4);
    const marked: string[] = [];
    const row: OutboxRow = {
      ...{ id: 'row-1', workflowName: 'settle_trade', workflowId: 'settle-T-3' },
      arguments: ['T-3'],
    };
    const [result, status, started] = await run(
      parts.join('\n').replace("'workflows'", 'role'),
      ['result', 'status', 'started'],
      {
        ...{ url: database.url, ownerUrl: database.ownerUrl, role: database.role },
        bank: { reserve: () => 100 },
        store: {
          transition: ({ entityId, expectedVersion, toState }: TransitionRequest) =>
            Promise.resolve({ entityId, version: expectedVersion + 1, state: toState }),
        },
        outbox: {
          pending: () => Promise.resolve([row]),
          markStarted: (id: string) => Promise.resolve(marked.push(id)),
        },
      },
    );
    const [, saidResult = '', saidStatus = ''] =
      /`result` is `(\{.*\})`, and `status` is `('.*')`/.exec(guide) ?? [];
    expect(result).toEqual(literal(saidResult));
    expect(status).toBe(literal(saidStatus));
    expect([started, marked]).toEqual([1, ['row-1']]);
    const rows = await database.query(
      `select inputs from dbos.workflow_status where workflow_uuid = 'settle-T-3'`,
    );
    expect(rows).toHaveLength(1);
  });
});

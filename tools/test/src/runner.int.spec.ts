import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MESH_DIR, REPOSITORY_ROOT } from '@tickmesh/local';
import { runSuites } from './run-suites.ts';

const FIXTURES = join(REPOSITORY_ROOT, 'tools', 'test', 'src', 'fixtures');
const MATCH_FIXTURES = '--testMatch=**/*.fixture.ts';

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** `npm test -- ...fixtures`, as a person runs it; asked to end as soon as its output holds `interruptAt`. */
function runRunner(fixtures: readonly string[], interruptAt?: string): Promise<Run> {
  const patterns = fixtures.map((name) => `fixtures/${name}.fixture`);
  const runner = join(REPOSITORY_ROOT, 'tools', 'test', 'run.mjs');
  const child = spawn(process.execPath, [runner, ...patterns, MATCH_FIXTURES], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let interrupted = false;
  const read = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
    if (interruptAt === undefined || interrupted || !output.includes(interruptAt)) return;
    interrupted = true;
    child.kill('SIGTERM');
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, output });
    });
  });
}

function lastLine(run: Run): string | undefined {
  return run.output.trimEnd().split('\n').at(-1);
}

describe('the test runner', () => {
  it('ends with the counts and the exit code that fits them', async () => {
    const green = await runRunner(['passes']);
    expect([lastLine(green), green.code]).toEqual(['1 passed, 0 failed', 0]);

    const red = await runRunner(['passes', 'fails', 'does-not-load']);
    expect([lastLine(red), red.code]).toEqual(['1 passed, 2 failed', 1]);
    expect(red.output).toContain('this file does not load');
  });

  it('names the suite that leaves a server or a process behind', async () => {
    const run = await runRunner(['leaks-server', 'leaks-process']);
    expect(run.output).toMatch(/FAILED .*leaks-server\.fixture\.ts: .*leaves behind: server on/);
    expect(run.output).toMatch(/FAILED .*leaks-process\.fixture\.ts: .*leaves behind: process \d+/);
    expect(run.code).toBe(1);
  });

  it('kills a suite that outlives its limit, names it, and runs the others', async () => {
    const said: string[] = [];
    const outcomes = await runSuites({
      suites: ['hangs', 'passes'].map((name) => join(FIXTURES, `${name}.fixture.ts`)),
      args: [MATCH_FIXTURES],
      environment: {},
      signal: new AbortController().signal,
      say: (line) => said.push(line),
      suiteLimitMs: 4_000,
    });
    const bySuite = Object.fromEntries(outcomes.map((outcome) => [outcome.suite, outcome]));
    expect(bySuite[join(FIXTURES, 'hangs.fixture.ts')]?.error).toContain('did not end within 4 s');
    expect(bySuite[join(FIXTURES, 'passes.fixture.ts')]?.passed).toBe(1);
    expect(said).toEqual([expect.stringContaining('hangs.fixture.ts')]);
  });

  it('ends at once when it is asked to, and says what did not run', async () => {
    const run = await runRunner(['hangs'], 'it hangs');
    expect(run.output).toMatch(/NOT RUN .*hangs\.fixture\.ts/);
    expect([lastLine(run), run.code]).toEqual(['0 passed, 1 failed', 1]);
  });

  it('deletes its data folder', async () => {
    const before = new Set(readdirSync(MESH_DIR));
    await runRunner(['passes']);
    expect(
      readdirSync(MESH_DIR).filter((name) => /^test-\d+$/.test(name) && !before.has(name)),
    ).toEqual([]);
  });
});

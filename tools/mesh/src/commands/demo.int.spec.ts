/** The demonstration of the three tiers, as a person sees it. */
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@tickmesh/database';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { register } from './demo.ts';

const serverUrl = process.env['TICKMESH_TEST_POSTGRES_URL'] ?? '';

async function demo(...args: readonly string[]): Promise<{ out: string[]; err: string[] }> {
  const told = { out: [] as string[], err: [] as string[] };
  const program = new Command();
  register(program, {
    line: (text) => void told.out.push(text),
    error: (text) => void told.err.push(text),
  });
  await program.parseAsync(['demo', 'three-tiers', ...args], { from: 'user' });
  return told;
}

describe('mesh demo three-tiers', () => {
  it('tells the three tiers in their order, the roll-back and the failed hook, and leaves nothing', async () => {
    const { out, err } = await demo('--database', serverUrl);
    expect(err).toEqual([]);
    expect(out.join('\n')).toBe(`the three tiers
  ada writes an order: PENDING, version 1
  tier 1, in the transaction: the trade is written with the fill
  tier 2, after the commit: on the way out of PENDING
  tier 2, after the commit: on the way into FILLED
  ada has her answer: FILLED, version 2
  tier 3, a durable workflow from the outbox: the order is settled
  read back: SETTLED, version 3; trades so far: 1

who may
  ada writes an order: PENDING, version 1
  ada, a trader, cancels: TRANSITION_NOT_PERMITTED
  rita, a risk manager to whom ada gave the right to write, cancels it
  read back: CANCELLED, version 2; trades so far: 1

the roll-back
  ada writes an order: PENDING, version 1
  tier 1, in the transaction: the action fails
  the transaction is rolled back, and ada is told: ARGUMENT_INVALID
  no hook ran, and no workflow starts
  read back: PENDING, version 1; trades so far: 1

the failed hook
  ada writes an order: PENDING, version 1
  tier 1, in the transaction: the trade is written with the fill
  tier 2, after the commit: on the way out of PENDING
  tier 2, after the commit: onEnter fails (SERVICE_UNREACHABLE), which is logged
  ada has her answer: FILLED, version 2
  tier 3, a durable workflow from the outbox: the order is settled
  read back: SETTLED, version 3; trades so far: 2`);
    const server = openDatabase(serverUrl, { applicationName: 'demo-spec', connectionsMax: 1 });
    const left = await server.query(
      `select datname as name from pg_database where datname like 'demo\\_%'
       union all select rolname from pg_roles where rolname like 'demo\\_%'`,
    );
    await server.close();
    expect(left).toEqual([]);
  });

  it('tells programs a line of JSON at a time, and nothing else', () => {
    const words = ['demo', 'three-tiers', '--json', '--database', serverUrl];
    const bin = join(REPOSITORY_ROOT, 'tools', 'mesh', 'bin', 'mesh.mjs');
    const { stdout, status } = spawnSync(process.execPath, [bin, ...words], { encoding: 'utf8' });
    const lines = stdout.trim().split('\n');
    const parts = lines.map((line) => (JSON.parse(line) as { part: string }).part);
    const all = ['the three tiers', 'who may', 'the roll-back', 'the failed hook'];
    expect([[...new Set(parts)], status]).toEqual([all, 0]);
  });

  it('says when there is no database', async () => {
    const { err } = await demo('--database', 'postgres://nobody@127.0.0.1:1/none');
    expect(err.join()).toContain('DATABASE_UNREACHABLE');
    process.exitCode = 0;
  });
});

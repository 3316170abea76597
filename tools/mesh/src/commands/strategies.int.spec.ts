/** `mesh strategies` against real topics: what was checkpointed is shown, and a pause stays on record. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { withBus } from '../connect.ts';
import { register } from './strategies.ts';

const before = { ...process.env };

interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

async function strategies(...args: readonly string[]): Promise<Ended> {
  const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  register(program, {
    line: (text) => void lines.out.push(text),
    error: (text) => void lines.err.push(text),
  });
  process.exitCode = 0;
  await program.parseAsync(['strategies', ...args], { from: 'user' });
  return { out: lines.out.join('\n'), err: lines.err.join('\n'), code: process.exitCode };
}

beforeAll(async () => {
  process.env = Object.fromEntries(
    Object.entries(before).filter(([name]) => !name.startsWith('TICKMESH_TEST_')),
  );
  Object.assign(process.env, {
    KAFKA_BROKERS: before['TICKMESH_TEST_KAFKA'],
    SCHEMA_REGISTRY_URL: `${before['TICKMESH_TEST_REGISTRY'] ?? ''}/apis/ccompat/v7`,
    TICKMESH_TOPIC_PREFIX: `strategies-${randomUUID().slice(0, 8)}-`,
  });
  await withBus(async (bus) => {
    await bus.topics.create(['strategy_checkpoints', 'strategy_control']);
    await bus.registerSchemas(['strategy_checkpoints', 'strategy_control']);
  });
});

afterAll(() => {
  process.env = before;
});

afterEach(() => {
  process.exitCode = 0;
});

interface Line {
  readonly id: string;
  readonly paused: { readonly reason: string } | null;
  readonly member: string | null;
}

describe('mesh strategies', () => {
  it('lists what is configured, also before anything ran', async () => {
    const { out } = await strategies('list');
    expect(out).toMatch(/OFI_BTC +ofi_crossover +PAPER-1 +BINANCE\|BTCUSDT +running +none yet/);
    const lines = JSON.parse((await strategies('list', '--json')).out) as readonly Line[];
    expect(lines.find(({ id }) => id === 'OFI_BTC')).toMatchObject({ paused: null, member: null });
  });

  it('pauses one with a reason until it is resumed', async () => {
    const pausedOf = async (): Promise<Line['paused'] | undefined> => {
      const lines = JSON.parse((await strategies('list', '--json')).out) as readonly Line[];
      return lines.find(({ id }) => id === 'OFI_BTC')?.paused;
    };
    const paused = await strategies('pause', 'OFI_BTC', '--reason', 'odd fills');
    expect([paused.code, paused.out]).toEqual([0, expect.stringContaining('OFI_BTC is paused')]);
    expect(await pausedOf()).toMatchObject({ reason: 'odd fills' });
    expect((await strategies('list')).out).toContain('odd fills');
    await strategies('resume', 'OFI_BTC', '--reason', 'looked into');
    expect(await pausedOf()).toBeNull();
  });

  it('says which there are when one is not configured, and wants a reason', async () => {
    const { code, err } = await strategies('pause', 'NOBODY', '--reason', 'x');
    expect([code, err.split(':')[0]]).toEqual([1, 'NOT_FOUND']);
    expect(err).toContain('OFI_BTC');
    await expect(strategies('pause', 'OFI_BTC')).rejects.toThrow(/--reason/);
    const absent = await strategies('list', '--strategies', '/absent.yaml');
    expect(absent.code).toBe(1);
  });
});

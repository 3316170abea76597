/** The commands of a desk (orders, positions, limits, halt, rearm) against a real order plane behind its edges. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { type Rig, type ServedPlane, openRig, servePlane } from '@tickmesh/order-plane/testing';
import { register as registerHalt } from './halt.ts';
import { register as registerLimits } from './limits.ts';
import { register as registerOrders } from './orders.ts';
import { register as registerPositions } from './positions.ts';

const LIMITS = fileURLToPath(
  new URL('../../../../services/order-plane/src/testing/limits.yaml', import.meta.url),
);
const before = { ...process.env };
let folder: string;
let rig: Rig;
let served: ServedPlane;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-desk-'));
  rig = await openRig(LIMITS);
  served = await servePlane(await rig.open());
  // The command line refuses variables of our prefix that it does not know.
  process.env = Object.fromEntries(
    Object.entries(before).filter(([name]) => !name.startsWith('TICKMESH_TEST_')),
  );
  Object.assign(process.env, {
    // A broker that is named means another mesh than the one that may run from this clone.
    KAFKA_BROKERS: before['TICKMESH_TEST_KAFKA'],
    ORDER_PLANE_HTTP_PORT: String(served.service.httpPort),
    MESH_TOKEN: await served.issuer.tokenFor({ name: 'ann', roles: ['trader', 'risk_manager'] }),
  });
});

afterAll(async () => {
  process.env = before;
  await served.close();
  await rig.close();
  rmSync(folder, { recursive: true });
});

afterEach(() => {
  process.exitCode = 0;
});

interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** What a command line printed, and the exit code that it asked for. */
async function mesh(...args: readonly string[]): Promise<Ended> {
  const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const output = {
    line: (text: string) => void lines.out.push(text),
    error: (text: string) => void lines.err.push(text),
  };
  for (const register of [registerOrders, registerPositions, registerLimits, registerHalt]) {
    register(program, output);
  }
  process.exitCode = 0;
  await program.parseAsync(args, { from: 'user' });
  return { out: lines.out.join('\n'), err: lines.err.join('\n'), code: process.exitCode };
}

async function meshJson<Answer>(...args: readonly string[]): Promise<Answer> {
  const { out, err } = await mesh(...args, '--json');
  if (out === '') throw new Error(err);
  return JSON.parse(out) as Answer;
}

const WHY = ['--reason', 'rebalance'] as const;
const BUY = ['SIM:AAPL', 'buy', '10'] as const;

async function submit(...more: readonly string[]): Promise<string> {
  const { intent_id } = await meshJson<{ intent_id: string }>('orders', 'submit', ...more, ...WHY);
  return intent_id;
}

describe('mesh orders', () => {
  it('previews an order: what the checks say, and what it is worth', async () => {
    await rig.quote();
    const sound = await mesh('orders', 'preview', ...BUY);
    expect(sound).toMatchObject({ code: 0, err: '' });
    expect(sound.out).toContain('would be approved for PAPER-1, limits version 7');
    expect(sound.out).toContain('worth 1000 USD, fee about 0.5, position then 10');
    const large = await mesh('orders', 'preview', 'SIM:AAPL', 'buy', '1001');
    expect(large.code).toBe(1);
    expect(large.out).toMatch(/MAX_ORDER_QTY +FAIL +quantity 1001, max 1000/);
  });

  it('submits, shows the whole life, and lists', async () => {
    await rig.quote();
    const id = await submit(...BUY);
    await rig.reported(id, 'FILLED');
    const { out } = await mesh('orders', 'show', id);
    expect(out).toContain('NEW BUY 10 MARKET SIM:AAPL (ann: rebalance)');
    expect(out).toContain('FILLED, filled 10 at 100.01, sent 1x');
    for (const word of ['intake: approved', 'KILL_SWITCH', 'acknowledged', 'ACKNOWLEDGED']) {
      expect(out).toContain(word);
    }
    expect((await mesh('orders', 'list')).out).toContain('SIM:AAPL');
    const [first] = await meshJson<readonly object[]>('orders', 'list', '--account', 'PAPER-1');
    expect(first).toMatchObject({ intent_id: id, status: 'FILLED' });
    expect((await mesh('orders', 'list', '--open')).out).toBe('no orders');
  });

  it('replaces an order that may only rest, and cancels it', async () => {
    await rig.quote();
    const id = await submit(...BUY, '--limit', '90', '--lifetime', 'gtc', '--post-only');
    await rig.reported(id, 'ACKNOWLEDGED');
    const replaced = await mesh('orders', 'replace', id, '--limit', '91.5', ...WHY);
    expect(replaced.out).toMatch(/^replace requested: intent [0-9a-f-]{36}$/);
    await rig.reported(replaced.out.slice(-36), 'ACKNOWLEDGED');
    const [open] = await meshJson<readonly object[]>('orders', 'list', '--open');
    expect(open).toMatchObject({ intent_id: id, limit_price: '91.5' });
    expect((await mesh('orders', 'cancel', id, ...WHY)).out).toMatch(/^cancel requested: intent /);
    await rig.reported(id, 'CANCELED');
  });

  it('says what is wrong, for people and for programs, and ends with 1', async () => {
    const absent = '550e8400-e29b-41d4-a716-446655440000';
    const wrong: readonly (readonly [string, readonly string[]])[] = [
      ['ARGUMENT_INVALID', ['show', 'nonsense']],
      ['NOT_FOUND', ['show', absent]],
      ['NOT_FOUND', ['cancel', absent, ...WHY]],
      ['ARGUMENT_INVALID', ['replace', absent, ...WHY]],
      ['ARGUMENT_INVALID', ['list', '--max', 'many']],
      ['ARGUMENT_INVALID', ['submit', 'SIM:AAPL', 'hold', '10', ...WHY]],
      ['ARGUMENT_INVALID', ['submit', 'AAPL', 'buy', '10', ...WHY]],
      ['ARGUMENT_INVALID', ['submit', 'SIM:AAPL', 'buy', '-1', ...WHY]],
    ];
    for (const [code, args] of wrong) {
      const { out, err, code: exit } = await mesh('orders', ...args);
      expect([args, out, exit, err.split(':')[0]]).toEqual([args, '', 1, code]);
    }
    const { err } = await mesh('orders', 'show', 'nonsense', '--json');
    expect(JSON.parse(err)).toMatchObject({
      error: 'ARGUMENT_INVALID',
      details: { name: 'intentId', rule: 'a UUID in lower case' },
    });
    await expect(mesh('orders', 'submit', ...BUY)).rejects.toThrow(/--reason/);
  });
});

describe('mesh positions', () => {
  it('shows what is held, by account or strategy, and profit and loss at a stated mark', async () => {
    await rig.quote();
    const { out } = await mesh('positions', '--mark', 'side');
    expect(out).toMatch(/PAPER-1 +SIM:AAPL +10 +100.01 +99.99 \(bid\)/);
    expect(out).toMatch(/PAPER-1 +USD +0 +-0.2 +0.50005 +-0.70005/);
    const answer = await meshJson<object>('positions', '--strategy', 'MANUAL');
    expect(answer).toMatchObject({
      mark_rule: 'mid',
      positions: [{ strategy_id: 'MANUAL', quantity: '10', mark: '100' }],
      profit_and_loss: [{ currency: 'USD', net: '-0.60005' }],
    });
    expect((await mesh('positions', '--strategy', 'NOBODY')).out).toBe('no positions');
    const wrong = await mesh('positions', '--mark', 'moon');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('mid, side, last')]);
  });
});

const limitsFile = (order_quantity_max: number): string => {
  const file = join(folder, 'limits.yaml');
  writeFileSync(
    file,
    `defaults: { signal_age_ms_max: 60000, reference_age_ms_max: 60000, order_quantity_max: ${order_quantity_max} }
accounts: { PAPER-1: { broker: paper, cash: { USD: 1000000 }, limits: { gross_max: 500000 } } }
strategies: { TEST: { account: PAPER-1 }, MANUAL: { account: PAPER-1 } }
`,
  );
  return file;
};

describe('mesh limits', () => {
  it('shows them, lowers them at once, and keeps what raises for another person', async () => {
    const { out } = await mesh('limits', 'show');
    expect(out).toMatch(/^version 7, in force since 2020-01-01T00:00:00Z, by test/);
    expect(out).toMatch(/all +order_quantity_max +1000/);
    expect(out).toContain('nothing is halted');
    const set = (max: number, base: number) =>
      mesh('limits', 'set', limitsFile(max), '--base', String(base), ...WHY);
    expect((await set(500, 7)).out).toBe('version 8 is taken');
    const raised = await set(700, 8);
    expect(raised.out).toContain('it raises defaults.order_quantity_max: 500 to 700');
    const changeId = /approve ([0-9a-f-]{36})/.exec(raised.out)?.[1] ?? '';
    const alone = await mesh('limits', 'approve', changeId, ...WHY);
    expect([alone.code, alone.err.split(':')[0]]).toEqual([1, 'SECOND_PERSON_NEEDED']);
    const bob = await served.person('bob', ['risk_manager']);
    await bob.http(`limits/changes/${changeId}/approve`, { reason: 'agreed' });
    const changes = await meshJson<readonly object[]>('limits', 'changes');
    expect(changes).toMatchObject([
      { version: 9, requested_by: 'ann', approved_by: 'bob' },
      { version: 8, approved_by: null },
      { version: 7 },
    ]);
    expect((await set(100, 8)).err).toMatch(/^VERSION_CONFLICT/);
    expect((await mesh('limits', 'set', 'absent.yaml', '--base', '9', ...WHY)).code).toBe(1);
    writeFileSync(join(folder, 'broken.yaml'), 'accounts: { PAPER-1: { broker: 3 } }');
    const broken = await mesh('limits', 'set', join(folder, 'broken.yaml'), '--base', '9', ...WHY);
    expect(broken.err).toMatch(/^LIMITS_INVALID/);
    expect(broken.err).toContain('accounts.PAPER-1.broker');
  });
});

describe('mesh halt and rearm', () => {
  it('halt at once, and let pass again by two people', async () => {
    await rig.quote();
    const halted = await mesh('halt', 'account', 'PAPER-1', '--reason', 'drill');
    expect(halted.out).toContain('account PAPER-1 is halted, by ann: drill');
    expect((await mesh('orders', 'preview', ...BUY)).out).toMatch(/KILL_SWITCH +FAIL/);
    expect((await mesh('limits', 'show')).out).toMatch(/account PAPER-1 +no new orders/);
    const early = await mesh('rearm', 'approve', 'account', 'PAPER-1', ...WHY);
    expect(early.code).toBe(1);
    const asked = await mesh('rearm', 'request', 'account', 'PAPER-1', '--reason', 'over');
    expect(asked.out).toContain('ann asks for account PAPER-1 to be re-armed: over');
    const alone = await mesh('rearm', 'approve', 'account', 'PAPER-1', ...WHY);
    expect([alone.code, alone.err.split(':')[0]]).toEqual([1, 'SECOND_PERSON_NEEDED']);
    const bob = await served.person('bob', ['risk_manager']);
    const wanted = { level: 'account', scope: 'PAPER-1', reason: 'agreed', step: 'approve' };
    expect((await bob.http('rearm', wanted)).status).toBe(200);
    expect((await mesh('orders', 'preview', ...BUY)).code).toBe(0);
  });

  it('refuse a scope that there is not: it would stop nobody', async () => {
    for (const scope of [
      ['account', 'PAPER-2'],
      ['instrument', 'SIM:APPL'],
      ['planet', 'X'],
    ]) {
      const { code, err } = await mesh('halt', ...scope, '--reason', 'drill');
      expect([scope, code, err.split(':')[0]]).toEqual([scope, 1, 'ARGUMENT_INVALID']);
    }
  });
});

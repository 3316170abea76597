/** `mesh log` as people type it, against a store that runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ended, StoreMesh } from '../testing/store-mesh.ts';

type Plain = Readonly<Record<string, unknown>>;

const TRADE = ['symbol=AAPL', 'quantity=100', 'price=228.5', 'side=BUY'];
const SINCE = ['--valid-from', '2026-02-22T10:00:00Z'];

let people: StoreMesh;

beforeAll(async () => {
  people = await StoreMesh.start();
});
afterAll(() => people.close());

const log = (name: string, args: readonly string[], role = 'trader'): Promise<Ended> =>
  people.mesh(['log', ...args, '--as', name, '--role', role]);

async function asked(name: string, ...args: readonly string[]): Promise<Plain> {
  const { code, out, err } = await log(name, [...args, '--json']);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as Plain;
}

async function refused(name: string, ...args: readonly string[]): Promise<unknown> {
  const { code, err } = await log(name, [...args, '--json']);
  expect(code).toBe(1);
  return (JSON.parse(err) as { error: string }).error;
}

async function made(...more: readonly string[]): Promise<string> {
  const { entity_id: id } = await asked('alice', 'write', 'Trade', ...TRADE, ...more);
  return id as string;
}

describe('mesh log', () => {
  it('writes, corrects, and reads as of both times', async () => {
    const id = await made(...SINCE);
    const fixed = await asked('alice', 'update', id, 'price=229', ...SINCE);
    expect(fixed).toMatchObject({ version: 2, event_type: 'CORRECTED', data: { price: 229 } });
    expect(fixed).toMatchObject({ data: { symbol: 'AAPL', timestamp: null } });
    expect(await asked('alice', 'read', id)).toEqual(fixed);
    const noon = ['--valid-time', '2026-02-22T12:00:00Z'];
    expect(await asked('alice', 'as-of', id, ...noon)).toEqual(fixed);
    const first = await asked('alice', 'as-of', id, ...noon, '--tx-time', '@1');
    expect(first).toMatchObject({ version: 1, data: { price: 228.5 } });
    const before = ['--valid-time', '2026-02-22T09:00:00Z'];
    expect(await refused('alice', 'as-of', id, ...before)).toBe('NOT_FOUND');
    expect(await asked('alice', 'history', id)).toEqual({
      events: [first, fixed],
      has_more: false,
    });
    expect(await asked('alice', 'audit', id, '--max', '1')).toMatchObject({
      entries: [{ version: 1, changed_by: 'alice', state_change: null }],
      has_more: true,
    });
  });

  it('takes values as pairs, as JSON and from a file, each in the form of its column', async () => {
    const file = join(people.folder, 'trade.json');
    const data = { symbol: '7203', quantity: -5, price: 1, side: 'SELL', timestamp: null };
    writeFileSync(file, JSON.stringify(data));
    expect(await asked('alice', 'write', 'Trade', `@${file}`)).toMatchObject({ data });
    expect(await asked('alice', 'write', 'Trade', JSON.stringify(data))).toMatchObject({ data });
    const pairs = ['symbol=7203', 'quantity=-5', 'price=1', 'side=SELL', 'timestamp='];
    expect(await asked('alice', 'write', 'Trade', ...pairs)).toMatchObject({ data });
    expect(await refused('alice', 'write', 'Trade', 'colour=red')).toBe('COLUMN_UNKNOWN');
    expect(await refused('alice', 'write', 'Trade', 'colour')).toBe('ARGUMENT_INVALID');
    expect(await refused('alice', 'write', 'Trade', ...TRADE, 'side=HOLD')).toBe('COLUMN_VALUE');
    expect(await refused('alice', 'write', 'Desk', 'symbol=A')).toBe('ENTITY_TYPE_UNKNOWN');
    const naive = ['--valid-from', '2026-02-22T10:00:00'];
    expect(await refused('alice', 'write', 'Trade', ...TRADE, ...naive)).toBe('ARGUMENT_INVALID');
  });

  it('refuses what stands on a version that has moved on, and a key that is taken', async () => {
    const id = await made('--key', 'fill-1');
    expect(await refused('alice', 'write', 'Trade', ...TRADE, '--key', 'fill-1')).toBe(
      'VERSION_CONFLICT',
    );
    await asked('alice', 'update', id, 'price=2', '--seen', '1');
    expect(await refused('alice', 'update', id, 'price=3', '--seen', '1')).toBe('VERSION_CONFLICT');
    const gone = await asked('alice', 'delete', id, '--seen', '2');
    expect(gone).toMatchObject({ version: 3, event_type: 'DELETED' });
    expect(await refused('alice', 'read', id)).toBe('NOT_FOUND');
    expect(await asked('alice', 'as-of', id, '--deleted')).toEqual(gone);
  });

  it('moves along the machine, by whoever has the role', async () => {
    const { entity_id: id } = await asked(
      'alice',
      ...['write', 'Order', ...TRADE, 'order_type=LIMIT'],
    );
    const order = id as string;
    expect(await refused('alice', 'transition', order, 'CANCELLED')).toBe(
      'TRANSITION_NOT_PERMITTED',
    );
    expect(await refused('alice', 'transition', order, 'SETTLED')).toBe('TRANSITION_INVALID');
    const keyed = (quantity: number) => [
      ...['transition', order, 'FILLED', `quantity=${quantity}`, '--key', 'fill-1'],
    ];
    expect(await refused('alice', ...keyed(90))).toBe('ARGUMENT_INVALID');
    const moved = await asked('alice', ...keyed(90), '--seen', '1');
    expect(await asked('alice', ...keyed(90), '--seen', '1')).toEqual(moved);
    expect(await refused('alice', ...keyed(91), '--seen', '1')).toBe('ARGUMENT_INVALID');
    expect(moved).toMatchObject({ event: { state: 'FILLED', data: { quantity: 90 } } });
    expect(await asked('alice', 'count', 'Order', '--state', 'FILLED')).toEqual({ count: '1' });
    const { out } = await log('alice', ['audit', order]);
    expect(out).toContain('PENDING to FILLED, as quantity > 0');
  });

  it('shares with one person at a time, and takes back', async () => {
    const id = await made();
    expect(await refused('bob', 'read', id)).toBe('NOT_FOUND');
    const { out } = await log('alice', ['share', id, 'bob', 'read']);
    expect(out).toBe('bob may read it\n');
    expect(await asked('bob', 'read', id)).toMatchObject({ owner: 'alice' });
    expect(await refused('bob', 'update', id, 'price=1')).toBe('NOT_ALLOWED');
    expect(await asked('bob', 'shares', id)).toEqual({
      owner: 'alice',
      readers: ['bob'],
      writers: [],
    });
    expect(await asked('bob', 'types')).toEqual({ types: [{ entity_type: 'Trade', count: '1' }] });
    expect(await asked('alice', 'unshare', id, 'bob', 'read')).toEqual({ changed: true });
    expect(await refused('bob', 'shares', id)).toBe('NOT_FOUND');
    expect(await refused('alice', 'share', id, 'bob', 'sell')).toBe('ARGUMENT_INVALID');
  });

  it('finds by an expression, and pages as far as it is asked', async () => {
    const carol = (price: number): Promise<Plain> =>
      asked('carol', 'write', 'Trade', ...TRADE.slice(0, 2), `price=${price}`, 'side=SELL');
    for (const price of [10, 20, 30]) await carol(price);
    const over = ['Trade', '--where', 'price > 15 and side == "SELL"'];
    expect(await asked('carol', 'count', ...over)).toEqual({ count: '2' });
    const page = await asked('carol', 'query', ...over, '--max', '1');
    expect(page).toMatchObject({ events: [{ data: { price: 30 } }], has_more: true });
    const { out } = await log('carol', ['query', ...over]);
    expect(out).toContain('quantity 100, price 20, side SELL');
    expect(await refused('carol', 'query', 'Trade', '--where', 'price >')).toBe('EXPR_SYNTAX');
    const { out: events } = await log('carol', [
      ...['follow', 'Trade', '--from-beginning', '--subscriber', 'desk', '--max', '2', '--json'],
    ]);
    const { out: rest } = await log('carol', [
      ...['follow', 'Trade', '--subscriber', 'desk', '--max', '1', '--json'],
    ]);
    const prices = `${events}${rest}`
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { data: { price: number } }).data.price);
    expect(prices).toEqual([10, 20, 30]);
  });

  it('says when nobody answers, and which commands there are', async () => {
    const away = await people.mesh(['log', 'types', '--as', 'alice'], { STORE_GRPC_PORT: '1' });
    expect([away.code, away.err]).toEqual([1, expect.stringContaining('SERVICE_UNREACHABLE')]);
    expect((await people.mesh(['log', '--help'])).out).toContain('mesh log as-of ID --tx-time @1');
  });
});

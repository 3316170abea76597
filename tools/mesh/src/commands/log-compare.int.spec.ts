/** `mesh log compare` between a real order plane and a real store whose recorder follows its reports. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { type Rig, type ServedPlane, openRig, servePlane } from '@tickmesh/order-plane/testing';
import { Processes, StoreService } from '@tickmesh/store/testing';
import { Command } from 'commander';
import { register } from './log.ts';

const testing = (path: string): string =>
  fileURLToPath(new URL(`../../../../services/${path}`, import.meta.url));
const LIMITS = testing('order-plane/src/testing/limits.yaml');
const ACCESS = testing('store/src/testing/records.yaml');
const DESK = { name: 'desk', roles: ['operator'] };
const before = { ...process.env };
const processes = new Processes();

let rig: Rig;
let served: ServedPlane;
let store: StoreService;

beforeAll(async () => {
  rig = await openRig(LIMITS);
  served = await servePlane(await rig.open());
  store = await StoreService.start({ environment: served.issuer.environment });
  // The command line refuses variables of our prefix that it does not know.
  process.env = Object.fromEntries(
    Object.entries(before).filter(([name]) => !name.startsWith('TICKMESH_TEST_')),
  );
  const { issuer, service } = served;
  Object.assign(process.env, {
    // A broker that is named means another mesh than the one that may run from this clone.
    KAFKA_BROKERS: before['TICKMESH_TEST_KAFKA'],
    ORDER_PLANE_HTTP_PORT: String(service.httpPort),
    ORDER_PLANE_GRPC_PORT: String(service.grpcPort),
    STORE_GRPC_PORT: String(store.grpcPort),
    MESH_TOKEN: await issuer.tokenFor({ name: 'desk', roles: ['operator'] }),
  });
});
afterAll(async () => {
  process.env = before;
  await processes.killAll();
  await served.close();
  await store.close();
  await rig.close();
});
afterEach(() => {
  process.exitCode = 0;
});

interface Difference {
  readonly kind: string;
  readonly name: string;
  readonly field: string;
  readonly book: string | null;
  readonly record: string | null;
  readonly settled: boolean;
}

interface Compared {
  readonly equal: boolean;
  readonly orders: number;
  readonly trades: number;
  readonly positions: number;
  readonly differences: readonly Difference[];
}

async function compare(...args: readonly string[]) {
  const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
  const program = new Command().exitOverride();
  register(program, {
    line: (text) => void lines.out.push(text),
    error: (text) => void lines.err.push(text),
  });
  process.exitCode = 0;
  await program.parseAsync(['log', 'compare', ...args], { from: 'user' });
  return { out: lines.out.join('\n'), err: lines.err.join('\n'), code: process.exitCode };
}

async function compared(...args: readonly string[]): Promise<Compared> {
  const { out, err } = await compare(...args, '--json');
  if (out === '') throw new Error(err);
  return JSON.parse(out) as Compared;
}

/** The recorder, as a process of its own. */
function record() {
  const { STORE_MIGRATION_URL: _, ...environment } = store.rig.environment;
  return processes.ready('records-process.ts', {
    ...environment,
    KAFKA_SESSION_TIMEOUT_MS: '3000',
    KAFKA_HEARTBEAT_INTERVAL_MS: '500',
    STORE_RECORDS_FILE: ACCESS,
    TEST_TOPIC_PREFIX: `${rig.groupId}.`,
    TEST_GROUP: `${rig.groupId}-records`,
  });
}

const asDesk = async (entityType: string, filter: string) => {
  const { events } = await store.rig.store.log.query(DESK, { entityType, filter });
  const [event] = events;
  if (event === undefined) throw new Error(`no ${entityType} with ${filter}`);
  return event;
};

describe('mesh log compare', () => {
  let bought: string;

  it('finds everything missing while nothing is recorded, and says who may see records', async () => {
    await rig.quote();
    bought = await rig.intent({ name: 'bought' });
    await rig.reported(bought, 'FILLED');
    const { out, code } = await compare('--settle', '1');
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^order +${bought} +missing +has it +none$`, 'm'));
    expect(out).toMatch(/^trade +PAPER-1\|SIM\|AAPL\|.* none$/m);
    expect(out).toMatch(/^position +PAPER-1\|SIM\|AAPL +missing/m);
    expect(out).toContain('config/records.yaml');
  });

  it('waits for records that are on their way', async () => {
    const looking = compare('--settle', '60');
    await record();
    const { out, err, code } = await looking;
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^equal: 1 orders, [1-9]\d* trades, 1 positions$/);
  }, 180_000);

  it('agrees on orders in every state: sold, refused, resting, about to be canceled', async () => {
    await rig.quote();
    const sold = await rig.intent({
      ...{ name: 'sold', direction: 'SELL', quantity: parseDecimal('4') },
    });
    await rig.reported(sold, 'FILLED');
    const refused = await rig.intent({ name: 'refused', quantity: parseDecimal('5000') });
    await rig.reported(refused, 'REJECTED');
    const limit = { order_type: 'LIMIT', limit_price: parseDecimal('99') } as const;
    const resting = await rig.intent({ name: 'resting', ...limit });
    await rig.reported(resting, 'ACKNOWLEDGED');
    // As it is between the request and the broker's answer: the order's own status says nothing that is reported.
    await rig.database.query(
      `insert into order_plane.facts (intent_id, fact_key, digest, fact)
       values ($1, 'pending', 'pending', $2)`,
      [resting, JSON.stringify({ kind: 'cancel-requested', requestId: refused, atMicros: 1 })],
    );
    const [order] = await meshOrders();
    expect(order).toMatchObject({ intent_id: resting, status: 'ORDER_STATUS_PENDING_CANCEL' });
    const found = await compared('--settle', '20');
    expect(found.differences).toEqual([]);
    expect(found).toMatchObject({ equal: true, orders: 4, positions: 1 });
  });

  it('looks at one account alone when told so', async () => {
    expect(await compared('--account', 'PAPER-1')).toMatchObject({ equal: true, orders: 4 });
    const { out } = await compare('--account', 'PAPER"2');
    expect(out).toBe('equal: 0 orders, 0 trades, 0 positions');
  });

  it('names what differs: field, and what each says', async () => {
    const { log } = store.rig.store;
    const order = await asDesk('OrderRecord', `intent_id == "${bought}"`);
    const change = { entityId: order.entityId, expectedVersion: order.version };
    await log.update(DESK, { ...change, data: { ...order.data, filled_quantity: '3' } });
    const trade = await asDesk('TradeRecord', `intent_id == "${bought}"`);
    await log.delete(DESK, { entityId: trade.entityId, expectedVersion: trade.version });
    await rig.database.query(`update order_plane.positions set realized = realized + 1`);
    const found = await compared('--settle', '1');
    const [first, ...others] = found.differences;
    expect(first).toEqual({
      ...{ kind: 'order', name: bought, field: 'filledQuantity', book: '10', record: '3' },
      settled: true,
    });
    expect(others.map(({ kind, field, record }) => [kind, field, record === null])).toEqual([
      ['trade', 'missing', true],
      ['position', 'realized', false],
    ]);
    expect(others[0]?.name).toContain(String(trade.data['fill_id']));
    const { out, code } = await compare('--settle', '1', '--account', 'PAPER-1');
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^order +${bought} +filledQuantity +10 +3$`, 'm'));
  });

  it('compares with what the caller may see, and tells who is refused and what is not understood', async () => {
    const mallory = await compareAs(
      await served.issuer.tokenFor({ name: 'mallory', roles: ['viewer'] }),
    );
    const { differences } = JSON.parse(mallory.out) as Compared;
    expect([mallory.code, differences.length > 0]).toEqual([1, true]);
    expect(differences.every(({ record: said }) => said === null)).toBe(true);
    const nobody = await compareAs('nonsense');
    expect([nobody.code, JSON.parse(nobody.err)]).toMatchObject([1, { error: 'TOKEN_REFUSED' }]);
    const soon = await compare('--settle', 'soon');
    expect([soon.code, soon.err.split(':')[0]]).toEqual([1, 'ARGUMENT_INVALID']);
  });
});

/** As a process: one keeps the token of its person. */
function compareAs(token: string): Promise<{ out: string; err: string; code: unknown }> {
  const mesh = fileURLToPath(new URL('../../bin/mesh.mjs', import.meta.url));
  const args = [mesh, 'log', 'compare', '--settle', '1', '--json'];
  const env = { ...process.env, MESH_TOKEN: token };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, out, err) => {
      resolve({ out, err, code: error?.code ?? 0 });
    });
  });
}

async function meshOrders(): Promise<readonly object[]> {
  const person = await served.person('ann', ['viewer']);
  const { orders } = await person.grpc('ListOrders', {});
  return orders as readonly object[];
}

/** The order plane on a real broker and a real database, in this process. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { showOrder } from './app/order-queries.ts';
import { listPositions } from './app/position-queries.ts';
import { halt } from './app/switches.ts';
import { type Rig, openRig, systemMicros, until } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
const d = parseDecimal;
let rig: Rig;

beforeEach(async () => {
  rig = await openRig(LIMITS);
});

afterEach(async () => {
  await rig.close();
});

const paperOrders = async (): Promise<number> =>
  (await rig.database.query('select 1 from paper_broker.orders')).length;

describe('an intent', () => {
  it('becomes an order, fills, a position and reports, each told once', async () => {
    const { queries } = await rig.open();
    await rig.quote();
    const id = await rig.intent({ name: 'buy' });
    const filled = await rig.reported(id, 'FILLED');
    expect(rig.statuses(id)).toEqual(['SUBMITTED', 'ACKNOWLEDGED', 'FILLED']);
    expect(filled).toMatchObject({
      account: 'PAPER-1',
      filled_quantity: d('10'),
      remaining_quantity: 0n,
      average_fill_price: d('100.01'),
      commission: d('0.500050'),
      commission_currency: 'USD',
      slippage_bps: 1,
      overfill: false,
    });
    expect(filled.order_id).toMatch(/^[A-Z0-9-]{1,32}$/);
    const { positions } = (await listPositions(queries, {}, 'mid')) as { positions: object[] };
    expect(positions).toMatchObject([
      { symbol: 'AAPL', quantity: '10', average_cost: '100.01', realized: '0', unrealized: '-0.1' },
    ]);
    const life = (await showOrder(queries, id)) as {
      decisions: { limits_version: number; checks: { code: string; passed: boolean }[] }[];
    };
    expect(life.decisions[0]?.limits_version).toBe(7);
    expect(life.decisions[0]?.checks.every(({ passed }) => passed)).toBe(true);
  });

  it('that comes again changes nothing; its id with other content is a dead letter', async () => {
    await rig.open();
    await rig.quote();
    const id = await rig.intent({ name: 'once' });
    await rig.reported(id, 'FILLED');
    const [stored] = await rig.database.query<{ intent: { timestamp: number } }>(
      'select intent from order_plane.intents',
    );
    await rig.intent({ name: 'again', intent_id: id, timestamp: stored!.intent.timestamp });
    await rig.intent({ name: 'other', intent_id: id, quantity: d('11') });
    const letters = (): Promise<number> =>
      rig.bus.endOffsets('dlq_order_intents').then((ends) => Number(ends[0]?.next ?? 0n));
    await until('the conflict is a dead letter', async () => (await letters()) === 1);
    const last = await rig.intent({ name: 'after' });
    await rig.reported(last, 'FILLED');
    expect(rig.statuses(id)).toEqual(['SUBMITTED', 'ACKNOWLEDGED', 'FILLED']);
    expect(await paperOrders()).toBe(2);
    expect(await letters()).toBe(1);
  });

  it('that risk denies is answered with every failed check and its numbers', async () => {
    await rig.open();
    await rig.quote();
    const id = await rig.intent({ name: 'big', quantity: d('1000.5') });
    const report = await rig.reported(id, 'REJECTED');
    expect(report.reject_reason).toBe(
      'QTY_OFF_STEP (quantity 1000.5, step 1); MAX_ORDER_QTY (quantity 1000.5, max 1000)',
    );
    expect([report.order_id, await paperOrders()]).toEqual(['', 0]);
  });

  it('past its deadline is answered as expired, and of no account as rejected', async () => {
    await rig.open();
    await rig.quote();
    const late = await rig.intent({ name: 'late', deadline: systemMicros.nowMicros() - 1_000_000 });
    expect((await rig.reported(late, 'EXPIRED')).order_id).toBe('');
    const stranger = await rig.intent({ name: 'stranger', strategy_id: 'STRANGER' });
    expect((await rig.reported(stranger, 'REJECTED')).reject_reason).toContain('NOT_PERMITTED');
  });

  it('without a market to compare with is refused', async () => {
    await rig.open();
    const id = await rig.intent({ name: 'blind' });
    expect((await rig.reported(id, 'REJECTED')).reject_reason).toContain('REFERENCE_STALE');
  });
});

describe('a resting order', () => {
  const resting = { order_type: 'LIMIT', limit_price: d('99.5') } as const;

  it('is canceled by an intent, which is answered too', async () => {
    await rig.open();
    await rig.quote();
    const id = await rig.intent({ name: 'rest', ...resting });
    await rig.reported(id, 'ACKNOWLEDGED');
    const cancel = await rig.intent({ name: 'cancel', action: 'CANCEL', target_intent_id: id });
    expect((await rig.reported(id, 'CANCELED')).remaining_quantity).toBe(d('10'));
    await rig.reported(cancel, 'CANCELED');
    const again = await rig.intent({ name: 'again', action: 'CANCEL', target_intent_id: id });
    expect((await rig.reported(again, 'REJECTED')).reject_reason).toContain('too late');
  });

  it('is replaced, and fills on its new terms when the market comes to it', async () => {
    await rig.open();
    await rig.quote();
    const id = await rig.intent({ name: 'rest', ...resting });
    await rig.reported(id, 'ACKNOWLEDGED');
    const replace = await rig.intent({
      name: 'replace',
      action: 'REPLACE',
      target_intent_id: id,
      order_type: 'LIMIT',
      limit_price: d('99.7'),
      quantity: d('15'),
    });
    await rig.reported(replace, 'ACKNOWLEDGED');
    await rig.quote({ bid: 99.6, ask: 99.7, ask_size: 4 });
    const partial = await rig.reported(id, 'PARTIAL_FILL');
    expect([partial.requested_quantity, partial.filled_quantity]).toEqual([d('15'), d('4')]);
    await rig.quote({ bid: 99.6, ask: 99.7, ask_size: 50 });
    const filled = await rig.reported(id, 'FILLED');
    expect(filled.fills.map(({ liquidity }) => liquidity)).toEqual(['MAKER', 'MAKER']);
  });

  it('is found again by the broker after a restart, and still fills', async () => {
    const first = await rig.open();
    await rig.quote();
    const id = await rig.intent({ name: 'rest', ...resting });
    await rig.reported(id, 'ACKNOWLEDGED');
    await first.consumer.stop();
    await first.plane.stop();
    await rig.open();
    await rig.quote({ bid: 99.4, ask: 99.45 });
    expect((await rig.reported(id, 'FILLED')).average_fill_price).toBe(d('99.5'));
  });
});

describe('a kill switch', () => {
  const held = { level: 'strategy', scope: 'TEST', by: 'ann', reason: 'odd prices' } as const;

  it('stops new orders, cancels working ones, lets cancels pass, and is re-armed by two people', async () => {
    const { plane } = await rig.open();
    await rig.quote();
    const working = await rig.intent({ name: 'rest', order_type: 'LIMIT', limit_price: d('99') });
    await rig.reported(working, 'ACKNOWLEDGED');
    await plane.halt({ ...held, reducingOnly: false });
    await rig.reported(working, 'CANCELED');
    const denied = await rig.intent({ name: 'denied' });
    expect((await rig.reported(denied, 'REJECTED')).reject_reason).toContain(
      'KILL_SWITCH (strategy TEST: odd prices (ann))',
    );
    expect(await plane.rearm({ ...held, reason: 'looked into' })).toBe('requested');
    await rig.reported(await rig.intent({ name: 'still denied' }), 'REJECTED');
    const alone = plane.rearm({ ...held, reason: 'once more' });
    await expect(alone).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    expect(await plane.rearm({ ...held, by: 'bob', reason: 'agreed' })).toBe('rearmed');
    const passed = await rig.intent({ name: 'passed' });
    await rig.reported(passed, 'FILLED');
    const history = await rig.database.query(
      `select change, changed_by, reason, requested_by, request_reason
       from order_plane.kill_switch_history order by sequence`,
    );
    const nobody = { requested_by: null, request_reason: null };
    expect(history).toEqual([
      { change: 'halted', changed_by: 'ann', reason: 'odd prices', ...nobody },
      { change: 'rearm_requested', changed_by: 'ann', reason: 'looked into', ...nobody },
      {
        change: 'rearmed',
        changed_by: 'bob',
        reason: 'agreed',
        requested_by: 'ann',
        request_reason: 'looked into',
      },
    ]);
  });

  it('that was thrown again stays thrown, whoever wanted the one before re-armed', async () => {
    const { plane } = await rig.open();
    const { version } = await plane.halt({ ...held, reducingOnly: false });
    await plane.rearm({ ...held, reason: 'over', version });
    await plane.halt({ ...held, reason: 'odd again', reducingOnly: false });
    const stale = plane.rearm({ ...held, by: 'bob', reason: 'agreed', version });
    await expect(stale).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await plane.rearm({ ...held, by: 'bob', reason: 'over' })).toBe('requested');
  });

  it.each([
    { direction: 'BUY', status: 'REJECTED', orders: 1 },
    { direction: 'SELL', status: 'FILLED', orders: 2 },
  ] as const)(
    'that lets only reducing orders pass is looked at once more at the wire: a $direction is $status',
    async ({ direction, status, orders }) => {
      const before = await rig.open();
      await rig.quote();
      await rig.reported(await rig.intent({ name: 'held' }), 'FILLED');
      await before.consumer.stop();
      await before.plane.stop();
      const victim = await rig.spawn({ CRASH_AT: 'intake.after_commit' });
      const died = once(victim, 'exit');
      const id = await rig.intent({ name: 'approved', direction, quantity: d('4') });
      await died;
      const parts = {
        database: rig.database,
        clock: systemMicros,
        markets: before.board,
        probe: {},
      };
      const scope = { level: 'instrument', scope: 'SIM|AAPL' } as const;
      await halt(parts, { ...held, ...scope, reducingOnly: true });
      await rig.open();
      await rig.quote();
      const report = await rig.reported(id, status);
      expect(report.reject_reason ?? 'REDUCING_ONLY').toContain('REDUCING_ONLY');
      expect(await rig.database.query('select 1 from paper_broker.orders')).toHaveLength(orders);
    },
  );

  it('of something that there is not is refused: it would stop nobody', async () => {
    const { plane } = await rig.open();
    for (const scope of [
      { level: 'account', scope: 'PAPER-2' },
      { level: 'instrument', scope: 'SIM|APPL' },
      { level: 'strategy', scope: 'my strategy' },
    ] as const) {
      const thrown = plane.halt({ ...held, ...scope, reducingOnly: false });
      await expect(thrown).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    }
    expect(await rig.database.query('select 1 from order_plane.kill_switches')).toEqual([]);
  });
});

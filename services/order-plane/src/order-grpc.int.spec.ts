/** The gRPC calls of the order plane, over real sockets. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { type Rig, openRig } from './testing/rig.ts';
import { type GrpcAnswer, type Person, type ServedPlane, servePlane } from './testing/served.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const ABORTED = 10;
const d = parseDecimal;

type Answer = GrpcAnswer;

const RESTING = {
  symbol: 'AAPL',
  direction: 'DIRECTION_BUY',
  order_type: 'ORDER_TYPE_LIMIT',
  quantity: '10',
  limit_price: '90',
  time_in_force: 'TIME_IN_FORCE_GTC',
  strategy_id: 'MANUAL',
  reason: 'rebalance',
};

/** As testing/limits.yaml, but for one limit. */
const documentWith = (gross_max: string): object => ({
  defaults: {
    signal_age_ms_max: '60000',
    reference_age_ms_max: '60000',
    order_quantity_max: '1000',
  },
  accounts: { 'PAPER-1': { broker: 'paper', cash: { USD: '1000000' }, limits: { gross_max } } },
  strategies: { TEST: { account: 'PAPER-1' }, MANUAL: { account: 'PAPER-1' } },
});

let rig: Rig;
let served: ServedPlane;
let ann: Person;
let bob: Person;

beforeEach(async () => {
  rig = await openRig(LIMITS);
  served = await servePlane(await rig.open());
  ann = await served.person('ann', ['trader', 'risk_manager']);
  bob = await served.person('bob', ['risk_manager']);
});

afterEach(async () => {
  await served.close();
  await rig.close();
});

const ask = (method: string, request: object): Promise<Answer> => ann.grpc(method, request);

describe('over gRPC', () => {
  it('an order is shown with its life and the checks that it passed', async () => {
    await rig.quote();
    const id = await rig.intent({ name: 'buy' });
    await rig.reported(id, 'FILLED');
    const found = await ask('GetOrder', { intent_id: id });
    expect(found['order']).toMatchObject({
      intent_id: id,
      status: 'ORDER_STATUS_FILLED',
      filled_quantity: '10',
      remaining_quantity: '0',
      commission_currency: 'USD',
      terms: { symbol: 'AAPL', exchange: 'SIM', direction: 'DIRECTION_BUY', quantity: '10' },
      fills: [{ quantity: '10' }],
    });
    const life = found['life'] as readonly Answer[];
    expect(life.map(({ kind, status }) => [kind, status])).toEqual([
      ['intent', 'ORDER_STATUS_RECEIVED'],
      ['decision', 'ORDER_STATUS_APPROVED'],
      ['sending', 'ORDER_STATUS_SUBMITTED'],
      ['acknowledged', 'ORDER_STATUS_ACCEPTED'],
      ['fill', 'ORDER_STATUS_FILLED'],
    ]);
    expect(found['checks']).toContainEqual(
      expect.objectContaining({ code: 'MAX_ORDER_QTY', passed: true, observed: 'quantity 10' }),
    );
    const { order_id } = found['order'] as Answer;
    expect((await ask('GetOrder', { order_id }))['order']).toEqual(found['order']);
  });

  it('orders are listed by page and filter, and the position stands beside its fees', async () => {
    await rig.quote();
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const id = await rig.intent({ name, quantity: parseDecimal('1') });
      await rig.reported(id, 'FILLED');
      await rig.quote();
      ids.unshift(id);
    }
    const idsOf = (answer: Answer): unknown[] =>
      (answer['orders'] as readonly Answer[]).map(({ intent_id: id }) => id);
    const first = await ask('ListOrders', { account: 'PAPER-1', page_size: 2 });
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    const token = first['next_page_token'];
    const rest = await ask('ListOrders', { page_size: 2, page_token: token });
    expect([idsOf(rest), rest['next_page_token']]).toEqual([ids.slice(2), '']);
    expect(idsOf(await ask('ListOrders', { open_only: true }))).toEqual([]);
    expect(idsOf(await ask('ListOrders', { statuses: ['ORDER_STATUS_FILLED'] }))).toEqual(ids);
    const { positions } = await ask('ListPositions', { symbol: 'AAPL' });
    expect(positions).toMatchObject([
      {
        account: 'PAPER-1',
        symbol: 'AAPL',
        quantity: '3',
        currency: 'USD',
        open_buy_quantity: '0',
      },
    ]);
  });

  it('limits name their checks and what is used of them', async () => {
    await rig.quote();
    const id = await rig.intent({ name: 'held' });
    await rig.reported(id, 'FILLED');
    const limits = await ask('GetLimits', { account: 'PAPER-1' });
    expect(limits).toMatchObject({ version: '7', author: 'test' });
    expect(limits['limits']).toContainEqual({
      code: 'MAX_ORDER_QTY',
      scope: { level: 'SCOPE_LEVEL_FIRM', id: '' },
      allowed: '1000',
      used: '',
      unit: 'base units',
    });
    expect(limits['limits']).toContainEqual({
      code: 'MAX_GROSS',
      scope: { level: 'SCOPE_LEVEL_ACCOUNT', id: 'PAPER-1' },
      allowed: '500000',
      used: '1000',
      unit: 'settlement currency',
    });
  });

  it('an order is submitted, replaced and canceled by a person, each answered once it is recorded', async () => {
    await rig.quote();
    const intent_id = randomUUID();
    const submitted = await ask('SubmitOrder', { intent_id, terms: RESTING });
    expect(submitted['order']).toMatchObject({
      intent_id,
      terms: { ...RESTING, account: 'PAPER-1', exchange: 'SIM', reason: 'ann: rebalance' },
    });
    await rig.reported(intent_id, 'ACKNOWLEDGED');
    const again = await ask('SubmitOrder', { intent_id, terms: RESTING });
    expect(again['order']).toMatchObject({ status: 'ORDER_STATUS_ACCEPTED' });
    const changed = { intent_id: randomUUID(), target_intent_id: intent_id, reason: 'move' };
    await ask('ReplaceOrder', { ...changed, limit_price: '91.5' });
    await rig.reported(changed.intent_id, 'ACKNOWLEDGED');
    const { order } = await ask('GetOrder', { intent_id });
    expect(order).toMatchObject({ terms: { limit_price: '91.5', quantity: '10' } });
    const canceled = { ...changed, intent_id: randomUUID() };
    expect((await ask('CancelOrder', canceled))['order']).toMatchObject({ intent_id });
    await rig.reported(intent_id, 'CANCELED');
    const orders = await rig.database.query('select 1 from paper_broker.orders');
    expect(orders).toHaveLength(1);
  });

  it('a preview says what the checks would say, and what the order is worth', async () => {
    await rig.quote();
    const terms = { ...RESTING, quantity: '1001', limit_price: '100' };
    const preview = await ask('PreviewOrder', { terms });
    expect(preview).toMatchObject({
      approved: false,
      notional: '100100',
      currency: 'USD',
      position_after: '1001',
      estimated_commission: '50.05',
      limits_version: '7',
      reference_price: '100',
    });
    expect(preview['checks']).toContainEqual({
      code: 'MAX_ORDER_QTY',
      passed: false,
      observed: 'quantity 1001',
      allowed: 'max 1000',
    });
    expect(await rig.database.query('select 1 from order_plane.intents')).toEqual([]);
  });

  it('the limits are lowered at once, and raised by two people', async () => {
    await rig.quote();
    const set = (person: Person, gross_max: string, base_version: number) =>
      person.grpc('SetLimits', { document: documentWith(gross_max), reason: 'calm', base_version });
    const lowered = await set(ann, '999', 7);
    expect(lowered['change']).toMatchObject({
      state: 'LIMITS_CHANGE_STATE_TAKEN',
      version: '8',
      raises: [],
      requested_by: 'ann',
    });
    const denied = await rig.intent({ name: 'denied' });
    expect((await rig.reported(denied, 'REJECTED')).reject_reason).toContain('MAX_GROSS');
    const wanted = (await set(ann, '5000', 8))['change'] as Answer;
    expect(wanted).toMatchObject({
      state: 'LIMITS_CHANGE_STATE_WAITING',
      version: '0',
      raises: ['accounts.PAPER-1.limits.gross_max: 999 to 5000'],
    });
    const approval = { change_id: wanted['change_id'], reason: 'agreed' };
    expect(await ann.grpcStatus('ApproveLimits', approval)).toBe(PERMISSION_DENIED);
    expect((await bob.grpc('ApproveLimits', approval))['change']).toMatchObject({
      state: 'LIMITS_CHANGE_STATE_TAKEN',
      version: '9',
      requested_by: 'ann',
      approved_by: 'bob',
    });
    await rig.reported(await rig.intent({ name: 'passed' }), 'FILLED');
    const { changes } = await ask('ListLimitVersions', {});
    expect((changes as readonly Answer[]).map(({ version }) => version)).toEqual(['9', '8', '7']);
    const broken = { document: documentWith('much'), reason: 'x', base_version: 9 };
    expect(await ann.grpcStatus('SetLimits', broken)).toBe(INVALID_ARGUMENT);
    expect(await ann.grpcStatus('SetLimits', { ...broken, base_version: 8 })).toBe(ABORTED);
  });

  it('a kill switch is thrown, listed, and re-armed by two people', async () => {
    await rig.quote();
    const rest = await rig.intent({ name: 'rest', order_type: 'LIMIT', limit_price: d('90') });
    await rig.reported(rest, 'ACKNOWLEDGED');
    const scope = { level: 'SCOPE_LEVEL_ACCOUNT', id: 'PAPER-1' };
    const thrown = await ask('ThrowKillSwitch', {
      scope,
      reason: 'drill',
      cancel_open_orders: true,
    });
    expect(thrown).toMatchObject({
      kill_switch: { scope, thrown: true, thrown_by: 'ann', reason: 'drill' },
      cancels_requested: 1,
    });
    await rig.reported(rest, 'CANCELED');
    const { version } = thrown['kill_switch'] as { version: string };
    const asked = await ask('RearmKillSwitch', { scope, reason: 'over', version });
    expect(asked['kill_switch']).toMatchObject({ thrown: true, rearm_proposed_by: 'ann' });
    const again = { scope, reason: 'over', version };
    expect(await ann.grpcStatus('RearmKillSwitch', again)).toBe(PERMISSION_DENIED);
    expect(await bob.grpcStatus('RearmKillSwitch', { ...again, version: '999' })).toBe(ABORTED);
    expect((await bob.grpc('RearmKillSwitch', again))['kill_switch']).toMatchObject({
      thrown: false,
      thrown_by: 'ann',
      rearm_proposed_by: 'ann',
      rearmed_by: 'bob',
      version,
    });
    expect(await ask('ListKillSwitches', {})).toEqual({ kill_switches: [] });
    const { kill_switches: all } = await ask('ListKillSwitches', { include_rearmed: true });
    expect(all).toMatchObject([{ scope, rearmed_by: 'bob' }]);
    expect(await ann.grpcStatus('RearmKillSwitch', again)).toBe(NOT_FOUND);
  });

  it('profit and loss are summed at a stated mark', async () => {
    await rig.quote();
    await rig.reported(await rig.intent({ name: 'held' }), 'FILLED');
    expect(await ask('GetProfitAndLoss', { mark_rule: 'MARK_RULE_SIDE' })).toMatchObject({
      mark_rule: 'MARK_RULE_SIDE',
      rows: [
        { account: 'PAPER-1', currency: 'USD', realized: '0', unrealized: '-0.2', fees: '0.50005' },
      ],
    });
    const { positions } = await ask('ListPositions', { strategy_id: 'TEST' });
    expect(positions).toMatchObject([{ strategy_id: 'TEST', quantity: '10', fees: '0.50005' }]);
    expect(await ask('ListPositions', { strategy_id: 'OTHER' })).toMatchObject({ positions: [] });
  });

  it('what is malformed, absent or not allowed ends in its canonical status', async () => {
    const status = (method: string, request: object) => ann.grpcStatus(method, request);
    expect(await status('GetOrder', { intent_id: 'nonsense' })).toBe(INVALID_ARGUMENT);
    expect(await status('GetOrder', {})).toBe(INVALID_ARGUMENT);
    expect(await status('GetOrder', { order_id: 'nobody' })).toBe(NOT_FOUND);
    expect(await status('ListOrders', { page_size: 9_999 })).toBe(INVALID_ARGUMENT);
    expect(await status('ListOrders', { page_token: 'x' })).toBe(INVALID_ARGUMENT);
    expect(await status('GetLimits', { account: 'NOBODY' })).toBe(NOT_FOUND);
    expect(await status('SubmitOrder', {})).toBe(INVALID_ARGUMENT);
    const intent_id = randomUUID();
    for (const terms of [
      { ...RESTING, quantity: '-1' },
      { ...RESTING, order_type: 'ORDER_TYPE_ADAPTIVE' },
      { ...RESTING, symbol: 'NOWHERE', exchange: '' },
      { ...RESTING, limit_price: undefined },
    ]) {
      expect([terms, await status('SubmitOrder', { intent_id, terms })]).toEqual([
        terms,
        INVALID_ARGUMENT,
      ]);
    }
    const unknown = { intent_id, target_intent_id: randomUUID(), reason: 'x' };
    expect(await status('CancelOrder', unknown)).toBe(NOT_FOUND);
    expect(await status('RearmKillSwitch', {})).toBe(INVALID_ARGUMENT);
    const misspelt = { level: 'SCOPE_LEVEL_ACCOUNT', id: 'PAPER-2' };
    expect(await status('ThrowKillSwitch', { scope: misspelt, reason: 'x' })).toBe(
      INVALID_ARGUMENT,
    );
    const eve = await served.person('eve', ['viewer']);
    const wanted = { intent_id, terms: RESTING };
    expect(await eve.grpcStatus('SubmitOrder', wanted)).toBe(PERMISSION_DENIED);
    expect(await rig.database.query('select 1 from order_plane.intents')).toEqual([]);
  });
});

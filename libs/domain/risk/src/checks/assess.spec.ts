import { describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { CHECKS, assessOrder, describeFailures } from './assess.ts';
import { CHECK_CODES, type CheckCode } from './check.ts';
import {
  type InstrumentRules,
  MONEY_SCALE,
  type OpenOrder,
  type OrderRequest,
  type RecentChange,
  type RecentOrder,
  type RiskContext,
} from './context.ts';
import type { LimitValues } from './limits.ts';

const d = parseDecimal;
const m = (text: string): bigint => parseDecimal(text, MONEY_SCALE);
const NOW = 1_700_000_000_000_000;

const INSTRUMENT: InstrumentRules = {
  status: 'TRADING',
  sessionOpen: true,
  priceStep: d('0.01'),
  quantityStep: d('0.1'),
  quantityMin: d('0.1'),
  quantityMax: d('1000'),
  notionalMin: d('5'),
  multiplier: d('1'),
  inverse: false,
  settlementCurrency: 'USD',
};
const REQUEST: OrderRequest = {
  intentId: 'I1',
  strategyId: 'OFI',
  account: 'PAPER',
  symbol: 'ABC',
  exchange: 'SIM',
  side: 'BUY',
  orderKind: 'LIMIT',
  quantity: d('10'),
  limitPrice: d('100'),
  timestampMicros: NOW - 50_000,
  unsupported: [],
  failedOwnChecks: [],
};
const CONTEXT: RiskContext = {
  nowMicros: NOW,
  instrument: INSTRUMENT,
  reference: {
    bid: d('99.99'),
    ask: d('100.01'),
    last: d('100'),
    atMicros: NOW - 20_000,
    bookLive: true,
  },
  limits: { version: 3, values: {} },
  position: 0n,
  openOrders: [],
  otherExposures: [],
  recentOrders: [],
  equity: { equity: m('10000'), dayStartEquity: m('10000'), peakEquity: m('10000') },
  killSwitches: [],
};
const OPEN: OpenOrder = {
  intentId: 'I0',
  strategyId: 'OFI',
  symbol: 'ABC',
  exchange: 'SIM',
  side: 'BUY',
  leavesQuantity: d('5'),
  limitPrice: d('99'),
  unresolved: false,
};
const RECENT: RecentOrder = {
  intentId: 'I0',
  strategyId: 'OFI',
  symbol: 'ABC',
  exchange: 'SIM',
  side: 'BUY',
  quantity: d('10'),
  limitPrice: d('100'),
  atMicros: NOW - 100_000,
};
const CHANGE: RecentChange = { requestId: 'C0', strategyId: 'OFI', atMicros: NOW - 100_000 };

interface Given {
  readonly request?: Partial<OrderRequest>;
  readonly limits?: LimitValues;
  readonly instrument?: Partial<InstrumentRules>;
  readonly context?: Partial<RiskContext>;
}

interface Case extends Given {
  readonly code: CheckCode;
  readonly says: string;
  readonly passes: boolean;
}

const passes = (code: CheckCode, says: string, given: Given = {}): Case => ({
  code,
  says,
  passes: true,
  ...given,
});
const fails = (code: CheckCode, says: string, given: Given = {}): Case => ({
  code,
  says,
  passes: false,
  ...given,
});

const market = { orderKind: 'MARKET', limitPrice: undefined } as const;
const held = (net: string, currency = 'USD'): Partial<RiskContext> => ({
  otherExposures: [
    {
      symbol: 'X',
      exchange: 'SIM',
      currency,
      net: m(net),
      worstGross: m(net) < 0n ? -m(net) : m(net),
    },
  ],
});
const equity = (
  now: string | undefined,
  dayStart: string,
  peak = '10000',
): Partial<RiskContext> => ({
  equity: {
    equity: now === undefined ? undefined : m(now),
    dayStartEquity: m(dayStart),
    peakEquity: m(peak),
  },
});
const stale = { ...CONTEXT.reference!, atMicros: NOW - 3_000_000 };
const off = (
  level: 'strategy' | 'instrument' | 'account' | 'firm',
  scope: string,
  reducingOnly = false,
) => ({
  killSwitches: [{ level, scope, by: 'ann', reason: 'test', reducingOnly }],
});

const CASES: readonly Case[] = [
  passes('KILL_SWITCH', 'nothing is halted'),
  fails('KILL_SWITCH', 'the firm is halted', { context: off('firm', '*') }),
  fails('KILL_SWITCH', 'the account is halted', { context: off('account', 'PAPER') }),
  fails('KILL_SWITCH', 'the strategy is halted', { context: off('strategy', 'OFI') }),
  fails('KILL_SWITCH', 'the market is halted', { context: off('instrument', 'SIM|ABC') }),
  passes('KILL_SWITCH', 'another market is halted', { context: off('instrument', 'SIM|XYZ') }),
  fails('REDUCING_ONLY', 'only reducing is allowed and it opens', {
    context: off('account', 'PAPER', true),
  }),
  passes('REDUCING_ONLY', 'only reducing is allowed and it reduces', {
    context: { ...off('account', 'PAPER', true), position: d('-10') },
  }),
  passes('NOT_PERMITTED', 'the document has limits for it'),
  fails('NOT_PERMITTED', 'the document has none', { context: { limits: undefined } }),
  passes('EXPIRED_INTENT', 'the deadline is now', { request: { deadlineMicros: NOW } }),
  fails('EXPIRED_INTENT', 'the deadline has passed', { request: { deadlineMicros: NOW - 1 } }),
  passes('STALE_SIGNAL', 'the signal is as old as allowed', { limits: { signal_age_ms_max: 50 } }),
  fails('STALE_SIGNAL', 'the signal is too old', { limits: { signal_age_ms_max: 49 } }),
  passes('INVALID_ORDER', 'kind and prices fit'),
  fails('INVALID_ORDER', 'nothing is wanted', { request: { quantity: 0n } }),
  fails('INVALID_ORDER', 'a limit order has no limit', { request: { limitPrice: undefined } }),
  fails('INVALID_ORDER', 'a market order has a limit', { request: { orderKind: 'MARKET' } }),
  fails('INVALID_ORDER', 'a stop-limit order has no stop', {
    request: { orderKind: 'STOP_LIMIT' },
  }),
  fails('NOT_SUPPORTED', 'a cap cannot be honoured', { request: { unsupported: ['pov_cap'] } }),
  fails('STRATEGY_CHECKS', 'its own check failed', { request: { failedOwnChecks: ['box'] } }),
  fails('DUPLICATE_PATTERN', 'an equal order just went', {
    limits: { duplicate_window_ms: 200 },
    context: { recentOrders: [RECENT] },
  }),
  passes('DUPLICATE_PATTERN', 'the equal order is older than the window', {
    limits: { duplicate_window_ms: 100 },
    context: { recentOrders: [RECENT] },
  }),
  passes('DUPLICATE_PATTERN', 'the recent order had another price', {
    limits: { duplicate_window_ms: 200 },
    context: { recentOrders: [{ ...RECENT, limitPrice: d('99') }] },
  }),
  passes('UNKNOWN_INSTRUMENT', 'the master knows it'),
  fails('UNKNOWN_INSTRUMENT', 'the master does not', { context: { instrument: undefined } }),
  passes('INSTRUMENT_HALTED', 'it trades'),
  fails('INSTRUMENT_HALTED', 'it is halted', { instrument: { status: 'HALTED' } }),
  passes('SESSION_CLOSED', 'its session is open'),
  fails('SESSION_CLOSED', 'its session is closed', { instrument: { sessionOpen: false } }),
  passes('PRICE_OFF_TICK', 'the price is on the tick'),
  fails('PRICE_OFF_TICK', 'the price is between ticks', { request: { limitPrice: d('100.001') } }),
  passes('QTY_OFF_STEP', 'the quantity is on the step'),
  fails('QTY_OFF_STEP', 'the quantity is between steps', { request: { quantity: d('0.15') } }),
  passes('QTY_BELOW_MIN', 'the quantity is the least', { request: { quantity: d('0.1') } }),
  fails('QTY_BELOW_MIN', 'the quantity is below it', { request: { quantity: d('0.05') } }),
  passes('QTY_ABOVE_MAX', 'the quantity is the most', { request: { quantity: d('1000') } }),
  fails('QTY_ABOVE_MAX', 'the quantity is above it', { request: { quantity: d('1000.1') } }),
  passes('NOTIONAL_BELOW_MIN', 'the value is the least', {
    request: { quantity: d('0.1'), limitPrice: d('50') },
  }),
  fails('NOTIONAL_BELOW_MIN', 'the value is below it', {
    request: { quantity: d('0.1'), limitPrice: d('49.99') },
  }),
  passes('REFERENCE_STALE', 'the market is fresh', { limits: { reference_age_ms_max: 20 } }),
  fails('REFERENCE_STALE', 'the market is old', {
    limits: { reference_age_ms_max: 2_000 },
    context: { reference: stale },
  }),
  fails('REFERENCE_STALE', 'there is no market', {
    limits: { reference_age_ms_max: 2_000 },
    context: { reference: undefined },
  }),
  fails('REFERENCE_STALE', 'the book is out of step', {
    limits: { reference_age_ms_max: 2_000 },
    context: { reference: { ...CONTEXT.reference!, bookLive: false } },
  }),
  passes('PRICE_COLLAR', 'a buy is as far above as allowed', {
    limits: { collar_bps_max: 100 },
    request: { limitPrice: d('101') },
  }),
  fails('PRICE_COLLAR', 'a buy is further above', {
    limits: { collar_bps_max: 100 },
    request: { limitPrice: d('101.01') },
  }),
  passes('PRICE_COLLAR', 'a buy is far below', {
    limits: { collar_bps_max: 100 },
    request: { limitPrice: d('50') },
  }),
  fails('PRICE_COLLAR', 'a sell is too far below', {
    limits: { collar_bps_max: 100 },
    request: { side: 'SELL', limitPrice: d('98.99') },
  }),
  passes('POST_ONLY_WOULD_CROSS', 'a buy stays below the ask', {
    request: { postOnly: true, limitPrice: d('100') },
  }),
  fails('POST_ONLY_WOULD_CROSS', 'a buy meets the ask', {
    request: { postOnly: true, limitPrice: d('100.01') },
  }),
  fails('POST_ONLY_WOULD_CROSS', 'a sell meets the bid', {
    request: { postOnly: true, side: 'SELL', limitPrice: d('99.99') },
  }),
  fails('INVALID_ORDER', 'a market order is asked to rest', {
    request: { ...market, postOnly: true },
  }),
  passes('MAX_ORDER_QTY', 'the order is as large as allowed', {
    limits: { order_quantity_max: d('10') },
  }),
  fails('MAX_ORDER_QTY', 'the order is larger', { limits: { order_quantity_max: d('9.9') } }),
  passes('MAX_ORDER_NOTIONAL', 'the order is worth as much as allowed', {
    limits: { order_notional_max: m('1000') },
  }),
  fails('MAX_ORDER_NOTIONAL', 'the order is worth more', {
    limits: { order_notional_max: m('999.99') },
  }),
  fails('MAX_ORDER_NOTIONAL', 'a market order has nothing to be valued at', {
    limits: { order_notional_max: m('1000') },
    request: market,
    context: { reference: undefined },
  }),
  passes('MAX_POSITION', 'the worst case is as large as allowed', {
    limits: { position_max: d('15') },
    context: { openOrders: [OPEN] },
  }),
  fails('MAX_POSITION', 'position, open orders and order are more', {
    limits: { position_max: d('15') },
    context: { openOrders: [OPEN], position: d('0.1') },
  }),
  passes('MAX_POSITION', 'open orders of the other side do not count', {
    limits: { position_max: d('10') },
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('101') }] },
  }),
  passes('MAX_POSITION', 'an oversized position is reduced', {
    limits: { position_max: d('10') },
    request: { side: 'SELL' },
    context: { position: d('100') },
  }),
  fails('MAX_POSITION', 'a position is turned beyond the limit', {
    limits: { position_max: d('5') },
    request: { side: 'SELL' },
    context: { position: d('4') },
  }),
  fails('MAX_POSITION', 'the position is worth more', {
    limits: { position_notional_max: m('999') },
  }),
  passes('MAX_GROSS', 'all markets together are as much as allowed', {
    limits: { gross_max: m('1500') },
    context: held('-500'),
  }),
  fails('MAX_GROSS', 'all markets together are more', {
    limits: { gross_max: m('1499') },
    context: held('-500'),
  }),
  passes('MAX_NET', 'a short elsewhere sets it off', {
    limits: { net_max: m('500') },
    context: held('-500'),
  }),
  fails('MAX_NET', 'a short in another currency does not', {
    limits: { net_max: m('500') },
    context: held('-500', 'EUR'),
  }),
  passes('MAX_CONCENTRATION', 'the market holds as much of the equity as allowed', {
    limits: { concentration_bps_max: 1_500 },
    context: { openOrders: [OPEN] },
  }),
  fails('MAX_CONCENTRATION', 'the market holds more', {
    limits: { concentration_bps_max: 1_499 },
    context: { openOrders: [OPEN] },
  }),
  fails('MAX_CONCENTRATION', 'the other side, if filled, holds more', {
    limits: { concentration_bps_max: 1_500 },
    context: {
      openOrders: [{ ...OPEN, side: 'SELL', leavesQuantity: d('16'), limitPrice: d('101') }],
    },
  }),
  fails('MAX_CONCENTRATION', 'the account cannot be marked', {
    limits: { concentration_bps_max: 1_500 },
    context: { equity: undefined },
  }),
  passes('MAX_CONCENTRATION', 'it is too much already and the order reduces', {
    limits: { concentration_bps_max: 1 },
    request: { side: 'SELL' },
    context: { position: d('100') },
  }),
  passes('MAX_OPEN_ORDERS', 'it is the last one allowed', {
    limits: { open_orders_max: 2 },
    context: { openOrders: [OPEN] },
  }),
  fails('MAX_OPEN_ORDERS', 'it is one too many', {
    limits: { open_orders_max: 1 },
    context: { openOrders: [OPEN] },
  }),
  passes('INSUFFICIENT_FUNDS', 'the equity covers the margin', {
    limits: { margin_rate: d('10') },
  }),
  fails('INSUFFICIENT_FUNDS', 'the equity does not', { limits: { margin_rate: d('10.1') } }),
  fails('INSUFFICIENT_FUNDS', 'the account cannot be marked', {
    limits: { margin_rate: d('1') },
    context: { equity: undefined },
  }),
  passes('RATE_ORDERS', 'it is the last one of the window', {
    limits: { rate_orders_max: 2, rate_window_ms: 1_000 },
    context: { recentOrders: [RECENT] },
  }),
  fails('RATE_ORDERS', 'the window is full', {
    limits: { rate_orders_max: 1, rate_window_ms: 1_000 },
    context: { recentOrders: [RECENT] },
  }),
  passes('RATE_ORDERS', 'another strategy filled the window', {
    limits: { rate_orders_max: 1, rate_window_ms: 1_000 },
    context: { recentOrders: [{ ...RECENT, strategyId: 'MR' }] },
  }),
  passes('RATE_CANCELS', 'the replace is the last of the window', {
    limits: { rate_cancels_max: 2, rate_window_ms: 1_000 },
    request: { replaces: 'I0' },
    context: { recentChanges: [CHANGE, { ...CHANGE, strategyId: 'MR' }] },
  }),
  fails('RATE_CANCELS', 'the window is full of cancels', {
    limits: { rate_cancels_max: 1, rate_window_ms: 1_000 },
    request: { replaces: 'I0' },
    context: { recentChanges: [CHANGE] },
  }),
  passes('SELF_TRADE', 'the own sell rests above', {
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('100.01') }] },
  }),
  fails('SELF_TRADE', 'the own sell rests at the price', {
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('100') }] },
  }),
  fails('SELF_TRADE', 'a market order meets any own order', {
    request: market,
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('200') }] },
  }),
  fails('UNRESOLVED_ORDER', 'an order of the strategy is unknown', {
    context: { openOrders: [{ ...OPEN, unresolved: true }] },
  }),
  passes('UNRESOLVED_ORDER', 'the unknown order is of another strategy', {
    context: { openOrders: [{ ...OPEN, strategyId: 'MR', unresolved: true }] },
  }),
  passes('DAILY_LOSS', 'the loss is as large as allowed', {
    limits: { daily_loss_max: m('100') },
    context: equity('9900', '10000'),
  }),
  fails('DAILY_LOSS', 'the loss is larger', {
    limits: { daily_loss_max: m('99') },
    context: equity('9900', '10000'),
  }),
  fails('DAILY_LOSS', 'the account cannot be marked', {
    limits: { daily_loss_max: m('99') },
    context: equity(undefined, '10000'),
  }),
  passes('DRAWDOWN', 'the equity is as far below its peak as allowed', {
    limits: { drawdown_bps_max: 1_000 },
    context: equity('9000', '9000'),
  }),
  fails('DRAWDOWN', 'the equity is further below', {
    limits: { drawdown_bps_max: 999 },
    context: equity('9000', '9000'),
  }),
  passes('DRAWDOWN', 'it is in breach and the order reduces', {
    limits: { drawdown_bps_max: 999 },
    request: { side: 'SELL' },
    context: {
      position: d('10'),
      equity: { equity: m('9000'), dayStartEquity: m('9000'), peakEquity: m('10000') },
    },
  }),
];

const assess = (given: Given) =>
  assessOrder(
    { ...REQUEST, ...given.request },
    {
      ...CONTEXT,
      instrument: { ...INSTRUMENT, ...given.instrument },
      limits: { version: 3, values: given.limits ?? {} },
      ...given.context,
    },
  );

describe('a pre-trade check', () => {
  it.each(
    CASES.map(
      (given) => [given.code, given.passes ? 'passes' : 'fails', given.says, given] as const,
    ),
  )('%s %s when %s', (code, _, __, given) => {
    const found = assess(given).checks.find((check) => check.code === code);
    expect(found?.passed).toBe(given.passes);
  });

  it('RATE_CANCELS never looks at a new order', () => {
    const limits = { rate_cancels_max: 0, rate_window_ms: 1_000 };
    expect(assess({ limits }).failed).toEqual([]);
  });

  it('has a failing case for every code', () => {
    const failing = new Set(CASES.filter((given) => !given.passes).map(({ code }) => code));
    expect(CHECK_CODES.filter((code) => !failing.has(code))).toEqual([]);
    expect(CHECKS.length).toBe(CHECK_CODES.length);
  });
});

describe('an assessment', () => {
  it('approves an order that breaks nothing, and records the limits it used', () => {
    expect(assess({})).toMatchObject({ approved: true, failed: [], limitsVersion: 3 });
  });

  it('reports every failure, each with its numbers', () => {
    const found = assess({
      request: { quantity: d('0.15') },
      limits: { order_quantity_max: d('0.1'), signal_age_ms_max: 1 },
    });
    expect(found.failed).toEqual(['STALE_SIGNAL', 'QTY_OFF_STEP', 'MAX_ORDER_QTY']);
    expect(describeFailures(found)).toBe(
      'STALE_SIGNAL (ageMs 50, ageMsMax 1); QTY_OFF_STEP (quantity 0.15, step 0.1); ' +
        'MAX_ORDER_QTY (quantity 0.15, max 0.1)',
    );
  });

  it('says that an order has lapsed when its deadline had passed', () => {
    expect(assess({ request: { deadlineMicros: NOW - 1 } }).expired).toBe(true);
  });

  it('values an inverse contract in its base currency', () => {
    const inverse = { inverse: true, multiplier: d('100'), settlementCurrency: 'BTC' };
    const limits = { order_notional_max: m('10') };
    expect(assess({ instrument: inverse, limits }).failed).toEqual([]);
    expect(
      assess({ instrument: inverse, limits: { order_notional_max: m('9.99') } }).failed,
    ).toEqual(['MAX_ORDER_NOTIONAL']);
  });
});

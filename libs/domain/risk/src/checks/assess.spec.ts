import { describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { CHECKS, assessOrder, describeFailures } from './assess.ts';
import { CHECK_CODES, type CheckCode } from './check.ts';
import {
  type InstrumentRules,
  MONEY_SCALE,
  type OpenOrder,
  type OrderRequest,
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

interface Case {
  readonly code: CheckCode;
  readonly says: string;
  readonly passes: boolean;
  readonly request?: Partial<OrderRequest>;
  readonly limits?: LimitValues;
  readonly instrument?: Partial<InstrumentRules>;
  readonly context?: Partial<RiskContext>;
}

const market = { orderKind: 'MARKET', limitPrice: undefined } as const;
const stale = { ...CONTEXT.reference!, atMicros: NOW - 3_000_000 };
const off = (
  level: 'strategy' | 'instrument' | 'account' | 'firm',
  scope: string,
  reducingOnly = false,
) => ({
  killSwitches: [{ level, scope, by: 'ann', reason: 'test', reducingOnly }],
});

const CASES: readonly Case[] = [
  { code: 'KILL_SWITCH', says: 'nothing is halted', passes: true },
  { code: 'KILL_SWITCH', says: 'the firm is halted', passes: false, context: off('firm', '*') },
  {
    code: 'KILL_SWITCH',
    says: 'the account is halted',
    passes: false,
    context: off('account', 'PAPER'),
  },
  {
    code: 'KILL_SWITCH',
    says: 'the strategy is halted',
    passes: false,
    context: off('strategy', 'OFI'),
  },
  {
    code: 'KILL_SWITCH',
    says: 'the market is halted',
    passes: false,
    context: off('instrument', 'SIM|ABC'),
  },
  {
    code: 'KILL_SWITCH',
    says: 'another market is halted',
    passes: true,
    context: off('instrument', 'SIM|XYZ'),
  },
  {
    code: 'REDUCING_ONLY',
    says: 'only reducing is allowed and it opens',
    passes: false,
    context: off('account', 'PAPER', true),
  },
  {
    code: 'REDUCING_ONLY',
    says: 'only reducing is allowed and it reduces',
    passes: true,
    context: { ...off('account', 'PAPER', true), position: d('-10') },
  },
  { code: 'NOT_PERMITTED', says: 'the document has limits for it', passes: true },
  {
    code: 'NOT_PERMITTED',
    says: 'the document has none',
    passes: false,
    context: { limits: undefined },
  },
  {
    code: 'EXPIRED_INTENT',
    says: 'the deadline is now',
    passes: true,
    request: { deadlineMicros: NOW },
  },
  {
    code: 'EXPIRED_INTENT',
    says: 'the deadline has passed',
    passes: false,
    request: { deadlineMicros: NOW - 1 },
  },
  {
    code: 'STALE_SIGNAL',
    says: 'the signal is as old as allowed',
    passes: true,
    limits: { signal_age_ms_max: 50 },
  },
  {
    code: 'STALE_SIGNAL',
    says: 'the signal is too old',
    passes: false,
    limits: { signal_age_ms_max: 49 },
  },
  { code: 'INVALID_ORDER', says: 'kind and prices fit', passes: true },
  { code: 'INVALID_ORDER', says: 'nothing is wanted', passes: false, request: { quantity: 0n } },
  {
    code: 'INVALID_ORDER',
    says: 'a limit order has no limit',
    passes: false,
    request: { limitPrice: undefined },
  },
  {
    code: 'INVALID_ORDER',
    says: 'a market order has a limit',
    passes: false,
    request: { orderKind: 'MARKET' },
  },
  {
    code: 'INVALID_ORDER',
    says: 'a stop-limit order has no stop',
    passes: false,
    request: { orderKind: 'STOP_LIMIT' },
  },
  {
    code: 'NOT_SUPPORTED',
    says: 'a cap cannot be honoured',
    passes: false,
    request: { unsupported: ['pov_cap'] },
  },
  {
    code: 'STRATEGY_CHECKS',
    says: 'its own check failed',
    passes: false,
    request: { failedOwnChecks: ['box'] },
  },
  {
    code: 'DUPLICATE_PATTERN',
    says: 'an equal order just went',
    passes: false,
    limits: { duplicate_window_ms: 200 },
    context: { recentOrders: [RECENT] },
  },
  {
    code: 'DUPLICATE_PATTERN',
    says: 'the equal order is older than the window',
    passes: true,
    limits: { duplicate_window_ms: 100 },
    context: { recentOrders: [RECENT] },
  },
  {
    code: 'DUPLICATE_PATTERN',
    says: 'the recent order had another price',
    passes: true,
    limits: { duplicate_window_ms: 200 },
    context: { recentOrders: [{ ...RECENT, limitPrice: d('99') }] },
  },
  { code: 'UNKNOWN_INSTRUMENT', says: 'the master knows it', passes: true },
  {
    code: 'UNKNOWN_INSTRUMENT',
    says: 'the master does not',
    passes: false,
    context: { instrument: undefined },
  },
  { code: 'INSTRUMENT_HALTED', says: 'it trades', passes: true },
  {
    code: 'INSTRUMENT_HALTED',
    says: 'it is halted',
    passes: false,
    instrument: { status: 'HALTED' },
  },
  { code: 'SESSION_CLOSED', says: 'its session is open', passes: true },
  {
    code: 'SESSION_CLOSED',
    says: 'its session is closed',
    passes: false,
    instrument: { sessionOpen: false },
  },
  { code: 'PRICE_OFF_TICK', says: 'the price is on the tick', passes: true },
  {
    code: 'PRICE_OFF_TICK',
    says: 'the price is between ticks',
    passes: false,
    request: { limitPrice: d('100.001') },
  },
  { code: 'QTY_OFF_STEP', says: 'the quantity is on the step', passes: true },
  {
    code: 'QTY_OFF_STEP',
    says: 'the quantity is between steps',
    passes: false,
    request: { quantity: d('0.15') },
  },
  {
    code: 'QTY_BELOW_MIN',
    says: 'the quantity is the least',
    passes: true,
    request: { quantity: d('0.1') },
  },
  {
    code: 'QTY_BELOW_MIN',
    says: 'the quantity is below it',
    passes: false,
    request: { quantity: d('0.05') },
  },
  {
    code: 'QTY_ABOVE_MAX',
    says: 'the quantity is the most',
    passes: true,
    request: { quantity: d('1000') },
  },
  {
    code: 'QTY_ABOVE_MAX',
    says: 'the quantity is above it',
    passes: false,
    request: { quantity: d('1000.1') },
  },
  {
    code: 'NOTIONAL_BELOW_MIN',
    says: 'the value is the least',
    passes: true,
    request: { quantity: d('0.1'), limitPrice: d('50') },
  },
  {
    code: 'NOTIONAL_BELOW_MIN',
    says: 'the value is below it',
    passes: false,
    request: { quantity: d('0.1'), limitPrice: d('49.99') },
  },
  {
    code: 'REFERENCE_STALE',
    says: 'the market is fresh',
    passes: true,
    limits: { reference_age_ms_max: 20 },
  },
  {
    code: 'REFERENCE_STALE',
    says: 'the market is old',
    passes: false,
    limits: { reference_age_ms_max: 2_000 },
    context: { reference: stale },
  },
  {
    code: 'REFERENCE_STALE',
    says: 'there is no market',
    passes: false,
    limits: { reference_age_ms_max: 2_000 },
    context: { reference: undefined },
  },
  {
    code: 'REFERENCE_STALE',
    says: 'the book is out of step',
    passes: false,
    limits: { reference_age_ms_max: 2_000 },
    context: { reference: { ...CONTEXT.reference!, bookLive: false } },
  },
  {
    code: 'PRICE_COLLAR',
    says: 'a buy is as far above as allowed',
    passes: true,
    limits: { collar_bps_max: 100 },
    request: { limitPrice: d('101') },
  },
  {
    code: 'PRICE_COLLAR',
    says: 'a buy is further above',
    passes: false,
    limits: { collar_bps_max: 100 },
    request: { limitPrice: d('101.01') },
  },
  {
    code: 'PRICE_COLLAR',
    says: 'a buy is far below',
    passes: true,
    limits: { collar_bps_max: 100 },
    request: { limitPrice: d('50') },
  },
  {
    code: 'PRICE_COLLAR',
    says: 'a sell is too far below',
    passes: false,
    limits: { collar_bps_max: 100 },
    request: { side: 'SELL', limitPrice: d('98.99') },
  },
  {
    code: 'MAX_ORDER_QTY',
    says: 'the order is as large as allowed',
    passes: true,
    limits: { order_quantity_max: d('10') },
  },
  {
    code: 'MAX_ORDER_QTY',
    says: 'the order is larger',
    passes: false,
    limits: { order_quantity_max: d('9.9') },
  },
  {
    code: 'MAX_ORDER_NOTIONAL',
    says: 'the order is worth as much as allowed',
    passes: true,
    limits: { order_notional_max: m('1000') },
  },
  {
    code: 'MAX_ORDER_NOTIONAL',
    says: 'the order is worth more',
    passes: false,
    limits: { order_notional_max: m('999.99') },
  },
  {
    code: 'MAX_ORDER_NOTIONAL',
    says: 'a market order has nothing to be valued at',
    passes: false,
    limits: { order_notional_max: m('1000') },
    request: market,
    context: { reference: undefined },
  },
  {
    code: 'MAX_POSITION',
    says: 'the worst case is as large as allowed',
    passes: true,
    limits: { position_max: d('15') },
    context: { openOrders: [OPEN] },
  },
  {
    code: 'MAX_POSITION',
    says: 'position, open orders and order are more',
    passes: false,
    limits: { position_max: d('15') },
    context: { openOrders: [OPEN], position: d('0.1') },
  },
  {
    code: 'MAX_POSITION',
    says: 'open orders of the other side do not count',
    passes: true,
    limits: { position_max: d('10') },
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('101') }] },
  },
  {
    code: 'MAX_POSITION',
    says: 'an oversized position is reduced',
    passes: true,
    limits: { position_max: d('10') },
    request: { side: 'SELL' },
    context: { position: d('100') },
  },
  {
    code: 'MAX_POSITION',
    says: 'a position is turned beyond the limit',
    passes: false,
    limits: { position_max: d('5') },
    request: { side: 'SELL' },
    context: { position: d('4') },
  },
  {
    code: 'MAX_POSITION',
    says: 'the position is worth more',
    passes: false,
    limits: { position_notional_max: m('999') },
  },
  {
    code: 'MAX_GROSS',
    says: 'all markets together are as much as allowed',
    passes: true,
    limits: { gross_max: m('1500') },
    context: {
      otherExposures: [
        { symbol: 'X', exchange: 'SIM', currency: 'USD', net: m('-500'), worstGross: m('500') },
      ],
    },
  },
  {
    code: 'MAX_GROSS',
    says: 'all markets together are more',
    passes: false,
    limits: { gross_max: m('1499') },
    context: {
      otherExposures: [
        { symbol: 'X', exchange: 'SIM', currency: 'USD', net: m('-500'), worstGross: m('500') },
      ],
    },
  },
  {
    code: 'MAX_NET',
    says: 'a short elsewhere sets it off',
    passes: true,
    limits: { net_max: m('500') },
    context: {
      otherExposures: [
        { symbol: 'X', exchange: 'SIM', currency: 'USD', net: m('-500'), worstGross: m('500') },
      ],
    },
  },
  {
    code: 'MAX_NET',
    says: 'a short in another currency does not',
    passes: false,
    limits: { net_max: m('500') },
    context: {
      otherExposures: [
        { symbol: 'X', exchange: 'SIM', currency: 'EUR', net: m('-500'), worstGross: m('500') },
      ],
    },
  },
  {
    code: 'MAX_OPEN_ORDERS',
    says: 'it is the last one allowed',
    passes: true,
    limits: { open_orders_max: 2 },
    context: { openOrders: [OPEN] },
  },
  {
    code: 'MAX_OPEN_ORDERS',
    says: 'it is one too many',
    passes: false,
    limits: { open_orders_max: 1 },
    context: { openOrders: [OPEN] },
  },
  {
    code: 'INSUFFICIENT_FUNDS',
    says: 'the equity covers the margin',
    passes: true,
    limits: { margin_rate: d('10') },
  },
  {
    code: 'INSUFFICIENT_FUNDS',
    says: 'the equity does not',
    passes: false,
    limits: { margin_rate: d('10.1') },
  },
  {
    code: 'INSUFFICIENT_FUNDS',
    says: 'the account cannot be marked',
    passes: false,
    limits: { margin_rate: d('1') },
    context: { equity: undefined },
  },
  {
    code: 'RATE_ORDERS',
    says: 'it is the last one of the window',
    passes: true,
    limits: { rate_orders_max: 2, rate_window_ms: 1_000 },
    context: { recentOrders: [RECENT] },
  },
  {
    code: 'RATE_ORDERS',
    says: 'the window is full',
    passes: false,
    limits: { rate_orders_max: 1, rate_window_ms: 1_000 },
    context: { recentOrders: [RECENT] },
  },
  {
    code: 'RATE_ORDERS',
    says: 'another strategy filled the window',
    passes: true,
    limits: { rate_orders_max: 1, rate_window_ms: 1_000 },
    context: { recentOrders: [{ ...RECENT, strategyId: 'MR' }] },
  },
  {
    code: 'SELF_TRADE',
    says: 'the own sell rests above',
    passes: true,
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('100.01') }] },
  },
  {
    code: 'SELF_TRADE',
    says: 'the own sell rests at the price',
    passes: false,
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('100') }] },
  },
  {
    code: 'SELF_TRADE',
    says: 'a market order meets any own order',
    passes: false,
    request: market,
    context: { openOrders: [{ ...OPEN, side: 'SELL', limitPrice: d('200') }] },
  },
  {
    code: 'UNRESOLVED_ORDER',
    says: 'an order of the strategy is unknown',
    passes: false,
    context: { openOrders: [{ ...OPEN, unresolved: true }] },
  },
  {
    code: 'UNRESOLVED_ORDER',
    says: 'the unknown order is of another strategy',
    passes: true,
    context: { openOrders: [{ ...OPEN, strategyId: 'MR', unresolved: true }] },
  },
  {
    code: 'DAILY_LOSS',
    says: 'the loss is as large as allowed',
    passes: true,
    limits: { daily_loss_max: m('100') },
    context: { equity: { equity: m('9900'), dayStartEquity: m('10000'), peakEquity: m('10000') } },
  },
  {
    code: 'DAILY_LOSS',
    says: 'the loss is larger',
    passes: false,
    limits: { daily_loss_max: m('99') },
    context: { equity: { equity: m('9900'), dayStartEquity: m('10000'), peakEquity: m('10000') } },
  },
  {
    code: 'DAILY_LOSS',
    says: 'the account cannot be marked',
    passes: false,
    limits: { daily_loss_max: m('99') },
    context: { equity: { equity: undefined, dayStartEquity: m('10000'), peakEquity: m('10000') } },
  },
  {
    code: 'DRAWDOWN',
    says: 'the equity is as far below its peak as allowed',
    passes: true,
    limits: { drawdown_bps_max: 1_000 },
    context: { equity: { equity: m('9000'), dayStartEquity: m('9000'), peakEquity: m('10000') } },
  },
  {
    code: 'DRAWDOWN',
    says: 'the equity is further below',
    passes: false,
    limits: { drawdown_bps_max: 999 },
    context: { equity: { equity: m('9000'), dayStartEquity: m('9000'), peakEquity: m('10000') } },
  },
  {
    code: 'DRAWDOWN',
    says: 'it is in breach and the order reduces',
    passes: true,
    limits: { drawdown_bps_max: 999 },
    request: { side: 'SELL' },
    context: {
      position: d('10'),
      equity: { equity: m('9000'), dayStartEquity: m('9000'), peakEquity: m('10000') },
    },
  },
];

const assess = (given: Partial<Case>) =>
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

  it('has a failing case for every code', () => {
    const failing = new Set(CASES.filter(({ passes }) => !passes).map(({ code }) => code));
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

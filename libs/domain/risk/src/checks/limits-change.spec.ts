import { describe, expect, it } from '@jest/globals';
import { limitsToPlain, raisesOf } from './limits-change.ts';
import { type LimitsVersion, readLimits } from './limits.ts';

const PLAIN = {
  version: 1,
  effective_from: '2024-01-01T00:00:00Z',
  changed_by: 'ann',
  reason: 'first',
  defaults: { signal_age_ms_max: 5000, margin_rate: '0.1' },
  accounts: {
    PAPER: { broker: 'paper', cash: { USD: '1000.5' }, limits: { order_notional_max: '5000' } },
  },
  strategies: {
    OFI: { account: 'PAPER', limits: { order_notional_max: '100' } },
    '*': { account: 'PAPER', limits: { order_notional_max: '200' } },
  },
  instruments: { 'SIM|ABC': { order_quantity_max: '0.000000001' } },
};

const versionOf = (more: object = {}): LimitsVersion =>
  readLimits({ versions: [{ ...PLAIN, ...more }] }).versions[0]!;
const raises = (more: object): readonly string[] => raisesOf(versionOf(), versionOf(more));

describe('a version of the limits', () => {
  it('comes back from its plain form as it was', () => {
    const plain = limitsToPlain(versionOf());
    expect(readLimits({ versions: [plain] }).versions[0]).toEqual(versionOf());
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
  });

  it('that forbids more, or the same, raises nothing', () => {
    expect(raises({})).toEqual([]);
    expect(raises({ reason: 'quiet market', changed_by: 'bob', version: 2 })).toEqual([]);
    const defaults = { signal_age_ms_max: 4999, margin_rate: '0.2', open_orders_max: 5 };
    expect(raises({ defaults })).toEqual([]);
    expect(raises({ instruments: { 'SIM|ABC': { order_quantity_max: '0' } } })).toEqual([]);
    expect(raises({ strategies: { OFI: PLAIN.strategies.OFI } })).toEqual([]);
    const poorer = { ...PLAIN.accounts.PAPER, cash: {} };
    expect(raises({ accounts: { PAPER: poorer } })).toEqual([]);
  });

  it.each([
    [{ defaults: { signal_age_ms_max: 5001, margin_rate: '0.1' } }, 'defaults.signal_age_ms_max'],
    [{ defaults: { signal_age_ms_max: 5000, margin_rate: '0.09' } }, 'defaults.margin_rate'],
    [{ defaults: { signal_age_ms_max: 5000 } }, 'defaults.margin_rate: 0.1 to none'],
    [{ instruments: {} }, 'instruments.SIM|ABC.order_quantity_max: 0.000000001 to none'],
    [{ accounts: { ...PLAIN.accounts, SECOND: { broker: 'paper' } } }, 'accounts.SECOND: new'],
    [
      { accounts: { PAPER: { ...PLAIN.accounts.PAPER, broker: 'ibkr' } } },
      'accounts.PAPER.broker: paper to ibkr',
    ],
    [
      { accounts: { PAPER: { ...PLAIN.accounts.PAPER, cash: { USD: '1000.6' } } } },
      'accounts.PAPER.cash.USD: 1000.5 to 1000.6',
    ],
    [
      { accounts: { PAPER: { ...PLAIN.accounts.PAPER, cash: { USD: '1000.5', EUR: '1' } } } },
      'accounts.PAPER.cash.EUR: 0 to 1',
    ],
    [
      {
        accounts: { PAPER: { ...PLAIN.accounts.PAPER, limits: { order_notional_max: '5000.1' } } },
      },
      'accounts.PAPER.limits.order_notional_max: 5000 to 5000.1',
    ],
    [
      { strategies: { '*': PLAIN.strategies['*'] } },
      'strategies.OFI.limits.order_notional_max: 100 to 200',
    ],
  ])('that permits more says what: %j', (more, expected) => {
    expect(raises(more)).toEqual([expect.stringContaining(expected)]);
  });

  it('that lets a strategy trade which did not, or for another account, raises', () => {
    const closed = versionOf({ strategies: { OFI: { account: 'PAPER' } } });
    const open = versionOf({
      strategies: { OFI: { account: 'PAPER' }, NEW: { account: 'PAPER' } },
    });
    expect(raisesOf(closed, open)).toEqual(['strategies.NEW: new']);
    expect(raisesOf(open, closed)).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { isFault, parseDecimal, parseRfc3339 } from '@tickmesh/kernel';
import { MONEY_SCALE } from './context.ts';
import { accountOf, effectiveLimits, limitsAt, readLimits, recentWindowMs } from './limits.ts';

const FIRST = {
  version: 1,
  effective_from: '2024-01-01T00:00:00Z',
  changed_by: 'ann',
  reason: 'first',
  defaults: { signal_age_ms_max: 5000, margin_rate: 0.1 },
  accounts: {
    PAPER: { broker: 'paper', cash: { USD: 1000.5 }, limits: { order_notional_max: 5000 } },
  },
  strategies: { OFI: { account: 'PAPER', limits: { order_notional_max: 6000, margin_rate: 1 } } },
  instruments: { 'SIM|ABC': { order_notional_max: 4000, order_quantity_max: '0.000000001' } },
};
const SECOND = { ...FIRST, version: 2, effective_from: '2024-02-01T00:00:00Z' };
const at = (text: string): number => parseRfc3339(text) as number;

describe('the limits document', () => {
  it('is in force by its effective times', () => {
    const document = readLimits({ versions: [FIRST, SECOND] });
    expect(limitsAt(document, at('2023-12-31T23:59:59Z'))).toBeUndefined();
    expect(limitsAt(document, at('2024-01-31T00:00:00Z'))?.version).toBe(1);
    expect(limitsAt(document, at('2024-02-01T00:00:00Z'))?.version).toBe(2);
  });

  it('lets the tightest of all scopes hold', () => {
    const version = readLimits({ versions: [FIRST] }).versions[0]!;
    const scope = { strategyId: 'OFI', account: 'PAPER', market: 'SIM|ABC' };
    expect(effectiveLimits(version, scope)?.values).toEqual({
      signal_age_ms_max: 5000,
      margin_rate: parseDecimal('1'),
      order_notional_max: parseDecimal('4000', MONEY_SCALE),
      order_quantity_max: 1n,
    });
  });

  it('looks back as far as the longest window of any scope', () => {
    const windows = {
      defaults: { rate_window_ms: 1000, duplicate_window_ms: 2000 },
      instruments: { 'SIM|ABC': { rate_window_ms: 90_000 } },
    };
    const { versions } = readLimits({ versions: [FIRST, { ...SECOND, ...windows }] });
    expect(versions.map(recentWindowMs)).toEqual([0, 90_000]);
    expect(recentWindowMs(undefined)).toBe(0);
  });

  it('gives a strategy its account, and no limits for any other', () => {
    const version = readLimits({ versions: [FIRST] }).versions[0]!;
    expect(accountOf(version, 'OFI')).toBe('PAPER');
    expect(accountOf(version, 'XYZ')).toBeUndefined();
    const scope = { strategyId: 'XYZ', account: 'PAPER', market: 'SIM|ABC' };
    expect(effectiveLimits(version, scope)).toBeUndefined();
  });

  it('lists every problem, with its path', () => {
    const broken = {
      ...SECOND,
      version: 1,
      reason: '',
      defaults: { signal_age_ms_max: -1, order_quantity_max: 'many', colour: 'red' },
      strategies: { OFI: { account: 'LIVE' } },
    };
    const problems = problemsOf(() => readLimits({ versions: [FIRST, broken] }));
    expect(problems).toEqual([
      'versions[1].strategies.OFI.account',
      'versions[1].reason',
      'versions[1].defaults.colour',
      'versions[1].defaults.order_quantity_max',
      'versions[1].defaults.signal_age_ms_max',
      'versions[1].version',
    ]);
  });

  it('needs at least one version', () => {
    expect(problemsOf(() => readLimits({}))).toEqual(['versions', 'versions']);
  });
});

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return (thrown.details['problems'] as { name: string }[]).map(({ name }) => name);
  }
  return [];
}

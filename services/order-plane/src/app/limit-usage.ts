/** How much of each limit an account uses, as it stands. */
import type { Database } from '@tickmesh/database';
import {
  LIMITS,
  type LimitName,
  type LimitsVersion,
  MONEY_SCALE,
  type MarketExposure,
  effectiveLimits,
  recentWindowMs,
} from '@tickmesh/domain-risk';
import { formatDecimal } from '@tickmesh/kernel';
import { AccountBook } from './account-book.ts';
import type { Markets } from './ports.ts';
import { readAccount } from './tables.ts';

/** What is used of a limit in a scope; undefined where that has no meaning. Plain text, in the limit's unit. */
export type LimitUsage = (name: LimitName, scope: UsageScope) => string | undefined;

/** A strategy's id, a market as `exchange|symbol`, or neither: the whole account. */
export interface UsageScope {
  readonly strategyId?: string | undefined;
  readonly market?: string | undefined;
}

/** Reads the account in one picture of the book. */
export async function readUsage(
  { database, markets }: { readonly database: Database; readonly markets: Markets },
  version: LimitsVersion,
  { account, nowMicros }: { readonly account: string; readonly nowMicros: number },
): Promise<LimitUsage> {
  const sinceMicros = nowMicros - recentWindowMs(version) * 1_000;
  const state = await database.transaction((db) => readAccount(db, account, sinceMicros), {
    isolation: 'repeatable read',
  });
  const book = new AccountBook(state, markets, version);
  const exposures = book.exposures(nowMicros);
  return (name, scope) => {
    const used = usedOf(name, { book, exposures, version, scope, nowMicros });
    if (used === undefined || typeof used === 'number') return used?.toString();
    return formatDecimal(used, LIMITS[name].form === 'money' ? MONEY_SCALE : 9);
  };
}

interface UsageParts {
  readonly book: AccountBook;
  readonly exposures: readonly MarketExposure[];
  readonly version: LimitsVersion;
  readonly scope: UsageScope;
  readonly nowMicros: number;
}

/** Of several markets, sides, currencies or strategies, the one that uses most. */
function usedOf(name: LimitName, parts: UsageParts): bigint | number | undefined {
  const { book, scope } = parts;
  const here = parts.exposures.filter(
    ({ exchange, symbol }) =>
      scope.market === undefined || scope.market === `${exchange}|${symbol}`,
  );
  switch (name) {
    case 'position_max':
      return most(here.map(({ symbol, exchange }) => book.worstUnits(symbol, exchange)));
    case 'position_notional_max':
      return most(here.map(({ worstGross }) => worstGross));
    case 'gross_max':
      return most(byCurrency(here, ({ worstGross }) => worstGross).values());
    case 'net_max':
      return most([...byCurrency(here, ({ net }) => net).values()].map(magnitude));
    case 'concentration_bps_max':
      return mostNumber(here.map((held) => shareOfEquity(book, held)));
    case 'open_orders_max':
      return openOrders(parts);
    case 'rate_orders_max':
      return recentOrders(parts);
    case 'daily_loss_max':
      return mostOrNone(book, (equity, { dayStart }) => dayStart - equity);
    case 'drawdown_bps_max':
      return Number(
        mostOrNone(book, (equity, { peak }) =>
          peak > 0n ? ((peak - equity) * 10_000n) / peak : 0n,
        ),
      );
    default:
      return undefined;
  }
}

function byCurrency(
  exposures: readonly MarketExposure[],
  amountOf: (exposure: MarketExposure) => bigint,
): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const held of exposures) {
    sums.set(held.currency, (sums.get(held.currency) ?? 0n) + amountOf(held));
  }
  return sums;
}

function shareOfEquity(book: AccountBook, { currency, worstGross }: MarketExposure): number {
  const equity = book.equityOf(currency) ?? 0n;
  if (equity <= 0n) return worstGross === 0n ? 0 : Infinity;
  return Number((worstGross * 10_000n) / equity);
}

function openOrders({ book, scope }: UsageParts): number {
  const counts = new Map<string, number>();
  for (const { exchange, symbol, side } of book.state.openOrders) {
    if (scope.market !== undefined && scope.market !== `${exchange}|${symbol}`) continue;
    const key = `${exchange}|${symbol}|${side}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return mostNumber(counts.values());
}

function recentOrders({ book, scope, version, nowMicros }: UsageParts): number {
  const { account, recentOrders: recent } = book.state;
  const strategies = new Set(recent.map(({ strategyId }) => strategyId));
  const counts = [...strategies].map((strategyId) => {
    if (scope.strategyId !== undefined && scope.strategyId !== strategyId) return 0;
    const limits = effectiveLimits(version, { strategyId, account, market: scope.market ?? '' });
    const windowMicros = (limits?.values.rate_window_ms ?? 0) * 1_000;
    return recent.filter(
      (order) => order.strategyId === strategyId && nowMicros - order.atMicros < windowMicros,
    ).length;
  });
  return mostNumber(counts);
}

/** Over the currencies that have marks of the day; below 0 nothing is used. */
function mostOrNone(
  book: AccountBook,
  usedBy: (equity: bigint, marks: { readonly dayStart: bigint; readonly peak: bigint }) => bigint,
): bigint {
  return most(
    [...book.state.equityMarks].map(([currency, marks]) => {
      const equity = book.equityOf(currency);
      return equity === undefined ? 0n : usedBy(equity, marks);
    }),
  );
}

function most(amounts: Iterable<bigint>): bigint {
  let highest = 0n;
  for (const amount of amounts) if (amount > highest) highest = amount;
  return highest;
}

const mostNumber = (counts: Iterable<number>): number => Math.max(0, ...counts);
const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

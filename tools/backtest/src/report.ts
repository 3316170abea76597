/** What a back-test found, as plain data: the same inputs give the same text, byte for byte. */
import type { Instrument } from '@tickmesh/contracts';
import { averageCost } from '@tickmesh/domain-ledger';
import { MONEY_SCALE } from '@tickmesh/domain-risk';
import {
  type StrategyDefinition,
  maxDrawdown,
  probabilisticSharpe,
  sharpeFacts,
} from '@tickmesh/domain-strategies';
import { AMOUNT_SCALE } from '@tickmesh/domain-ledger';
import { decimalToNumber, divideHalfEven, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import type { PaperDesk } from './paper-desk.ts';

export interface FillLine {
  readonly time: string;
  readonly market: string;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: string;
  readonly price: string;
  /** Quantity at its price, settlement currency. */
  readonly value: number;
  readonly fee: string;
  readonly feeCurrency: string;
  readonly liquidity: string;
  /** Basis points against the middle at the decision; above 0 is worse. Null without one. */
  readonly slippageBps: number | null;
  readonly executionId: string;
  readonly intentId: string;
}

/** A lot that was opened and closed again, oldest first. */
export interface TradeLine {
  readonly market: string;
  readonly side: 'LONG' | 'SHORT';
  readonly quantity: string;
  readonly openedAt: string;
  readonly closedAt: string;
  readonly openPrice: string;
  readonly closePrice: string;
  /** Before fees. */
  readonly realized: string;
}

export interface EquityPoint {
  readonly atMicros: number;
  readonly equity: number;
}

export interface BacktestReport {
  readonly strategy: {
    readonly id: string;
    readonly kind: string;
    readonly account: string;
    readonly markets: readonly string[];
    readonly parameters: StrategyDefinition['parameters'];
  };
  readonly hashes: {
    readonly data: Readonly<Record<string, string>>;
    readonly code: string;
    readonly configuration: string;
  };
  readonly period: { readonly from: string; readonly to: string };
  readonly currency: string;
  readonly result: {
    readonly startEquity: number;
    readonly endEquity: number;
    /** After fees. */
    readonly profit: number;
    readonly profitBeforeFees: number;
    /** Value of all fills. */
    readonly turnover: number;
    readonly fees: Readonly<Record<string, string>>;
    /** Share of the peak. */
    readonly maxDrawdown: number;
    /** Of the returns of one second; not annualised. */
    readonly sharpe: number;
    readonly returns: number;
    /** Null where the formula has no answer. */
    readonly probabilisticSharpe: number | null;
    readonly trades: number;
    readonly winningTrades: number;
  };
  readonly orders: {
    readonly intents: Readonly<Record<string, number>>;
    readonly byStatus: Readonly<Record<string, number>>;
    readonly deniedBy: Readonly<Record<string, number>>;
    readonly fillRatio: number | null;
    /** Basis points against the middle at the decision, by filled value; above 0 is worse. */
    readonly slippageBps: number | null;
  };
  readonly market: {
    readonly frames: number;
    readonly events: number;
    readonly unreadable: number;
  };
  readonly positions: readonly {
    readonly market: string;
    readonly quantity: string;
    readonly averagePrice: string | null;
    readonly realized: string;
  }[];
  readonly trades: readonly TradeLine[];
  readonly fills: readonly FillLine[];
  readonly equity: readonly EquityPoint[];
}

export interface ReportParts {
  readonly definition: StrategyDefinition;
  readonly instruments: readonly Instrument[];
  readonly currency: string;
  readonly hashes: BacktestReport['hashes'];
  readonly desk: PaperDesk;
  readonly fills: readonly FillLine[];
  readonly intents: ReadonlyMap<string, number>;
  readonly denied: ReadonlyMap<string, number>;
  /** One a second. */
  readonly equity: readonly EquityPoint[];
  readonly market: BacktestReport['market'];
}

export function makeReport(parts: ReportParts): BacktestReport {
  const { definition, equity, desk, fills } = parts;
  const { id, kind, account, markets, parameters } = definition;
  const values = equity.map((point) => point.equity);
  const [start, end] = [values[0] ?? 0, values.at(-1) ?? 0];
  const sharpe = sharpeFacts(returnsOf(values));
  const trades = tradesOf(desk, fills);
  const fees = decimalToNumber(desk.fees.get(parts.currency) ?? 0n);
  return {
    strategy: { id, kind, account, markets, parameters },
    hashes: parts.hashes,
    period: { from: timeOf(equity[0]), to: timeOf(equity.at(-1)) },
    currency: parts.currency,
    result: {
      startEquity: start,
      endEquity: end,
      profit: rounded(end - start, 9),
      profitBeforeFees: rounded(end - start + fees, 9),
      turnover: rounded(
        fills.reduce((sum, { value }) => sum + value, 0),
        9,
      ),
      fees: Object.fromEntries(
        [...desk.fees].map(([currency, fee]) => [currency, formatDecimal(fee)]),
      ),
      maxDrawdown: maxDrawdown(values),
      sharpe: sharpe.sharpe,
      returns: sharpe.periods,
      probabilisticSharpe: probabilisticSharpe(sharpe) ?? null,
      trades: trades.length,
      winningTrades: trades.filter(
        ({ realized }) => !realized.startsWith('-') && /[1-9]/.test(realized),
      ).length,
    },
    orders: ordersOf(parts),
    market: parts.market,
    positions: positionsOf(parts),
    trades,
    fills,
    equity,
  };
}

function ordersOf({ desk, intents, denied }: ReportParts): BacktestReport['orders'] {
  const byStatus = new Map<string, number>();
  let [wanted, filled, value, slipped] = [0, 0, 0, 0];
  for (const { fold } of desk.orders) {
    const state = fold.state();
    byStatus.set(state.status, (byStatus.get(state.status) ?? 0) + 1);
    if (state.status === 'DENIED') continue;
    wanted += decimalToNumber(state.terms.quantity);
    filled += decimalToNumber(state.cumulativeQuantity);
    const { averagePrice, arrivalMid } = state;
    if (averagePrice === undefined || arrivalMid === undefined) continue;
    const side = fold.intent.side === 'BUY' ? 1 : -1;
    const traded = decimalToNumber(state.cumulativeQuantity) * decimalToNumber(arrivalMid);
    value += traded;
    slipped +=
      (side * decimalToNumber(averagePrice - arrivalMid) * traded) / decimalToNumber(arrivalMid);
  }
  return {
    intents: sorted(intents),
    byStatus: sorted(byStatus),
    deniedBy: sorted(denied),
    fillRatio: wanted === 0 ? null : filled / wanted,
    slippageBps: value === 0 ? null : (slipped / value) * 10_000,
  };
}

function positionsOf({ desk, instruments }: ReportParts): BacktestReport['positions'] {
  return desk.positions.map(({ symbol, exchange, position }) => {
    const instrument = instruments.find(
      (each) => each.symbol === symbol && each.exchange === exchange,
    );
    const average = instrument === undefined ? undefined : averageCost(position, instrument);
    return {
      market: `${exchange}|${symbol}`,
      quantity: formatDecimal(position.quantity),
      averagePrice: average === undefined ? null : formatDecimal(average),
      realized: money(position.realized),
    };
  });
}

function tradesOf(desk: PaperDesk, fills: readonly FillLine[]): TradeLine[] {
  const byExecution = new Map(fills.map((fill) => [fill.executionId, fill]));
  return [...desk.closings].flatMap(([market, closings]) =>
    closings.flatMap(({ opening, closing, signedQuantity, realized }) => {
      const [opened, closed] = [byExecution.get(opening), byExecution.get(closing)];
      if (opened === undefined || closed === undefined) return [];
      return [
        {
          market,
          side: signedQuantity > 0n ? ('LONG' as const) : ('SHORT' as const),
          quantity: formatDecimal(signedQuantity < 0n ? -signedQuantity : signedQuantity),
          openedAt: opened.time,
          closedAt: closed.time,
          openPrice: opened.price,
          closePrice: closed.price,
          realized: money(realized),
        },
      ];
    }),
  );
}

/** AMOUNT_SCALE as text of MONEY_SCALE / 2 digits: exact to a billionth. */
const money = (amount: bigint): string =>
  formatDecimal(divideHalfEven(amount, 10n ** BigInt(AMOUNT_SCALE - 9)));

export const moneyNumber = (amount: bigint): number => decimalToNumber(amount, MONEY_SCALE);

function returnsOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => value / (values[i] ?? value) - 1);
}

const timeOf = (point: EquityPoint | undefined): string => formatRfc3339(point?.atMicros ?? 0);
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));

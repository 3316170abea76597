/** Answers about positions and profit, marked by a stated rule. Amounts are exact decimals, as texts. */
import type { Queryable } from '@tickmesh/database';
import {
  AMOUNT_SCALE,
  type MarkRule,
  averageCost,
  markOf,
  unrealized,
} from '@tickmesh/domain-ledger';
import { formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { amountText, positionOfRow } from './amounts.ts';
import type { Markets } from './ports.ts';
import {
  type BookedPosition,
  type Profit,
  type ProfitScope,
  readBooked,
  readFees,
  readProfit,
} from './profit.ts';

export interface PositionParts {
  readonly database: Queryable;
  readonly markets: Markets;
}

type Plain = Readonly<Record<string, unknown>>;

/** A position at its mark; null is what is not known. */
export interface PositionAnswer {
  readonly account: string;
  /** Empty: the whole account's. */
  readonly strategy_id: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly average_cost: string | null;
  readonly realized: string;
  readonly unrealized: string | null;
  readonly currency: string | null;
  readonly mark: string | null;
  /** Where the mark came from: bid, ask, mid, or the last trade where a side is empty. */
  readonly mark_source: string | null;
  readonly markedAtMicros: number | null;
  readonly revision: number;
}

export async function readPositions(
  { database, markets }: PositionParts,
  scope: ProfitScope,
  rule: MarkRule,
): Promise<PositionAnswer[]> {
  const rows = await readBooked(database, scope);
  return rows.map((row) => positionOf(markets, row, rule));
}

/** Positions, and the fees by currency. */
export async function listPositions(
  parts: PositionParts,
  scope: ProfitScope,
  rule: MarkRule,
): Promise<Plain> {
  const positions = await readPositions(parts, scope, rule);
  const fees = await readFees(parts.database, scope);
  return {
    positions: positions.map(({ markedAtMicros, ...position }) => ({
      ...position,
      mark_rule: rule,
      marked_at: markedAtMicros === null ? null : formatRfc3339(markedAtMicros),
    })),
    fees,
  };
}

/** Profit and loss of each account and currency. */
export async function showProfit(
  parts: PositionParts,
  scope: ProfitScope,
  rule: MarkRule,
): Promise<Plain> {
  const rows = await readProfit(parts, scope, rule);
  return { mark_rule: rule, rows: rows.map(profitRow) };
}

function profitRow(profit: Profit): Plain {
  const { account, strategyId, currency, unpriceable } = profit;
  return {
    account,
    strategy_id: strategyId,
    currency,
    realized: amountText(profit.realized),
    unrealized: profit.unrealized === undefined ? null : amountText(profit.unrealized),
    fees: formatDecimal(profit.fees),
    net: profit.net === undefined ? null : amountText(profit.net),
    unpriceable,
  };
}

function positionOf(markets: Markets, row: BookedPosition, rule: MarkRule): PositionAnswer {
  const { account, strategy_id, symbol, exchange, revision } = row;
  const position = positionOfRow(row);
  const instrument = markets.instrument(symbol, exchange);
  const reference = markets.reference(symbol, exchange);
  const mark = reference && markOf(rule, reference, position.quantity);
  const average = instrument && averageCost(position, instrument);
  const open = instrument && mark && unrealized(position, instrument, mark.price);
  return {
    account,
    strategy_id,
    exchange,
    symbol,
    quantity: formatDecimal(position.quantity),
    average_cost: average === undefined ? null : formatDecimal(average),
    realized: formatDecimal(position.realized, AMOUNT_SCALE),
    unrealized: open === undefined ? null : formatDecimal(open, AMOUNT_SCALE),
    currency: instrument?.settlement_currency ?? null,
    mark: mark === undefined ? null : formatDecimal(mark.price),
    mark_source: mark?.source ?? null,
    markedAtMicros: mark?.atMicros ?? null,
    revision,
  };
}

/** Profit and loss by account or strategy, and currency. Currencies are never added up: no rate is assumed. */
import type { Queryable } from '@tickmesh/database';
import { AMOUNT_SCALE, type MarkRule, markOf, unrealized } from '@tickmesh/domain-ledger';
import { type PositionRow, parseNumeric, positionOfRow } from './amounts.ts';
import type { Markets } from './ports.ts';
import { statement } from './statement.ts';

const READ_POSITIONS = statement(
  `select account, '' as strategy_id, exchange, symbol, quantity, cost, realized, cash_flow, revision,
     last_execution_id, last_filled_at
   from order_plane.positions where $2::text is null and ($1::text is null or account = $1)
   union all
   select account, strategy_id, exchange, symbol, quantity, cost, realized, cash_flow, revision,
     last_execution_id, last_filled_at
   from order_plane.strategy_positions where strategy_id = $2 and ($1::text is null or account = $1)
   order by account, exchange, symbol`,
);
const READ_FEES = statement(
  `select account, '' as strategy_id, currency, amount from order_plane.fees
   where $2::text is null and ($1::text is null or account = $1)
   union all
   select account, strategy_id, currency, amount from order_plane.strategy_fees
   where strategy_id = $2 and ($1::text is null or account = $1)
   order by account, currency`,
);

/** A position as it is booked: the whole account's, with no strategy, or one strategy's part of it. */
export interface BookedPosition extends PositionRow {
  readonly account: string;
  readonly strategy_id: string;
}

export interface ProfitScope {
  readonly account?: string | undefined;
  /** Absent: whole accounts. */
  readonly strategyId?: string | undefined;
}

export const readBooked = (
  db: Queryable,
  { account, strategyId }: ProfitScope,
): Promise<BookedPosition[]> =>
  db.query<BookedPosition>(READ_POSITIONS, [account ?? null, strategyId ?? null]);

export interface BookedFee {
  readonly account: string;
  readonly strategy_id: string;
  readonly currency: string;
  readonly amount: string;
  readonly [column: string]: unknown;
}

export const readFees = (
  db: Queryable,
  { account, strategyId }: ProfitScope,
): Promise<BookedFee[]> => db.query<BookedFee>(READ_FEES, [account ?? null, strategyId ?? null]);

/** In the currency that markets settle in, or that fees alone were paid in. Amounts of AMOUNT_SCALE, fees of ORDER_SCALE. */
export interface Profit {
  readonly account: string;
  readonly strategyId: string;
  readonly currency: string;
  readonly realized: bigint;
  /** Undefined while a position has no mark. */
  readonly unrealized: bigint | undefined;
  readonly fees: bigint;
  /** realized + unrealized - fees, AMOUNT_SCALE. */
  readonly net: bigint | undefined;
  /** Markets whose open position has no mark. */
  readonly unpriceable: readonly string[];
}

const FEE_TO_AMOUNT = 10n ** BigInt(AMOUNT_SCALE - 9);

/** @param rule what open positions are valued at */
export async function readProfit(
  { database, markets }: { readonly database: Queryable; readonly markets: Markets },
  scope: ProfitScope,
  rule: MarkRule,
): Promise<Profit[]> {
  const sums = new Map<string, Sum>();
  for (const row of await readBooked(database, scope)) addPosition(sums, markets, row, rule);
  for (const { account, strategy_id: strategyId, currency, amount } of await readFees(
    database,
    scope,
  )) {
    sumOf(sums, { account, strategyId, currency }).fees += parseNumeric(amount, 9);
  }
  return [...sums.values()].map(profitOf);
}

interface Sum {
  readonly account: string;
  readonly strategyId: string;
  readonly currency: string;
  realized: bigint;
  unrealized: bigint;
  fees: bigint;
  readonly unpriceable: string[];
}

function sumOf(sums: Map<string, Sum>, of: Pick<Sum, 'account' | 'strategyId' | 'currency'>): Sum {
  const key = `${of.account}|${of.currency}`;
  const sum = sums.get(key) ?? { ...of, realized: 0n, unrealized: 0n, fees: 0n, unpriceable: [] };
  sums.set(key, sum);
  return sum;
}

function addPosition(
  sums: Map<string, Sum>,
  markets: Markets,
  row: BookedPosition,
  rule: MarkRule,
): void {
  const { account, strategy_id: strategyId, symbol, exchange } = row;
  const instrument = markets.instrument(symbol, exchange);
  if (instrument === undefined) return;
  const position = positionOfRow(row);
  const { settlement_currency: currency } = instrument;
  const sum = sumOf(sums, { account, strategyId, currency });
  sum.realized += position.realized;
  if (position.quantity === 0n) return;
  const reference = markets.reference(symbol, exchange);
  const mark = reference && markOf(rule, reference, position.quantity);
  if (mark === undefined) sum.unpriceable.push(`${exchange}|${symbol}`);
  else sum.unrealized += unrealized(position, instrument, mark.price);
}

function profitOf(sum: Sum): Profit {
  const { account, strategyId, currency, realized, fees, unpriceable } = sum;
  const open = unpriceable.length === 0 ? sum.unrealized : undefined;
  return {
    account,
    strategyId,
    currency,
    realized,
    unrealized: open,
    fees,
    net: open === undefined ? undefined : realized + open - fees * FEE_TO_AMOUNT,
    unpriceable,
  };
}

/** Fills and positions of an account, written in the transaction that learns of the fills. */
import type { Instrument } from '@tickmesh/contracts';
import type { Transaction } from '@tickmesh/database';
import {
  type LedgerFill,
  type Position,
  applyFill,
  compareFills,
  positionOf,
} from '@tickmesh/domain-ledger';
import { formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { type PositionRow, amountText, parseNumeric, positionOfRow } from './amounts.ts';
import { type FillChange, ledgerEntries } from './ledger-entries.ts';
import { statement } from './statement.ts';

const DROP_FILLS = statement(
  `delete from order_plane.fills where account = $1 and intent_id = $2 and execution_id <> all($3::text[])`,
);
const WRITE_FILLS = statement(
  `insert into order_plane.fills
     (account, exchange, symbol, execution_id, intent_id, signed_quantity, price, fee, fee_currency, filled_at)
   select $1, exchange, symbol, execution_id, intent_id, signed_quantity, price, fee, fee_currency, filled_at
   from jsonb_to_recordset($2::jsonb) as r (exchange text, symbol text, execution_id text, intent_id uuid,
     signed_quantity numeric, price numeric, fee numeric, fee_currency text, filled_at timestamptz)
   on conflict (account, exchange, symbol, execution_id) do update
   set signed_quantity = excluded.signed_quantity, price = excluded.price, fee = excluded.fee,
     filled_at = excluded.filled_at`,
);
const READ_FILLS = statement(
  `select f.execution_id, f.intent_id, f.signed_quantity, f.price, f.fee, f.fee_currency, f.filled_at
   from order_plane.fills f
   where f.account = $1 and f.exchange = $2 and f.symbol = $3
     and ($4::text is null
       or exists (select 1 from order_plane.orders o where o.intent_id = f.intent_id and o.strategy_id = $4))`,
);
/** The account's in a market, and those of its strategies that are asked for. */
const READ_POSITIONS = statement(
  `select null as strategy_id, exchange, symbol, quantity, cost, realized, cash_flow, revision,
     last_execution_id, last_filled_at
   from order_plane.positions where account = $1 and exchange = $2 and symbol = $3
   union all
   select strategy_id, exchange, symbol, quantity, cost, realized, cash_flow, revision,
     last_execution_id, last_filled_at
   from order_plane.strategy_positions
   where account = $1 and exchange = $2 and symbol = $3 and strategy_id = any($4::text[])`,
);
const VALUES = `quantity, cost, realized, cash_flow, revision, last_execution_id, last_filled_at`;
const ON_CONFLICT = `do update set quantity = excluded.quantity, cost = excluded.cost,
     realized = excluded.realized, cash_flow = excluded.cash_flow, revision = excluded.revision,
     last_execution_id = excluded.last_execution_id, last_filled_at = excluded.last_filled_at`;
const WRITE_POSITIONS = statement(
  `with written as (
     select * from jsonb_to_recordset($2::jsonb) as r (strategy_id text, exchange text, symbol text,
       quantity numeric, cost numeric, realized numeric, cash_flow numeric, revision integer,
       last_execution_id text, last_filled_at timestamptz)),
   of_account as (
     insert into order_plane.positions (account, exchange, symbol, ${VALUES})
     select $1, exchange, symbol, ${VALUES} from written where strategy_id is null
     on conflict (account, exchange, symbol) ${ON_CONFLICT})
   insert into order_plane.strategy_positions (account, exchange, symbol, strategy_id, ${VALUES})
   select $1, exchange, symbol, strategy_id, ${VALUES} from written where strategy_id is not null
   on conflict (account, strategy_id, exchange, symbol) ${ON_CONFLICT}`,
);
const ADD_FEE = statement(
  `with of_strategy as (
     insert into order_plane.strategy_fees as held (account, strategy_id, currency, amount) values ($1, $2, $3, $4)
     on conflict (account, strategy_id, currency) do update set amount = held.amount + excluded.amount)
   insert into order_plane.fees as held (account, currency, amount) values ($1, $3, $4)
   on conflict (account, currency) do update set amount = held.amount + excluded.amount`,
);
const READ_UNBOOKED = statement(
  `select distinct f.account, f.exchange, f.symbol, o.strategy_id
   from order_plane.fills f join order_plane.orders o using (intent_id)
   where not exists (select 1 from order_plane.strategy_positions p
     where p.account = f.account and p.strategy_id = o.strategy_id
       and p.exchange = f.exchange and p.symbol = f.symbol)`,
);

/** What changed in one market. */
interface MarketChange {
  readonly instrument: Instrument;
  /** By strategy: what came on top, and whether anything that was there before is no longer so. */
  readonly strategies: Map<string, { readonly added: LedgerFill[]; restated: boolean }>;
}

/**
 * Books what changed, for the account and for each strategy: on top where fills only came after all others, anew from
 * all fills where not.
 */
export async function writeFills(
  db: Transaction,
  account: string,
  changes: readonly FillChange[],
): Promise<void> {
  const fees = new Map<string, Map<string, bigint>>();
  const markets = new Map<string, MarketChange>();
  for (const change of changes) {
    const { instrument, strategyId } = change;
    const paid = fees.get(strategyId) ?? new Map<string, bigint>();
    fees.set(strategyId, paid);
    const before = change.before.flatMap((fill) => ledgerEntries(change, fill, paid, -1n));
    const after = change.after.flatMap((fill) => ledgerEntries(change, fill, paid, 1n));
    const kept = before.every((fill, i) => isSame(fill, after[i]));
    if (!kept) {
      const ids = after.map((fill) => fill.executionId);
      db.send(DROP_FILLS, [account, change.intentId, ids]);
    }
    const added = kept ? after.slice(before.length) : after;
    db.send(WRITE_FILLS, [account, JSON.stringify(added.map((fill) => rowOf(instrument, fill)))]);
    const key = `${instrument.exchange}|${instrument.symbol}`;
    const market: MarketChange = markets.get(key) ?? { instrument, strategies: new Map() };
    markets.set(key, market);
    const held = market.strategies.get(strategyId) ?? { added: [], restated: false };
    market.strategies.set(strategyId, held);
    held.added.push(...added);
    held.restated ||= !kept;
  }
  for (const market of markets.values()) await bookMarket(db, account, market);
  for (const [strategyId, amounts] of fees) {
    for (const [currency, amount] of amounts) {
      if (amount === 0n) continue;
      db.send(ADD_FEE, [account, strategyId, currency, formatDecimal(amount)]);
    }
  }
}

/** Books the strategies whose fills were written before positions were kept by strategy. */
export async function bookUnbooked(
  db: Transaction,
  instrumentOf: (symbol: string, exchange: string) => Instrument | undefined,
): Promise<void> {
  const rows = await db.query<{
    account: string;
    exchange: string;
    symbol: string;
    strategy_id: string;
  }>(READ_UNBOOKED);
  for (const { account, exchange, symbol, strategy_id: strategyId } of rows) {
    const instrument = instrumentOf(symbol, exchange);
    if (instrument === undefined) continue;
    const strategies = new Map([[strategyId, { added: [], restated: false }]]);
    await bookMarket(db, account, { instrument, strategies });
  }
}

interface BookedRow extends PositionRow {
  readonly strategy_id: string | null;
}

async function bookMarket(
  db: Transaction,
  account: string,
  { instrument, strategies }: MarketChange,
): Promise<void> {
  const { exchange, symbol } = instrument;
  const rows = await db.read<BookedRow>(READ_POSITIONS, [
    account,
    exchange,
    symbol,
    [...strategies.keys()],
  ]);
  const all = [...strategies.values()];
  const whole = {
    added: all.flatMap(({ added }) => added),
    restated: all.some(({ restated }) => restated),
  };
  const books: [strategyId: string | null, change: typeof whole][] = [[null, whole], ...strategies];
  const booked = [];
  for (const [strategyId, change] of books) {
    const row = rows.find((held) => held.strategy_id === strategyId);
    const fillsOf = (): Promise<FillRow[]> =>
      db.read<FillRow>(READ_FILLS, [account, exchange, symbol, strategyId]);
    booked.push({
      strategy_id: strategyId,
      exchange,
      symbol,
      ...(await bookOne(instrument, row, change, fillsOf)),
    });
  }
  db.send(WRITE_POSITIONS, [account, JSON.stringify(booked)]);
}

async function bookOne(
  instrument: Instrument,
  row: BookedRow | undefined,
  change: { readonly added: readonly LedgerFill[]; readonly restated: boolean },
  fillsOf: () => Promise<readonly FillRow[]>,
): Promise<Record<string, string | number | null>> {
  const added = change.added.toSorted(compareFills);
  const isRevised =
    row !== undefined && (change.restated || added.some((fill) => isBefore(fill, row)));
  let position: Position;
  let last = added.at(-1);
  if (row === undefined || isRevised) {
    const fills = (await fillsOf()).map(fillOfRow).sort(compareFills);
    position = positionOf(fills, instrument);
    last = fills.at(-1);
  } else {
    position = positionOfRow(row);
    for (const fill of added) position = applyFill(position, fill, instrument);
  }
  return {
    quantity: formatDecimal(position.quantity),
    cost: amountText(position.cost),
    realized: amountText(position.realized),
    cash_flow: amountText(position.cashFlow),
    revision: (row?.revision ?? 0) + (isRevised ? 1 : 0),
    last_execution_id: last?.executionId ?? null,
    last_filled_at: last === undefined ? null : formatRfc3339(last.atMicros),
  };
}

function isSame(a: LedgerFill, b: LedgerFill | undefined): boolean {
  return (
    a.executionId === b?.executionId &&
    a.signedQuantity === b.signedQuantity &&
    a.price === b.price &&
    a.fee === b.fee &&
    a.atMicros === b.atMicros
  );
}

function isBefore(fill: LedgerFill, row: PositionRow): boolean {
  const { last_filled_at: atMicros, last_execution_id: executionId } = row;
  if (atMicros === null || executionId === null) return false;
  if (fill.atMicros !== atMicros) return fill.atMicros < atMicros;
  return fill.executionId < executionId;
}

interface FillRow {
  readonly execution_id: string;
  readonly intent_id: string;
  readonly signed_quantity: string;
  readonly price: string;
  readonly fee: string;
  readonly fee_currency: string | null;
  readonly filled_at: number;
  readonly [column: string]: unknown;
}

function fillOfRow(row: FillRow): LedgerFill {
  return {
    executionId: row.execution_id,
    orderId: row.intent_id,
    signedQuantity: parseNumeric(row.signed_quantity, 9),
    price: parseNumeric(row.price, 9),
    fee: parseNumeric(row.fee, 9),
    feeCurrency: row.fee_currency ?? undefined,
    atMicros: row.filled_at,
  };
}

function rowOf(instrument: Instrument, fill: LedgerFill): Record<string, unknown> {
  return {
    exchange: instrument.exchange,
    symbol: instrument.symbol,
    execution_id: fill.executionId,
    intent_id: fill.orderId,
    signed_quantity: formatDecimal(fill.signedQuantity),
    price: formatDecimal(fill.price),
    fee: formatDecimal(fill.fee),
    fee_currency: fill.feeCurrency ?? null,
    filled_at: formatRfc3339(fill.atMicros),
  };
}

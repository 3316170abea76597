/** Fills and positions of an account, written in the transaction that learns of the fills. */
import type { Instrument } from '@tickmesh/contracts';
import type { Queryable } from '@tickmesh/database';
import {
  FLAT,
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
  `select execution_id, intent_id, signed_quantity, price, fee, fee_currency, filled_at
   from order_plane.fills where account = $1 and exchange = $2 and symbol = $3`,
);
const READ_POSITION = statement(
  `select exchange, symbol, quantity, cost, realized, cash_flow, revision, last_execution_id, last_filled_at
   from order_plane.positions where account = $1 and exchange = $2 and symbol = $3`,
);
const WRITE_POSITION = statement(
  `insert into order_plane.positions (account, exchange, symbol, quantity, cost, realized, cash_flow, revision,
     last_execution_id, last_filled_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
   on conflict (account, exchange, symbol) do update
   set quantity = excluded.quantity, cost = excluded.cost, realized = excluded.realized,
     cash_flow = excluded.cash_flow, revision = excluded.revision,
     last_execution_id = excluded.last_execution_id, last_filled_at = excluded.last_filled_at`,
);
const ADD_FEE = statement(
  `insert into order_plane.fees (account, currency, amount) values ($1, $2, $3)
   on conflict (account, currency) do update set amount = fees.amount + excluded.amount`,
);

/** Books what changed: on top where fills only came after all others, anew from all fills where not. */
export async function writeFills(
  db: Queryable,
  account: string,
  changes: readonly FillChange[],
): Promise<void> {
  const fees = new Map<string, bigint>();
  const markets = new Map<
    string,
    { instrument: Instrument; added: LedgerFill[]; restated: boolean }
  >();
  for (const change of changes) {
    const { instrument } = change;
    const before = change.before.flatMap((fill) => ledgerEntries(change, fill, fees, -1n));
    const after = change.after.flatMap((fill) => ledgerEntries(change, fill, fees, 1n));
    const kept = before.every((fill, i) => isSame(fill, after[i]));
    if (!kept) {
      const ids = after.map((fill) => fill.executionId);
      await db.query(DROP_FILLS, [account, change.intentId, ids]);
    }
    const added = kept ? after.slice(before.length) : after;
    await db.query(WRITE_FILLS, [
      account,
      JSON.stringify(added.map((fill) => rowOf(instrument, fill))),
    ]);
    const key = `${instrument.exchange}|${instrument.symbol}`;
    const market = markets.get(key) ?? { instrument, added: [], restated: false };
    market.added.push(...added);
    market.restated ||= !kept;
    markets.set(key, market);
  }
  for (const market of markets.values()) await bookMarket(db, account, market);
  for (const [currency, amount] of fees) {
    if (amount !== 0n) await db.query(ADD_FEE, [account, currency, formatDecimal(amount)]);
  }
}

async function bookMarket(
  db: Queryable,
  account: string,
  market: {
    readonly instrument: Instrument;
    readonly added: LedgerFill[];
    readonly restated: boolean;
  },
): Promise<void> {
  const { instrument } = market;
  const key = [account, instrument.exchange, instrument.symbol];
  const [row] = await db.query<PositionRow>(READ_POSITION, key);
  const added = market.added.sort(compareFills);
  const isLate = row !== undefined && added.some((fill) => isBefore(fill, row));
  let position: Position;
  let last = added.at(-1);
  if (market.restated || isLate) {
    const fills = (await db.query<FillRow>(READ_FILLS, key)).map(fillOfRow).sort(compareFills);
    position = positionOf(fills, instrument);
    last = fills.at(-1);
  } else {
    position = row === undefined ? FLAT : positionOfRow(row);
    for (const fill of added) position = applyFill(position, fill, instrument);
  }
  await db.query(WRITE_POSITION, [
    ...key,
    formatDecimal(position.quantity),
    amountText(position.cost),
    amountText(position.realized),
    amountText(position.cashFlow),
    (row?.revision ?? 0) + (market.restated || isLate ? 1 : 0),
    last?.executionId ?? null,
    last === undefined ? null : formatRfc3339(last.atMicros),
  ]);
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

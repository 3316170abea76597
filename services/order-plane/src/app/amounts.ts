/** Exact amounts between PostgreSQL's numeric and scaled integers. */
import { AMOUNT_SCALE, type Position } from '@tickmesh/domain-ledger';
import { formatDecimal } from '@tickmesh/kernel';

/** Reads a numeric of any size; digits beyond the scale must be zeros. */
export function parseNumeric(text: string, scale: number): bigint {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return negative ? -units : units;
}

export interface PositionRow {
  readonly exchange: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly cost: string;
  readonly realized: string;
  readonly cash_flow: string;
  readonly revision: number;
  readonly last_execution_id: string | null;
  readonly last_filled_at: number | null;
  readonly [column: string]: unknown;
}

export function positionOfRow(row: PositionRow): Position {
  return {
    quantity: parseNumeric(row.quantity, 9),
    cost: parseNumeric(row.cost, AMOUNT_SCALE),
    realized: parseNumeric(row.realized, AMOUNT_SCALE),
    cashFlow: parseNumeric(row.cash_flow, AMOUNT_SCALE),
    lots: [],
  };
}

export const amountText = (amount: bigint): string => formatDecimal(amount, AMOUNT_SCALE);

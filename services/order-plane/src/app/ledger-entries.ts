/** Fills of an order as the ledger books them. */
import type { Instrument } from '@tickmesh/contracts';
import { type LedgerFill, inventoryFee } from '@tickmesh/domain-ledger';
import type { EffectiveFill, Side } from '@tickmesh/domain-orders';
import { divideHalfEven } from '@tickmesh/kernel';

export interface FilledOrder {
  readonly intentId: string;
  readonly instrument: Instrument;
  readonly side: Side;
}

/** What the facts of one order changed in its executions. */
export interface FillChange extends FilledOrder {
  readonly strategyId: string;
  readonly before: readonly EffectiveFill[];
  readonly after: readonly EffectiveFill[];
}

/** The fill as booked, and what a fee in the base currency takes out of the inventory. Adds the fee up. */
export function ledgerEntries(
  { intentId, instrument, side }: FilledOrder,
  fill: EffectiveFill,
  fees: Map<string, bigint>,
  sign: 1n | -1n,
): LedgerFill[] {
  const entry: LedgerFill = {
    executionId: fill.executionId,
    orderId: intentId,
    signedQuantity: side === 'BUY' ? fill.quantity : -fill.quantity,
    price: fill.price,
    fee: fill.fee,
    feeCurrency: fill.feeCurrency,
    atMicros: fill.atMicros,
  };
  const isSpot = instrument.base_currency !== instrument.settlement_currency && !instrument.inverse;
  const taken = isSpot ? inventoryFee(entry, instrument.base_currency) : undefined;
  const [currency, amount] =
    taken === undefined
      ? [fill.feeCurrency, fill.fee]
      : [instrument.quote_currency, divideHalfEven(fill.fee * fill.price, 10n ** 9n)];
  if (currency !== undefined) fees.set(currency, (fees.get(currency) ?? 0n) + sign * amount);
  return taken === undefined ? [entry] : [entry, taken];
}

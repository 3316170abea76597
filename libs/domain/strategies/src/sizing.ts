import type { Instrument } from '@tickmesh/contracts';
import { ORDER_SCALE, decimalFromNumber, floorToStep } from '@tickmesh/kernel';

const ONE = 10n ** BigInt(ORDER_SCALE);

/**
 * Quantity of a notional at a price, rounded down to the instrument's step.
 * @param notional quote currency, above 0
 * @param price quote currency a unit, above 0
 * @returns base units or contracts, scale 9; 0 when the notional does not reach one step
 */
export function quantityOfNotional(
  notional: number,
  price: number,
  instrument: Instrument,
): bigint {
  const priceUnits = decimalFromNumber(price, instrument.price_step);
  if (priceUnits <= 0n) return 0n;
  const notionalUnits = decimalFromNumber(notional, 1n);
  const quantity = instrument.inverse
    ? (notionalUnits * ONE) / instrument.multiplier
    : (notionalUnits * ONE * ONE) / (priceUnits * instrument.multiplier);
  const stepped = floorToStep(quantity, instrument.quantity_step);
  return stepped < instrument.quantity_min ? 0n : stepped;
}

/** Value of a quantity at a price in the quote currency, as a double: for limits of a strategy's own. */
export function notionalOf(quantity: bigint, price: number, instrument: Instrument): number {
  const contracts = (Number(quantity) / 1e9) * (Number(instrument.multiplier) / 1e9);
  return instrument.inverse ? contracts : contracts * price;
}

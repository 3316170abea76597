import { Fault } from '@tickmesh/kernel';
import {
  type GreekUnits,
  type OptionGreeks,
  type SensitivitiesInUnits,
  sameUnits,
} from './units.ts';

/** A holding of one option contract. */
export interface OptionPosition {
  /** Contracts, negative when short. */
  readonly quantity: number;
  /** Units of the underlying a contract is for, from the instrument master, above 0. */
  readonly multiplier: number;
}

/** Sensitivities of a holding or of a book, in the quote currency and the units it names. */
export interface PositionGreeks extends SensitivitiesInUnits {
  readonly marketValue: number;
  /** Units of the underlying that move like the position. */
  readonly delta: number;
  /** Delta per 1.00 of the spot. */
  readonly gamma: number;
}

/**
 * The Greeks of a holding: each times the signed quantity and the multiplier.
 * @throws Fault ARGUMENT_INVALID when the quantity is not finite or the multiplier not above 0
 */
export function positionGreeks(greeks: OptionGreeks, position: OptionPosition): PositionGreeks {
  const { quantity, multiplier } = position;
  if (!Number.isFinite(quantity) || !(multiplier > 0 && Number.isFinite(multiplier))) {
    throw new Fault('ARGUMENT_INVALID', { argument: 'position', quantity, multiplier });
  }
  const scale = quantity * multiplier;
  return {
    marketValue: greeks.price * scale,
    delta: greeks.delta * scale,
    gamma: greeks.gamma * scale,
    theta: greeks.theta * scale,
    vega: greeks.vega * scale,
    rho: greeks.rho * scale,
    units: greeks.units,
  };
}

/**
 * The Greeks of a book. Delta and gamma add up only over one underlying, and every value only over one
 * currency: grouping is the caller's.
 * @param units of the sum, also when the book is empty
 * @throws Fault ARGUMENT_INVALID when a position is in other units
 */
export function sumPositionGreeks(
  positions: Iterable<PositionGreeks>,
  units: GreekUnits,
): PositionGreeks {
  const sum = { marketValue: 0, delta: 0, gamma: 0, theta: 0, vega: 0, rho: 0 };
  for (const position of positions) {
    if (!sameUnits(position.units, units)) {
      throw new Fault('ARGUMENT_INVALID', {
        argument: 'units',
        expected: units,
        found: position.units,
      });
    }
    sum.marketValue += position.marketValue;
    sum.delta += position.delta;
    sum.gamma += position.gamma;
    sum.theta += position.theta;
    sum.vega += position.vega;
    sum.rho += position.rho;
  }
  return { ...sum, units };
}

import type { OptionValue } from '@tickmesh/expr';

/**
 * What a sensitivity is per. The model differentiates by whole years and by 1.00 of volatility and
 * rate; desks quote a day and a point (0.01). A value carries its units, so that neither is guessed.
 */
export interface GreekUnits {
  /** A calendar day is 1/365 of a year, a trading day 1/252. */
  readonly thetaPer: 'year' | 'calendar-day' | 'trading-day';
  readonly vegaPer: 'one' | 'point';
  readonly rhoPer: 'one' | 'point';
}

/** Price and sensitivities of one unit of the underlying, with the units they are in. */
export interface OptionGreeks extends OptionValue {
  readonly units: GreekUnits;
}

/** As the formulas give them: theta a year, vega and rho per 1.00. */
export const MODEL_UNITS: GreekUnits = { thetaPer: 'year', vegaPer: 'one', rhoPer: 'one' };

/** As desks quote them: theta a calendar day, vega and rho per point. */
export const DESK_UNITS: GreekUnits = {
  thetaPer: 'calendar-day',
  vegaPer: 'point',
  rhoPer: 'point',
};

const PARTS_OF_YEAR: Record<GreekUnits['thetaPer'], number> = {
  year: 1,
  'calendar-day': 365,
  'trading-day': 252,
};
const PARTS_OF_ONE: Record<GreekUnits['vegaPer'], number> = { one: 1, point: 100 };

/** The same sensitivities in other units; price, delta and gamma have none to choose. */
export function convertGreeks<Greeks extends SensitivitiesInUnits>(
  greeks: Greeks,
  units: GreekUnits,
): Greeks {
  const from = greeks.units;
  return {
    ...greeks,
    theta: (greeks.theta * PARTS_OF_YEAR[from.thetaPer]) / PARTS_OF_YEAR[units.thetaPer],
    vega: (greeks.vega * PARTS_OF_ONE[from.vegaPer]) / PARTS_OF_ONE[units.vegaPer],
    rho: (greeks.rho * PARTS_OF_ONE[from.rhoPer]) / PARTS_OF_ONE[units.rhoPer],
    units,
  };
}

export function sameUnits(one: GreekUnits, other: GreekUnits): boolean {
  return (
    one.thetaPer === other.thetaPer && one.vegaPer === other.vegaPer && one.rhoPer === other.rhoPer
  );
}

/** What has units to convert: the Greeks of one option, of a position, of a book. */
export interface SensitivitiesInUnits {
  readonly theta: number;
  readonly vega: number;
  readonly rho: number;
  readonly units: GreekUnits;
}

export { impliedVolatility } from './pricing/implied-volatility.ts';
export {
  type InputProblem,
  type OptionMarket,
  inputProblems,
  parityPrice,
  valueOption,
} from './pricing/option.ts';
export {
  type OptionPosition,
  type PositionGreeks,
  positionGreeks,
  sumPositionGreeks,
} from './pricing/position.ts';
export {
  DESK_UNITS,
  type GreekUnits,
  MODEL_UNITS,
  type OptionGreeks,
  convertGreeks,
} from './pricing/units.ts';

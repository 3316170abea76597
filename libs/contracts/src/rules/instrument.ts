import { INSTRUMENT_CLASS, INSTRUMENT_STATUS, OPTION_TYPE } from '../gen/types.ts';
import {
  decimalNotNegative,
  decimalPositive,
  each,
  flag,
  matches,
  optional,
  ruleTable,
  symbolOf,
  time,
  type FieldRule,
} from './rule.ts';
import { currency, exchangeName, marketSymbol, name } from './words.ts';

const clockTime = matches(/^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/);
const day = matches(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/);
const zone = matches(/^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$/);
const weekday: FieldRule<number> = {
  rule: '1 to 7',
  optional: false,
  keywords: { minimum: 1, maximum: 7 },
  holds: (value) => Number.isInteger(value) && value >= 1 && value <= 7,
  inspect: null,
};

export const TRADING_SESSION_RULES = ruleTable('TradingSession', {
  days: each(weekday),
  open: clockTime,
  close: clockTime,
});

export const INSTRUMENT_RULES = ruleTable(
  'Instrument',
  {
    symbol: marketSymbol,
    exchange: exchangeName,
    name,
    asset_class: symbolOf(INSTRUMENT_CLASS),
    base_currency: marketSymbol,
    quote_currency: currency,
    settlement_currency: currency,
    price_step: decimalPositive,
    quantity_step: decimalPositive,
    quantity_min: decimalNotNegative,
    quantity_max: optional(decimalPositive),
    notional_min: optional(decimalNotNegative),
    multiplier: decimalPositive,
    inverse: flag,
    status: symbolOf(INSTRUMENT_STATUS),
    time_zone: zone,
    sessions: each(TRADING_SESSION_RULES),
    holidays: each(day),
    expiry: optional(time),
    strike: optional(decimalPositive),
    option_type: optional(symbolOf(OPTION_TYPE)),
    underlying: optional(name),
    valid_from: time,
  },
  [
    {
      field: 'quantity_max',
      rule: 'quantity_max >= quantity_min',
      holds: ({ quantity_max, quantity_min }) => (quantity_max ?? quantity_min) >= quantity_min,
    },
    {
      field: 'asset_class',
      rule: 'an option has expiry, strike, option_type and underlying',
      holds: (instrument) =>
        instrument.asset_class !== 'option' ||
        [instrument.expiry, instrument.strike, instrument.option_type, instrument.underlying].every(
          (value) => value !== null && value !== undefined,
        ),
    },
  ],
);

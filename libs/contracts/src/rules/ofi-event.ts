import { OFI_EVENT_TYPE, OFI_QUALITY } from '../gen/types.ts';
import { EVENT_METADATA_RULES } from './market.ts';
import { finite, notNegative, optional, ruleTable, symbolOf, time, wholeFrom } from './rule.ts';
import { exchangeName, marketSymbol, windowName } from './words.ts';

export const OFI_EVENT_RULES = ruleTable(
  'OfiEvent',
  {
    event_type: optional(symbolOf(OFI_EVENT_TYPE)),
    symbol: marketSymbol,
    exchange: exchangeName,
    timestamp: time,
    received_at: time,
    ofi_z: finite,
    ofi_raw: optional(finite),
    ofi_ma: optional(finite),
    ofi_std: optional(notNegative),
    ofi_per_depth: optional(finite),
    window: optional(windowName),
    window_start: optional(time),
    levels: optional(wholeFrom(1)),
    event_count: optional(wholeFrom(0)),
    z_lookback: optional(wholeFrom(1)),
    quality: optional(symbolOf(OFI_QUALITY)),
    metadata: optional(EVENT_METADATA_RULES),
  },
  [
    {
      field: 'ofi_z',
      rule: '0 where ofi_std is 0',
      holds: ({ ofi_std, ofi_z }) => ofi_std !== 0 || ofi_z === 0,
    },
  ],
);

import { RAW_FRAME_KIND } from '../gen/types.ts';
import {
  bytes,
  flag,
  nanoseconds,
  optional,
  ruleTable,
  symbolOf,
  time,
  whole,
  wholeFrom,
} from './rule.ts';
import { exchangeName, marketSymbol, name } from './words.ts';

export const RAW_FRAME_RULES = ruleTable('RawFrame', {
  exchange: exchangeName,
  symbol: marketSymbol,
  connection_id: name,
  connection_sequence: wholeFrom(0),
  kind: symbolOf(RAW_FRAME_KIND),
  stream: optional(name),
  received_at: time,
  received_at_ns: nanoseconds,
  venue_time: optional(time),
  venue_sequence: optional(whole),
  time_shift_micros: optional(whole),
  historical: optional(flag),
  payload: bytes,
});

export { type Clock, ManualClock, formatRfc3339, parseRfc3339 } from './clock.ts';
export {
  DECIMAL_PRECISION,
  LEDGER_SCALE,
  ORDER_SCALE,
  decimalFromNumber,
  decimalToNumber,
  divideHalfEven,
  floorToStep,
  formatDecimal,
  parseDecimal,
  roundToStep,
} from './decimal.ts';
export { Fault, type FaultDetails, assert, assertNever, faultOf, isFault } from './fault.ts';
export { ERRORS, type ErrorCode } from './gen/errors.ts';
export { derivedUuid, sha1 } from './identity.ts';
export { KINDS, type Kind, type Reaction } from './kinds.ts';
export { type Random, seededRandom } from './random.ts';

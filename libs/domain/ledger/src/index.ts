export {
  type Conversion,
  type ConvertedFees,
  type FeeLedger,
  addFee,
  convertFees,
  inventoryFee,
  sumFees,
} from './fees.ts';
export { PositionJournal, compareFills, positionOf } from './journal.ts';
export { type Mark, type MarkRule, type Quote, markOf, midOf } from './mark.ts';
export {
  AMOUNT_SCALE,
  type Closing,
  type ContractTerms,
  type CostMethod,
  FLAT,
  type LedgerFill,
  type Lot,
  type Position,
  applyFill,
  applyFillFifo,
  averageCost,
  contractValue,
  unrealized,
} from './position.ts';

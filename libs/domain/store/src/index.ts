export { type AsOfOptions, asOf } from './as-of.ts';
export {
  type Change,
  EVENT_TYPES,
  type EventType,
  type Micros,
  type TimePoint,
  type TimedEvent,
  eventTypeOf,
} from './event.ts';
export {
  type Machine,
  type MachineDeclaration,
  type Transition,
  type TransitionDeclaration,
  type TransitionQuestion,
  decideTransition,
  defineMachine,
  targetsOf,
} from './machine.ts';
export {
  type ComparedBooks,
  type ComparedOrder,
  type ComparedPosition,
  type ComparedTrade,
  type RecordDifference,
  compareRecords,
} from './compare-records.ts';
export { type RecordedEntities, recordedBooks } from './recorded-books.ts';
export { type SettledDifference, SettledDifferences } from './settled-differences.ts';

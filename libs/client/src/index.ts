export { type CallOptions, type TokenProvider, Calls } from './calls.ts';
export {
  type BookQuestion,
  type BookedFill,
  type BookedOrder,
  type BookedPosition,
  OrderQuestions,
} from './order-questions.ts';
export type {
  AsOfTimes,
  AuditEntry,
  Checkpoint,
  Delivered,
  End,
  JsonData,
  Move,
  Moved,
  NewEntity,
  NewVersion,
  Page,
  PageOfSelection,
  PlainWrite,
  QueryPage,
  SeenVersion,
  Selection,
  Share,
  Shares,
  StateChange,
  StoredEvent,
  SubscriptionWish,
  TypeCount,
  ValidTimes,
  VersionPage,
} from './plain.ts';
export { PlainStore } from './plain-store.ts';
export {
  type EventOf,
  type EventOfAny,
  type Filter,
  type TypedSelection,
  StoreClient,
} from './store-client.ts';
export type { OrderMethod, StoreMethod, StoreTransport, Transport } from './transport.ts';

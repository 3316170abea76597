export type {
  AsOfQuestion,
  AuditEntry,
  Caller,
  Delete,
  JsonData,
  LogPosition,
  LogReader,
  Page,
  PlacedEvent,
  Query,
  QueryPage,
  Selection,
  Share,
  ShareRight,
  Shares,
  StateChange,
  StoreLog,
  StoredEvent,
  Transitioned,
  TransitionWish,
  TypeCount,
  Update,
  ValidTimes,
  VersionPage,
  Write,
} from './app/ports.ts';
export { LOG_START } from './app/ports.ts';
export {
  type ActionScope,
  EntityCatalogue,
  type StoredEntity,
  type TransitionEffects,
  type TransitionFacts,
  storedEntity,
} from './app/stored-entity.ts';
export { keyedTransitions } from './app/keyed-transitions.ts';
export { Hints } from './app/hints.ts';
export { type OpenStore, type StoreProbe, openStore } from './store-parts.ts';
export { type OpenWorkflows, openWorkflows } from './store-workflows.ts';
export type { TransitionStarted } from './app/workflow-outbox.ts';
export { DECLARED } from './app/declared.ts';
export { type OpenStreams, openStreams } from './store-streams.ts';

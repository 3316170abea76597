export { type AnyWorkflow, defineWorkflow, type WorkflowBody } from './definition.ts';
export type { WorkflowDefinition } from './definition.ts';
export type {
  EngineIdentity,
  QueueDeclaration,
  QueueOptions,
  ResultOptions,
  SendOptions,
  StartOptions,
  StepIdentity,
  WorkflowContext,
  WorkflowEngine,
  WorkflowHandle,
  WorkflowStatus,
} from './engine.ts';
export type { Json, Message, Returned } from './json.ts';
export {
  type DbosEngineOptions,
  DbosWorkflowEngine,
  type WorkflowProbe,
} from './dbos/dbos-engine.ts';
export { prepareWorkflowTables, type WorkflowTablesOptions } from './dbos/dbos-tables.ts';
export { type MemoryEngineOptions, MemoryWorkflowEngine } from './memory/memory-engine.ts';
export { MemoryJournal } from './memory/memory-journal.ts';
export {
  type OutboxOptions,
  type OutboxRow,
  startFromOutbox,
  type WorkflowOutbox,
} from './outbox.ts';
export type { EntityState, TransitionRequest, TransitionStore } from './transition.ts';

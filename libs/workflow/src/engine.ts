/**
 * What durable workflows offer, whoever runs them. A workflow survives the death of its process: an engine with the same
 * executor id and application version goes on with it, and every step that was recorded keeps its result.
 */
import type { AnyWorkflow, WorkflowDefinition } from './definition.ts';
import type { Json, Message, Returned } from './json.ts';
import type { EntityState, TransitionRequest, TransitionStore } from './transition.ts';

/** PENDING waits to be run (in a queue, or for recovery), RUNNING is being run, the others are final. */
export type WorkflowStatus = 'PENDING' | 'RUNNING' | 'SUCCESS' | 'ERROR' | 'CANCELLED';

export interface QueueDeclaration {
  readonly name: string;
  /** Of its workflows under way at once, over all processes. */
  readonly concurrencyMax: number;
}

/** What every engine must be told; nothing here has a default. */
export interface EngineIdentity {
  /** Whose workflows these are: services that share a database do not run each other's. Ids are common to all of them. */
  readonly applicationName: string;
  /**
   * Workflows go on only under the version they began with. It changes when a workflow's steps change, and only then:
   * an engine of the old version finishes what is under way.
   */
  readonly applicationVersion: string;
  /** Stable over restarts and different for each process: what the process of this id left behind, it takes up again. */
  readonly executorId: string;
  readonly workflows: readonly AnyWorkflow[];
  readonly queues: readonly QueueDeclaration[];
}

export interface StartOptions {
  /** Printable, at most 200 characters. Absent: a new one. The same id again gives the first workflow and its result. */
  readonly id?: string;
}

export interface QueueOptions extends StartOptions {
  /** One of the declared queues. */
  readonly queue: string;
}

export interface ResultOptions {
  /** Absent: as long as it takes. */
  readonly timeoutMs?: number;
}

export interface SendOptions {
  /** A message of an id that its workflow has been sent before is not sent again. Absent: a new one each time. */
  readonly id?: string;
}

export interface WorkflowHandle<Result extends Returned> {
  readonly id: string;
  status(): Promise<WorkflowStatus>;
  /** @throws Fault as `WorkflowEngine.result` */
  result(options?: ResultOptions): Promise<Result>;
}

/**
 * Calls from inside a workflow stand in one of its steps, or a replay would make them again; its own `flow` has what it
 * needs most. All calls but `launch` throw WORKFLOW_STOPPED while the engine is not running.
 */
export interface WorkflowEngine {
  /**
   * Takes up what this executor left unfinished, and begins to work on the queues.
   * @throws Fault DATABASE_UNREACHABLE, DATABASE_REFUSED
   */
  launch(): Promise<void>;

  /**
   * Starts a workflow, and answers when its start is on record.
   * @throws Fault WORKFLOW_UNREGISTERED, ARGUMENT_INVALID; WORKFLOW_ID_TAKEN when the id runs another function
   */
  workflow<Args extends readonly Json[], Result extends Returned>(
    definition: WorkflowDefinition<Args, Result>,
    args: NoInfer<Args>,
    options?: StartOptions,
  ): Promise<WorkflowHandle<Result>>;

  /**
   * Starts a workflow and waits for its result.
   * @throws Fault as `workflow` and `result`
   */
  run<Args extends readonly Json[], Result extends Returned>(
    definition: WorkflowDefinition<Args, Result>,
    args: NoInfer<Args>,
    options?: StartOptions,
  ): Promise<Result>;

  /**
   * Puts a workflow into a queue, in the order of the calls.
   * @throws Fault as `workflow`; NOT_FOUND for a queue that was not declared
   */
  queue<Args extends readonly Json[], Result extends Returned>(
    definition: WorkflowDefinition<Args, Result>,
    args: NoInfer<Args>,
    options: QueueOptions,
  ): Promise<WorkflowHandle<Result>>;

  /** The registered workflow of a name. @throws Fault WORKFLOW_UNREGISTERED */
  registered(name: string): AnyWorkflow;

  /**
   * Leaves a message for a workflow; it is kept until `recv` takes it.
   * @throws Fault NOT_FOUND for an id that no workflow has
   */
  send(workflowId: string, topic: string, message: Message, options?: SendOptions): Promise<void>;

  /** @throws Fault NOT_FOUND for an id that no workflow has */
  status(workflowId: string): Promise<WorkflowStatus>;

  /**
   * @throws Fault NOT_FOUND for an id that no workflow has; WORKFLOW_UNFINISHED after the timeout; WORKFLOW_FAILED, whose
   *   cause is the workflow's own fault; WORKFLOW_CANCELLED
   */
  result(workflowId: string, options?: ResultOptions): Promise<Json>;

  /**
   * Ends a workflow before its next step; a step under way is not torn from its work. One that has ended stays as it is.
   * @throws Fault NOT_FOUND for an id that no workflow has
   */
  cancel(workflowId: string): Promise<void>;

  /**
   * Lets the steps under way finish, a bounded time, and begins no others: workflows that are not done go on when an
   * engine of this executor is launched again. Leaves no timer and no connection.
   */
  close(): Promise<void>;
}

/** What a step is told of itself. */
export interface StepIdentity {
  /**
   * The same at each attempt, and no other step has it: the key under which an outside effect happens once. A process
   * that dies after the effect and before the record makes the step run again.
   */
  readonly key: string;
}

/** A workflow's hold on its record. Only its own function uses it, and not inside a step. */
export interface WorkflowContext {
  readonly workflowId: string;

  /**
   * Does `work` and records what it gave or threw; a replay reads that instead. Steps may run beside each other when they
   * are begun in the same order each time.
   * @param name what the record calls it; a replay that finds another name there ends with WORKFLOW_DIVERGED
   * @throws Fault what `work` threw, as a fault read back from the record
   */
  step<Result extends Returned>(
    name: string,
    work: (step: StepIdentity) => Promise<Result> | Result,
  ): Promise<Result>;

  /** The time, in microseconds since the epoch, UTC: read once, then from the record. */
  nowMicros(): Promise<number>;

  /** A random UUID: drawn once, then from the record. */
  randomUuid(): Promise<string>;

  /** Until so much time has passed since it was first called, crashes included. */
  sleep(durationMs: number): Promise<void>;

  /** Once in effect, also when the step that sends runs again. @throws Fault NOT_FOUND */
  send(workflowId: string, topic: string, message: Message): Promise<void>;

  /**
   * The oldest message of a topic that was sent to this workflow and not yet taken; null when none came in time. The time
   * runs from the first call, crashes included.
   */
  recv(topic: string, timeoutMs: number): Promise<Message | null>;

  /**
   * Moves an entity of the store to a state, once: a step under the step's key. What it returns is read from the store
   * at the attempt that succeeds, never from an object that a crash would have left behind.
   * @throws Fault of the store, VERSION_CONFLICT among them
   */
  transition(store: TransitionStore, request: TransitionRequest): Promise<EntityState>;
}

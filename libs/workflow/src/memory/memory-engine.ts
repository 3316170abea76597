/**
 * The engine in memory: for tests and tools. It keeps the same promises as long as its journal lives, the process that is;
 * an engine on the journal of another takes up what that one left.
 */
import { assert, Fault } from '@tickmesh/kernel';
import type { AnyWorkflow, WorkflowDefinition } from '../definition.ts';
import type {
  EngineIdentity,
  QueueOptions,
  ResultOptions,
  SendOptions,
  StartOptions,
  WorkflowEngine,
  WorkflowHandle,
  WorkflowStatus,
} from '../engine.ts';
import { failureOf } from '../failure.ts';
import { assertOutsideFunction, Flow, insideWorkflow } from '../flow.ts';
import { Gate, within } from '../gate.ts';
import { checkedJson, type Json, type Message, type Returned } from '../json.ts';
import { isFinal, type Outcome, resultOf } from '../outcome.ts';
import { checkArguments, checkedMessage, Registry, startId } from '../registry.ts';
import { MemoryJournal, type MemoryRecord } from './memory-journal.ts';
import { Cancelled, MemoryRecorder } from './memory-recorder.ts';

export interface MemoryEngineOptions extends EngineIdentity {
  /** Absent: a new one. */
  readonly journal?: MemoryJournal;
  /** How long `close` waits for steps under way. */
  readonly closeTimeoutMs?: number;
}

const CLOSE_TIMEOUT_MS = 10_000;

export class MemoryWorkflowEngine implements WorkflowEngine {
  readonly #options: MemoryEngineOptions;
  readonly #registry: Registry;
  readonly #journal: MemoryJournal;
  readonly #gate = new Gate();
  /** Called when something happens to a workflow: a message, an end. */
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #running = new Set<string>();
  #isLaunched = false;

  constructor(options: MemoryEngineOptions) {
    this.#options = options;
    this.#registry = new Registry(options);
    this.#journal = options.journal ?? new MemoryJournal();
  }

  launch(): Promise<void> {
    if (this.#isLaunched) return Promise.resolve();
    if (this.#gate.isClosed) return Promise.reject(new Fault('WORKFLOW_STOPPED'));
    this.#isLaunched = true;
    for (const record of this.#journal.records.values()) {
      if (this.#isOwn(record) && !isFinal(record.status)) record.status = 'PENDING';
    }
    this.#dispatch();
    return Promise.resolve();
  }

  workflow<Args extends readonly Json[], Result extends Returned>(
    definition: WorkflowDefinition<Args, Result>,
    args: NoInfer<Args>,
    options: StartOptions = {},
  ): Promise<WorkflowHandle<Result>> {
    return this.#start(definition, args, options);
  }

  async run<Args extends readonly Json[], Result extends Returned>(
    definition: WorkflowDefinition<Args, Result>,
    args: NoInfer<Args>,
    options: StartOptions = {},
  ): Promise<Result> {
    const handle = await this.workflow(definition, args, options);
    return handle.result();
  }

  async queue<Args extends readonly Json[], Result extends Returned>(
    definition: WorkflowDefinition<Args, Result>,
    args: NoInfer<Args>,
    options: QueueOptions,
  ): Promise<WorkflowHandle<Result>> {
    this.#registry.checkQueued(options.queue);
    return this.#start(definition, args, options);
  }

  registered(name: string): AnyWorkflow {
    return this.#registry.named(name);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a fault rejects, as in every engine
  async send(
    workflowId: string,
    topic: string,
    message: Message,
    options: SendOptions = {},
  ): Promise<void> {
    const record = this.#record(workflowId);
    const kept = { topic, message: checkedMessage(topic, message) };
    const id = startId(options.id);
    if (record.messageIds.has(id)) return;
    record.messageIds.add(id);
    record.messages.push(kept);
    this.#tell(workflowId);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a fault rejects, as in every engine
  async status(workflowId: string): Promise<WorkflowStatus> {
    return this.#record(workflowId).status;
  }

  async result(workflowId: string, options: ResultOptions = {}): Promise<Json> {
    const record = this.#record(workflowId);
    if (!isFinal(record.status)) {
      const ended = this.#until(workflowId, () => isFinal(record.status) || this.#gate.isClosed);
      if (options.timeoutMs === undefined) await ended;
      else await within(ended, options.timeoutMs);
    }
    if (!isFinal(record.status)) this.#assertRunning();
    return resultOf(workflowId, outcomeOf(record));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a fault rejects, as in every engine
  async cancel(workflowId: string): Promise<void> {
    const record = this.#record(workflowId);
    if (isFinal(record.status)) return;
    record.status = 'CANCELLED';
    this.#tell(workflowId);
    this.#dispatch();
  }

  async close(): Promise<void> {
    this.#isLaunched = false;
    const closed = this.#gate.close(this.#options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS);
    for (const id of [...this.#listeners.keys()]) this.#tell(id);
    await closed;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a fault rejects, as in every engine
  async #start<Result extends Returned>(
    definition: unknown,
    args: unknown,
    options: StartOptions & Partial<QueueOptions>,
  ): Promise<WorkflowHandle<Result>> {
    this.#assertRunning();
    const { name } = this.#registry.check(definition);
    const checked = checkArguments(args);
    const id = startId(options.id);
    const first = this.#journal.records.get(id);
    if (first === undefined) {
      this.#journal.records.set(id, this.#newRecord(id, name, checked, options.queue));
      this.#dispatch();
    } else if (first.workflow !== name) {
      throw new Fault('WORKFLOW_ID_TAKEN', { workflow_id: id, workflow: first.workflow });
    }
    return {
      id,
      status: () => this.status(id),
      result: async (waiting) => (await this.result(id, waiting)) as Result,
    };
  }

  #newRecord(
    id: string,
    workflow: string,
    args: readonly Json[],
    queue: string | undefined,
  ): MemoryRecord {
    const { applicationName, applicationVersion, executorId } = this.#options;
    const identity = { applicationName, applicationVersion, executorId };
    const kept = { steps: new Map(), messages: [], messageIds: new Set<string>() };
    const state = { status: 'PENDING' as const, value: null, failure: undefined };
    return { id, workflow, args, queue, ...identity, ...kept, ...state };
  }

  /** Runs what waits, as far as the queues have room. */
  #dispatch(): void {
    if (!this.#isLaunched) return;
    const room = new Map(
      this.#options.queues.map(({ name, concurrencyMax }) => [name, concurrencyMax]),
    );
    const own = [...this.#journal.records.values()].filter((record) => this.#isOwn(record));
    for (const { id, queue = '' } of own) {
      if (this.#running.has(id)) room.set(queue, (room.get(queue) ?? Infinity) - 1);
    }
    for (const record of own) {
      const { id, queue = '', status } = record;
      const left = room.get(queue) ?? Infinity;
      if (status !== 'PENDING' || left <= 0 || this.#running.has(id)) continue;
      room.set(queue, left - 1);
      record.status = 'RUNNING';
      this.#running.add(id);
      void this.#perform(record);
    }
  }

  /** Never resolves for a workflow that is cut short by `close`: it stays RUNNING in the journal. */
  async #perform(record: MemoryRecord): Promise<void> {
    const recorder = new MemoryRecorder(record, this.#gate, (holds) =>
      this.#until(record.id, holds),
    );
    const definition = this.#registry.named(record.workflow);
    // Not before the caller has its handle, as when a database lies between.
    await Promise.resolve();
    try {
      const flow = new Flow(recorder, this);
      const value = await insideWorkflow(() => definition.perform(flow, record.args));
      this.#end(record, { status: 'SUCCESS', value: checkedJson(value, 'result') });
    } catch (thrown) {
      if (!(thrown instanceof Cancelled)) {
        this.#end(record, { status: 'ERROR', failure: failureOf(thrown) });
      }
    }
    this.#running.delete(record.id);
    this.#tell(record.id);
    this.#dispatch();
  }

  /** After the closing the next engine may run it already; after a cancellation it has ended. */
  #end(record: MemoryRecord, ending: Pick<MemoryRecord, 'status'> & Partial<MemoryRecord>): void {
    if (!this.#gate.isClosed && record.status === 'RUNNING') Object.assign(record, ending);
  }

  #record(workflowId: string): MemoryRecord {
    this.#assertRunning();
    const record = this.#journal.records.get(workflowId);
    if (record === undefined) throw new Fault('NOT_FOUND', { workflow_id: workflowId });
    return record;
  }

  #isOwn(record: MemoryRecord): boolean {
    const { applicationName, applicationVersion, executorId } = this.#options;
    return (
      record.applicationName === applicationName &&
      record.applicationVersion === applicationVersion &&
      record.executorId === executorId
    );
  }

  #assertRunning(): void {
    if (!this.#isLaunched) throw new Fault('WORKFLOW_STOPPED');
    assertOutsideFunction();
  }

  /** Resolves once it holds; looked at whenever something happens to the workflow. */
  #until(workflowId: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listeners = this.#listeners.get(workflowId) ?? new Set();
      this.#listeners.set(workflowId, listeners);
      const look = (): void => {
        if (!holds()) return;
        listeners.delete(look);
        if (listeners.size === 0) this.#listeners.delete(workflowId);
        resolve();
      };
      listeners.add(look);
      look();
    });
  }

  #tell(workflowId: string): void {
    for (const look of [...(this.#listeners.get(workflowId) ?? [])]) look();
  }
}

function outcomeOf(record: MemoryRecord): Outcome {
  const { status, value, failure } = record;
  if (status === 'SUCCESS') return { status, value };
  if (status !== 'ERROR') return { status };
  assert(failure !== undefined, 'A workflow that failed has its failure on record');
  return { status, failure };
}

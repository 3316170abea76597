/**
 * The engine on DBOS: the record is rows of our own PostgreSQL. DBOS is one for each process, so is this engine; its
 * tables are made beforehand by `prepareWorkflowTables`, and the role that it works under owns nothing.
 */
import { AsyncResource } from 'node:async_hooks';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { assert, Fault } from '@tickmesh/kernel';
import pg from 'pg';
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
import { Gate } from '../gate.ts';
import { checkedJson, type Json, type Message, type Returned } from '../json.ts';
import { isFinal, type Outcome, resultOf } from '../outcome.ts';
import { checkArguments, checkedMessage, Registry, startId } from '../registry.ts';
import { dbosFault, isControl } from './dbos-faults.ts';
import { outcomeOfRow, RecordedFailure, recordSerializer } from './dbos-outcome.ts';
import { DbosRecorder } from './dbos-recorder.ts';
import { WORKFLOW_SCHEMA } from './dbos-tables.ts';

export interface DbosEngineOptions extends EngineIdentity {
  /** postgres://user:password@host:port/database, of a role with the rights of `prepareWorkflowTables`. */
  readonly url: string;
  /** Absent: dbos. */
  readonly schema?: string;
  readonly connectionsMax?: number;
  /** How often queues, and receivers whose notification was lost, look. */
  readonly pollMs?: number;
  /** How long `close` waits for steps under way. */
  readonly closeTimeoutMs?: number;
  readonly probe?: WorkflowProbe;
}

/** Called with facts, for logs. */
export interface WorkflowProbe {
  /** What DBOS had to say: connections lost and found, queues that contend. */
  noted?(level: 'warn' | 'error', text: string): void;
}

const CONNECTIONS_MAX = 10;
const POLL_MS = 1_000;
const CLOSE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A result is looked for soon at first, then ever less often. */
const RESULT_POLL_FIRST_MS = 10;

type Registered = (args: readonly Json[]) => Promise<Json>;

/** DBOS keeps its state in the process, not in an object. */
let launched: DbosWorkflowEngine | undefined;

export class DbosWorkflowEngine implements WorkflowEngine {
  readonly #options: DbosEngineOptions;
  readonly #registry: Registry;
  readonly #gate = new Gate();
  /** Calls are made from here, so that one out of a step is a plain call and not a part of the workflow. */
  readonly #outside = new AsyncResource('WorkflowEngine');
  readonly #functions = new Map<string, Registered>();
  /** Who waits for the end of a workflow, by its id. */
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #pollMs: number;
  #pool: pg.Pool | undefined;
  #isLaunched = false;
  #closing: Promise<void> | undefined;

  constructor(options: DbosEngineOptions) {
    this.#options = options;
    this.#registry = new Registry(options);
    this.#pollMs = options.pollMs ?? POLL_MS;
  }

  async launch(): Promise<void> {
    if (this.#isLaunched) return;
    if (this.#gate.isClosed) throw new Fault('WORKFLOW_STOPPED');
    assert(launched === undefined, 'A process has one DBOS engine at a time');
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- DBOS is one for the process
    launched = this;
    try {
      await this.#call(() => this.#open());
    } catch (thrown) {
      await this.close();
      throw dbosFault(thrown);
    }
    this.#isLaunched = true;
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

  async send(
    workflowId: string,
    topic: string,
    message: Message,
    options: SendOptions = {},
  ): Promise<void> {
    this.#assertRunning();
    const checked = checkedMessage(topic, message);
    const id = startId(options.id);
    await this.#call(() => DBOS.send(workflowId, checked, topic, id), { workflow_id: workflowId });
  }

  async status(workflowId: string): Promise<WorkflowStatus> {
    return (await this.#outcome(workflowId)).status;
  }

  async result(workflowId: string, options: ResultOptions = {}): Promise<Json> {
    const deadlineMs = Date.now() + (options.timeoutMs ?? Infinity);
    for (let waitMs = RESULT_POLL_FIRST_MS; ; waitMs = Math.min(waitMs * 2, this.#pollMs)) {
      const outcome = await this.#outcome(workflowId);
      const leftMs = deadlineMs - Date.now();
      if (isFinal(outcome.status) || leftMs <= 0) return resultOf(workflowId, outcome);
      const isWoken = await this.#pause(workflowId, Math.min(waitMs, leftMs));
      if (isWoken) waitMs = RESULT_POLL_FIRST_MS;
    }
  }

  async cancel(workflowId: string): Promise<void> {
    const { status } = await this.#outcome(workflowId);
    if (!isFinal(status)) await this.#call(() => DBOS.cancelWorkflow(workflowId));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isLaunched = false;
    const timeoutMs = this.#options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
    const finished = this.#gate.close(timeoutMs);
    for (const id of [...this.#waiting.keys()]) this.#tell(id);
    await finished;
    if (launched !== this) return;
    await this.#call(() => DBOS.shutdown({ deregister: true }));
    // Receivers learn of it when they look again.
    await this.#gate.drained(timeoutMs);
    await this.#pool?.end();
    launched = undefined;
  }

  async #open(): Promise<void> {
    const { url, schema, applicationName, executorId } = this.#options;
    for (const definition of this.#registry.workflows.values()) {
      const { name } = definition;
      const perform = (args: readonly Json[]): Promise<Json> => this.#perform(definition, args);
      this.#functions.set(name, DBOS.registerWorkflow(perform, { name }));
    }
    this.#pool = this.#openPool();
    // A server that is away is told here by the driver itself; DBOS would put it in words.
    await this.#pool.query('select 1');
    DBOS.setConfig({
      name: applicationName,
      applicationVersion: this.#ownName(this.#options.applicationVersion),
      executorID: executorId,
      systemDatabaseUrl: url,
      systemDatabaseSchemaName: schema ?? WORKFLOW_SCHEMA,
      systemDatabasePool: this.#pool,
      serializer: recordSerializer,
      runMigrations: false,
      logger: this.#logger(),
    });
    await DBOS.launch();
    for (const { name, concurrencyMax } of this.#options.queues) {
      await DBOS.registerQueue(this.#ownName(name), {
        globalConcurrency: concurrencyMax,
        minPollingIntervalMs: this.#pollMs,
      });
    }
  }

  /** DBOS keeps versions and queues of all applications by one name. */
  #ownName(name: string): string {
    return `${this.#options.applicationName}/${name}`;
  }

  #openPool(): pg.Pool {
    const { url, executorId, connectionsMax = CONNECTIONS_MAX, probe } = this.#options;
    const pool = new pg.Pool({
      connectionString: url,
      application_name: `workflow ${executorId}`,
      max: connectionsMax,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 15_000,
      keepAlive: true,
    });
    // Without a listener the death of an idle connection would end the process.
    pool.on('error', (error) => probe?.noted?.('warn', error.message));
    return pool;
  }

  #logger(): NonNullable<Parameters<typeof DBOS.setConfig>[0]['logger']> {
    const note = (level: 'warn' | 'error', entry: unknown): void => {
      this.#options.probe?.noted?.(level, entry instanceof Error ? entry.message : String(entry));
    };
    const ignore = (): void => undefined;
    return {
      debug: ignore,
      info: ignore,
      warn: (entry) => note('warn', entry),
      error: (entry) => note('error', entry),
    };
  }

  async #start<Result extends Returned>(
    definition: unknown,
    args: unknown,
    options: StartOptions & Partial<QueueOptions>,
  ): Promise<WorkflowHandle<Result>> {
    this.#assertRunning();
    const { name } = this.#registry.check(definition);
    const checked = checkArguments(args);
    const id = startId(options.id);
    const start = this.#functions.get(name);
    assert(start !== undefined, 'A running engine has registered its workflows');
    const queueName = options.queue === undefined ? undefined : this.#ownName(options.queue);
    await this.#call(
      () =>
        DBOS.startWorkflow(start, {
          workflowID: id,
          ...(queueName === undefined ? {} : { queueName }),
        })(checked),
      { workflow_id: id, workflow: name },
    );
    return {
      id,
      status: () => this.status(id),
      result: async (waiting) => (await this.result(id, waiting)) as Result,
    };
  }

  /** What DBOS calls, at the start and again at each recovery. */
  async #perform(definition: AnyWorkflow, args: readonly Json[]): Promise<Json> {
    const id = DBOS.workflowID;
    assert(id !== undefined, 'A workflow that runs has an id');
    const flow = new Flow(new DbosRecorder(id, this.#gate, this.#pollMs), this);
    try {
      const value = await insideWorkflow(() => definition.perform(flow, args));
      return checkedJson(value, 'result');
    } catch (thrown) {
      throw isControl(thrown) ? thrown : new RecordedFailure(failureOf(thrown));
    } finally {
      this.#tell(id);
    }
  }

  async #outcome(workflowId: string): Promise<Outcome> {
    this.#assertRunning();
    const row = await this.#call(() => DBOS.getWorkflowStatus(workflowId));
    if (row === null) throw new Fault('NOT_FOUND', { workflow_id: workflowId });
    return outcomeOfRow(row);
  }

  #assertRunning(): void {
    if (!this.#isLaunched) throw new Fault('WORKFLOW_STOPPED');
    assertOutsideFunction();
  }

  async #call<T>(
    work: () => Promise<T>,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<T> {
    try {
      return await this.#outside.runInAsyncScope(work);
    } catch (thrown) {
      throw dbosFault(thrown, details);
    }
  }

  /** @returns whether the workflow has come to its end, or the engine; false after the time */
  #pause(workflowId: string, waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(workflowId) ?? new Set();
      this.#waiting.set(workflowId, waiting);
      const wake = (isWoken: boolean): void => {
        clearTimeout(timer);
        waiting.delete(woken);
        if (waiting.size === 0) this.#waiting.delete(workflowId);
        resolve(isWoken);
      };
      const woken = (): void => wake(true);
      const timer = setTimeout(wake, waitMs, false);
      waiting.add(woken);
    });
  }

  #tell(workflowId: string): void {
    for (const wake of [...(this.#waiting.get(workflowId) ?? [])]) wake();
  }
}

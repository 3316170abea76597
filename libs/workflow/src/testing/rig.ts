/** What the contract suites share: engines over one record, opened one after the other. */
import { type Fault, faultOf } from '@tickmesh/kernel';
import type { AnyWorkflow } from '../definition.ts';
import type { EngineIdentity, QueueDeclaration, WorkflowEngine } from '../engine.ts';

/** Gives engines that share one record; an engine is not launched. */
export type OpenEngine = (identity: EngineIdentity) => WorkflowEngine;

export interface RigOptions {
  readonly workflows: readonly AnyWorkflow[];
  readonly queues?: readonly QueueDeclaration[];
}

/** Runs one engine at a time, since that is all that a process may have. */
export class Rig {
  readonly #open: OpenEngine;
  readonly #identity: EngineIdentity;
  #engine: WorkflowEngine | undefined;

  constructor(open: OpenEngine, name: string, options: RigOptions) {
    this.#open = open;
    this.#identity = {
      applicationName: 'suite',
      applicationVersion: `${name}_v1`,
      executorId: name,
      workflows: options.workflows,
      queues: options.queues ?? [],
    };
  }

  get engine(): WorkflowEngine {
    if (this.#engine === undefined) throw new Error('call launch first');
    return this.#engine;
  }

  /** Ends the engine before, if there is one. @param changes what differs from the first */
  async launch(changes: Partial<EngineIdentity> = {}): Promise<WorkflowEngine> {
    await this.close();
    const engine = this.#open({ ...this.#identity, ...changes });
    await engine.launch();
    this.#engine = engine;
    return engine;
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    this.#engine = undefined;
  }
}

/** A promise that the test or a workflow settles. */
export class Signal {
  readonly given: Promise<void>;
  #give: () => void = () => undefined;

  constructor() {
    this.given = new Promise((resolve) => (this.#give = resolve));
  }

  give(): void {
    this.#give();
  }
}

export async function refusal(work: Promise<unknown>): Promise<Fault> {
  return work.then(
    () => {
      throw new Error('nothing was refused');
    },
    (thrown: unknown) => faultOf(thrown),
  );
}

/** The fault that a workflow ended with. */
export async function failure(work: Promise<unknown>): Promise<Fault> {
  const fault = await refusal(work);
  if (fault.code !== 'WORKFLOW_FAILED') throw fault;
  return faultOf(fault.cause);
}
